//! What to validate: which chains, over which time, and how (pure).

mod filter;
mod log_selection;

use jiff::Timestamp;

pub use self::filter::{ChainFilter, FilterTerm};
pub use self::log_selection::LogSelection;
use crate::base::limits::Limits;
use crate::base::time::HOUR;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::trail::TrailConfig;
use crate::proof::finding::Finding;

/// A whole request, apart from where objects and keys come from.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which chains.
    pub filter: ChainFilter,
    /// The beginning of the window; from the data where not given.
    pub from: Option<Timestamp>,
    /// The end of the window; from the data where not given.
    pub to: Option<Timestamp>,
    /// When the source was looked at; the window's end where not given.
    pub as_of: Option<Timestamp>,
    /// How long delivery may take, in seconds.
    pub delivery_lag: i64,
    /// How long after its interval a backfill digest is expected, in seconds.
    pub backfill_grace: i64,
    /// Which logs are read.
    pub logs: LogSelection,
    /// What a sample of logs is drawn with.
    pub seed: String,
    /// Chains that must be there.
    pub expect: Vec<ChainId>,
    /// Objects worked on at the same time.
    pub jobs: usize,
    /// Chains worked on at the same time.
    pub chains_at_once: usize,
    /// What was found out before anything was looked at.
    pub beforehand: Vec<Finding>,
    /// Whether everything that was to be found out beforehand could be.
    pub complete: bool,
    /// Trails as they are configured now: those asked for, or those that write to the buckets.
    pub trails: Vec<TrailConfig>,
    /// Why the trails that write to the buckets could not all be asked for.
    pub untold: Option<String>,
    /// Whether digests that only touch the window, and their logs, are told of as well, as the AWS CLI
    /// looks at them: those that end where it begins, or within an hour after its end, and a backfill
    /// digest before it that one within is linked to. They count in nothing.
    pub touching: bool,
    /// The one log that is looked at, where no other is: then nothing is looked for but the digests
    /// that could name it.
    pub only: Option<OneLog>,
    /// Bounds on what input may cost.
    pub limits: Limits,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneLog {
    /// The bucket it was written to; any where absent.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
}

impl OneLog {
    /// Whether a place is that of the object.
    pub fn is(&self, bucket: &str, key: &str) -> bool {
        self.key == key && self.bucket.as_deref().is_none_or(|only| only == bucket)
    }
}

impl Default for Request {
    /// Everything that is there, over the time of its data, with one worker.
    fn default() -> Self {
        Request {
            filter: ChainFilter::default(),
            from: None,
            to: None,
            as_of: None,
            delivery_lag: 2 * HOUR,
            backfill_grace: 24 * HOUR,
            logs: LogSelection::All,
            seed: String::new(),
            expect: Vec::new(),
            jobs: 1,
            chains_at_once: 1,
            beforehand: Vec::new(),
            complete: true,
            trails: Vec::new(),
            untold: None,
            touching: false,
            only: None,
            limits: Limits::default(),
        }
    }
}
