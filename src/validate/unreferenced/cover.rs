//! What the digests of the chains in a folder show about a log that none of them lists.

use jiff::Timestamp;

use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::coverage::Spans;
use crate::source::RootId;
use crate::validate::chain_state::ChainState;

/// Which time the digests of one chain cover.
pub(super) struct Cover {
    /// The chain's index among the requested chains of its account and region; `None` if it was not
    /// requested.
    pub requested: Option<usize>,
    /// The folders that hold its digests.
    pub places: Vec<(RootId, KeyRoot)>,
    /// The time over which its digests were walked.
    pub window: Window,
    /// The time that proven digests cover.
    pub verified: Spans,
    /// The time whose backfill digests are not proven.
    pub unsure: Spans,
    /// The time that no digest covers.
    pub gaps: Vec<Window>,
    /// The ends of starting digests. No digest before a restart lists a log delivered after it.
    pub restarts: Vec<Timestamp>,
}

/// What is known about a log that no digest lists.
pub(super) enum LogClass {
    /// It is in a gap of a requested chain.
    InGaps,
    /// It is in a gap of a chain that was not requested.
    InOthersGap,
    /// Every digest that could list it is proven, and none does.
    Unreferenced,
    /// A digest that could list it is missing or not proven.
    Undecided,
}

impl Cover {
    /// The cover of a requested chain, by its index.
    pub fn requested(index: usize, chain: &ChainState) -> Cover {
        let backfill = chain.digests.backfill.as_ref();
        Cover {
            requested: Some(index),
            places: chain.digests.names.places().into_iter().cloned().collect(),
            window: chain.window,
            verified: chain.digests.main.paint.verified.clone(),
            unsure: backfill
                .map(|walked| walked.paint.coloured())
                .unwrap_or_default(),
            gaps: chain.gaps.iter().map(|g| g.time).collect(),
            restarts: chain.digests.main.restarts.clone(),
        }
    }

    /// Whether a digest of this chain may list a log delivered in `time`.
    fn meets(&self, time: Window) -> bool {
        time.to >= self.window.from && time.from <= self.window.to
    }

    /// Whether every digest of this chain that may list a log of `minute`, delivered in `time`, is
    /// proven.
    fn proves(&self, minute: Timestamp, mut time: Window) -> bool {
        let is_before_log = |at: &&Timestamp| time.from < **at && **at <= minute;
        if let Some(restart) = self.restarts.iter().filter(is_before_log).max() {
            time.from = *restart;
        }
        let unsure = || self.unsure.iter().any(|s| !s.clip(&time).is_empty());
        self.verified.missing_from(time).is_empty() && !unsure()
    }

    fn has_gap_at(&self, at: Timestamp) -> bool {
        self.gaps.iter().any(|g| g.from <= at && at < g.to)
    }
}

/// Classifies a log that no digest lists, by its folder and the minute in its name. The digest of a log
/// covers some instant between an hour before that minute and an hour, or `grace` seconds if that is more,
/// after it: a backfill digest may come late.
pub(super) fn classify(
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
    if here().any(|c| c.requested.is_some() && c.has_gap_at(minute)) {
        LogClass::InGaps
    } else if here().any(|c| c.has_gap_at(minute)) {
        LogClass::InOthersGap
    } else if here().all(|c| c.proves(minute, time)) {
        LogClass::Unreferenced
    } else {
        LogClass::Undecided
    }
}
