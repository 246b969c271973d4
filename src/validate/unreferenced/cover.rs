//! What the digests of the chains in a folder show about an object that none of them lists.

use jiff::Timestamp;

use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{KeyRoot, KeyTime};
use crate::proof::chain::Walked;
use crate::proof::coverage::Spans;
use crate::source::RootId;
use crate::validate::chain_state::ChainState;

/// How far the minute in the name of a log is from its delivery at most, in seconds: it is a five-minute
/// mark. So a log this near to time that is not verified may have been delivered in that time.
pub(super) const NAME_SLACK: i64 = 300;

/// Which time the digests of one chain cover.
pub(super) struct Cover {
    pub id: ChainId,
    /// The chain's index among the requested chains of its account and region; `None` if it was not
    /// requested.
    pub requested: Option<usize>,
    /// The folders that hold its digests.
    pub places: Vec<(RootId, KeyRoot)>,
    /// The time over which its digests were walked.
    pub window: Window,
    /// Until when they were read: also after the window, for the logs of its last hours.
    pub read_to: Timestamp,
    /// The time that proven digests cover.
    pub verified: Spans,
    /// The time whose digests are damaged, missing or not proven.
    pub coloured: Spans,
    /// The time whose backfill digests are not proven.
    pub unsure: Spans,
    /// The time that no digest covers.
    pub gaps: Vec<Window>,
    /// The ends of starting digests. No digest before a restart lists a log delivered after it.
    pub restarts: Vec<Timestamp>,
    /// The end of its newest digest: digests end at the same minute of each hour.
    pub phase: Option<Timestamp>,
}

/// Where a log that no digest lists stands, among the requested chains of its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Standing {
    /// Proven digests of one of them cover its time.
    pub covered: bool,
    /// It is in a gap of one of them.
    pub in_gap: bool,
}

impl Cover {
    /// The cover of a requested chain, by its index.
    pub fn requested(index: usize, chain: &ChainState) -> Cover {
        let backfill = chain.digests.backfill.as_ref();
        let main = &chain.digests.main;
        Cover {
            id: chain.id.clone(),
            requested: Some(index),
            places: chain.digests.names.places().cloned().collect(),
            window: chain.window,
            read_to: chain.window.to,
            verified: main.paint.verified.clone(),
            coloured: main.paint.coloured(),
            unsure: backfill
                .map(|walked| walked.paint.coloured())
                .unwrap_or_default(),
            gaps: chain.gaps.iter().map(|g| g.time).collect(),
            restarts: main.restarts.clone(),
            phase: chain.digests.names.ends().map(|(_, last)| last),
        }
    }

    /// Adds what the digests after the window show, up to `to`.
    pub fn extend(&mut self, main: &Walked, backfill: &Walked, to: Timestamp) {
        let verified = main.paint.verified.iter();
        verified.for_each(|time| self.verified.insert(time));
        let unsure = backfill.paint.coloured();
        unsure.iter().for_each(|time| self.unsure.insert(time));
        self.read_to = self.read_to.max(to);
    }

    pub fn is_in(&self, folder: &(RootId, KeyRoot)) -> bool {
        self.places.contains(folder)
    }

    /// Whether a digest of this chain may list a log delivered in `time`.
    fn meets(&self, time: Window) -> bool {
        time.to >= self.window.from && time.from <= self.read_to
    }

    /// Whether every digest of this chain that may list a log of `minute`, delivered in `time`, is
    /// proven.
    fn proves(&self, minute: Timestamp, mut time: Window) -> bool {
        let is_before_log = |at: &&Timestamp| time.from < **at && **at <= minute;
        if let Some(restart) = self.restarts.iter().filter(is_before_log).max() {
            time.from = *restart;
        }
        self.verified.missing_from(time).is_empty() && !self.unsure.meets(time)
    }

    /// Whether all of a time in the window is verified.
    fn verifies(&self, time: Window) -> bool {
        let time = time.clip(&self.window);
        !time.is_empty()
            && self.verified.missing_from(time).is_empty()
            && !self.coloured.meets(time)
            && !self.unsure.meets(time)
    }

    /// Whether the minute in the name of a log is in verified time of the window, and not so near to
    /// other time that it may belong there.
    pub fn covers_log(&self, minute: Timestamp) -> bool {
        self.covers_minute(minute) && self.verifies(around(minute))
    }

    /// Whether an instant is in verified time of the window.
    fn covers_minute(&self, at: Timestamp) -> bool {
        self.verifies(Window::new(at, shift(at, 1)))
    }

    /// Whether the minute in the name of a log is in a gap, or near to one.
    pub fn has_gap_at(&self, minute: Timestamp) -> bool {
        let is_inside = self.window.from <= minute && minute < self.window.to;
        is_inside && !self.covers_log(minute) && self.gaps.iter().any(|g| gap_holds(g, minute))
    }

    /// The hour of this chain's digests that contains an instant, clipped to the window.
    pub fn hour_of(&self, at: Timestamp) -> Window {
        let phase = self.phase.unwrap_or(at);
        let into = (at.as_second() - phase.as_second()).rem_euclid(HOUR);
        let from = shift(at, -into);
        Window::new(from, shift(from, HOUR)).clip(&self.window)
    }

    /// The verified parts of the hours that the time of an object is in; none if the object itself is in
    /// other time.
    pub fn covered_hours(&self, time: KeyTime) -> Vec<Window> {
        let parts = self.covered_parts(time);
        match time {
            KeyTime::Minute(at) if !parts.is_empty() => {
                self.covered_parts(KeyTime::Span(self.hour_of(at)))
            }
            _ => parts,
        }
    }

    /// The parts of some time that are verified.
    pub fn covered_parts(&self, time: KeyTime) -> Vec<Window> {
        let time = match time {
            KeyTime::Minute(at) => Window::new(at, shift(at, 1)),
            KeyTime::Span(span) => span,
        };
        let time = time.clip(&self.window);
        let mut parts = Vec::new();
        for verified in self.verified.iter().map(|v| v.clip(&time)) {
            let mut dark = self.coloured.clone();
            self.unsure.iter().for_each(|t| dark.insert(t));
            parts.extend(dark.missing_from(verified));
        }
        parts.retain(|part| !part.is_empty());
        parts
    }
}

/// Whether a gap holds the minute in the name of a log. An empty gap, at a restart, holds nothing.
pub(super) fn gap_holds(gap: &Window, minute: Timestamp) -> bool {
    let near = around(minute);
    !gap.is_empty() && gap.from < near.to && near.from < gap.to
}

fn around(minute: Timestamp) -> Window {
    Window::new(shift(minute, -NAME_SLACK), shift(minute, NAME_SLACK))
}

/// Where a log of this folder and minute stands if no digest lists it.
pub(super) fn standing(
    covers: &[Cover],
    folder: &(RootId, KeyRoot),
    minute: Timestamp,
) -> Standing {
    let requested = || {
        let here = covers.iter().filter(|c| c.is_in(folder));
        here.filter(|c| c.requested.is_some())
    };
    Standing {
        covered: requested().any(|c| c.covers_log(minute)),
        in_gap: requested().any(|c| c.has_gap_at(minute)),
    }
}

/// The chains in a folder whose digests could list a log of this minute and are not all proven. The digest
/// of a log covers some instant between an hour before that minute and an hour, or `grace` seconds if that is
/// more, after it: a backfill digest may come late.
pub(super) fn doubtful<'c>(
    covers: &'c [Cover],
    folder: &'c (RootId, KeyRoot),
    minute: Timestamp,
    grace: i64,
) -> impl Iterator<Item = &'c ChainId> {
    let time = Window::new(shift(minute, -HOUR), shift(minute, grace.max(HOUR)));
    let here = covers.iter().filter(|c| c.is_in(folder));
    let doubtful = here.filter(move |c| c.meets(time) && !c.proves(minute, time));
    doubtful.map(|c| &c.id)
}

/// Whether a digest may still list a log: a backfill digest may come late.
pub(super) fn waits(as_of: Timestamp, minute: Timestamp, grace: i64) -> bool {
    as_of < shift(minute, grace)
}

#[cfg(test)]
mod tests;
