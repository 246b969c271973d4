//! The logs without events: they are counted by reason, and the first of each are named.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::base::text::s3_uri;
use crate::proof::finding::{Code, Finding};
use crate::validate::observer::{JudgedObject, ObjectKind, Observer};

/// Why the records of some log or of some digest's logs are not among the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WithoutEvents {
    /// There is a finding on the log.
    Log(Code),
    /// No proven digest lists the log so far.
    NotListed,
    /// The log was not read on request.
    NotRead,
    /// The log is not proven, and its text is too large to be read.
    TooLarge,
    /// The object cannot be read any more.
    Unreadable,
    /// The log is damaged although it is as delivered: its records before the damage are events.
    Broken,
    /// A digest is missing or not proven: nothing shows which logs it lists, or that they are its logs.
    Digest(Code),
}

impl WithoutEvents {
    /// The code of the finding, or the word for a reason without one.
    pub fn as_str(self) -> &'static str {
        match self {
            WithoutEvents::Log(code) | WithoutEvents::Digest(code) => code.as_str(),
            WithoutEvents::NotListed => "not-listed",
            WithoutEvents::NotRead => "not-read",
            WithoutEvents::TooLarge => "too-large",
            WithoutEvents::Unreadable => "not-readable",
            WithoutEvents::Broken => "not-records",
        }
    }
}

/// Counts the objects that give no events.
#[derive(Default)]
pub struct LogsWithout {
    limits: Limits,
    found: Mutex<BTreeMap<WithoutEvents, Sample>>,
}

impl LogsWithout {
    /// Adds an object.
    pub fn add(&self, why: WithoutEvents, name: String) {
        let mut found = self.found();
        found.entry(why).or_default().add(&self.limits, name);
    }

    /// Adds objects without their names.
    pub fn add_more(&self, why: WithoutEvents, count: u64) {
        if count > 0 {
            self.found().entry(why).or_default().count += count;
        }
    }

    /// All of them, by reason.
    pub fn into_reasons(self) -> BTreeMap<WithoutEvents, Sample> {
        self.found.into_inner().unwrap_or_else(|e| e.into_inner())
    }

    fn found(&self) -> MutexGuard<'_, BTreeMap<WithoutEvents, Sample>> {
        self.found.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Observer for LogsWithout {
    fn judged(&self, object: JudgedObject<'_>) {
        if object.outside_window {
            return;
        }
        let why = match (object.kind, object.finding) {
            (ObjectKind::Log, Some(finding)) => WithoutEvents::Log(finding.code),
            (ObjectKind::Log, None) if !object.read => WithoutEvents::NotRead,
            // Missing ones come as findings, with their time.
            (ObjectKind::Digest | ObjectKind::Backfill, Some(finding))
                if object.proven.is_none() && finding.code != Code::DigestMissing =>
            {
                WithoutEvents::Digest(finding.code)
            }
            _ => return,
        };
        self.add(why, s3_uri(object.bucket, object.key));
    }

    fn finalized(&self, finding: &Finding) {
        let why = match finding.code {
            Code::LogUnreferenced => WithoutEvents::Log(finding.code),
            Code::DigestMissing => WithoutEvents::Digest(finding.code),
            _ => return,
        };
        if let Some(key) = &finding.key {
            let name = s3_uri(finding.bucket.as_deref(), key);
            let time = finding.interval.filter(|time| !time.is_empty());
            let time = match (why, time) {
                (WithoutEvents::Digest(_), Some(time)) => {
                    format!(", of {} to {}", time.from, time.to)
                }
                _ => String::new(),
            };
            self.add(why, name + &time);
        } else {
            self.add_more(why, finding.count.unwrap_or(1));
        }
    }

    fn unlisted(&self, bucket: Option<&str>, key: &str) {
        self.add(WithoutEvents::NotListed, s3_uri(bucket, key));
    }
}
