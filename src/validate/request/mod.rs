//! What to validate: which chains, over which time, and how (pure).

pub mod continuation;
mod filter;
pub mod inventory;
mod log_selection;

use std::collections::BTreeSet;

use jiff::Timestamp;

use self::continuation::{Continuation, Continuations};
pub use self::filter::{ChainFilter, FilterTerm, TrailReach};
use self::inventory::KnownInventory;
pub use self::log_selection::LogSelection;
use crate::base::cancel::CancelFlag;
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::trail::TrailConfig;
use crate::proof::finding::Finding;
use crate::proof::look::Look;

/// What to validate and how. Where objects and keys come from is given separately, as
/// [`Access`](crate::validate::Access).
///
/// The default is every chain of the source, over the time of its digests, with every log read.
#[derive(Debug, Clone)]
pub struct Request {
    /// The chains to validate.
    pub filter: ChainFilter,
    /// The beginning of the window. If `None`, the window of each chain begins with its first digest,
    /// and missing earlier digests are not reported.
    pub from: Option<Timestamp>,
    /// The end of the window, exclusive. If `None`, the window of each chain ends with its last digest,
    /// and missing later digests are not reported.
    pub to: Option<Timestamp>,
    /// Where earlier runs of a scheduled check left off, if this one continues them: each chain there has a window
    /// of its own.
    pub continues: Option<Continuations>,
    /// When a copy was made, if that is known. Digests that may have been delivered only after that are
    /// pending, not missing. If `None`, nothing is pending.
    pub as_of: Option<Timestamp>,
    /// The time now, if the source is what CloudTrail writes to and not a copy. It is looked at now, so
    /// `as_of` then makes nothing pending.
    pub now: Option<Timestamp>,
    /// How many seconds the local clock is ahead of those of AWS, and negative if it is behind. `now` is the
    /// later of the two, so that less is pending; nothing is missing that is not so by both.
    pub clock_ahead: Option<i64>,
    /// How long the delivery of a digest may take, in seconds.
    pub delivery_lag: i64,
    /// How long after its interval a backfill digest may be delivered, in seconds.
    pub backfill_grace: i64,
    /// Which logs to read and compare with their digests. All others must still exist.
    pub logs: LogSelection,
    /// The seed that draws a sample of logs. The same seed draws the same logs.
    pub seed: String,
    /// Chains that must exist. Each one without a digest is a finding: a chain that was deleted
    /// completely leaves no other trace.
    pub expect: BTreeSet<ChainId>,
    /// How many objects to read at the same time.
    pub jobs: usize,
    /// How many accounts and regions to work on at the same time. With 1, an observer hears of one chain
    /// after another.
    pub chains_at_once: usize,
    /// What the caller knows before the run.
    pub prior: PriorKnowledge,
    /// A second, wider window, for the observer only: objects outside the window and inside this one are
    /// reported to the observer as well. They count in no result.
    pub observed: Option<ObservedWindow>,
    /// Validates one log and nothing else: only digests that could list it are read.
    pub only: Option<OneLog>,
    /// Whether to compare the proven logs with the events that LookupEvents lists. It takes time: AWS allows 100
    /// events per second, account and region.
    pub lookup: bool,
    /// Whether the run is to end early. The source, the keys and the trails heed it by themselves: from then on
    /// each of their answers is [`GetError::Cancelled`](crate::source::GetError::Cancelled).
    pub stop: CancelFlag,
    /// Bounds on what hostile input may cost.
    pub limits: Limits,
}

impl Default for Request {
    fn default() -> Self {
        Request {
            filter: ChainFilter::default(),
            from: None,
            to: None,
            continues: None,
            as_of: None,
            now: None,
            clock_ahead: None,
            delivery_lag: 2 * HOUR,
            backfill_grace: 24 * HOUR,
            logs: LogSelection::All,
            seed: String::new(),
            expect: BTreeSet::new(),
            jobs: 1,
            chains_at_once: 1,
            prior: PriorKnowledge::default(),
            observed: None,
            only: None,
            lookup: false,
            stop: CancelFlag::default(),
            limits: Limits::default(),
        }
    }
}

/// The most that the local clock may differ from that of AWS without a word, in seconds.
pub(crate) const CLOCK_OFF: u64 = 5 * 60;

impl Request {
    /// Whether a chain, or one that is called like it, must exist.
    pub(crate) fn expects(&self, chain: &ChainId) -> bool {
        let mut expected = self.expect.range(chain.first_alike()..);
        expected.next().is_some_and(|id| id.is_called_like(chain))
    }

    /// Where an earlier run left off with a chain.
    pub fn continuation(&self, chain: &ChainId) -> Option<&Continuation> {
        self.continues.as_ref()?.chains.get(chain)
    }

    /// Where an earlier run left off with a chain that is called alike. A trail that becomes an organization's goes on
    /// in another folder.
    fn kin(&self, chain: &ChainId) -> Option<&Continuation> {
        let chains = &self.continues.as_ref()?.chains;
        let (id, kin) = chains.range(chain.first_alike()..).next()?;
        id.is_called_like(chain).then_some(kin)
    }

    /// The beginning of the window of a chain, as far as it is known before its digests are: where an earlier run
    /// left off, or that of the request.
    pub fn from_of(&self, chain: &ChainId) -> Option<Timestamp> {
        let continued = self.continuation(chain).or_else(|| self.kin(chain));
        continued.map_or(self.from, |continuation| Some(continuation.from))
    }

    /// Whether earlier runs of a scheduled check did not see a chain. Its window does not begin before its digests.
    pub fn is_new(&self, chain: &ChainId) -> bool {
        let continues = self.continues.as_ref();
        continues.is_some_and(|continues| !continues.chains.contains_key(chain))
    }

    /// How many seconds the local clock is ahead of those of AWS, if that is worth a warning.
    pub fn clock_off(&self) -> Option<i64> {
        self.clock_ahead
            .filter(|ahead| ahead.unsigned_abs() > CLOCK_OFF)
    }

    /// The look at the source.
    pub fn look(&self) -> Look {
        Look {
            at: self.now.or(self.as_of),
            delivery_lag: self.delivery_lag,
            doubt: self
                .now
                .and(self.clock_ahead)
                .map_or(0, i64::saturating_abs),
        }
    }
}

/// What a caller found out before the run, for example while it looked up trails in AWS.
#[derive(Debug, Clone, Default)]
pub struct PriorKnowledge {
    /// Findings that belong to the outcome.
    pub findings: Vec<Finding>,
    /// Whether something needed could not be found out. The outcome is then not complete.
    pub incomplete: bool,
    /// Trails as they are configured now: those requested, or those that write to the buckets.
    pub trails: Vec<TrailConfig>,
    /// Why the trails that write to the buckets could not all be listed.
    pub trails_error: Option<String>,
    /// The files of a copy that were left out, as it is not known where in a bucket they were.
    pub left_out: Sample,
    /// The inventories that older logs are listed from.
    pub inventories: Vec<KnownInventory>,
    /// What stands behind the bundle that is read, if it is one.
    pub bundle: Option<BundleTrust>,
}

/// What stands behind a bundle, beside itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleTrust {
    /// The hash of its manifest was given: it is the one that was collected.
    Known,
    /// Nothing: when and what was collected are its own words.
    OwnWords,
}

/// The window in which the AWS CLI reports digests. It is wider than the window of a validation: it also
/// holds digests that end where that window begins or within an hour after its end, and backfill
/// digests before it that one inside it links to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObservedWindow {
    /// The earliest end of a digest. Without it, no digest outside the window is reported for its end.
    pub from: Option<Timestamp>,
    /// The latest end of a digest, inclusive. Without it, no digest outside the window is reported for its
    /// end.
    pub to: Option<Timestamp>,
}

impl ObservedWindow {
    /// The window that the AWS CLI uses for `--start-time` and `--end-time`.
    pub fn of_aws_cli(from: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        let to = to.map(|to| shift(to, HOUR));
        ObservedWindow { from, to }
    }

    /// Whether a digest that ends at `end` is reported to the observer for its end alone.
    pub fn holds(&self, end: Timestamp) -> bool {
        self.from.is_some_and(|from| end >= from) && self.to.is_some_and(|to| end <= to)
    }
}

/// One log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneLog {
    /// The bucket that it was written to; `None` for any bucket.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
}

impl OneLog {
    /// Whether a recorded place is that of this log.
    pub fn is(&self, bucket: &str, key: &str) -> bool {
        self.key == key && self.bucket.as_deref().is_none_or(|only| only == bucket)
    }
}
