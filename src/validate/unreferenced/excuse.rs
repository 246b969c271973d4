//! Trails that write logs without digests: of what they wrote, no digest is to be expected.

use std::cell::OnceCell;

use jiff::Timestamp;

use super::cover::{NAME_SLACK, gap_holds};
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::KeyRoot;
use crate::cloudtrail::trail::TrailStatus;
use crate::proof::gap::{Cause, Certainty};
use crate::source::RootId;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;

/// When trails without log file validation logged to one folder. Looked up once, if at all.
#[derive(Default)]
pub(super) struct Excuses(OnceCell<Vec<Window>>);

impl Excuses {
    /// Whether AWS knows a trail that writes to this folder without digests and was logging at that minute.
    pub fn excuse(
        &self,
        context: &Context<'_>,
        place: &(RootId, KeyRoot),
        id: &ChainId,
        minute: Timestamp,
    ) -> bool {
        let times = self.0.get_or_init(|| logging_times(context, place, id));
        times.iter().any(|t| t.from <= minute && minute < t.to)
    }
}

/// The times for which GetTrailStatus says that such trails were logging. It knows the last start and the
/// last stop. What it does not know excuses nothing: a trail that was made later cannot have written a log.
fn logging_times(
    context: &Context<'_>,
    (root, key_root): &(RootId, KeyRoot),
    id: &ChainId,
) -> Vec<Window> {
    let Some(trails) = context.trails else {
        return Vec::new();
    };
    let bucket = context.fetcher.places.bucket(*root);
    let described = trails.describe(&id.region).unwrap_or_default();
    let writes_here = described.iter().filter(|t| {
        let is_in_region = t.multi_region || t.arn.home_region == id.region;
        let is_of_account = t.arn.account == id.account || t.organization;
        !t.validation && is_in_region && is_of_account && t.writes_to(bucket, key_root)
    });
    let status = writes_here.filter_map(|t| trails.status(&t.arn, &id.region).ok());
    status.filter_map(|status| logging_time(&status)).collect()
}

/// The time since the last start, up to the last stop after it. Logs arrive some minutes late.
fn logging_time(status: &TrailStatus) -> Option<Window> {
    let started = status.started?;
    let stopped = status
        .stopped
        .filter(|at| !status.logging && *at >= started);
    if !status.logging && stopped.is_none() {
        return None;
    }
    let to = stopped.map_or(Timestamp::MAX, |at| shift(at, HOUR));
    Some(Window::new(shift(started, -NAME_SLACK), to))
}

/// Whether a call shows that a requested chain in this folder logged without digests at that minute.
pub(super) fn validation_was_off(
    chains: &[ChainState],
    place: &(RootId, KeyRoot),
    minute: Timestamp,
) -> bool {
    let here = chains.iter().filter(|c| c.digests.names.has_place(place));
    here.flat_map(|chain| &chain.gaps).any(|gap| {
        gap.cause == Cause::ValidationDisabled
            && gap.certainty != Certainty::None
            && gap_holds(&gap.time, minute)
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::logging_time;
    use crate::cloudtrail::trail::TrailStatus;

    #[test]
    fn a_trail_excuses_only_the_time_in_which_it_is_known_to_have_logged() {
        let at = |hour: i64| Timestamp::from_second(hour * 3600).expect("a time");
        let logged = |logging, started: Option<i64>, stopped: Option<i64>, minute: i64| {
            let status = TrailStatus {
                logging,
                started: started.map(at),
                stopped: stopped.map(at),
                ..TrailStatus::default()
            };
            logging_time(&status).is_some_and(|t| t.from <= at(minute) && at(minute) < t.to)
        };
        assert!(!logged(false, None, None, 5), "never started");
        assert!(!logged(true, None, None, 5), "not known since when");
        assert!(logged(true, Some(4), None, 5));
        assert!(!logged(true, Some(6), None, 5), "made later");
        assert!(!logged(true, Some(6), Some(5), 4), "before the last start");
        assert!(logged(false, Some(4), Some(6), 5));
        assert!(!logged(false, Some(4), Some(6), 8), "after the last stop");
        assert!(
            !logged(false, Some(6), Some(4), 7),
            "stopped before it started"
        );
    }
}
