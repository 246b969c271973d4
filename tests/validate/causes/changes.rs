//! Calls that changed a trail, its bucket or its key, far from any gap.

use serde_json::{Value, json};
use trailproof::proof::changes::{ChangeKind, ChangesOfTrail, NotSearched};
use trailproof::proof::finding::{Code, Verdict};
use trailproof::validate::accept::{self, Acceptance, ExitRule, Extent};
use trailproof::validate::outcome::Outcome;
use trailproof::validate::request::LogSelection;
use trailproof::{Request, Window};

use crate::library::{prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, HOME, REGION, hour, wide_trail};
use crate::support::forge::deeds::s3_event;
use crate::support::forge::json::Fields;
use crate::support::forge::{Chain, ChainSpec, World, ts};
use crate::support::gaps::call;

const SELECTED: &str = "2026-03-01T01:30:00Z";

/// Three hours of the usual trail in its home region, in whose logs these calls are.
fn recorded(calls: Vec<Fields>) -> World {
    in_logs_of(1, calls)
}

/// The same, with so many records in each log.
fn in_logs_of(records: u32, calls: Vec<Fields>) -> World {
    let mut world = World::new(7);
    let spec = ChainSpec::new(wide_trail(), HOME);
    let mut chain = Chain::new(spec.logs(1..=1).events(records..=records));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    calls.into_iter().for_each(|call| chain.record(call));
    chain.run_until(&mut world, hour(3));
    world
}

fn outcome(world: &World, request: &Request) -> Outcome {
    prove(&source(world), &ring(world, &[HOME, REGION]), request)
}

fn the_trail(outcome: &Outcome) -> &ChangesOfTrail {
    let [trail] = outcome.changes.trails.as_slice() else {
        panic!("one trail: {:#?}", outcome.changes);
    };
    trail
}

/// The kinds of changes after the call with which the trail began to log.
fn kinds(outcome: &Outcome) -> Vec<ChangeKind> {
    let changes = &the_trail(outcome).changes;
    let mut kinds: Vec<ChangeKind> = changes.iter().map(|change| change.what).collect();
    if kinds.first() == Some(&ChangeKind::LoggingStarted) {
        kinds.remove(0);
    }
    kinds
}

/// The number of notes on calls that reduced what the trail logs.
fn notes(outcome: &Outcome) -> usize {
    let findings = outcome.findings.iter();
    findings.filter(|f| f.code == Code::LoggingReduced).count()
}

fn no_management_events() -> Fields {
    let selectors = json!([{"readWriteType": "All", "includeManagementEvents": false}]);
    call(
        "PutEventSelectors",
        SELECTED,
        json!({"eventSelectors": selectors}),
    )
}

fn on_bucket(name: &str, at: &str) -> Fields {
    s3_event((ACCOUNT, HOME), name, BUCKET, None, ts(at), None)
}

fn refused(mut event: Fields) -> Fields {
    event.set("errorCode", Value::from("AccessDenied"));
    event
}

#[test]
fn a_call_without_any_gap_is_a_change_a_note_and_not_proven() {
    let world = recorded(vec![
        no_management_events(),
        refused(call("StopLogging", "2026-03-01T01:40:00Z", json!({}))),
        on_bucket("PutBucketPolicy", "2026-03-01T02:10:00Z"),
        s3_event(
            (ACCOUNT, HOME),
            "PutBucketPolicy",
            "other",
            None,
            ts(SELECTED),
            None,
        ),
    ]);
    let outcome = outcome(&world, &request());
    assert_eq!(outcome.verdict, Verdict::Verified);
    let expected = [
        ChangeKind::EventSelectors,
        ChangeKind::LoggingStopped,
        ChangeKind::BucketPolicy,
    ];
    assert_eq!(kinds(&outcome), expected);
    let trail = the_trail(&outcome);
    assert_eq!(trail.not_searched, None);
    let searched: Vec<&str> = trail.searched.iter().map(|p| p.account.as_str()).collect();
    assert_eq!(searched, [ACCOUNT]);
    let reduces: Vec<bool> = trail.changes.iter().map(|c| c.reduces).collect();
    assert_eq!(reduces, [false, true, false, false]);
    assert_eq!(notes(&outcome), 1);
    assert!(outcome.not_proven.iter().any(|s| s.contains(SELECTED)));
}

#[test]
fn a_stop_of_minutes_that_no_gap_shows_is_a_note() {
    // Another trail keeps the record: this one goes on as if nothing had happened.
    let world = recorded(vec![
        call("StopLogging", "2026-03-01T01:20:00Z", json!({})),
        call("StartLogging", "2026-03-01T01:50:00Z", json!({})),
    ]);
    let outcome = outcome(&world, &request());
    assert_eq!(outcome.verdict, Verdict::Verified);
    let expected = [ChangeKind::LoggingStopped, ChangeKind::LoggingStarted];
    assert_eq!(kinds(&outcome), expected);
    assert_eq!(notes(&outcome), 1);
}

#[test]
fn calls_are_found_anywhere_in_long_logs() {
    for minute in [10, 35, 59] {
        let at = format!("2026-03-01T01:{minute}:00Z");
        let policy = on_bucket("DeleteBucketPolicy", &at);
        let world = in_logs_of(2_500, vec![policy]);
        let outcome = outcome(&world, &request());
        assert_eq!(kinds(&outcome), [ChangeKind::BucketPolicy], "{at}");
        assert_eq!(notes(&outcome), 1);
    }
}

#[test]
fn where_nothing_was_searched_is_said() {
    let world = recorded(vec![no_management_events()]);
    let unread = Request {
        logs: LogSelection::None,
        ..request()
    };
    let outcome_unread = outcome(&world, &unread);
    let trail = the_trail(&outcome_unread);
    assert_eq!(trail.not_searched, Some(NotSearched::NoLogsRead));
    assert!(trail.searched.is_empty() && trail.changes.is_empty());
    let mut elsewhere = World::new(8);
    let spec = ChainSpec::new(wide_trail(), REGION);
    let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
    chain.start(&mut elsewhere, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut elsewhere, hour(3));
    let outcome = outcome(&elsewhere, &request());
    let trail = the_trail(&outcome);
    assert_eq!(trail.not_searched, Some(NotSearched::OutsideScope));
    assert!(trail.searched.is_empty());
}

#[test]
fn an_altered_log_shows_no_change() {
    let mut world = recorded(vec![no_management_events()]);
    let objects = world.buckets.get_mut(BUCKET).expect("the bucket");
    let logs = objects
        .iter_mut()
        .filter(|(key, _)| key.contains("/CloudTrail/"));
    for (_, log) in logs {
        let last = log.body.len() - 9;
        log.body[last] ^= 1;
    }
    let outcome = outcome(&world, &request());
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert!(kinds(&outcome).is_empty());
}

#[test]
fn changes_set_the_exit_status_only_on_request_and_can_be_accepted() {
    let world = recorded(vec![no_management_events()]);
    let outcome = outcome(&world, &request());
    let with_changes = ExitRule {
        least: Verdict::Gaps,
        changes: true,
    };
    let exit = |accepted: &[Acceptance], rule| accept::exit_verdict(&outcome, accepted, rule);
    assert_eq!(exit(&[], Verdict::Gaps.into()).verdict, Verdict::Verified);
    assert_eq!(exit(&[], with_changes).verdict, Verdict::Gaps);
    let accepted = |from, to| Acceptance {
        chain: outcome.chains[0].id.clone().into(),
        extent: Extent::Within(Window { from, to }),
        reason: "planned".into(),
        who: "me".into(),
    };
    let planned = accepted(ts(SELECTED), ts(SELECTED));
    assert_eq!(exit(&[planned], with_changes).verdict, Verdict::Verified);
    let later = accepted(hour(2), hour(3));
    assert_eq!(exit(&[later], with_changes).verdict, Verdict::Gaps);
}

#[test]
fn a_call_after_the_window_is_no_change_of_it() {
    let world = recorded(vec![no_management_events()]);
    let until = |end| Request {
        to: Some(ts(end)),
        ..request()
    };
    // The digest from 01:12:34 to 02:12:34 meets both windows.
    let before = outcome(&world, &until("2026-03-01T01:25:00Z"));
    assert!(kinds(&before).is_empty(), "{:#?}", before.changes);
    assert_eq!(notes(&before), 0);
    let after = outcome(&world, &until("2026-03-01T01:31:00Z"));
    assert_eq!(notes(&after), 1);
}

#[test]
fn the_note_is_with_the_chain_of_the_home_region() {
    // The name of the other region comes first.
    let mut world = recorded(vec![no_management_events()]);
    let spec = ChainSpec::new(wide_trail(), REGION);
    let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, hour(3));
    let outcome = outcome(&world, &request());
    let findings = outcome.findings.iter();
    let notes: Vec<_> = findings
        .filter(|f| f.code == Code::LoggingReduced)
        .collect();
    let [note] = notes.as_slice() else {
        panic!("one note: {notes:#?}");
    };
    let chain = note.chain.as_ref().expect("a chain");
    assert_eq!(chain.region.as_str(), HOME);
}

#[test]
fn logs_that_are_gone_were_not_searched() {
    let mut world = recorded(vec![no_management_events()]);
    let is_log = |key: &String| key.contains("/CloudTrail/");
    let keys: Vec<String> = world.buckets[BUCKET]
        .keys()
        .filter(|k| is_log(k))
        .cloned()
        .collect();
    let objects = world.buckets.get_mut(BUCKET).expect("the bucket");
    objects.remove(&keys[0]);
    let in_part = outcome(&world, &request());
    let trail = the_trail(&in_part);
    assert_eq!(trail.not_searched, Some(NotSearched::SomeLogsProven));
    assert_eq!(trail.searched.len(), 1);
    let objects = world.buckets.get_mut(BUCKET).expect("the bucket");
    objects.retain(|key, _| !is_log(key));
    let nothing = outcome(&world, &request());
    let trail = the_trail(&nothing);
    assert_eq!(trail.not_searched, Some(NotSearched::NothingProven));
    assert!(trail.searched.is_empty());
}

#[test]
fn a_gap_of_another_trail_of_that_name_shows_nothing() {
    let mut world = recorded(vec![
        call("StopLogging", "2026-03-01T01:20:00Z", json!({})),
        call("StartLogging", "2026-03-01T01:50:00Z", json!({})),
    ]);
    let mut other = wide_trail();
    other.account = "444455556666".into();
    let mut chain = Chain::new(ChainSpec::new(other, HOME).logs(1..=1).events(1..=1));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, ts("2026-03-01T01:12:34Z"));
    chain.stop(&mut world, ts("2026-03-01T01:15:00Z"));
    chain.start(&mut world, ts("2026-03-01T02:12:34Z"));
    chain.run_until(&mut world, hour(3));
    let outcome = outcome(&world, &request());
    assert!(outcome.chains.iter().any(|chain| !chain.gaps.is_empty()));
    assert_eq!(notes(&outcome), 1);
}
