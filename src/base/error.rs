//! The one operational error: we could not look. What is found in the logs is a
//! [`Finding`](crate::proof::finding::Finding) and never passes through here.

use std::fmt;

/// What kind of trouble kept us from looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request makes no sense: arguments that contradict each other.
    Usage,
    /// Something given could not be read: `--path`, `--keys`, `--expect`, `--accept`.
    Input,
    /// The report could not be written.
    Output,
    /// We were told to stop before anything was looked at.
    Interrupted,
    /// A bug of ours.
    Internal,
}

/// Why no validation was performed or no report could be written: what happened, what caused it,
/// and what to do.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
}

impl Error {
    /// An error of a kind, in words.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hint: None,
        }
    }

    /// Adds what caused it.
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Its kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What caused it, outermost first.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to do about it, where something can be said.
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
