//! Honest worlds raise no alarm: each is verified, or has exactly its gaps, from disk and from S3, with one
//! worker and with 64, and all reports are equal. With one random damage inside the window, none is verified, and the reports are equal again.

mod beside;
mod damaged;
mod honest;
mod worlds;

use self::honest::Honest;

fn check(worlds: Vec<Honest>) {
    let mut wrong = Vec::new();
    for honest in &worlds {
        wrong.extend(honest.reports().complaints(honest));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn windows_of_every_kind_raise_no_alarm() {
    check(worlds::windows());
}

#[test]
fn ends_of_days_months_and_years_raise_no_alarm() {
    check(worlds::calendar());
}

#[test]
fn stops_moves_and_late_logs_raise_no_alarm_but_their_gaps() {
    check(worlds::lives());
}

#[test]
fn names_of_logs_minutes_beside_their_hour_raise_no_alarm() {
    check(worlds::minutes());
}

#[test]
fn several_accounts_and_regions_raise_no_alarm_but_their_gaps() {
    check(worlds::wide());
}

#[test]
fn what_lies_beside_a_trail_raises_no_alarm() {
    check(beside::beside());
}

#[test]
fn trails_that_are_running_now_raise_no_alarm() {
    check(beside::live());
}
