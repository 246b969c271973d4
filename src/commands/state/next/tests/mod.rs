//! What a run leaves, from what it found.

mod deferred;

use jiff::Timestamp;

use super::super::fixtures::{CHAIN, at, head, quiet, scope, written};
use super::super::load::{Loaded, load};
use super::{EndedRun, next};
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::proof::chain::{Anchor, Tally};
use crate::proof::changes::TrailChanges;
use crate::proof::coverage::{State as CoverageState, Stretch as Covered};
use crate::proof::finding::{Code, Finding, Verdict};
use crate::report::state::v1::{Head, State};
use crate::validate::outcome::{ChainOutcome, LogTally, Outcome, Requests};

use CoverageState::{Failed, Gap, Pending, Unproven, Verified};

/// An hour and a minute of 1 March 2026.
fn hour(text: &str) -> Timestamp {
    at(&format!("2026-03-01T{text}:00Z"))
}

fn chain_id() -> ChainId {
    CHAIN.parse().expect("a chain")
}

/// A chain over the given parts of time, of which the digest that ends at an hour is the newest that is proven.
fn chain(parts: &[(&str, &str, CoverageState)], newest: Option<i8>) -> ChainOutcome {
    let coverage = parts.iter().map(|(from, to, state)| Covered {
        time: Window::new(hour(from), hour(to)),
        state: *state,
    });
    let coverage = Vec::from_iter(coverage);
    let anchor = |hour: i8| {
        let Head {
            bucket,
            key,
            start,
            end,
            ..
        } = head(hour);
        Anchor {
            bucket: bucket.into(),
            key,
            sha256: Sha256::of(&[0]),
            signature: None,
            start,
            end,
        }
    };
    ChainOutcome {
        id: chain_id(),
        window: Window::new(coverage[0].time.from, coverage[coverage.len() - 1].time.to),
        verdict: coverage
            .iter()
            .map(|s| s.state.verdict())
            .max()
            .unwrap_or(Verdict::Verified),
        verified_until: None,
        locations: Vec::new(),
        coverage,
        gaps: Vec::new(),
        digests: Tally::default(),
        backfill: Tally::default(),
        logs: LogTally::default(),
        anchors: newest.map(|hour| Box::new((anchor(hour), anchor(hour)))),
        evidence: Sha256::of(&[]),
        waiting_since: None,
    }
}

fn outcome(chains: Vec<ChainOutcome>) -> Outcome {
    Outcome {
        verdict: chains
            .iter()
            .map(|chain| chain.verdict)
            .max()
            .unwrap_or(Verdict::Verified),
        complete: true,
        from: None,
        ended_by: None,
        chains: chains.into_iter().map(Box::new).collect(),
        findings: Vec::new(),
        keys: Vec::new(),
        changes: TrailChanges::default(),
        lookup: None,
        not_proven: Vec::new(),
        bytes_read: 0,
        bytes_hashed: 0,
        requests: Requests::default(),
    }
}

/// A state as the next run loads it: what is left must be valid.
fn loaded(state: &State) -> Loaded {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state");
    std::fs::write(&path, written(state)).expect("a file");
    load(&path, None, &Limits::default()).expect("a valid state")
}

fn left(before: Option<&State>, outcome: &Outcome, time: Timestamp) -> State {
    let before = before.map(loaded);
    let left = next(&EndedRun {
        before: before.as_ref(),
        outcome,
        at: time,
        exit_status: outcome.verdict.exit_code(),
        scope: &scope(),
        keep_history: None,
    });
    loaded(&left);
    left
}

#[test]
fn a_quiet_run_moves_the_head_and_the_window() {
    let found = chain(
        &[("10:00", "11:00", Verified), ("11:00", "11:40", Pending)],
        Some(11),
    );
    let state = left(Some(&quiet()), &outcome(vec![found]), hour("11:40"));
    let chain = &state.chains[0];
    assert_eq!(
        chain.head.as_ref().map(|head| head.end),
        Some(hour("11:00"))
    );
    assert_eq!(
        (chain.next_from, chain.looked_at),
        (hour("11:00"), hour("11:40"))
    );
    assert_eq!(chain.seen.len(), 2, "{:?}", chain.seen);
    assert_eq!(chain.open.len(), 1);
    assert_eq!((state.runs, state.history.len()), (3, 1));
    assert_eq!(state.continues, Some(loaded(&quiet()).sha256.to_string()));
}

#[test]
fn the_first_run_begins_a_state() {
    let found = chain(
        &[("09:00", "10:00", Verified), ("10:00", "10:40", Pending)],
        Some(10),
    );
    let state = left(None, &outcome(vec![found]), hour("10:40"));
    assert_eq!(
        (state.begun, state.runs, state.continues),
        (hour("10:40"), 1, None)
    );
    assert_eq!(state.chains[0].since, hour("09:00"));
}

#[test]
fn what_is_not_settled_keeps_the_window_where_it_begins() {
    for state in [Failed, Unproven] {
        let parts = [
            ("10:00", "11:00", state),
            ("11:00", "12:00", Verified),
            ("12:00", "12:40", Pending),
        ];
        let found = chain(&parts, Some(12));
        let left = left(Some(&quiet()), &outcome(vec![found]), hour("12:40"));
        let chain = &left.chains[0];
        assert_eq!(chain.next_from, hour("10:00"));
        assert_eq!(
            chain.head.as_ref().map(|head| head.end),
            Some(hour("12:00"))
        );
        assert_eq!(chain.open[0].state, state);
    }
}

#[test]
fn a_gap_is_settled_once_a_proven_digest_follows_it() {
    let parts = [
        ("10:00", "11:00", Gap),
        ("11:00", "12:00", Verified),
        ("12:00", "12:40", Gap),
    ];
    let found = chain(&parts, Some(12));
    let left = left(Some(&quiet()), &outcome(vec![found]), hour("12:40"));
    let chain = &left.chains[0];
    assert_eq!(
        chain.next_from,
        hour("12:00"),
        "the gap at the end may still close"
    );
    assert!(
        chain
            .seen
            .iter()
            .any(|part| part.state == Gap && part.from == hour("10:00"))
    );
}

/// A trail that becomes an organization's goes on in another folder, and links join its digests.
#[test]
fn a_chain_that_another_one_joined_leaves_the_state() {
    let mut joined = chain(&[("10:00", "11:00", Verified)], Some(11));
    joined.id = chain_id().in_organization("o-a1b2c3d4e5".parse().ok());
    let mut found = outcome(vec![joined]);
    let state = next(&EndedRun {
        before: Some(&loaded(&quiet())),
        outcome: &found,
        at: hour("11:40"),
        exit_status: 0,
        scope: &scope(),
        keep_history: None,
    });
    assert_eq!(state.chains.len(), 1);
    assert!(state.chains[0].organization.is_some());

    found.complete = false;
    let state = next(&EndedRun {
        before: Some(&loaded(&quiet())),
        outcome: &found,
        at: hour("11:40"),
        exit_status: 0,
        scope: &scope(),
        keep_history: None,
    });
    assert_eq!(state.chains.len(), 2, "it may only not have been listed");
}

#[test]
fn a_head_that_does_not_match_stays_and_its_time_is_validated_again() {
    let found = chain(
        &[("10:00", "11:00", Verified), ("11:00", "11:40", Pending)],
        Some(11),
    );
    let mut outcome = outcome(vec![found]);
    let old = head(10);
    let finding = Finding::new(Code::StateMismatch, "it is missing").of(&chain_id());
    let finding = finding.at(Some(&old.bucket), &old.key);
    outcome
        .findings
        .push(finding.over(Window::new(old.start, old.end)));
    let left = left(Some(&quiet()), &outcome, hour("11:40"));
    let chain = &left.chains[0];
    assert_eq!(chain.head, Some(old));
    assert_eq!(
        (chain.next_from, chain.open[0].state),
        (hour("09:00"), Failed)
    );
    assert_eq!(chain.findings[0].code, Code::StateMismatch);
}

#[test]
fn the_head_never_goes_back_and_a_chain_without_an_outcome_stays() {
    let found = chain(
        &[("09:00", "10:00", Unproven), ("10:00", "10:50", Pending)],
        Some(9),
    );
    let state = left(Some(&quiet()), &outcome(vec![found]), hour("10:50"));
    assert_eq!(state.chains[0].head, Some(head(10)));

    let mut missing = outcome(Vec::new());
    let finding = Finding::new(Code::ChainMissing, "it has no digest").of(&chain_id());
    missing.findings.push(finding);
    let chain = left(Some(&quiet()), &missing, hour("10:50"))
        .chains
        .remove(0);
    assert_eq!(chain.findings.len(), 1);
    let before = quiet().chains.remove(0);
    assert_eq!(
        (chain.head, chain.seen, chain.looked_at),
        (before.head, before.seen, before.looked_at)
    );
}

#[test]
fn a_log_that_waits_for_a_digest_is_validated_with_those_around_it() {
    let window = |minute: &str| {
        let mut found = chain(
            &[("10:00", "11:00", Verified), ("11:00", "11:40", Pending)],
            Some(11),
        );
        found.waiting_since = Some(hour(minute));
        left(Some(&quiet()), &outcome(vec![found]), hour("11:40")).chains[0].next_from
    };
    assert_eq!(
        window("11:20"),
        hour("11:00"),
        "only later digests can list it"
    );
    assert_eq!(window("11:05"), hour("10:05"));
    assert_eq!(
        window("10:00"),
        hour("10:00"),
        "the folder could not be listed"
    );
}

#[test]
fn a_log_that_waits_after_a_gap_does_not_bring_the_gap_back() {
    let parts = [
        ("10:00", "11:00", Gap),
        ("11:00", "12:00", Verified),
        ("12:00", "12:40", Pending),
    ];
    let mut found = chain(&parts, Some(12));
    found.waiting_since = Some(hour("11:30"));
    let state = left(Some(&quiet()), &outcome(vec![found]), hour("12:40"));
    assert_eq!(state.chains[0].next_from, hour("11:00"));
}

#[test]
fn a_run_that_is_not_complete_takes_no_object_for_old() {
    let found = chain(&[("10:00", "11:00", Unproven)], None);
    let mut outcome = outcome(vec![found]);
    outcome.complete = false;
    let state = left(Some(&quiet()), &outcome, hour("11:40"));
    assert_eq!(state.chains[0].looked_at, hour("10:40"));
    assert!(!state.history[1].complete);
    assert_eq!(
        state.history[1].exit_status,
        Some(outcome.verdict.exit_code())
    );
}

#[test]
fn the_history_is_cut_and_begins_a_new_entry_every_day() {
    let day = |day: u32| at(&format!("2026-03-{day:02}T00:30:00Z"));
    let mut state = quiet();
    for of in 2..=12 {
        let mut found = chain(&[("10:00", "11:00", Verified)], Some(11));
        let from = state.chains[0].next_from;
        found.coverage[0].time = Window::new(from, day(of));
        found.window = found.coverage[0].time;
        let before = loaded(&state);
        state = next(&EndedRun {
            before: Some(&before),
            outcome: &outcome(vec![found]),
            at: day(of),
            exit_status: 0,
            scope: &scope(),
            keep_history: Some(7 * 86_400),
        });
    }
    assert_eq!(state.runs, 13);
    assert_eq!(state.history.len(), 8);
    assert_eq!(state.chains[0].seen[0].from, day(5));
    assert_eq!(state.chains[0].since, quiet().chains[0].since);
}
