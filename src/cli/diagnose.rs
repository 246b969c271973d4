//! Errors for people: what happened, what caused it, what to do.

use std::io::Write;

use crate::base::error::Error;
use crate::base::text::escape;

/// Writes an error to standard error. That it cannot be written cannot be told either.
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

/// Says something on standard error, for standard output holds the report alone.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "note: {}", escape(text));
}
