//! An object read under a digest's name, before it is judged (pure).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::sha256::Sha256;
use crate::base::time::shift;
use crate::cloudtrail::digest::Unverified;
use crate::cloudtrail::object_key::DigestName;
use crate::proof::finding::ObjectFacts;
use crate::proof::judge::OwnSignature;
use crate::proof::placement::RecordedPlace;
use crate::proof::reason::Reason;

/// The content of an object under a digest's name.
#[derive(Debug)]
pub enum Content {
    /// A digest. Nothing it claims is proven yet.
    Digest {
        /// The digest.
        digest: Box<Unverified>,
        /// Whether its container is one intact gzip member and nothing else.
        whole: bool,
    },
    /// Something else.
    Other(NotDigest),
}

/// Content that is not a digest.
#[derive(Debug)]
pub enum NotDigest {
    /// Bytes that are not a valid digest.
    Bytes {
        /// Why not, in words.
        why: String,
        /// SHA-256 of the inflated bytes.
        sha256: Sha256,
    },
    /// More bytes than the limit for a digest.
    TooLarge {
        /// SHA-256 of all its bytes, if it was read to its end.
        sha256: Option<Sha256>,
        /// The limit, in bytes.
        limit: u64,
    },
    /// It could not be read.
    Unread {
        /// Why.
        reason: Reason,
        /// The answer of the source, in words.
        answer: String,
    },
}

/// Why the metadata of a digest is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetadataProblem {
    /// The store's own metadata holds no signature.
    Unsigned,
    /// `KEY.head.json` holds no signature.
    HeadUnsigned,
    /// `KEY.head.json` could not be read.
    HeadUnreadable,
    /// `KEY.head.json` is empty, as a command that fails leaves it.
    HeadEmpty,
    /// `KEY.head.json` is in no form that is read.
    HeadMalformed,
}

impl MetadataProblem {
    /// The message of a digest that is not proven because of it.
    pub fn message(self) -> &'static str {
        match self {
            MetadataProblem::Unsigned => {
                "the metadata of this digest contains no signature: it was written here by something other than \
                 CloudTrail, or copied without its metadata; no later digest present records its signature \
                 either"
            }
            MetadataProblem::HeadUnsigned => {
                "this digest's KEY.head.json exists but contains no signature"
            }
            MetadataProblem::HeadUnreadable => {
                "this digest's KEY.head.json exists but could not be read"
            }
            MetadataProblem::HeadEmpty => {
                "this digest's KEY.head.json is empty: the command that should have written it may have \
                 failed; the file may be deleted"
            }
            MetadataProblem::HeadMalformed => {
                "this digest's KEY.head.json exists but is in none of the supported formats: those of `aws \
                 s3api head-object`, boto3, `rclone lsjson -M` and `mc stat --json`"
            }
        }
    }
}

/// An object read under a digest's name.
#[derive(Debug)]
pub struct Reading {
    /// The bucket it was found in, if that has a name.
    pub bucket: Option<String>,
    /// The key it was found under.
    pub key: String,
    /// The parts of its name.
    pub name: DigestName,
    /// The places that the object may represent.
    pub recorded: Vec<RecordedPlace>,
    /// Its content.
    pub content: Content,
    /// Its own signature.
    pub own: OwnSignature,
    /// Its size, entity tag and so on, from the store.
    pub facts: ObjectFacts,
    /// When a backfill digest was generated, according to its metadata. Nothing signs this: it
    /// selects the keys to look up, and proves nothing.
    pub generated: Option<Timestamp>,
    /// The time in which it was signed, both ends included.
    pub signed: (Timestamp, Timestamp),
    /// Why its metadata cannot be used, if it has some.
    pub metadata_trouble: Option<MetadataProblem>,
    /// It is a copy from elsewhere, and the digest is missing at its recorded place, which is part of the
    /// source.
    pub without_original: bool,
}

/// The time in which a digest was signed, both ends included: from its end, or from the generation
/// of a backfill digest, for `delivery_lag` seconds. If a backfill digest has no time of
/// generation, it may have been signed at any time after its end.
pub fn signed_within(
    name: &DigestName,
    generated: Option<Timestamp>,
    delivery_lag: i64,
) -> (Timestamp, Timestamp) {
    match generated {
        Some(at) => (at, shift(at, delivery_lag)),
        None if name.backfill => (name.end, Timestamp::MAX),
        None => (name.end, shift(name.end, delivery_lag)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{MetadataProblem, signed_within};
    use crate::cloudtrail::object_key::{DigestName, DigestObjectKey};
    use crate::proof::fixtures::{HOME, at, digest_key};

    #[test]
    fn only_a_backfill_digest_without_a_time_of_generation_may_be_signed_at_any_later_time() {
        let key = DigestObjectKey::parse(&digest_key(HOME, "10:00")).expect("the key of a digest");
        let rows = [
            (false, None, (at("10:00"), at("12:00"))),
            (true, None, (at("10:00"), Timestamp::MAX)),
            (true, Some(at("15:00")), (at("15:00"), at("17:00"))),
        ];
        for (backfill, generated, expected) in rows {
            let name = DigestName {
                backfill,
                ..key.name.clone()
            };
            let signed = signed_within(&name, generated, 7200);
            assert_eq!(signed, expected, "{backfill}, {generated:?}");
        }
    }

    #[test]
    fn a_head_file_is_blamed_only_where_there_is_one() {
        use MetadataProblem::{HeadEmpty, HeadMalformed, HeadUnreadable, HeadUnsigned, Unsigned};
        for problem in [HeadEmpty, HeadMalformed, HeadUnreadable, HeadUnsigned] {
            let message = problem.message();
            assert!(message.contains("KEY.head.json"), "{message}");
        }
        let message = Unsigned.message();
        assert!(message.contains("no signature"), "{message}");
        assert!(!message.contains("KEY.head.json"), "{message}");
    }
}
