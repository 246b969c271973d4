//! What a finding found beyond its code, where a decision depends on it. Decisions match on the
//! [`Detail`]; its message is made here and nowhere else.

use serde::{Deserialize, Serialize};

use super::Code;

/// A more precise statement than a code alone. A saved report has no field for it, so
/// [`Detail::of_message`] recovers it from the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// Neither the digest's own signature nor the hash that its proven successor recorded fits its
    /// bytes.
    DigestNotAsRecorded,
    /// The digest has no metadata, and the signature that an unproven later digest records does not
    /// fit.
    SuccessorDoesNotFit,
    /// A log ends early, and its content differs from what was delivered.
    LogCutOff,
    /// A log's content differs from what was delivered, and something follows its gzip member.
    LogModifiedAndFollowed,
    /// An object could not be read.
    Unread {
        /// Which object.
        object: UnreadObject,
        /// What the source answered, in words. It may contain the id of the KMS key that could not
        /// be used.
        answer: Box<str>,
    },
}

/// An object that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnreadObject {
    /// A digest that listing shows.
    Digest,
    /// A digest that its successor refers to.
    LinkedDigest,
    /// A log that a digest lists.
    Log,
}

const DIGEST_NOT_AS_RECORDED: &str = "this is not the digest that its proven successor recorded: its content \
                                      was altered, or another digest was put in its place";
const SUCCESSOR_DOES_NOT_FIT: &str = "the metadata of this digest was not kept, and the signature that a later \
                                      digest records does not fit; that digest is not proven either, so it is \
                                      not known which of them was altered";
const LOG_CUT_OFF: &str = "this log is not a complete gzip file: it is cut off";
const LOG_MODIFIED_AND_FOLLOWED: &str =
    "the content of this log is not what CloudTrail delivered, and more data follows it";

impl UnreadObject {
    const ALL: [UnreadObject; 3] = [
        UnreadObject::Digest,
        UnreadObject::LinkedDigest,
        UnreadObject::Log,
    ];

    fn code(self) -> Code {
        match self {
            UnreadObject::Digest | UnreadObject::LinkedDigest => Code::DigestUnreadable,
            UnreadObject::Log => Code::LogUnreadable,
        }
    }

    /// How its message begins; the answer of the source follows.
    fn beginning(self) -> &'static str {
        match self {
            UnreadObject::Digest => "this digest could not be read: ",
            UnreadObject::LinkedDigest => {
                "a digest that its successor refers to could not be read: "
            }
            UnreadObject::Log => "a log that its digest lists could not be read: ",
        }
    }
}

impl Detail {
    /// The code of its findings.
    pub fn code(&self) -> Code {
        match self {
            Detail::DigestNotAsRecorded => Code::ChainLinkMismatch,
            Detail::SuccessorDoesNotFit => Code::DigestSignatureAbsent,
            Detail::LogCutOff => Code::LogMalformed,
            Detail::LogModifiedAndFollowed => Code::LogModified,
            Detail::Unread { object, .. } => object.code(),
        }
    }

    /// The message of its findings.
    pub fn message(&self) -> String {
        match self {
            Detail::DigestNotAsRecorded => DIGEST_NOT_AS_RECORDED.into(),
            Detail::SuccessorDoesNotFit => SUCCESSOR_DOES_NOT_FIT.into(),
            Detail::LogCutOff => LOG_CUT_OFF.into(),
            Detail::LogModifiedAndFollowed => LOG_MODIFIED_AND_FOLLOWED.into(),
            Detail::Unread { object, answer } => format!("{}{answer}", object.beginning()),
        }
    }

    /// The inverse of [`Detail::code`] and [`Detail::message`]; `None` where a finding has no detail. A sentence
    /// about the events that did the damage may come before the message.
    pub fn of_message(code: Code, message: &str) -> Option<Detail> {
        let fixed = [
            Detail::DigestNotAsRecorded,
            Detail::SuccessorDoesNotFit,
            Detail::LogCutOff,
            Detail::LogModifiedAndFollowed,
        ];
        let is_it =
            |detail: &Detail| detail.code() == code && ends_with(message, &detail.message());
        fixed.into_iter().find(is_it).or_else(|| {
            let mut objects = UnreadObject::ALL.into_iter().filter(|o| o.code() == code);
            objects.find_map(|object| {
                let answer = message.strip_prefix(object.beginning())?.into();
                Some(Detail::Unread { object, answer })
            })
        })
    }
}

/// Whether a text is this sentence, or ends with it.
fn ends_with(text: &str, sentence: &str) -> bool {
    let at = text.len().checked_sub(sentence.len());
    let parts = at.and_then(|at| text.split_at_checked(at));
    parts.is_some_and(|(before, last)| {
        let begins = before.is_empty() || before.ends_with(". ");
        begins && last.eq_ignore_ascii_case(sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::Code;
    use super::{Detail, UnreadObject};

    /// One of each variant. The match makes a new variant fail to compile until it stands here.
    fn each() -> Vec<Detail> {
        let unread = |object| Detail::Unread {
            object,
            answer: "access was denied (no)".into(),
        };
        let all = vec![
            Detail::DigestNotAsRecorded,
            Detail::SuccessorDoesNotFit,
            Detail::LogCutOff,
            Detail::LogModifiedAndFollowed,
            unread(UnreadObject::Digest),
            unread(UnreadObject::LinkedDigest),
            unread(UnreadObject::Log),
        ];
        for detail in &all {
            match detail {
                Detail::DigestNotAsRecorded
                | Detail::SuccessorDoesNotFit
                | Detail::LogCutOff
                | Detail::LogModifiedAndFollowed => {}
                Detail::Unread { object, .. } => match object {
                    UnreadObject::Digest | UnreadObject::LinkedDigest | UnreadObject::Log => {}
                },
            }
        }
        all
    }

    #[test]
    fn every_detail_comes_back_from_its_message() {
        for detail in each() {
            let back = Detail::of_message(detail.code(), &detail.message());
            assert_eq!(back, Some(detail));
        }
    }

    #[test]
    fn a_message_under_another_code_is_no_detail() {
        for detail in each() {
            assert_eq!(Detail::of_message(Code::Gap, &detail.message()), None);
        }
    }

    #[test]
    fn a_sentence_ends_a_text_only_where_it_is_a_sentence_of_its_own() {
        for (text, ends) in [
            ("it is cut off", true),
            ("Nobody knows. It is cut off", true),
            ("nobody knows whether it is cut off", false),
            ("Nobody knows. It was cut off", false),
            ("cut off", false),
        ] {
            assert_eq!(super::ends_with(text, "it is cut off"), ends, "{text}");
        }
    }

    #[test]
    fn events_that_are_added_to_a_message_change_no_detail() {
        for detail in [Detail::LogCutOff, Detail::LogModifiedAndFollowed] {
            let message = detail.message().replacen('t', "T", 1);
            let message = format!("Overwritten by somebody. {message}");
            let back = Detail::of_message(detail.code(), &message);
            assert_eq!(back, Some(detail));
        }
    }
}
