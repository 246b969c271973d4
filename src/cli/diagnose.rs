//! Messages on standard error: errors with cause and hint, and notes.

use std::io::Write;

use crate::base::error::Error;
use crate::base::text::escape;

/// Writes an error to standard error. A failure to write is ignored: there is nowhere to report it.
pub fn print(error: &Error) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "error: {}", escape(&error.to_string()));
    for cause in error.causes() {
        let _ = writeln!(out, "  caused by: {}", escape(cause));
    }
    if let Some(hint) = error.advice() {
        let _ = writeln!(out, "  hint: {}", escape(hint));
    }
}

/// Writes a note to standard error, because standard output holds nothing but the report.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "note: {}", escape(text));
}
