//! Starts, stops and updates: which of several calls caused a gap, and when.

use serde_json::json;
use trailproof::proof::gap::{Cause, Certainty};

use crate::library::{prove, request, ring, source};
use crate::support::case::{BUCKET, HOME, wide_trail};
use crate::support::forge::{World, ts};
use crate::support::gaps::{
    audit_trail, by_alice, call, chain, chain_of, gap_messages, home_chain, outcome, stop_alone,
    stopped_beside, summaries, summary,
};

#[test]
fn a_start_of_a_running_trail_does_not_hide_who_disabled_validation() {
    let mut w = World::new(1);
    let mut chain = home_chain(&mut w);
    // Logging was on all the time, so this call changes nothing.
    chain.record(call("StartLogging", "2026-03-01T03:40:00Z", json!({})));
    chain.disable_validation(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T09:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let outcome = outcome(&w);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    let expected = summary(
        "2026-03-01T04:12:34Z",
        "2026-03-01T09:00:00Z",
        Cause::ValidationDisabled,
        Certainty::Signed,
        "2026-03-01T03:30:00Z",
    );
    assert_eq!(summaries(gaps), expected, "{}", gap_messages(gaps));
}

#[test]
fn a_start_within_the_gap_does_not_enable_validation() {
    let mut w = World::new(2);
    let mut chain = home_chain(&mut w);
    chain.disable_validation(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T09:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    audit_trail(
        &mut w,
        vec![by_alice(call(
            "StartLogging",
            "2026-03-01T06:00:00Z",
            json!({}),
        ))],
    );
    let outcome = outcome(&w);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    let expected = summary(
        "2026-03-01T04:12:34Z",
        "2026-03-01T09:00:00Z",
        Cause::ValidationDisabled,
        Certainty::Signed,
        "2026-03-01T03:30:00Z",
    );
    assert_eq!(summaries(gaps), expected, "{}", gap_messages(gaps));
}

#[test]
fn a_routine_update_during_a_stop_does_not_start_logging() {
    // Terraform and the console send all settings, unchanged.
    let all = json!({
        "s3BucketName": BUCKET, "enableLogFileValidation": true,
        "isMultiRegionTrail": true, "includeGlobalServiceEvents": true,
    });
    let (_, outcome) = stopped_beside(3, vec![call("UpdateTrail", "2026-03-01T05:40:00Z", all)]);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    assert_eq!(summaries(gaps), stop_alone(), "{}", gap_messages(gaps));
}

#[test]
fn stopping_a_stopped_trail_is_not_blamed() {
    let again = by_alice(call("StopLogging", "2026-03-01T05:40:00Z", json!({})));
    let (_, outcome) = stopped_beside(4, vec![again]);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    assert_eq!(summaries(gaps), stop_alone(), "{}", gap_messages(gaps));
}

#[test]
fn validation_off_while_stopped_holds_after_the_start() {
    // Stopped, validation disabled, started again: after the start the cause is that validation is
    // off.
    let mut w = World::new(5);
    let mut chain = home_chain(&mut w);
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T09:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let off = json!({"enableLogFileValidation": false});
    audit_trail(
        &mut w,
        vec![
            call("UpdateTrail", "2026-03-01T04:40:00Z", off),
            call("StartLogging", "2026-03-01T06:40:00Z", json!({})),
            call(
                "UpdateTrail",
                "2026-03-01T09:00:00Z",
                json!({"enableLogFileValidation": true}),
            ),
        ],
    );
    let outcome = outcome(&w);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    let causes: Vec<_> = summaries(gaps)
        .into_iter()
        .map(|t| (t.0, t.1, t.2))
        .collect();
    let expected = [
        (
            "2026-03-01T03:30:00Z",
            "2026-03-01T06:40:00Z",
            Cause::LoggingStopped,
        ),
        (
            "2026-03-01T06:40:00Z",
            "2026-03-01T09:00:00Z",
            Cause::ValidationDisabled,
        ),
    ];
    let expected = expected.map(|(from, to, cause)| (from.to_owned(), to.to_owned(), cause));
    assert_eq!(causes, expected, "{}", gap_messages(gaps));
}

#[test]
fn the_start_that_ended_a_gap_is_the_nearest_one() {
    let mut w = World::new(6);
    let mut chain = home_chain(&mut w);
    // Logging was on at that time.
    chain.record(by_alice(call(
        "StartLogging",
        "2026-03-01T03:13:00Z",
        json!({}),
    )));
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T03:50:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T06:50:00Z"));
    let outcome = outcome(&w);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    assert!(
        !gap_messages(gaps).contains("alice"),
        "{}",
        gap_messages(gaps)
    );
    assert!(
        gap_messages(gaps).contains("switched on at 2026-03-01T03:50:00Z ("),
        "{}",
        gap_messages(gaps)
    );
}

#[test]
fn a_late_stop_does_not_show_that_logging_was_on_before_it() {
    // Digests end after the fourth hour. The only known call came hours later, and may have changed
    // nothing.
    let mut w = World::new(18);
    let mut chain = home_chain(&mut w);
    chain.cut();
    chain.start(&mut w, ts("2026-03-01T10:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    audit_trail(
        &mut w,
        vec![by_alice(call(
            "StopLogging",
            "2026-03-01T07:40:00Z",
            json!({}),
        ))],
    );
    let outcome = outcome(&w);
    let message = gap_messages(&chain_of(&outcome, HOME, "main").gaps);
    assert!(!message.contains("logging was still on"), "{message}");
    assert!(
        !message.contains("digests of this time should be there"),
        "{message}"
    );
}

#[test]
fn the_edges_of_the_window_do_not_change_the_cause() {
    let (w, _) = stopped_beside(23, Vec::new());
    for (from, to) in [
        ("2026-03-01T04:00:00Z", "2026-03-01T10:00:00Z"),
        ("2026-03-01T01:12:34Z", "2026-03-01T06:00:00Z"),
        ("2026-03-01T05:00:00Z", "2026-03-01T06:30:00Z"),
        ("2026-03-01T03:30:00Z", "2026-03-01T08:00:00Z"),
    ] {
        let mut request = request();
        (request.from, request.to) = (Some(ts(from)), Some(ts(to)));
        let outcome = prove(&source(&w), &ring(&w, &[HOME]), &request);
        let gaps = &chain_of(&outcome, HOME, "main").gaps;
        let expected = summary(
            from.max("2026-03-01T03:30:00Z"),
            to.min("2026-03-01T08:00:00Z"),
            Cause::LoggingStopped,
            Certainty::Signed,
            "2026-03-01T03:29:58Z",
        );
        assert_eq!(
            summaries(gaps),
            expected,
            "{from} {to}: {}",
            gap_messages(gaps)
        );
    }
}

#[test]
fn a_stop_within_the_first_hour_is_reported() {
    let mut w = World::new(24);
    let mut chain = chain(&mut w, wide_trail(), HOME, "2026-03-01T00:12:34Z");
    chain.stop(&mut w, ts("2026-03-01T00:20:00Z"));
    chain.start(&mut w, ts("2026-03-01T02:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T06:00:00Z"));
    let outcome = outcome(&w);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    let expected = summary(
        "2026-03-01T00:20:00Z",
        "2026-03-01T02:00:00Z",
        Cause::LoggingStopped,
        Certainty::Signed,
        "2026-03-01T00:19:58Z",
    );
    assert_eq!(summaries(gaps), expected, "{}", gap_messages(gaps));
}
