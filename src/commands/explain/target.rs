//! The object that is asked about (pure).

use std::str::FromStr;

use jiff::Timestamp;

use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, NotAn, Region};
use crate::cloudtrail::object_key::{DigestObjectKey, KeyRoot, LogObjectKey};

/// An object that CloudTrail may have delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainTarget {
    /// The bucket it was written to; any where absent.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
    /// What its key says that it is.
    pub name: TargetName,
}

/// What a key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetName {
    /// It is a log's.
    Log(LogObjectKey),
    /// It is that of a digest, or of a backfill digest.
    Digest(DigestObjectKey),
}

impl FromStr for ExplainTarget {
    type Err = NotAn;

    /// Reads a key, or `s3://BUCKET/KEY`.
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
    /// Whether a place is its own; a place without a bucket may be.
    pub fn is(&self, bucket: Option<&str>, key: &str) -> bool {
        let other = |(asked, found): (&str, &str)| asked != found;
        self.key == key && !self.bucket.as_deref().zip(bucket).is_some_and(other)
    }

    /// What stands before the account, the account, and the region.
    pub fn folder(&self) -> (&KeyRoot, &AccountId, &Region) {
        match &self.name {
            TargetName::Log(log) => (&log.root, &log.account, &log.region),
            TargetName::Digest(digest) => {
                let chain = &digest.name.chain;
                (&digest.root, &chain.account, &chain.region)
            }
        }
    }

    /// What it is called.
    pub fn what(&self) -> &'static str {
        match &self.name {
            TargetName::Log(_) => "log",
            TargetName::Digest(digest) if digest.name.backfill => "backfill digest",
            TargetName::Digest(_) => "digest",
        }
    }

    /// The windows whose digests are looked at, one after the other until it is explained: those that
    /// usually name a log, then all that could.
    pub fn windows(&self, backfill_grace: i64, as_of: Option<Timestamp>) -> Vec<Window> {
        let window = |from, to: Timestamp| {
            let seen = as_of.map_or(to, |as_of| to.min(as_of));
            Window::new(from, seen.max(shift(from, 1)))
        };
        match &self.name {
            TargetName::Log(LogObjectKey { minute, .. }) => {
                let from = shift(*minute, -HOUR);
                let all = window(from, shift(*minute, backfill_grace));
                let usual = window(from, shift(*minute, 2 * HOUR).min(all.to));
                if usual == all {
                    vec![all]
                } else {
                    vec![usual, all]
                }
            }
            // Its neighbours meet this window as well.
            TargetName::Digest(digest) => {
                let end = digest.name.end;
                vec![window(shift(end, -HOUR - 1), shift(end, 1))]
            }
        }
    }

    /// The interval of a digest, as its name tells it: what lies beside it is its neighbours' time.
    pub fn own_time(&self) -> Option<Window> {
        match &self.name {
            TargetName::Log(_) => None,
            TargetName::Digest(digest) => {
                let end = digest.name.end;
                Some(Window::new(shift(end, -HOUR), end))
            }
        }
    }
}
