//! What to do about a finding. Some advice differs between the buckets that CloudTrail writes to and a copy of
//! them: a bucket cannot be an incomplete copy, and a copy has no versions. So a finding keeps
//! what to do, and a report puts it into words where the source is known. A bundle gets the advice of the
//! buckets, because it answers as they did.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::base::text::quoted;
use crate::cloudtrail::ids::Region;
use crate::proof::reason::Reason;

/// Where objects are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFrom {
    /// In the buckets that CloudTrail writes to.
    Buckets,
    /// In a copy of them.
    Copy,
    /// In a bundle, which answers as the buckets did when it was collected.
    Bundle,
}

/// An object that has a copy on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiedObject {
    /// The bucket that it is in.
    pub bucket: String,
    /// Its key there.
    pub key: String,
    /// The place of the copy, below the folder given with `--path`.
    pub copy: String,
}

/// What to do about a finding. A part stores that of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hint {
    /// About an object whose original survives as a version. Whether recorded calls on it are shown.
    FetchOriginal(bool),
    /// About an object whose original is in the bundle that is read. Whether recorded calls on it are shown, and
    /// where in the bundle the original lies.
    KeepOriginal(bool, String),
    /// About an object whose original is in no version. Whether recorded calls on it are shown.
    NoOriginal(bool),
    /// About an object whose original may be in an archived version. Whether recorded calls on it are shown.
    RestoreOriginal(bool),
    /// The same wherever objects are read.
    Text(Cow<'static, str>),
    /// About what could not be read because reading failed.
    CheckReading,
    /// About a missing object.
    LookForMissing,
    /// About a missing chain that others call for.
    LookForChain,
    /// About a chain that earlier runs saw and that has ended or has no digest any more.
    ClosedAccount,
    /// About an object that was altered.
    OlderVersion,
    /// About missing objects, or a gap, where recorded calls on these objects are shown.
    AskAboutRemoval,
    /// About an altered object, where recorded calls that wrote it are shown.
    AskAboutWrite,
    /// About an object that is stored inflated.
    Recopy,
    /// About an object that may have been added.
    WhoWroteIt,
    /// About an object in this bucket, which was not given.
    OtherBucket(String),
    /// About a digest whose copy has no metadata.
    KeepMetadata(Box<CopiedObject>),
    /// About keys of this region, which key files do not hold.
    #[serde(skip)]
    GetKeys(Region),
    /// About keys of this region, where no keys at all were given.
    #[serde(skip)]
    GiveKeys(Region),
    /// About logs whose folder was not copied.
    CopyLogs,
    /// About digests that were not found, where there are logs in these folders.
    LogsAlone(String),
    /// About digests that were not found, where there is nothing of CloudTrail.
    NothingHere,
    /// About the digests of an account that owns another trail, or that are missing. The account.
    OtherOwner(String),
}

impl Hint {
    /// The advice in words.
    pub fn words(self, from: ReadFrom) -> String {
        let copied = from == ReadFrom::Copy;
        let fixed = |in_buckets: &'static str, in_copy: &'static str| {
            if copied { in_copy } else { in_buckets }.to_owned()
        };
        match self {
            Hint::Text(text) => text.into_owned(),
            Hint::FetchOriginal(asks) => after_asking(
                asks,
                "fetch the original by its version ID (aws s3api get-object) before a lifecycle rule removes it, \
                 and keep it as evidence",
            ),
            Hint::KeepOriginal(asks, path) => after_asking(
                asks,
                &format!("the bundle holds the original: {path}; keep it as evidence"),
            ),
            Hint::NoOriginal(asks) => after_asking(
                asks,
                "check replicas and backups of the bucket, and its lifecycle rules for old versions: no version \
                 in it is the original",
            ),
            Hint::RestoreOriginal(asks) => after_asking(
                asks,
                "restore the archived version (aws s3api restore-object, which changes the bucket), then run \
                 again",
            ),
            Hint::CheckReading => fixed(
                Reason::Io.hint(),
                "check the disk and the file system of the copy, then run again",
            ),
            Hint::LookForMissing => fixed(
                "check for a lifecycle rule that removed objects, and for versions and delete markers (aws \
                 s3api list-object-versions)",
                "check that the copy is complete; if it is, check the bucket for a lifecycle rule that removed \
                 objects, and for versions and delete markers (aws s3api list-object-versions)",
            ),
            Hint::LookForChain => fixed(
                "check for a lifecycle rule that removed objects, and for versions and delete markers (aws \
                 s3api list-object-versions); use --exclude to leave out a chain that is not needed",
                "check that the copy has all regions and accounts (if not, list those that it has with --region \
                 or --account-id); if it has, check the bucket for a lifecycle rule that removed objects, and \
                 for versions and delete markers (aws s3api list-object-versions)",
            ),
            Hint::ClosedAccount => fixed(
                "if its account or region was closed, follow \"An account or a region that was closed\" in trailproof help \
                 options (--accept with follows = true; --exclude before its digests are deleted); if not, check for a lifecycle rule that \
                 removed objects, and for versions and delete markers (aws s3api list-object-versions)",
                "if its account or region was closed, follow \"An account or a region that was closed\" in trailproof help \
                 options (--accept with follows = true; --exclude before its digests are deleted); if not, check that the copy is complete, and \
                 check the bucket for a lifecycle rule that removed objects, and for versions and delete markers (aws \
                 s3api list-object-versions)",
            ),
            Hint::OlderVersion => fixed(
                "check for an older version of the object (aws s3api list-object-versions), and find out who \
                 wrote this one",
                "compare it with the object in the bucket; check the bucket for an older version (aws s3api \
                 list-object-versions), and find out who wrote this one",
            ),
            Hint::AskAboutRemoval => fixed(
                "ask the caller whether this was intended, and check for versions and delete markers (aws s3api \
                 list-object-versions)",
                "ask the caller whether this was intended, and check the bucket for versions and delete markers \
                 (aws s3api list-object-versions)",
            ),
            Hint::AskAboutWrite => fixed(
                "ask the caller whether this was intended, and check for an older version of the object (aws \
                 s3api list-object-versions)",
                "ask the caller whether this was intended; compare it with the object in the bucket, and check \
                 the bucket for an older version (aws s3api list-object-versions)",
            ),
            Hint::Recopy => fixed(
                "if a proxy or client removed its Content-Encoding on the way, read without it; if a tool \
                 stored it this way, check for an older version (aws s3api list-object-versions), and read the \
                 bucket that CloudTrail wrote to",
                "if the copying tool removed Content-Encoding, copy again with one that does not",
            ),
            Hint::WhoWroteIt => fixed(
                "find out who wrote it (PutObject events on the bucket, at the time that S3 reports as last \
                 modified), and do not use it until that is known",
                "check whether the bucket has it too, find out who wrote it there (PutObject events on the \
                 bucket), and do not use it until that is known",
            ),
            Hint::OtherBucket(bucket) if copied => {
                let path = quoted(&format!("{bucket}=DIR"));
                format!("give the copy of bucket {bucket} too: --path {path}")
            }
            Hint::OtherBucket(bucket) => {
                format!("give bucket {bucket} too: --s3-bucket {}", quoted(&bucket))
            }
            Hint::KeepMetadata(_) => {
                "save the digest's metadata, which holds its signature, beside its copy (aws \
                                      s3api head-object)"
                    .to_owned()
            }
            Hint::GiveKeys(region) if from == ReadFrom::Bundle => format!(
                "a bundle does not vouch for its own keys: give the SHA-256 of its manifest that was written \
                 down when it was collected (--manifest-sha256 HASH), and the keys in it count; or give the \
                 public keys of {region} from a place that you trust (--keys FILE)"
            ),
            Hint::GetKeys(region) | Hint::GiveKeys(region) => format!(
                "get the public keys of {region} for the time these digests were signed, from an hour before the \
                 first to a day after the last (aws cloudtrail list-public-keys), and give them with --keys"
            ),
            Hint::CopyLogs => {
                "copy the logs too (aws s3 sync), or prove the digests alone with --logs none"
                    .to_owned()
            }
            Hint::LogsAlone(folders) => format!(
                "logs exist without digests, in {folders}: validation was never on, or the digests were \
                 deleted{}",
                if copied {
                    ", or they were not copied"
                } else {
                    ""
                }
            ),
            Hint::NothingHere => format!(
                "check that this is the {} that contains AWSLogs with its CloudTrail-Digest folders; the layout \
                 is AWSLogs/ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/",
                if copied { "folder" } else { "bucket" }
            ),
            Hint::OtherOwner(account) => format!(
                "these digests are of an organization's trail of that name, and none of them is of account \
                 {account}: that account owns another trail, or its own digests are missing (deleted, expired \
                 or {})",
                if copied {
                    "not copied"
                } else {
                    "never delivered"
                }
            ),
        }
    }
}

/// Advice, after the question for the caller where recorded calls are shown.
fn after_asking(asks: bool, advice: &str) -> String {
    match asks {
        true => format!("ask the caller whether this was intended; {advice}"),
        false => advice.to_owned(),
    }
}

impl From<&'static str> for Hint {
    fn from(text: &'static str) -> Self {
        Hint::Text(Cow::Borrowed(text))
    }
}

impl From<Reason> for Hint {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Io => Hint::CheckReading,
            reason => reason.hint().into(),
        }
    }
}

impl From<String> for Hint {
    fn from(text: String) -> Self {
        Hint::Text(Cow::Owned(text))
    }
}

#[cfg(test)]
mod tests {
    use super::{Hint, ReadFrom};

    #[test]
    fn the_manifest_of_a_bundle_is_asked_for_only_where_a_bundle_is_read_without_keys() {
        let region = || "eu-west-1".parse().expect("a region");
        let asks = |hint: Hint, from| hint.words(from).contains("--manifest-sha256");
        assert!(asks(Hint::GiveKeys(region()), ReadFrom::Bundle));
        assert!(!asks(Hint::GetKeys(region()), ReadFrom::Bundle));
        for from in [ReadFrom::Buckets, ReadFrom::Copy] {
            assert!(!asks(Hint::GiveKeys(region()), from), "{from:?}");
        }
    }

    #[test]
    fn where_recorded_calls_are_shown_the_caller_is_asked_first() {
        let all: [fn(bool) -> Hint; 4] = [
            Hint::FetchOriginal,
            Hint::NoOriginal,
            Hint::RestoreOriginal,
            |asks| Hint::KeepOriginal(asks, "originals/1".into()),
        ];
        for hint in all {
            let asked = hint(true).words(ReadFrom::Buckets);
            let advice = hint(false).words(ReadFrom::Buckets);
            assert!(asked.starts_with("ask the caller"), "{asked}");
            assert!(
                asked.len() > advice.len() && asked.ends_with(&advice),
                "{asked}"
            );
            assert!(
                !advice.is_empty() && !advice.contains("ask the caller"),
                "{advice}"
            );
        }
    }

    #[test]
    fn no_hint_on_buckets_speaks_of_a_copy_and_each_on_a_copy_says_where_versions_are() {
        let all = [
            Hint::LookForMissing,
            Hint::LookForChain,
            Hint::ClosedAccount,
            Hint::OlderVersion,
            Hint::AskAboutRemoval,
            Hint::AskAboutWrite,
            Hint::Recopy,
            Hint::WhoWroteIt,
            Hint::OtherBucket("trail-logs".into()),
            Hint::LogsAlone("AWSLogs/".into()),
            Hint::NothingHere,
            Hint::OtherOwner("111111111111".into()),
        ];
        for hint in all {
            let on_buckets = hint.clone().words(ReadFrom::Buckets);
            for word in ["copy", "copied", "copying", "--path"] {
                assert!(!on_buckets.contains(word), "{on_buckets}");
            }
            let on_copy = hint.words(ReadFrom::Copy);
            assert_ne!(on_buckets, on_copy);
            assert!(!on_copy.contains("--s3-bucket"), "{on_copy}");
            if on_copy.contains("list-object-versions") || on_copy.contains("PutObject") {
                assert!(on_copy.contains("bucket"), "{on_copy}");
            }
        }
    }
}
