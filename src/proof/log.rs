//! A log's bytes against what its digest says (pure).

use crate::base::gzip::inflate::{Container, Inflated};
use crate::base::sha256::Sha256;
use crate::cloudtrail::digest::{HASH_ALGORITHM, LogEntry};
use crate::proof::detail::{Detail, UnreadObject};
use crate::proof::finding::{Code, Finding, LOOK_FOR_MISSING, OLDER_VERSION, RECOPY};
use crate::proof::reason::Reason;

/// The hash a log must have.
///
/// # Errors
/// Where its digest names an algorithm that is not known here.
pub fn expected(entry: &LogEntry) -> Result<Sha256, Box<Finding>> {
    entry.hash.clone().map_err(|algorithm| {
        let message = "this log's hash is given in an algorithm that is not known here, so it could \
                       not be checked";
        Box::new(Finding::new(Code::AlgorithmUnsupported, message).compared(HASH_ALGORITHM, algorithm))
    })
}

/// Compares what a log inflated to with the hash it must have.
///
/// # Errors
/// What is wrong with it.
pub fn compare(expected: Sha256, log: &Inflated) -> Result<(), Box<Finding>> {
    let equal = log.sha256 == expected;
    const EQUAL: &str = "this log's content equals what was delivered; the container was altered";
    let finding = match (log.container, equal) {
        (Container::Complete, true) => return Ok(()),
        (Container::Complete, false) => Finding::new(
            Code::LogModified,
            "this log is a whole gzip file with other content than was delivered",
        ),
        (Container::TrailingData, true) => Finding::new(
            Code::LogTrailingData,
            "the log's content is as delivered, and something was appended to it, which readers may \
             take for further events",
        ),
        (Container::TrailingData, false) => Finding::detailed(Detail::LogModifiedAndFollowed),
        (Container::CutOff, true) => Finding::new(
            Code::LogMalformed,
            format!("{EQUAL}: its checked end is cut off"),
        ),
        (Container::CutOff, false) => Finding::detailed(Detail::LogCutOff),
        (Container::Broken, true) => Finding::new(
            Code::LogMalformed,
            format!("{EQUAL}: its checked end is broken"),
        ),
        (Container::NotGzip, true) => Finding::new(
            Code::LogMalformed,
            format!("{EQUAL}: it is stored inflated"),
        ),
        (Container::Broken, false) => Finding::new(
            Code::LogMalformed,
            "this log is not one whole gzip file: its bytes are broken",
        ),
        (Container::NotGzip, false) => Finding::new(
            Code::LogMalformed,
            "this log is not gzip, and its bytes are not its content",
        ),
        (Container::TooLarge, _) => {
            let message =
                "this log inflates to more than is read of one, so it was not checked to its end";
            return Err(Box::new(
                Finding::new(Code::LogUnreadable, message).reason(Reason::TooLarge),
            ));
        }
    };
    let finding = finding.hint(match log.container {
        Container::NotGzip if equal => RECOPY,
        _ => OLDER_VERSION,
    });
    // Two equal values beside each other would only puzzle.
    Err(Box::new(if equal {
        finding
    } else {
        finding.compared(expected, log.sha256)
    }))
}

/// What it means that a log is not there, says a source that may list.
pub fn missing() -> Finding {
    Finding::new(
        Code::LogMissing,
        "a log that its digest names is not there (deleted, expired or never delivered)",
    )
    .hint(LOOK_FOR_MISSING)
}

/// What it means that a log could not be read, for a reason and in words.
pub fn unreadable(reason: Reason, detail: &str) -> Finding {
    let detail = Detail::Unread {
        object: UnreadObject::Log,
        answer: detail.into(),
    };
    Finding::detailed(detail).reason(reason).hint(reason.hint())
}
