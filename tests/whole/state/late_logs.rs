//! Logs that were written behind the head: late ones of CloudTrail, and those of somebody else.

use jiff::SignedDuration;

use super::scene::{after_quiet_hours, assert_gives, assert_hours, check, overwrite, remove};
use super::worlds::{BUCKET, Days, REGIONS, check_at, end_of, trail};
use crate::support::forge::{Place, gzip};

#[test]
fn a_backfill_digest_with_late_logs_is_checked_like_any() {
    let mut days = Days::of_hours(50);
    let last = days.chains.len() - 1;
    let (hour, generated) = (
        days.digest(31).end,
        check_at(40) - SignedDuration::from_mins(20),
    );
    days.chains[last].backfill(&mut days.world, hour, generated, 2, false);
    let mut growing = after_quiet_hours(&days);
    assert_hours(&mut growing, 33..=39, 0, &[]);
    let hour = check(&mut growing, 40);
    assert_gives(40, &hour, 0, &[]);
    assert_eq!(
        hour.report["totals"]["backfill_digests"]["valid"], 1,
        "{:#}",
        hour.report
    );
    let late = days.chains[last].backfills[0].logs[0].place.clone();
    overwrite(&growing, &late, gzip(br#"{"Records":[]}"#));
    let hour = check(&mut growing, 41);
    assert_gives(41, &hour, 1, &["log-modified"]);
}

#[test]
fn a_log_that_was_planted_behind_the_head_is_unproven_once_no_digest_can_list_it() {
    let days = Days::of_hours(60);
    let mut growing = after_quiet_hours(&days);
    let planted = end_of(12) + SignedDuration::from_mins(15);
    let key = trail().log_key("111111111111", REGIONS[1], planted, "Planted000000001");
    let place = Place::new(BUCKET, &key);
    overwrite(&growing, &place, gzip(br#"{"Records":[]}"#));
    // Until a day after its minute, a backfill digest may list it.
    assert_hours(&mut growing, 33..=35, 0, &[]);
    assert_hours(&mut growing, 37..=40, 4, &["log-unreferenced"]);
    remove(&growing, &place);
    assert_hours(&mut growing, 41..=42, 0, &[]);
}

#[test]
fn a_log_that_was_overwritten_after_it_was_proven_is_modified() {
    let days = Days::of_hours(40);
    let mut growing = after_quiet_hours(&days);
    let log = days.digest(25).logs[0].place.clone();
    overwrite(&growing, &log, gzip(br#"{"Records":[]}"#));
    assert_hours(&mut growing, 33..=34, 1, &["log-modified"]);
}
