//! Chains that ended for good, and the entries of an `--accept` file that say so.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::report;
use crate::support::testdata::{case, with};

/// The chain of an account that was closed.
const CLOSED: &str = "999999999999/us-east-1/us-east-1/main";
/// The chain that goes on.
const GOES_ON: &str = "111111111111/us-east-1/us-east-1/main";
/// When the last digest of the closed account ends.
const END: &str = "2026-03-01T03:12:34Z";
/// A window after that, which the other chain covers.
const WINDOW: [&str; 4] = [
    "--start-time",
    "2026-03-01T04:12:34Z",
    "--end-time",
    "2026-03-01T08:12:34Z",
];

/// Entries with `follows = true`, each for a chain or a pattern, from a time.
fn entries(dir: &Path, entries: &[(&str, &str)]) -> String {
    let entry = |(chain, from): &(&str, &str)| {
        format!(
            "[[accept]]\nchain = \"{chain}\"\nfrom = \"{from}\"\nfollows = true\nreason = \"closed\"\n\
             who = \"me\"\n"
        )
    };
    file(
        dir,
        "accept.toml",
        &entries.iter().map(entry).collect::<String>(),
    )
}

fn file(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    fs::write(&path, text).expect("a file");
    path.to_str().expect("UTF-8").to_owned()
}

/// Two accounts, of which one was closed after three hours.
fn closed(args: &[&str]) -> (i32, Value) {
    report(&case("coverage-tail--ended-before-the-window"), &with(args))
}

fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("findings");
    let codes = findings.iter().map(|f| f["code"].as_str().expect("a code"));
    codes.collect()
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn a_chain_that_ended_and_is_expected_ends_by_an_entry_of_its_own() {
    let dir = folder();
    let expect = file(dir.path(), "expect", &format!("{CLOSED}\n{GOES_ON}\n"));
    let args = [&WINDOW[..], &["--expect", &expect]].concat();
    let (exit, report) = closed(&args);
    assert_eq!((exit, &report["verdict"]), (4, &"unproven".into()));
    assert!(codes(&report).contains(&"nothing-found"), "{report}");
    for (chain, from, code) in [
        (CLOSED, END, 0),
        // The time of the call that closed it.
        (CLOSED, "2026-03-01T02:00:00Z", 0),
        (CLOSED, "2026-02-28T03:12:34Z", 0),
        (CLOSED, "2026-02-28T03:12:33Z", 4),
        (CLOSED, "2026-03-01T03:12:35Z", 4),
        (GOES_ON, END, 4),
        // A pattern does not say that nothing had to be found.
        ("999999999999/*/*/*", END, 4),
    ] {
        let accept = entries(dir.path(), &[(chain, from)]);
        let (exit, report) = closed(&[&args[..], &["--accept", &accept]].concat());
        assert_eq!(exit, code, "{chain} {from}: {report}");
        assert_eq!(report["verdict"], "unproven");
        let entry = &report["accepted"][0];
        assert_eq!(
            (&entry["follows"], &entry["from"]),
            (&true.into(), &from.into())
        );
        assert_eq!(entry["to"], "2026-03-01T08:12:34Z");
        let both = if code == 0 { 2 } else { 0 };
        if chain == CLOSED {
            assert_eq!(entry["findings"], both, "{report}");
        }
    }
}

#[test]
fn the_time_after_the_end_of_a_chain_ends_by_a_pattern_too() {
    let dir = folder();
    let whole = [WINDOW[0], "2026-03-01T01:12:34Z", WINDOW[2], WINDOW[3]];
    for window in [&WINDOW, &whole] {
        for (chain, from, code) in [
            (CLOSED, END, 0),
            ("999999999999/*/*/*", END, 0),
            ("*/us-east-1/*/*", "2026-03-01T03:00:00Z", 0),
            ("999999999999/*/*/*", "2026-03-01T03:12:35Z", 3),
            ("111111111111/*/*/*", END, 3),
        ] {
            let accept = entries(dir.path(), &[(chain, from)]);
            let (exit, report) = closed(&[&window[..], &["--accept", &accept]].concat());
            assert_eq!(exit, code, "{chain} {from} {window:?}: {report}");
            assert_eq!(report["verdict"], "gaps");
        }
    }
}

#[test]
fn a_run_that_found_nothing_at_all_is_no_success_whatever_ended() {
    let dir = folder();
    let accept = entries(
        dir.path(),
        &[(CLOSED, END), (GOES_ON, "2026-03-01T08:12:34Z")],
    );
    let later = [WINDOW[0], "2026-03-02", WINDOW[2], "2026-03-03"];
    let args = [&later[..], &["--accept", &accept]].concat();
    for more in [&[][..], &["--account-id", "999999999999"]] {
        let (exit, report) = closed(&[&args[..], more].concat());
        assert_eq!(exit, 4, "{report}");
    }
}

#[test]
fn a_chain_of_which_no_digest_is_left_ends_in_a_window_after_its_end() {
    let dir = folder();
    let gone = "555555555555/us-east-1/us-east-1/main";
    let expect = file(dir.path(), "expect", &format!("{gone}\n{GOES_ON}\n"));
    for (chain, from, code) in [
        (gone, "2026-03-01T04:12:34Z", 0),
        (gone, "2025-01-01", 0),
        ("555555555555/*/*/*", "2025-01-01", 0),
        (gone, "2026-03-01T04:12:35Z", 4),
        (CLOSED, "2025-01-01", 4),
    ] {
        // The other chain that ended is not the question.
        let accept = entries(dir.path(), &[(chain, from), (CLOSED, END)]);
        let args = ["--expect", &expect, "--accept", &accept];
        let (exit, report) = closed(&[&WINDOW[..], &args].concat());
        assert_eq!(exit, code, "{chain} {from}: {report}");
        assert!(codes(&report).contains(&"chain-missing"), "{report}");
        // Without a beginning nobody knows which time is missing.
        let (exit, _) = closed(&args);
        assert_eq!(exit, 4, "{chain} {from}");
    }
}

#[test]
fn a_chain_that_goes_on_after_an_entry_has_not_ended_there() {
    let dir = folder();
    // It stopped, went on, and lacks its last hours.
    let chain = "111111111111/eu-west-1/eu-west-1/main";
    let until = [
        "--start-time",
        "2026-03-01T00:45:10Z",
        "--end-time",
        "2026-03-03",
    ];
    let gap = |from: &str| {
        let accept = entries(dir.path(), &[(chain, from)]);
        report(
            &case("gap"),
            &with(&[&until[..], &["--accept", &accept]].concat()),
        )
    };
    let (_, report) = gap("2026-02-20");
    let end = report["chains"][0]["last_digest"]["end"].as_str();
    let end = end.expect("a last digest").to_owned();
    let codes = codes(&report);
    assert!(codes.contains(&"gap") && codes.contains(&"coverage-tail"));
    // The gap inside it is not accepted, and its own end is.
    for (from, findings) in [(end.as_str(), 1), ("2026-02-20", 0)] {
        let (exit, report) = gap(from);
        assert_eq!(exit, 3, "{from}: {report}");
        assert_eq!(
            report["accepted"][0]["findings"], findings,
            "{from}: {report}"
        );
    }
}

#[test]
fn what_is_damaged_before_the_end_is_not_accepted_by_it() {
    let dir = folder();
    let chain = "111111111111/eu-west-1/eu-west-1/main";
    let accept = entries(dir.path(), &[(chain, "2026-03-01T01:00:00Z")]);
    let until = ["--end-time", "2026-03-02", "--accept", &accept];
    let (exit, report) = report(&case("log-missing"), &with(&until));
    assert_eq!(exit, 1, "{report}");
    assert!(codes(&report).contains(&"coverage-tail"), "{report}");
}
