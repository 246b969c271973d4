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

/// Why no validation took place or no report could be written: what happened, what caused it, what is known
/// all the same, and what to do about it.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    causes: Vec<String>,
    note: Option<String>,
    hint: Option<String>,
}

impl Error {
    /// An error of a kind, with a message that says what happened.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error {
            kind,
            message: message.into(),
            causes: Vec::new(),
            note: None,
            hint: None,
        }
    }

    /// The error of a run that was ended before anything was checked.
    pub fn cancelled(reason: CancelReason) -> Self {
        let kind = ErrorKind::Cancelled(reason);
        match reason {
            CancelReason::Signal | CancelReason::OutputClosed => {
                Error::new(kind, "the validation was interrupted")
            }
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

    /// Adds a cause; the outermost first. A cause that only repeats the line above it is left out.
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        let cause = cause.to_string();
        let above = self.causes.last().unwrap_or(&self.message);
        if !repeats(&cause, above) {
            self.causes.push(cause);
        }
        self
    }

    /// Sets what is known although the operation failed.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
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

    /// What is known although the operation failed.
    pub fn known(&self) -> Option<&str> {
        self.note.as_deref()
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

/// Whether a cause only repeats what is said above it.
pub(crate) fn repeats(cause: &str, above: &str) -> bool {
    above.to_lowercase().contains(&cause.trim().to_lowercase())
}

/// What happened, in the words of the operating system: `no space left on device`. An error that is none of
/// the system's says it in its own words, with control characters escaped.
pub fn words(error: &io::Error) -> String {
    let text = error.to_string();
    // An error of a temporary file says the path after that.
    let Some((words, _)) = text.split_once(" (os error ") else {
        return escape(&text).into_owned();
    };
    let mut letters = words.chars();
    match (letters.next(), letters.next()) {
        // Not an abbreviation, such as `RPC`.
        (Some(first), Some(second)) if second.is_lowercase() => {
            escape(&words.replacen(first, &first.to_lowercase().to_string(), 1)).into_owned()
        }
        _ => escape(words).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{Error, ErrorKind, words};

    #[test]
    fn a_cause_that_repeats_the_line_above_is_left_out() {
        let error = Error::new(ErrorKind::Input, "cannot read a: no such file")
            .because("No such file")
            .because("the disk is gone: input/output error")
            .because("input/output error")
            .because("no such file");
        let causes = ["the disk is gone: input/output error", "no such file"];
        assert_eq!(error.causes(), causes);
    }

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
        let text = "Permission denied (os error 13) at path \"/a/.trailproof-x\"";
        assert_eq!(words(&io::Error::other(text)), "permission denied");
        let abbreviated = io::Error::other("RPC struct is bad (os error 72)");
        assert_eq!(words(&abbreviated), "RPC struct is bad");
        let kind = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert_eq!(words(&kind), "unexpected end of file");
        let own = io::Error::other("odd \u{1b}[2J");
        assert!(!words(&own).contains('\u{1b}'));
    }

    #[test]
    fn what_is_known_and_what_to_do_are_said_only_if_there_is_something() {
        let error = Error::new(ErrorKind::Input, "cannot read a");
        assert_eq!((error.known(), error.advice()), (None, None));
        let error = error.note("b was read").hint("read c");
        assert_eq!(
            (error.known(), error.advice()),
            (Some("b was read"), Some("read c"))
        );
    }
}
