//! Causes of gaps that AWS knows: LookupEvents, GetTrailStatus, and the chain of the home region.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault, TrailConfig, TrailStatus};
use crate::support::case::{ACCOUNT, HOME, REGION, wide_trail};
use crate::support::forge::deeds::kms_event;
use crate::support::forge::{Chain, ChainSpec, World, damage, ts};
use crate::support::stage::Stage;
use crate::support::stopped::{
    ASKED, ASKED_ONE, START, STOP, expected_gap, gaps_of, lookups, message, stage, stop_and_start,
    stopped,
};

#[test]
fn lookup_events_gives_unsigned_causes_if_no_proven_log_does() {
    let (world, _) = stopped(&[REGION]);
    let stage = stage(&world, stop_and_start());
    let (exit, report) = stage.report(&ASKED_ONE);
    assert_eq!(exit, 3);
    assert_eq!(
        gaps_of(&report),
        expected_gap("logging-stopped", "unsigned")
    );
    let evidence = &report["chains"][0]["gaps"][0]["evidence"];
    let event_at = |n: usize| {
        let e = &evidence[n];
        (
            e["event_name"].clone(),
            e["via"].clone(),
            e["log"].clone(),
            e["source_ip"].clone(),
        )
    };
    let unsigned = |name: &str| {
        (
            json!(name),
            json!("lookup-events"),
            Value::Null,
            json!("203.0.113.7"),
        )
    };
    assert_eq!(event_at(0), unsigned("StopLogging"));
    assert_eq!(event_at(1), unsigned("StartLogging"));
    let message = message(&report);
    assert!(
        message.contains("logging was stopped by arn:aws:sts::"),
        "{message}"
    );
    assert!(
        message.contains("LookupEvents reports this, unsigned"),
        "{message}"
    );
    // Each event name once, in the home region, from two hours before the gap to two hours after
    // it.
    let calls = lookups(&stage);
    assert_eq!(calls.len(), 6);
    for call in &calls {
        assert_eq!(call.region.as_deref(), Some(HOME));
        let seconds = |at: &str| json!(ts(at).as_second());
        assert_eq!(call.input["StartTime"], seconds("2026-03-01T01:30:00Z"));
        assert_eq!(call.input["EndTime"], seconds("2026-03-01T09:45:10Z"));
    }
    assert_eq!(
        report["run"]["requests"]["trails"].as_u64(),
        Some(
            stage
                .loopback
                .calls()
                .iter()
                .filter(|c| c.operation.contains("Trail")
                    || c.operation.contains("Selectors")
                    || c.operation == "LookupEvents")
                .count() as u64
        )
    );
    stage.assert_only_reads();
}

#[test]
fn digests_removed_before_a_stop_are_not_explained_by_it() {
    let (mut world, chains) = stopped(&[REGION]);
    // The last two digests before the stop: that of the third hour, and the final one.
    let last = chains[0].digests.iter().filter(|d| d.end <= ts(STOP));
    for digest in last.rev().take(2) {
        damage::delete(&mut world, &digest.place);
    }
    let stage = stage(&world, stop_and_start());
    let (exit, report) = stage.report(&ASKED_ONE);
    assert_eq!(exit, 3);
    let part = |from: &str, to: &str, cause: &str, certainty: &str| {
        (
            from.to_owned(),
            to.to_owned(),
            cause.to_owned(),
            certainty.to_owned(),
        )
    };
    let expected = [
        part(
            "2026-03-01T02:12:34Z",
            "2026-03-01T04:12:34Z",
            "unexplained",
            "none",
        ),
        part("2026-03-01T04:12:34Z", START, "logging-stopped", "unsigned"),
    ];
    assert_eq!(gaps_of(&report), expected);
    let message = message(&report);
    assert!(
        message.contains("StopLogging was called only at"),
        "{message}"
    );
}

#[test]
fn the_times_of_get_trail_status_are_circumstantial() {
    let (world, _) = stopped(&[REGION]);
    let stage = stage(&world, Vec::new());
    stage.loopback.change(|cloud| {
        let status = TrailStatus {
            started: Some(ts(START)),
            stopped: Some(ts("2026-03-01T03:29:58Z")),
            ..TrailStatus::default()
        };
        let place = (wide_trail().arn(), REGION.to_owned());
        cloud.cloudtrail.status.insert(place, status);
    });
    let (exit, report) = stage.report(&ASKED_ONE);
    assert_eq!(exit, 3);
    assert_eq!(
        gaps_of(&report),
        expected_gap("logging-stopped", "circumstantial")
    );
    let evidence = &report["chains"][0]["gaps"][0]["evidence"][0];
    assert_eq!(
        (&evidence["via"], &evidence["actor"]),
        (&json!("trail-status"), &Value::Null)
    );
    let message = message(&report);
    assert!(
        message.contains("GetTrailStatus reports this, unsigned"),
        "{message}"
    );
}

#[test]
fn events_in_proven_logs_are_enough_and_no_object_is_read_twice() {
    let (world, _) = stopped(&[HOME, REGION]);
    for more in [&[][..], &["--region", REGION]] {
        let stage = stage(&world, Vec::new());
        let args: Vec<&str> = ASKED.iter().chain(more).copied().collect();
        let (exit, report) = stage.report(&args);
        assert_eq!(exit, 3);
        assert_eq!(
            gaps_of(&report),
            expected_gap("logging-stopped", "signed"),
            "{more:?}"
        );
        assert_eq!(lookups(&stage).len(), 0, "{more:?}");
        let mut read: BTreeMap<String, usize> = BTreeMap::new();
        for call in stage.calls("GetObject") {
            *read.entry(call.key.expect("a key")).or_default() += 1;
        }
        let twice: Vec<_> = read.iter().filter(|(_, n)| **n > 1).collect();
        assert!(twice.is_empty(), "{more:?}: {twice:#?}");
        let chains = report["chains"].as_array().expect("chains").len();
        assert_eq!(
            chains,
            2 - more.len() / 2,
            "what is read for events counts in nothing else"
        );
        stage.assert_only_reads();
    }
}

#[test]
fn a_home_region_that_may_not_be_read_is_reported() {
    let (world, _) = stopped(&[HOME, REGION]);
    let stage = stage(&world, Vec::new());
    let home = format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/{HOME}/");
    stage
        .loopback
        .fault(Fault::new(Answer::access_denied()).under(&home));
    let args: Vec<&str> = ASKED.iter().chain(&["--region", REGION]).copied().collect();
    let (exit, report) = stage.report(&args);
    assert_eq!((exit, &report["complete"]), (3, &json!(true)));
    assert_eq!(gaps_of(&report), expected_gap("unexplained", "none"));
    let words = report["not_proven"].to_string();
    assert!(
        words.contains("what the chains of home regions record around gaps"),
        "{words}"
    );
    assert!(
        words.contains("111111111111/us-east-1/us-east-1/main: access was denied"),
        "{words}"
    );
}

#[test]
fn a_disabled_kms_key_is_shown_with_the_log_it_made_unreadable() {
    let key = "arn:aws:kms:us-east-1:111111111111:key/0f3a1b2c-1111-2222-3333-444455556666";
    let mut world = World::new(9);
    let mut chain = Chain::new(ChainSpec::new(wide_trail(), HOME).logs(1..=1).events(1..=1));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, ts("2026-03-01T04:12:34Z"));
    chain.record(kms_event(
        "DisableKey",
        key,
        ts("2026-03-01T05:00:00Z"),
        None,
    ));
    chain.run_until(&mut world, ts("2026-03-01T09:12:34Z"));
    let stage = Stage::of(&world, &[TrailConfig::from(&wide_trail())]);
    stage
        .loopback
        .change(|cloud| cloud.cloudtrail.trails[0].kms_key = Some(key.into()));
    let log = chain.digests[3].logs[0].place.clone();
    let disabled = Answer::error(400, "KMS.DisabledException", &format!("{key} is disabled."));
    stage.loopback.fault(Fault::new(disabled).key(&log.key));
    let (exit, report) = stage.report(&ASKED);
    assert_eq!(exit, 4);
    let findings = report["findings"].as_array().expect("findings");
    let log = findings
        .iter()
        .find(|f| f["code"] == "log-unreadable")
        .expect("the log");
    assert_eq!(log["evidence"][0]["event_name"], "DisableKey", "{log:#}");
}
