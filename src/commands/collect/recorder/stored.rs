//! What an interrupted run stored: it answers before AWS is asked.

use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{ObjectName, Recorder, now};
use crate::base::limits::Limits;
use crate::source::GetError;
use crate::source::bundle::keys::BundleKeys;
use crate::source::bundle::layout;
use crate::source::bundle::record::HeadRecord;
use crate::source::bundle::replay::BundleSource;
use crate::source::bundle::trails::BundleTrails;

/// The answers that are stored in the folder of an unfinished collection.
pub struct StoredAnswers {
    dir: PathBuf,
    limits: Limits,
    /// When this run began.
    resumed: Timestamp,
    trails: BundleTrails,
    keys: BundleKeys,
}

impl StoredAnswers {
    /// The answers in a folder.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn of(dir: &Path, limits: &Limits) -> io::Result<Self> {
        let source = BundleSource::unfinished(dir, &[], limits)?;
        Ok(StoredAnswers {
            dir: dir.to_owned(),
            limits: limits.clone(),
            resumed: now(),
            trails: source.trails(),
            keys: BundleKeys::of(&source),
        })
    }

    /// What CloudTrail answered about trails.
    pub(super) fn trails(&self) -> &BundleTrails {
        &self.trails
    }

    /// What ListPublicKeys answered.
    pub(super) fn keys(&self) -> &BundleKeys {
        &self.keys
    }
}

impl Recorder {
    /// What an interrupted run stored.
    pub(super) fn stored(&self) -> Option<&StoredAnswers> {
        self.stored.as_ref()
    }

    /// Whether an object was stored by an interrupted run, and not by this one.
    pub(super) fn is_of_earlier_run(&self, name: ObjectName<'_>) -> bool {
        let Some(stored) = &self.stored else {
            return false;
        };
        let record = |path: &String| {
            let head = self.store.open(&layout::head(path)).ok()?;
            let head = BufReader::new(head.take(stored.limits.head_json));
            serde_json::from_reader::<_, HeadRecord>(head).ok()
        };
        let bodies = name.places().iter().filter_map(record).next();
        let body = bodies.and_then(|record| record.body);
        body.is_some_and(|body| body.at < stored.resumed)
    }

    /// The objects and listings of buckets that an interrupted run stored.
    pub(super) fn stored_source(&self, buckets: &[String]) -> Option<BundleSource> {
        let stored = self.stored.as_ref()?;
        // Without it, everything is asked for again.
        BundleSource::unfinished(&stored.dir, buckets, &stored.limits).ok()
    }
}

/// An answer that is stored; `None` if it has to be asked for.
pub(super) fn known<T>(answer: Result<T, GetError>) -> Option<T> {
    // Where a stored file cannot be read, AWS is asked again.
    answer.ok()
}
