//! A trail to which something happens between two checks. Each scene has a world of its own, which was quiet for
//! the first checks. The last chain is the one that something happens to.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::worlds::{Days, check_at};
use crate::support::aws::cloud::Stored;
use crate::support::forge::{Object, Place};
use crate::support::growing::{Growing, Hour};

/// The last quiet check of a scene.
pub const QUIET: i64 = 32;

/// A trail that was checked every hour from the hour 30 on, and was quiet.
pub fn after_quiet_hours(days: &Days) -> Growing {
    let mut growing = days.served();
    for at in QUIET - 2..=QUIET {
        growing.advance(check_at(at));
        assert_gives(at, &growing.check(&[]), 0, &[]);
    }
    growing
}

/// The next check.
pub fn check(growing: &mut Growing, at: i64) -> Hour {
    growing.advance(check_at(at));
    let hour = growing.check(&[]);
    growing.stage.assert_only_reads();
    hour
}

/// Asserts the exit status and the codes of a check.
pub fn assert_gives(at: i64, hour: &Hour, exit: i32, codes: &[&str]) {
    assert_eq!(
        (hour.code, hour.codes()),
        (exit, codes.to_vec()),
        "hour {at}: {:#}",
        hour.report
    );
}

/// Checks some hours, each of which must give this.
pub fn assert_hours(growing: &mut Growing, hours: RangeInclusive<i64>, exit: i32, codes: &[&str]) {
    for at in hours {
        let hour = check(growing, at);
        assert_gives(at, &hour, exit, codes);
    }
}

pub fn finding<'a>(hour: &'a Hour, code: &str) -> &'a Value {
    let findings = hour.report["findings"].as_array().expect("findings");
    let found = findings.iter().find(|f| f["code"] == code);
    found.unwrap_or_else(|| panic!("no {code}: {:#}", hour.report))
}

/// Replaces an object in S3 now.
pub fn overwrite(growing: &Growing, place: &Place, body: Vec<u8>) {
    let now = growing.now;
    growing.stage.loopback.change(|cloud| {
        let bucket = cloud.bucket(&place.bucket);
        let old = bucket.objects.get(&place.key);
        let metadata = old.map(|old| old.metadata.clone()).unwrap_or_default();
        let mut object = Object::delivered(body, now);
        object.metadata = metadata;
        bucket.put(&place.key, Stored::from(&object));
    });
}

pub fn remove(growing: &Growing, place: &Place) {
    let removed = growing.stage.loopback.change(|cloud| cloud.remove(place));
    assert!(removed.is_some(), "{place:?}");
}

/// The states of the time that a state has seen, for each chain.
pub fn seen(growing: &Growing) -> Vec<Vec<String>> {
    let state: Value = serde_json::from_slice(&growing.state_bytes()).expect("JSON");
    let chains = state["chains"].as_array().expect("chains").iter();
    let states = |chain: &Value| -> Vec<String> {
        let seen = chain["seen"].as_array().expect("stretches").iter();
        seen.map(|s| s["state"].as_str().expect("a state").to_owned())
            .collect()
    };
    chains.map(states).collect()
}
