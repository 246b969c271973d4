//! Old time that is not settled: when it is tried again, reported, and given up.

use jiff::Timestamp;

use super::super::super::deferred::take_up;
use super::super::super::fixtures::{at, quiet};
use super::super::super::given_up::GivenUp;
use super::{chain, chain_id, hour, left, loaded, outcome};
use crate::base::time::Window;
use crate::proof::coverage::{State as CoverageState, Stretch as Covered};
use crate::proof::finding::{Code, Severity};
use crate::validate::outcome::ChainOutcome;
use crate::validate::request::ChainFilter;

use CoverageState::{Failed, Unproven, Verified};

/// A chain whose time from 10:00 to 11:00 is in a state, eight days before the run.
fn old(state: CoverageState, later: Timestamp) -> ChainOutcome {
    let mut found = chain(&[("10:00", "11:00", state)], None);
    found.coverage.push(Covered {
        time: Window::new(hour("11:00"), later),
        state: Verified,
    });
    found.window.to = later;
    found
}

#[test]
fn old_time_is_given_up_seven_days_after_it_was_first_found() {
    for state in [Failed, Unproven] {
        let later = at("2026-03-09T10:30:00Z");
        let first = left(Some(&quiet()), &outcome(vec![old(state, later)]), later);
        assert_eq!(GivenUp::of(&first, state).seconds, 0);
        let chain = &first.chains[0];
        assert_eq!((chain.next_from, chain.open.len()), (later, 0));
        let deferred = chain.deferred[0];
        assert_eq!((deferred.from, deferred.to), (hour("10:00"), hour("11:00")));
        assert_eq!((deferred.state, deferred.since), (state, later));

        // A run that did not validate it keeps it, and one that did, and found the same, knows since when.
        let soon = at("2026-03-10T10:30:00Z");
        let mut quiet_run = old(Verified, soon);
        quiet_run.coverage.remove(0);
        quiet_run.window.from = later;
        quiet_run.coverage[0].time.from = later;
        let kept = left(Some(&first), &outcome(vec![quiet_run]), soon);
        assert_eq!(kept.chains[0].deferred, [deferred]);
        let again = left(Some(&kept), &outcome(vec![old(state, soon)]), soon);
        let tried = again.chains[0].deferred[0];
        assert_eq!((tried.since, tried.tried), (later, soon));

        let end = at("2026-03-16T11:00:00Z");
        let over = left(Some(&again), &outcome(vec![old(state, end)]), end);
        assert!(over.chains[0].deferred.is_empty());
        assert_eq!(GivenUp::of(&over, state).seconds, 3600);
    }
}

#[test]
fn old_time_that_is_proven_at_last_is_settled() {
    let later = at("2026-03-09T10:30:00Z");
    let first = left(Some(&quiet()), &outcome(vec![old(Unproven, later)]), later);
    let soon = at("2026-03-10T10:30:00Z");
    let next = left(Some(&first), &outcome(vec![old(Verified, soon)]), soon);
    assert!(next.chains[0].deferred.is_empty());
    assert_eq!(GivenUp::of(&next, Unproven).seconds, 0);
}

#[test]
fn old_time_that_was_not_validated_is_tried_once_a_day_and_reported_meanwhile() {
    for (state, is_tried_again) in [(Failed, false), (Unproven, true)] {
        let later = at("2026-03-09T10:30:00Z");
        let first = left(Some(&quiet()), &outcome(vec![old(state, later)]), later);
        let before = loaded(&first);
        let taken_up = |at: Timestamp| {
            let mut continues = before.continues.clone();
            let findings = take_up(&before, at, &mut continues, &ChainFilter::default());
            (continues.chains[&chain_id()].from, findings)
        };
        let (from, findings) = taken_up(at("2026-03-09T11:30:00Z"));
        assert_eq!(from, later);
        assert_eq!(findings[0].code, Code::StateOpen);
        assert_eq!(findings[0].severity == Severity::Failed, state == Failed);
        let (from, findings) = taken_up(at("2026-03-10T10:30:00Z"));
        assert_eq!(from == hour("10:00"), is_tried_again);
        assert_eq!(findings.is_empty(), is_tried_again);
    }
}

/// Its alarm was on for seven days already.
#[test]
fn what_was_open_until_it_was_old_is_given_up_at_once() {
    let first = left(
        Some(&quiet()),
        &outcome(vec![chain(&[("10:00", "11:00", Failed)], None)]),
        hour("11:40"),
    );
    assert_eq!(first.chains[0].open.len(), 1);
    let later = at("2026-03-09T10:30:00Z");
    let next = left(Some(&first), &outcome(vec![old(Failed, later)]), later);
    assert!(next.chains[0].deferred.is_empty());
    assert_eq!(GivenUp::of(&next, Failed).seconds, 3600);
}
