//! What happens to an honest trail between two checks, and what the checks after it say.

use std::fs;

use jiff::SignedDuration;
use serde_json::Value;

use super::scene::{QUIET, after_quiet_hours, assert_gives, assert_hours, check, seen};
use super::worlds::{Days, REGIONS, check_at, end_of, trail};
use crate::support::growing::Growing;

#[test]
fn a_digest_that_comes_within_the_lag_raises_no_alarm() {
    let mut days = Days::of_hours(40);
    days.deliver_late(33, 110);
    let mut growing = after_quiet_hours(&days);
    assert_hours(&mut growing, 33..=37, 0, &[]);
    for seen in seen(&growing) {
        assert_eq!(seen, ["verified", "pending"]);
    }
}

#[test]
fn a_digest_that_is_delivered_again_out_of_order_ends_its_alarm() {
    let mut days = Days::of_hours(42);
    days.deliver_late(33, 5 * 60);
    let mut growing = after_quiet_hours(&days);
    assert_hours(&mut growing, 33..=34, 0, &[]);
    // Its successors link to it, and it is later than the lag.
    assert_hours(&mut growing, 35..=37, 1, &["digest-missing"]);
    assert_hours(&mut growing, 38..=41, 0, &[]);
    for seen in seen(&growing) {
        assert_eq!(seen, ["verified", "pending"]);
    }
}

#[test]
fn a_check_in_which_nothing_new_was_due_is_verified() {
    let days = Days::of_hours(40);
    let mut growing = after_quiet_hours(&days);
    for minutes in [1, 2, 5] {
        growing.advance(check_at(QUIET) + SignedDuration::from_mins(minutes));
        assert_gives(QUIET, &growing.check(&[]), 0, &[]);
    }
    assert_hours(&mut growing, 33..=34, 0, &[]);
}

#[test]
fn a_gap_is_reported_and_settled_once_logging_goes_on() {
    let mut days = Days::of_hours(33);
    let (stop, start) = (
        end_of(33) + SignedDuration::from_mins(25),
        end_of(36) + SignedDuration::from_mins(2),
    );
    for at in 0..2 {
        days.chains[at].stop(&mut days.world, stop);
        let moment = start + SignedDuration::from_secs(at as i64);
        days.chains[at].start(&mut days.world, moment);
    }
    days.go_on(6);
    let mut growing = after_quiet_hours(&days);
    for at in 33..=35 {
        growing.advance(check_at(at));
        for region in REGIONS {
            growing.status(&trail(), region, |status| {
                (status.logging, status.stopped) = (false, Some(stop));
            });
        }
        assert_gives(at, &growing.check(&[]), 3, &["coverage-tail"]);
    }
    growing.advance(check_at(36));
    for region in REGIONS {
        growing.status(&trail(), region, |status| {
            (status.logging, status.started) = (true, Some(start));
        });
    }
    let hour = growing.check(&[]);
    assert_gives(36, &hour, 3, &["gap"]);
    for chain in hour.report["chains"].as_array().expect("chains") {
        assert_eq!(chain["gaps"][0]["cause"], "logging-stopped", "{chain:#}");
    }
    assert_hours(&mut growing, 37..=40, 0, &[]);
    let state: Value = serde_json::from_slice(&growing.state_bytes()).expect("JSON");
    for chain in state["chains"].as_array().expect("chains") {
        assert_eq!(chain["gaps"].as_array().map(Vec::len), Some(1), "{chain:#}");
    }
}

#[test]
fn a_new_region_is_a_note_and_is_checked_from_its_first_digest_on() {
    let mut days = Days::of_hours(33);
    days.add("111111111111", "ap-south-1");
    days.go_on(5);
    let mut growing = after_quiet_hours(&days);
    let mut news = Vec::new();
    for at in 33..=37 {
        let hour = check(&mut growing, at);
        assert_gives(at, &hour, 0, &[]);
        let is_new = |f: &&Value| f["code"] == "chain-new";
        let findings = hour.report["findings"].as_array().expect("findings");
        news.extend(
            findings
                .iter()
                .filter(is_new)
                .map(|f| (at, f["chain"].clone())),
        );
    }
    assert_eq!(news.len(), 1, "{news:?}");
    assert_eq!(news[0].1, "111111111111/ap-south-1/us-east-1/main");
}

/// A member of an organization leaves: its account is closed, and its chain ends.
#[test]
fn a_closed_account_ends_with_one_entry_of_accept() {
    let mut days = Days::of_organization(&["111111111111", "222222222222"], 33);
    days.go_on_without_the_last(10 * 24);
    let mut growing = after_quiet_hours(&days);
    assert_hours(&mut growing, 33..=34, 0, &[]);
    assert_hours(&mut growing, 36..=36, 3, &["coverage-tail"]);
    // From then on, the other account shows that the trail goes on without this one.
    let codes = ["chain-missing", "coverage-tail"];
    assert_hours(&mut growing, 37..=37, 4, &codes);
    let end = days.digest(33).end;
    let entry = format!(
        "[[accept]]\nchain = \"222222222222/*/*/*\"\nfrom = \"{end}\"\nfollows = true\nreason = \"The account was closed.\"\nwho = \"alice\"\n"
    );
    fs::write(growing.stage.dir.path().join("accept.toml"), entry).expect("a file");
    for at in [38, 39, 40, 64, 6 * 24, 9 * 24] {
        assert_accepted(&mut growing, at, &codes, ("unproven", 4));
    }
    // The end lies before the window by now, and the time after it is a gap.
    for at in [9 * 24 + 1, 10 * 24] {
        assert_accepted(&mut growing, at, &["coverage-tail"], ("gaps", 3));
    }
}

/// Asserts what a check says that has the file of `--accept`, and the one after it that does not.
fn assert_accepted(growing: &mut Growing, at: i64, codes: &[&str], without: (&str, i32)) {
    growing.advance(check_at(at));
    let before = growing.fork();
    let hour = growing.check(&["--accept", "accept.toml"]);
    assert_gives(at, &hour, 0, codes);
    let hour = before.check(&[]);
    assert_eq!((hour.verdict(), hour.code), without, "hour {at}");
}
