//! What standard error says that the events lack, over kept copies.

use std::path::Path;

use crate::support::program::{Run, run};

/// Runs `events` over a copy in `testdata`.
fn over(name: &str, more: &[&str]) -> Run {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name);
    let args = ["events", "--path", "bucket"];
    run(&dir, &[&args[..], more].concat())
}

const KEYS: [&str; 2] = ["--keys", "keys"];

#[test]
fn a_missing_digest_is_named_and_counted() {
    for name in ["digest-missing", "digest-missing--several"] {
        let run = over(name, &KEYS);
        let lines = run.stderr.lines();
        let named = lines.filter(|line| line.starts_with("note: digest-missing: s3://"));
        assert_eq!(named.count(), 1, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(" digest-missing)"), "{}", run.stderr);
    }
    let run = over("digest-missing--several", &KEYS);
    assert!(run.stderr.contains("(4 digest-missing)"), "{}", run.stderr);
    assert!(run.stderr.contains(": an estimated 3 digests"));
}

#[test]
fn a_gap_and_the_lost_time_of_the_filter_are_said() {
    let time = ["--since", "2026-03-01T01:12:34Z", "--until"];
    let lost = [&KEYS[..], &time, &["2026-03-01T02:12:34Z"]].concat();
    let run = over("incident", &lost);
    let home = "111111111111/us-east-1/us-east-1/main";
    assert!(run.stderr.contains(&format!("note: gap: {home}")));
    let said = format!("note: --since and --until: {home}: 1h of that time is not verified");
    assert!(run.stderr.contains(&said), "{}", run.stderr);
    let outside = [&KEYS[..], &["--since", "2027-01-01"]].concat();
    let run = over("incident", &outside);
    let none = run.stderr.matches("none of that time was validated");
    assert_eq!(none.count(), 2, "{}", run.stderr);
}

#[test]
fn what_validate_advises_is_said() {
    let run = over("incident", &[]);
    assert!(run.stderr.contains("  hint: get the public keys of"));
    assert!(run.stderr.contains("--keys"), "{}", run.stderr);
    let run = over(
        "incident",
        &[&KEYS[..], &["--s3-bucket", "my-logs"]].concat(),
    );
    assert!(run.stderr.contains("--map 'my-logs=trail-logs'"));
    let run = over(
        "incident",
        &[&KEYS[..], &["--region", "ap-south-1"]].concat(),
    );
    assert!(
        run.stderr
            .contains("note: nothing-found: no digest was found")
    );
    let run = over("incident", &[&KEYS[..], &["--include-unproven"]].concat());
    assert!(!run.stderr.contains("if it can be read"), "{}", run.stderr);
}

#[test]
fn a_log_that_no_digest_lists_so_far_is_named_and_read_on_request() {
    let case = [
        "--s3-bucket",
        "trail-logs",
        "--end-time",
        "2026-03-01T08:12:34Z",
        "--as-of",
        "2026-03-01T08:12:34Z",
    ];
    let args = [&KEYS[..], &case].concat();
    let run = over("log-unreferenced--undecided", &args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("note: not-listed: s3://trail-logs/"));
    assert!(run.stderr.contains("(1 not-listed)"), "{}", run.stderr);
    assert!(run.stderr.contains(" of 13 logs;"), "{}", run.stderr);
    let run = over(
        "log-unreferenced--undecided",
        &[&args[..], &["--include-unproven"]].concat(),
    );
    // It holds no record.
    assert!(run.stderr.contains(" of 14 logs;"), "{}", run.stderr);
    // Logs that only unproven digests list are read once.
    let all = over("incident", &["--include-unproven"]);
    let mut lines: Vec<&str> = all.stdout.lines().collect();
    let read = lines.len();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), read);
    let id = |line: &str| line.split("\"eventID\":\"").nth(1).map(str::to_owned);
    let mut listed = Vec::new();
    let mut unlisted = Vec::new();
    for line in lines {
        match line.contains("\"digest-unproven\"") {
            true => listed.push(id(line)),
            false => unlisted.push(id(line)),
        }
    }
    assert!(!listed.is_empty(), "{}", all.stderr);
    assert!(unlisted.iter().all(|id| !listed.contains(id)));
}
