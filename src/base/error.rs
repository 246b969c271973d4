//! The one operational error: no validation took place, or its report could not be written. Evidence about
//! logs is a [`Finding`](crate::proof::finding::Finding) and never an error.

use std::fmt;
use std::io;

use crate::base::text::{escape, plural};

use super::cancel::CancelReason;

/// The kind of operation that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request is not valid: arguments contradict each other.
    Usage,
    /// An input could not be read: `--path`, `--keys`, `--expect` or `--accept`.
    Input,
    /// The report could not be written.
    Output,
    /// The run was ended, for this reason, before anything was checked.
    Cancelled(CancelReason),
    /// The system refused what every run needs: a thread, a temporary file.
    System,
    /// A bug in this program.
    Internal,
}

/// Why no validation took place or no report could be written: what happened, what caused it, and what to
/// do about it.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
}

impl Error {
    /// An error of a kind, with a message that says what happened.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hint: None,
        }
    }

    /// The error of a run that was ended before anything was checked.
    pub fn cancelled(reason: CancelReason) -> Self {
        let kind = ErrorKind::Cancelled(reason);
        match reason {
            CancelReason::Signal => Error::new(kind, "the validation was interrupted"),
            CancelReason::Deadline(_) => {
                let message = format!("{reason} passed before anything was checked");
                Error::new(kind, message).hint("run again with a later --deadline")
            }
        }
    }

    /// The error of a run that lacks threads.
    pub(crate) fn no_threads(wanted: usize) -> Self {
        let message = format!("cannot start {}", plural(wanted, "thread"));
        Error::new(ErrorKind::System, message).hint(
            "raise the limit on processes (ulimit -u) or on memory (ulimit -v), or give fewer --jobs",
        )
    }

    /// Adds a cause; the outermost first.
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Sets what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The kind of operation that failed.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The causes, outermost first.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to do about it, if that is known.
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// What happened, in the words of the operating system: `no space left on device`. An error that is none of
/// the system's says it in its own words, with control characters escaped.
pub fn words(error: &io::Error) -> String {
    let text = error.to_string();
    let Some(code) = error.raw_os_error() else {
        return escape(&text).into_owned();
    };
    let words = text
        .strip_suffix(&format!(" (os error {code})"))
        .unwrap_or(&text);
    let mut letters = words.chars();
    match (letters.next(), letters.next()) {
        // Not an abbreviation, such as `RPC`.
        (Some(first), Some(second)) if second.is_lowercase() => {
            words.replacen(first, &first.to_lowercase().to_string(), 1)
        }
        _ => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::words;

    #[test]
    fn the_words_are_those_of_the_system() {
        for (code, expected) in [
            (28, "no space left on device"),
            (24, "too many open files"),
            (27, "file too large"),
            (5, "input/output error"),
        ] {
            assert_eq!(words(&io::Error::from_raw_os_error(code)), expected);
        }
        let kind = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert_eq!(words(&kind), "unexpected end of file");
        let own = io::Error::other("odd \u{1b}[2J");
        assert!(!words(&own).contains('\u{1b}'));
    }
}
