//! The object to explain, from its key alone (pure).

use std::str::FromStr;

use jiff::Timestamp;

use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, NotAn, Region};
use crate::cloudtrail::object_key::{DigestObjectKey, KeyRoot, LogObjectKey};
use crate::report::explain::v1::ExplainedKind;

/// An object that CloudTrail may have delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainTarget {
    /// The bucket that it was written to; `None` for any bucket.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
    /// Its key, parsed.
    pub name: TargetName,
}

/// A parsed key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetName {
    /// The key of a log.
    Log(LogObjectKey),
    /// The key of a digest or backfill digest.
    Digest(DigestObjectKey),
}

impl FromStr for ExplainTarget {
    type Err = NotAn;

    /// Parses a key or `s3://BUCKET/KEY`.
    fn from_str(text: &str) -> Result<Self, NotAn> {
        const WHAT: NotAn = NotAn(
            "the key of a log or a digest, from AWSLogs or the trail's prefix on, or s3://BUCKET/KEY",
        );
        let (bucket, key) = match text.strip_prefix("s3://") {
            Some(rest) => {
                let (bucket, key) = rest.split_once('/').ok_or(WHAT)?;
                (Some(bucket.to_owned()), key)
            }
            None => (None, text),
        };
        let digest = || DigestObjectKey::parse(key).map(TargetName::Digest);
        let name = LogObjectKey::parse(key)
            .map(TargetName::Log)
            .or_else(digest);
        Ok(ExplainTarget {
            bucket: bucket.filter(|b| !b.is_empty()),
            key: key.into(),
            name: name.ok_or(WHAT)?,
        })
    }
}

impl ExplainTarget {
    /// Whether a recorded place is that of this object. A place whose bucket is not known may be.
    pub fn matches(&self, bucket: Option<&str>, key: &str) -> bool {
        let differs = |(wanted, recorded): (&str, &str)| wanted != recorded;
        self.key == key && !self.bucket.as_deref().zip(bucket).is_some_and(differs)
    }

    /// The part of the key before the account, the account, and the region.
    pub fn folder(&self) -> (&KeyRoot, &AccountId, &Region) {
        match &self.name {
            TargetName::Log(log) => (&log.root, &log.account, &log.region),
            TargetName::Digest(digest) => {
                let chain = &digest.name.chain;
                (&digest.root, &chain.account, &chain.region)
            }
        }
    }

    /// Its kind, as reports show it.
    pub fn kind(&self) -> ExplainedKind {
        match &self.name {
            TargetName::Log(_) => ExplainedKind::Log,
            TargetName::Digest(digest) if digest.name.backfill => ExplainedKind::BackfillDigest,
            TargetName::Digest(_) => ExplainedKind::Digest,
        }
    }

    /// The windows whose digests may be evidence, up to the time when the source is read. `backfill_grace` is in
    /// seconds.
    pub fn windows(&self, backfill_grace: i64, read_at: Option<Timestamp>) -> TargetWindows {
        let window = |from, to: Timestamp| {
            let to = read_at.map_or(to, |at| to.min(at));
            Window::new(from, to.max(shift(from, 1)))
        };
        match &self.name {
            TargetName::Log(LogObjectKey { minute, .. }) => {
                let from = shift(*minute, -HOUR);
                let all = window(from, shift(*minute, backfill_grace));
                let usual = window(from, shift(*minute, 2 * HOUR).min(all.to));
                TargetWindows {
                    usual: (usual != all).then_some(usual),
                    all,
                }
            }
            // This window also meets the intervals of the digests before and after it.
            TargetName::Digest(digest) => {
                let end = digest.name.end;
                TargetWindows {
                    usual: None,
                    all: window(shift(end, -HOUR - 1), shift(end, 1)),
                }
            }
        }
    }

    /// The interval of a digest, from its name; `None` for a log.
    pub fn interval(&self) -> Option<Window> {
        match &self.name {
            TargetName::Log(_) => None,
            TargetName::Digest(digest) => {
                let end = digest.name.end;
                Some(Window::new(shift(end, -HOUR), end))
            }
        }
    }
}

/// The time to search for digests that may be evidence about an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetWindows {
    /// A short window, to be searched first: it usually holds the digest that lists a log. `None` if
    /// it would be as long as the other one.
    pub usual: Option<Window>,
    /// The window of all digests that could be evidence.
    pub all: Window,
}
