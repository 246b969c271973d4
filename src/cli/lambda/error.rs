//! Why an invocation ends as a function error, which Lambda counts in the metric `Errors`.

use std::io;
use std::time::Duration;

use lambda_runtime::Diagnostic;

use crate::base::error::words;
use crate::base::text::{clip, escape};
use crate::proof::finding::Verdict;

/// The longest message, in characters: it may hold any input.
const LONGEST: usize = 2000;

/// Why there is no answer, or why the answer is an alarm.
#[derive(Debug)]
pub enum FunctionError {
    /// The event is not valid.
    Event(String),
    /// Too little time is left of the invocation.
    NoTime(Duration),
    /// The system refused a file or a process that every run needs.
    System(String),
    /// Nothing was validated: exit status 2.
    NotValidated(String),
    /// A bug: exit status 70, or a report that cannot be read.
    Internal(String),
    /// The validation was ended from outside, before it wrote a report.
    Ended(String),
    /// The verdict, in words, of a validation whose event requests an alarm.
    Alarm(Verdict, String),
}

impl FunctionError {
    /// The error of a system call.
    pub fn system(what: &str, error: &io::Error) -> FunctionError {
        FunctionError::System(format!("cannot {what}: {}", words(error)))
    }

    /// What happened, safe to print and not long.
    pub fn message(&self) -> String {
        let message = match self {
            FunctionError::Event(why) => format!("the event is not valid: {why}"),
            FunctionError::NoTime(left) => format!(
                "only {} ms are left of the invocation; set a longer time-out of the function",
                left.as_millis()
            ),
            FunctionError::NotValidated(why) if why.is_empty() => "nothing was validated".into(),
            FunctionError::Alarm(verdict, why) => format!("{}: {why}", verdict.as_str()),
            FunctionError::System(why)
            | FunctionError::NotValidated(why)
            | FunctionError::Internal(why)
            | FunctionError::Ended(why) => why.clone(),
        };
        escape(&clip(&message, LONGEST)).into_owned()
    }

    /// A stable word for programs, as `Category.Reason`.
    fn kind(&self) -> &'static str {
        match self {
            FunctionError::Event(_) => "Event.Invalid",
            FunctionError::NoTime(_) => "Run.NoTime",
            FunctionError::System(_) => "Run.System",
            FunctionError::NotValidated(_) => "Run.NotValidated",
            FunctionError::Internal(_) => "Run.InternalError",
            FunctionError::Ended(_) => "Run.Ended",
            FunctionError::Alarm(Verdict::Verified, _) => "Verdict.Verified",
            FunctionError::Alarm(Verdict::Gaps, _) => "Verdict.Gaps",
            FunctionError::Alarm(Verdict::Unproven, _) => "Verdict.Unproven",
            FunctionError::Alarm(Verdict::Failed, _) => "Verdict.Failed",
        }
    }
}

impl From<FunctionError> for Diagnostic {
    fn from(error: FunctionError) -> Diagnostic {
        Diagnostic {
            error_type: error.kind().into(),
            error_message: error.message(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, FunctionError};

    #[test]
    fn a_message_is_short_and_safe_to_print() {
        let hostile = format!("\u{1b}[31m\u{202e}{}", "x".repeat(1 << 20));
        let error = Diagnostic::from(FunctionError::Event(hostile));
        assert_eq!(error.error_type, "Event.Invalid");
        let message = error.error_message;
        assert!(message.starts_with("the event is not valid: \\u{1b}[31m\\u{202e}xxx"));
        assert!(message.len() < 2100, "{}", message.len());
    }
}
