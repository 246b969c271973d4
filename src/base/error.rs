//! The one operational error: no validation took place, or its report could not be written. Evidence about
//! logs is a [`Finding`](crate::proof::finding::Finding) and never an error.

use std::fmt;

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
