//! Many calls, and the text that callers put into them.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use trailproof::proof::gap::{Cause, Certainty};

use crate::library::{prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, HOME, hour, wide_trail};
use crate::support::forge::deeds::cloudtrail_event;
use crate::support::forge::{Trail, World, ts};
use crate::support::gaps::{
    ALICE, call, chain, chain_of, gap_messages, home_chain, outcome, stop_alone, summaries,
};

#[test]
fn many_refused_calls_do_not_push_out_the_cause() {
    let mut w = World::new(9);
    let mut chain = home_chain(&mut w);
    let arn = wide_trail().arn();
    for n in 0..40 {
        let at = ts("2026-03-01T03:14:00Z") + SignedDuration::from_secs(n * 10);
        let refused = Some("AccessDenied");
        let params = json!({"name": arn});
        chain.record(cloudtrail_event("StopLogging", &arn, at, refused, params));
    }
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let outcome = outcome(&w);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    assert_eq!(summaries(gaps), stop_alone());
    let cause = gaps[0].caused_by.as_ref().expect("told");
    assert!(
        gaps[0].evidence.contains(cause),
        "the call itself is not among the evidence"
    );
    let start = |e: &trailproof::cloudtrail::event::Evidence| e.event.name == "StartLogging";
    assert!(
        gaps[0].evidence.iter().any(start),
        "nor the one that ended it"
    );
}

#[test]
fn more_calls_than_the_limit_do_not_push_out_the_cause() {
    let mut w = World::new(10);
    let mut chain = home_chain(&mut w);
    let arn = wide_trail().arn();
    for n in 0..40 {
        let at = ts("2026-03-01T03:14:00Z") + SignedDuration::from_secs(n * 10);
        let refused = Some("AccessDenied");
        chain.record(cloudtrail_event(
            "StopLogging",
            &arn,
            at,
            refused,
            json!({"name": arn}),
        ));
        let own = Trail::new(ACCOUNT, HOME, "mine", BUCKET).arn();
        chain.record(cloudtrail_event(
            "StartLogging",
            &own,
            at,
            None,
            json!({"name": own}),
        ));
    }
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let mut request = request();
    request.limits.events = 20;
    let outcome = prove(&source(&w), &ring(&w, &[HOME]), &request);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    assert_eq!(summaries(gaps), stop_alone(), "{}", gap_messages(gaps));
    let words = outcome.not_proven.join("\n");
    assert!(words.contains("too many to keep"), "{words}");
}

#[test]
fn text_from_a_caller_is_quoted() {
    let forged = format!("x, so it was allowed; \"in truth\" by {ALICE}");
    let mut w = World::new(11);
    let mut chain = home_chain(&mut w);
    let arn = wide_trail().arn();
    let bucket = format!("b by {ALICE} was refused");
    let update = json!({"name": arn, "s3BucketName": bucket});
    let at = ts("2026-03-01T03:20:00Z");
    let refused = Some("InvalidS3BucketNameException");
    chain.record(cloudtrail_event("UpdateTrail", &arn, at, refused, update));
    let mut stop = call("StopLogging", "2026-03-01T03:29:58Z", json!({}));
    stop.set("userAgent", forged.as_str());
    chain.record(stop);
    chain.run_until(&mut w, hour(4));
    chain.cut();
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let outcome = outcome(&w);
    let words = gap_messages(&chain_of(&outcome, HOME, "main").gaps);
    // Nothing of it appears outside the quotes.
    let mut outside = String::new();
    let mut quoted = false;
    let mut chars = words.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => _ = chars.next(),
            '"' => quoted = !quoted,
            c if !quoted => outside.push(c),
            _ => {}
        }
    }
    assert!(words.contains("alice"), "{words}");
    assert!(!outside.contains("alice"), "{words}");
}

#[test]
fn many_gaps_and_events_are_the_same_for_any_number_of_workers() {
    let mut w = World::new(19);
    let mut at = ts("2026-03-01T00:12:34Z");
    let mut home = chain(&mut w, wide_trail(), HOME, "2026-03-01T00:12:34Z");
    for n in 0..30 {
        let stop: Timestamp = at + SignedDuration::from_secs(700 + n * 37);
        at = stop + SignedDuration::from_secs(200 + n * 11);
        home.stop(&mut w, stop);
        home.start(&mut w, at);
    }
    home.run_until(&mut w, at + SignedDuration::from_hours(3));
    let keys = ring(&w, &[HOME]);
    let with = |jobs| {
        let mut request = request();
        (request.jobs, request.chains_at_once) = (jobs, jobs);
        let outcome = prove(&source(&w), &keys, &request);
        let gaps = chain_of(&outcome, HOME, "main").gaps.clone();
        (gap_messages(&gaps), gaps)
    };
    let (one, eight) = (with(1), with(8));
    assert_eq!(one, eight);
    assert_eq!(one.1.len(), 30, "{}", one.0);
    for gap in &one.1 {
        assert_eq!(
            (gap.cause, gap.certainty),
            (Cause::LoggingStopped, Certainty::Signed),
            "{gap:#?}"
        );
        let words = gap.caused_by.as_ref().expect("told").event.time;
        assert_eq!(words, gap.time.from - SignedDuration::from_secs(2));
        assert!(
            !gap.finding().message.contains("does not explain"),
            "{}",
            gap.finding().message
        );
    }
}
