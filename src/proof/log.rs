//! Whether a log is what its digest lists (pure).
//!
//! User guide, "Custom implementations of CloudTrail log file integrity validation", section F: the
//! hash of the uncompressed content must equal `hashValue`. We also check the container, which the
//! guide does not: readers such as gunzip and Athena take a second gzip member for further events,
//! so a log must be one intact gzip member and nothing else.

use crate::base::gzip::inflate::{Container, Inflated};
use crate::base::sha256::Sha256;
use crate::cloudtrail::digest::HASH_ALGORITHM;
use crate::cloudtrail::log_list::LogEntry;
use crate::proof::finding::{Code, FATE_UNKNOWN, Finding, Hint};
use crate::proof::finding::{Detail, UnreadObject};
use crate::proof::reason::Reason;

/// The hash that a log must have.
///
/// # Errors
/// A finding if its digest records the hash in an algorithm that this program does not know.
pub fn expected(entry: &LogEntry) -> Result<Sha256, Box<Finding>> {
    entry.hash.clone().map_err(|algorithm| {
        let message =
            "this log could not be checked: this program does not know its hash algorithm";
        Box::new(
            Finding::new(Code::AlgorithmUnsupported, message).compared(HASH_ALGORITHM, algorithm),
        )
    })
}

/// Compares an inflated log with the hash that it must have.
///
/// # Errors
/// A finding if it is not what was delivered, or was not inflated to its end.
pub fn compare(expected: Sha256, log: &Inflated) -> Result<(), Box<Finding>> {
    let equal = log.sha256 == expected;
    let Some(finding) = of_container(log.container, equal) else {
        return Ok(());
    };
    if log.container == Container::TooLarge {
        return Err(Box::new(finding));
    }
    let finding = finding.hint(match log.container {
        Container::NotGzip if equal => Hint::Recopy,
        _ => Hint::OlderVersion,
    });
    // Expected and actual hash are left out where they are equal.
    Err(Box::new(if equal {
        finding
    } else {
        finding.compared(expected, log.sha256)
    }))
}

/// The finding on a log by its container, and by whether its content is what was delivered; `None`
/// if it is intact.
fn of_container(container: Container, equal: bool) -> Option<Finding> {
    const EQUAL: &str = "the content of this log is what CloudTrail delivered, but its gzip container was \
                         altered";
    let malformed = |message: String| Finding::new(Code::LogMalformed, message);
    Some(match (container, equal) {
        (Container::Complete, true) => return None,
        (Container::Complete, false) => Finding::new(
            Code::LogModified,
            "the content of this log is not what CloudTrail delivered (the gzip file itself is intact)",
        ),
        (Container::TrailingData, true) => Finding::new(
            Code::LogTrailingData,
            "the content of this log is what CloudTrail delivered, but more data was appended, which readers \
             may take for further events",
        ),
        (Container::TrailingData, false) => Finding::detailed(Detail::LogModifiedAndFollowed),
        (Container::CutOff, true) => malformed(format!("{EQUAL}: its trailer is cut off")),
        (Container::CutOff, false) => Finding::detailed(Detail::LogCutOff),
        (Container::Broken, true) => malformed(format!("{EQUAL}: its trailer is damaged")),
        (Container::Broken, false) => {
            malformed("this log is not a complete gzip file: its bytes are damaged".into())
        }
        (Container::NotGzip, true) => malformed(format!("{EQUAL}: it is stored uncompressed")),
        (Container::NotGzip, false) => malformed(
            "this log is not a gzip file, and its bytes are not what CloudTrail delivered".into(),
        ),
        (Container::TooLarge, _) => Finding::new(
            Code::LogUnreadable,
            "the inflated size of this log exceeds the limit, so it was not checked to its end",
        )
        .reason(Reason::TooLarge),
    })
}

/// The finding on a log that does not exist, according to a source that may list.
pub fn missing() -> Finding {
    Finding::new(
        Code::LogMissing,
        format!("a log that its digest lists is missing{FATE_UNKNOWN}"),
    )
    .hint(Hint::LookForMissing)
}

/// The finding on a log that could not be read: why, and what the source answered.
pub fn unreadable(reason: Reason, answer: &str) -> Finding {
    let detail = Detail::Unread {
        object: UnreadObject::Log,
        answer: answer.into(),
    };
    Finding::detailed(detail).reason(reason).hint(reason)
}
