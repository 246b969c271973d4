//! What somebody does to a trail between two checks, and what the checks after it say.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::scene::{QUIET, after_quiet_hours, assert_hours, check, finding, remove};
use super::worlds::{BUCKET, Days, check_at};
use crate::support::forge::json::Fields;

#[test]
fn a_remembered_digest_that_was_removed_is_a_mismatch_until_it_is_back() {
    let days = Days::of_hours(40);
    let mut growing = after_quiet_hours(&days);
    let head = days.digest(QUIET).place.clone();
    let kept = growing
        .stage
        .loopback
        .change(|cloud| cloud.remove(&head))
        .expect("the head");
    for at in 33..=35 {
        let hour = check(&mut growing, at);
        assert_eq!(
            (hour.code, hour.verdict()),
            (1, "failed"),
            "hour {at}: {:#}",
            hour.report
        );
        let mismatch = finding(&hour, "state-mismatch");
        assert_eq!(mismatch["key"], json!(head.key), "{mismatch:#}");
        assert_eq!(mismatch["severity"], "failed");
    }
    growing
        .stage
        .loopback
        .change(|cloud| cloud.bucket(BUCKET).put(&head.key, kept));
    assert_hours(&mut growing, 36..=38, 0, &[]);
}

#[test]
fn what_was_removed_long_before_the_head_is_found_by_a_full_check_alone() {
    let days = Days::of_hours(40);
    let mut growing = after_quiet_hours(&days);
    remove(&growing, &days.digest(20).place);
    assert_hours(&mut growing, 33..=34, 0, &[]);
    let full = growing.check_all();
    assert_eq!(
        (full.code, full.codes()),
        (1, vec!["digest-missing"]),
        "{:#}",
        full.report
    );
}

/// Somebody has the keys of AWS, hides a log, and signs all digests again from then on.
#[test]
fn a_rewritten_history_that_is_signed_again_is_seen_by_the_state_alone() {
    let mut days = Days::of_hours(30);
    let mut rewritten = days.clone();
    days.go_on(10);
    let hide = |fields: &mut Fields| {
        fields.set("logFiles", json!([]));
        fields.set("newestEventTime", Value::Null);
        fields.set("oldestEventTime", Value::Null);
    };
    let last = rewritten.chains.len() - 1;
    let chain = &mut rewritten.chains[last];
    let hidden = chain.append_custom(&mut rewritten.world, hide);
    for log in chain.digests[hidden].logs.clone() {
        rewritten.world.remove(&log.place);
    }
    rewritten.go_on_without_the_last(1);
    rewritten.go_on(9);
    let mut growing = after_quiet_hours(&days);
    growing.rewrite(&rewritten.world);
    let full = growing.check_all();
    assert_eq!(
        (full.code, full.verdict()),
        (0, "verified"),
        "{:#}",
        full.report
    );
    for at in 33..=35 {
        let hour = check(&mut growing, at);
        assert_eq!(
            (hour.code, hour.verdict()),
            (1, "failed"),
            "hour {at}: {:#}",
            hour.report
        );
        let mismatch = finding(&hour, "state-mismatch");
        assert_eq!(mismatch["severity"], "failed", "{mismatch:#}");
        assert_eq!(
            mismatch["key"],
            json!(days.digest(QUIET).place.key),
            "{mismatch:#}"
        );
    }
}

#[test]
fn a_lifecycle_rule_that_removed_the_remembered_digest_is_the_hint() {
    let days = Days::of_hours(110);
    let mut growing = after_quiet_hours(&days);
    let quiet = growing.stage.calls("GetBucketLifecycleConfiguration");
    assert!(quiet.is_empty(), "{quiet:?}");
    // Nobody checked for three days.
    growing.advance(check_at(104));
    let expired = growing.now - SignedDuration::from_hours(24);
    growing.stage.loopback.change(|cloud| {
        let bucket = cloud.bucket(BUCKET);
        bucket.keeping.deleted_after = Some(1);
        bucket
            .objects
            .retain(|_, object| object.last_modified > expired);
    });
    let hour = growing.check(&[]);
    assert_eq!(
        (hour.code, hour.verdict()),
        (1, "failed"),
        "{:#}",
        hour.report
    );
    let mismatch = finding(&hour, "state-mismatch");
    let hint = mismatch["hint"].as_str().unwrap_or_default();
    assert!(hint.contains("lifecycle"), "{mismatch:#}");
    let asked = growing.stage.calls("GetBucketLifecycleConfiguration");
    assert!(!asked.is_empty(), "{:#}", hour.report);
}

#[test]
fn a_chain_that_was_removed_completely_is_missing_and_does_not_match_the_state() {
    let days = Days::of_hours(40);
    let growing = after_quiet_hours(&days);
    let folder = "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/";
    growing.stage.loopback.change(|cloud| {
        let bucket = cloud.bucket(BUCKET);
        bucket.objects.retain(|key, _| !key.starts_with(folder));
    });
    let hour = growing.check(&[]);
    assert_eq!(
        (hour.code, hour.verdict()),
        (1, "failed"),
        "{:#}",
        hour.report
    );
    let codes = hour.codes();
    assert!(
        codes.contains(&"state-mismatch") && codes.contains(&"chain-missing"),
        "{codes:?}"
    );
}
