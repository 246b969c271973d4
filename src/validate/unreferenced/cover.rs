//! What the digests of the chains in a folder say of a log that none of them names.

use jiff::Timestamp;

use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::coverage::Spans;
use crate::source::RootId;
use crate::validate::digests::chain::ChainState;

/// What the digests of one chain say of time.
pub(crate) struct Cover {
    /// The chain's place among those that were asked for.
    pub asked: Option<usize>,
    /// Where its digests lie.
    pub places: Vec<(RootId, KeyRoot)>,
    /// The time it was walked over.
    pub window: Window,
    /// Covered by proven digests.
    pub verified: Spans,
    /// Time whose backfill digests are not proven.
    pub unsure: Spans,
    /// Time that no digest covers.
    pub gaps: Vec<Window>,
    /// The ends of starting digests: none before one of them names what was delivered after it.
    pub restarts: Vec<Timestamp>,
}

/// What a log is that no digest names.
pub(crate) enum LogClass {
    /// It lies in a gap of a chain that was asked for.
    InGaps,
    /// It lies in a gap of a chain that was not asked for.
    InOthersGap,
    /// Every digest that could name it is proven.
    Unreferenced,
    /// Not every digest that could name it is.
    Undecided,
}

impl Cover {
    /// What a chain that was asked for says.
    pub fn new(asked: Option<usize>, proved: &ChainState) -> Cover {
        Cover {
            asked,
            places: proved.names.places().into_iter().cloned().collect(),
            window: proved.window,
            verified: proved.main.paint.verified.clone(),
            unsure: proved
                .backfill
                .as_ref()
                .map(|walked| walked.paint.coloured())
                .unwrap_or_default(),
            gaps: proved.gaps.iter().map(|g| g.time).collect(),
            restarts: proved.main.restarts.clone(),
        }
    }

    /// Whether a digest of this chain may name a log delivered in some time.
    fn meets(&self, time: Window) -> bool {
        time.to >= self.window.from && time.from <= self.window.to
    }

    /// Whether every digest that may name a log delivered in some time is proven.
    fn proves(&self, minute: Timestamp, mut time: Window) -> bool {
        let since = |at: &&Timestamp| time.from < **at && **at <= minute;
        if let Some(restart) = self.restarts.iter().filter(since).max() {
            time.from = *restart;
        }
        let unsure = || self.unsure.iter().any(|s| !s.clip(&time).is_empty());
        self.verified.missing_from(time).is_empty() && !unsure()
    }

    fn gap_at(&self, at: Timestamp) -> bool {
        self.gaps.iter().any(|g| g.from <= at && at < g.to)
    }
}

/// What a log is that no digest names, by the minute in its name.
pub(crate) fn classify(
    covers: &[Cover],
    folder: &(RootId, KeyRoot),
    minute: Timestamp,
    grace: i64,
) -> LogClass {
    let time = Window::new(shift(minute, -HOUR), shift(minute, grace.max(HOUR)));
    let here = || {
        let here = covers.iter().filter(|c| c.places.contains(folder));
        here.filter(|c| c.meets(time))
    };
    if here().any(|c| c.asked.is_some() && c.gap_at(minute)) {
        LogClass::InGaps
    } else if here().any(|c| c.gap_at(minute)) {
        LogClass::InOthersGap
    } else if here().all(|c| c.proves(minute, time)) {
        LogClass::Unreferenced
    } else {
        LogClass::Undecided
    }
}
