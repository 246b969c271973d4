//! A state of a scheduled check, made by hand: some weeks of hourly runs, and what can happen in them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The chain that is verified throughout.
pub const QUIET: &str = "111111111111/eu-west-1/us-east-1/main";
/// The chain with a gap that a call explains.
pub const STOPPED: &str = "111111111111/us-east-1/us-east-1/main";
/// The chain in which a digest is missing, and some hours are not proven yet.
pub const FAILED: &str = "111111111111/us-west-2/us-east-1/main";
/// A trail of this name is an account's own, which is no longer checked, and an organization's, found later.
pub const TWICE: &str = "222222222222/eu-west-1/us-east-1/main";

/// The check of a day and hour: at minute 17.
fn check(day: &str, hour: u32) -> String {
    format!("2026-{day}T{hour:02}:17:00Z")
}

/// The runs of one UTC day that had the same result.
fn runs(day: &str, hours: (u32, u32), count: u64, verdict: &str) -> Value {
    let longest = match (count, u64::from(hours.1 - hours.0) + 1 - count) {
        (1, _) => 0,
        (_, missed) => 3_600 * (missed + 1),
    };
    json!({
        "first": check(day, hours.0),
        "last": check(day, hours.1),
        "runs": count,
        "longest_pause": longest,
        "verdict": verdict,
        "complete": verdict != "unproven",
        "exit_status": match verdict {
            "failed" => 1,
            "unproven" => 4,
            _ => 0,
        },
    })
}

/// The runs from 10 September to 2 November: three on 5 October could not read the bucket, three were missed on
/// 13 October, and those of the week from 20 October found a digest that is missing, which was accepted on the last day.
fn history() -> Vec<Value> {
    let mut all = Vec::new();
    let mut at: Timestamp = "2026-09-10T00:00:00Z".parse().expect("a time");
    let end: Timestamp = "2026-11-02T00:00:00Z".parse().expect("a time");
    while at < end {
        let day = at.strftime("%m-%d").to_string();
        match day.as_str() {
            "10-05" => {
                all.push(runs(&day, (0, 9), 10, "verified"));
                all.push(runs(&day, (10, 12), 3, "unproven"));
                all.push(runs(&day, (13, 23), 11, "verified"));
            }
            "10-13" => all.push(runs(&day, (0, 23), 21, "verified")),
            "10-20" => {
                all.push(runs(&day, (0, 13), 14, "verified"));
                all.push(runs(&day, (14, 23), 10, "failed"));
            }
            "10-26" => {
                let mut accepted = runs(&day, (0, 23), 24, "failed");
                accepted["exit_status"] = json!(0);
                all.push(accepted);
            }
            "10-21" | "10-22" | "10-23" | "10-24" | "10-25" => {
                all.push(runs(&day, (0, 23), 24, "failed"));
            }
            _ => all.push(runs(&day, (0, 23), 24, "verified")),
        }
        at += SignedDuration::from_hours(24);
    }
    all.push(runs("11-02", (0, 0), 1, "unproven"));
    all
}

/// Stretches that adjoin: each with its end and state.
fn stretches(from: &str, to: &[(&str, &str)]) -> Vec<Value> {
    let mut from = from.to_owned();
    let stretch = |(to, state): &(&str, &str)| {
        let to = format!("2026-{to}:00Z");
        let from = std::mem::replace(&mut from, to.clone());
        json!({ "from": from, "to": to, "state": state })
    };
    to.iter().map(stretch).collect()
}

fn chain(id: &str, since: &str, seen: &[(&str, &str)]) -> Value {
    let since = format!("2026-{since}:00Z");
    let seen = stretches(&since, seen);
    let last = seen.last().expect("a stretch").clone();
    let is_open = last["state"] == "pending";
    let end = last[if is_open { "from" } else { "to" }].clone();
    json!({
        "id": id,
        "organization": null,
        "since": since,
        "next_from": end,
        "looked_at": "2026-11-02T00:17:00Z",
        "head": head(id, "AWSLogs", end.as_str().expect("a time")),
        "open": if is_open { json!([last]) } else { json!([]) },
        "waiting_since": null,
        "seen": seen,
        "gaps": [],
        "findings": [],
    })
}

/// The digest of a chain that ends at a time.
fn head(id: &str, folder: &str, end: &str) -> Value {
    let parts: Vec<&str> = id.split('/').collect();
    let &[account, region, home, trail] = parts.as_slice() else {
        panic!("{id} is not a chain");
    };
    let end: Timestamp = end.parse().expect("a time");
    let day = end.strftime("%Y/%m/%d");
    let time = end.strftime("%Y%m%dT%H%M%SZ");
    json!({
        "bucket": "my-logs",
        "key": format!(
            "{folder}/{account}/CloudTrail-Digest/{region}/{day}/\
             {account}_CloudTrail-Digest_{region}_{trail}_{home}_{time}.json.gz"
        ),
        "sha256": "5f".repeat(32),
        "signature": "0a".repeat(256),
        "start": end - SignedDuration::from_hours(1),
        "end": end,
    })
}

fn finding(code: &str, severity: &str, runs: u64, first: String, last: String) -> Value {
    json!({ "code": code, "severity": severity, "runs": runs, "first": first, "last": last, "count": 1 })
}

/// The state. Its checksum is that of no file.
pub fn state() -> Value {
    let until = [("11-01T22:10", "verified"), ("11-02T00:17", "pending")];
    let quiet = chain(QUIET, "09-09T00:00", &until);
    let stop = [("10-07T10:10", "verified"), ("10-07T12:10", "gap")];
    let mut stopped = chain(STOPPED, "09-09T00:00", &[stop, until].concat());
    stopped["gaps"] = json!([{
        "from": "2026-10-07T10:10:00Z",
        "to": "2026-10-07T12:10:00Z",
        "cause": "logging-stopped",
        "certainty": "signed",
    }]);
    let late = finding(
        "backfill-late",
        "note",
        1,
        check("10-12", 4),
        check("10-12", 4),
    );
    stopped["findings"] = json!([late]);
    let fails = [
        ("10-20T13:10", "verified"),
        ("10-20T14:10", "failed"),
        ("10-31T20:10", "verified"),
        ("10-31T22:10", "unproven"),
    ];
    let mut failed = chain(FAILED, "09-09T00:00", &[&fails[..], &until].concat());
    failed["open"] = json!([failed["seen"][3], failed["open"][0]]);
    failed["next_from"] = json!("2026-10-31T20:10:00Z");
    failed["waiting_since"] = json!("2026-10-31T21:05:00Z");
    failed["findings"] = json!([
        finding(
            "digest-missing",
            "failed",
            154,
            check("10-20", 14),
            check("10-26", 23)
        ),
        finding(
            "log-unreadable",
            "unproven",
            26,
            check("10-31", 23),
            check("11-02", 0)
        ),
    ]);
    let mut closed = chain(TWICE, "09-09T00:00", &[("09-30T22:10", "verified")]);
    closed["looked_at"] = json!(check("09-30", 23));
    let mut later = chain(TWICE, "10-10T06:00", &until);
    later["organization"] = json!("o-a1b2c3d4e5");
    later["head"] = head(TWICE, "AWSLogs/o-a1b2c3d4e5", "2026-11-01T22:10:00Z");
    let history = history();
    let of_entry = |runs: &Value| runs["runs"].as_u64().expect("a number");
    let sum: u64 = history.iter().map(of_entry).sum();
    json!({
        "schema": "trailproof.state/v1",
        "tool": "trailproof",
        "version": "0.1.0",
        "begun": "2026-09-10T00:17:00Z",
        "runs": sum,
        "continues": "c0".repeat(32),
        "scope": {
            "source": "s3",
            "start": "2026-09-09T00:00:00Z",
            "regions": [],
            "account_ids": [],
            "organization_ids": [],
            "trail_arns": ["arn:aws:cloudtrail:us-east-1:111111111111:trail/main"],
            "buckets": ["my-logs"],
            "prefixes": [],
            "map": [],
            "logs": "all",
        },
        "keep_history": 34_560_000,
        "history": history,
        "chains": [quiet, stopped, failed, closed, later],
        "checksum": "",
    })
}

/// The bytes of a state as the program writes it: the last field is the SHA-256 of all that is before it.
pub fn written(state: &Value) -> Vec<u8> {
    let mut state = state.clone();
    state.as_object_mut().expect("a state").remove("checksum");
    let text = state.to_string();
    let open = text.strip_suffix('}').expect("an object");
    let checksum = trailproof::base::sha256::Sha256::of(open.as_bytes());
    format!("{open},\"checksum\":\"{checksum}\"}}\n").into_bytes()
}
