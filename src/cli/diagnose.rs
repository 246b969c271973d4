//! Messages on standard error: errors with their causes, note and hint; warnings and notes.

use std::io::Write;

use clap::error::{ContextKind, ContextValue};

use super::args::validate::VALIDATE_LOGS;
use crate::base::error::Error;
use crate::base::text::escape;

/// Writes an error to standard error. A failure to write is ignored: there is nowhere to report it.
pub fn print(error: &Error) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "error: {}", escape(&error.to_string()));
    for cause in error.causes() {
        let _ = writeln!(out, "  caused by: {}", escape(cause));
    }
    if let Some(note) = error.known() {
        let _ = writeln!(out, "  note: {}", escape(note));
    }
    if let Some(hint) = error.advice() {
        let _ = writeln!(out, "  hint: {}", escape(hint));
    }
}

/// Writes to standard error why arguments are not valid. The parser repeats arguments as they are, and one may
/// hold anything.
pub fn print_usage(mut error: clap::Error) {
    let texts = error.context().filter_map(|(kind, value)| match value {
        ContextValue::String(text) => Some((kind, escape(text).into_owned())),
        _ => None,
    });
    let texts: Vec<(ContextKind, String)> = texts.collect();
    // As one types it after `aws`.
    if texts
        .iter()
        .any(|(kind, text)| *kind == ContextKind::InvalidSubcommand && text == "cloudtrail")
    {
        let suggested = ContextValue::Strings(vec![VALIDATE_LOGS.into()]);
        error.insert(ContextKind::SuggestedSubcommand, suggested);
    }
    for (kind, text) in texts {
        error.insert(kind, ContextValue::String(text));
    }
    let _ = error.print();
}

/// Writes a note to standard error, because standard output holds nothing but the report.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "note: {}", escape(text));
}

/// Writes to standard error what to do about the notes before it.
pub fn hint(text: &str) {
    let _ = writeln!(std::io::stderr(), "  hint: {}", escape(text));
}

/// Writes a line to standard error that is the result of a command whose output is something else.
pub fn result(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", escape(text));
}

/// Writes a warning to standard error: the run goes on, and something that was given has no effect.
pub fn warning(text: &str) {
    let _ = writeln!(std::io::stderr(), "warning: {}", escape(text));
}
