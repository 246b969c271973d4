//! The command line: what it takes, what it refuses, and where reports go.

use std::fs;
use std::path::PathBuf;

use crate::support::program::{codes, report, root, run};

fn case(name: &str) -> PathBuf {
    root().join("testdata").join(name)
}

const ARGS: [&str; 4] = ["--path", "bucket", "--keys", "keys"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ARGS.iter().copied().chain(more.iter().copied()).collect()
}

fn validate<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ["validate"].into_iter().chain(with(more)).collect()
}

#[test]
fn what_makes_no_sense_is_refused_with_exit_2_before_any_report() {
    let dir = case("gap");
    let refused: [(&[&str], &str); 12] = [
        (&["validate"], "--path"),
        (
            &["validate", "--path", "nowhere"],
            "cannot open the folder nowhere",
        ),
        (
            &["validate", "--path", "bucket", "--keys", "nowhere"],
            "cannot read the keys at nowhere",
        ),
        (
            &["validate", "--path", "bucket", "--keys", "case.toml"],
            "is not a list of public keys",
        ),
        (
            &["validate", "--path", "bucket", "--keys", "bucket"],
            "no REGION.json",
        ),
        (
            &["validate", "--path", "bucket", "--region", "Frankfurt"],
            "expected a region",
        ),
        (
            &["validate", "--path", "bucket", "--account-id", "12"],
            "twelve digits",
        ),
        (
            &["validate", "--path", "bucket", "--start-time", "yesterday"],
            "expected a time",
        ),
        (
            &[
                "validate",
                "--path",
                "bucket",
                "--start-time",
                "2026-03-02",
                "--end-time",
                "2026-03-01",
            ],
            "the window is empty",
        ),
        (
            &["validate", "--path", "bucket", "--out", "nowhere/report"],
            "cannot write the report",
        ),
        (
            &[
                "validate", "--path", "bucket", "--format", "text", "--format", "json",
            ],
            "two reports",
        ),
        (
            &["validate", "--path", "a=bucket", "--s3-bucket", "b"],
            "no --path is that of bucket b",
        ),
    ];
    for (args, said) in refused {
        let run = run(&dir, args);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{args:?}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(said), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn help_has_examples_and_exit_codes_and_goes_to_standard_output() {
    let run = run(&root(), &["validate", "--help"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for said in [
        "Examples:",
        "aws s3 sync",
        "list-public-keys",
        "head-object",
        "3 gaps, 4 unproven",
    ] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
}

#[test]
fn fail_on_decides_the_exit_and_not_the_verdict() {
    for (name, fail_on, code) in [
        ("gap", "gaps", 3),
        ("gap", "unproven", 0),
        ("gap", "failed", 0),
        ("digest-signature-absent", "unproven", 4),
        ("digest-signature-absent", "failed", 0),
        ("log-missing", "failed", 1),
    ] {
        let (exit, report) = report(&case(name), &with(&["--fail-on", fail_on]));
        assert_eq!(exit, code, "{name} {fail_on}");
        assert_ne!(report["verdict"], "verified");
    }
}

#[test]
fn what_is_accepted_is_shown_and_only_what_it_covers_is_forgiven() {
    let dir = tempfile::tempdir().expect("a folder");
    let accept = |to: &str| {
        let path = dir.path().join("accept.toml");
        let text = format!(
            "[[accept]]\nchain = \"111111111111/eu-west-1/us-east-1/main\"\nfrom = \"2026-03-01T03:30:00Z\"\n\
             to = \"{to}\"\nreason = \"known\"\nwho = \"me\"\n"
        );
        fs::write(&path, text).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    };
    let exact = accept("2026-03-01T07:45:10Z");
    let (exit, whole) = report(&case("gap"), &with(&["--accept", &exact]));
    assert_eq!((exit, whole["verdict"].as_str()), (0, Some("gaps")));
    assert_eq!(
        (
            &whole["accepted"][0]["who"],
            &whole["accepted"][0]["findings"]
        ),
        (&"me".into(), &1.into())
    );
    let short = accept("2026-03-01T07:45:09Z");
    assert_eq!(report(&case("gap"), &with(&["--accept", &short])).0, 3);
    fs::write(dir.path().join("bad.toml"), "[[accept]]\nchain = \"x\"\n").expect("a file");
    let bad = dir.path().join("bad.toml");
    let bad = run(
        &case("gap"),
        &validate(&["--accept", bad.to_str().expect("UTF-8")]),
    );
    assert_eq!(bad.code, 2);
}

#[test]
fn without_reading_logs_they_must_still_be_there() {
    let (exit, unread) = report(&case("log-modified"), &with(&["--logs", "none"]));
    assert_eq!((exit, unread["verdict"].as_str()), (0, Some("verified")));
    assert_eq!(unread["chains"][0]["logs"]["valid"], 0);
    assert_eq!(unread["chains"][0]["logs"]["not_read"], 8);
    let text = run(&case("log-modified"), &validate(&["--logs", "none"])).stdout;
    let first = text.lines().next().expect("a line");
    assert!(
        first.contains("8 logs were looked for and not read"),
        "{first}"
    );

    let (exit, missing) = report(&case("log-missing"), &with(&["--logs", "none"]));
    assert_eq!(
        (exit, codes(&missing)),
        (1, vec!["failed log-missing".to_owned()])
    );
}

#[test]
fn the_tail_is_pending_only_within_the_delivery_lag_of_the_look() {
    let dir = case("coverage-tail");
    let states = |more: &[&str]| -> Vec<String> {
        let (_, report) = report(&dir, &with(more));
        let coverage = report["chains"][0]["coverage"]
            .as_array()
            .expect("coverage")
            .clone();
        coverage
            .iter()
            .map(|s| s["state"].as_str().expect("a state").to_owned())
            .collect()
    };
    let end = ["--end-time", "2026-03-01T05:00:00Z"];
    assert_eq!(states(&end), ["verified", "pending"]);
    assert_eq!(
        states(&[&end[..], &["--as-of", "2026-03-02"]].concat()),
        ["verified", "gap"]
    );
    assert_eq!(
        states(&[&end[..], &["--delivery-lag", "10m"]].concat()),
        ["verified", "gap", "pending"]
    );
    let (exit, pending) = report(&dir, &with(&end));
    assert_eq!((exit, pending["verdict"].as_str()), (0, Some("verified")));
    assert_eq!(
        pending["chains"][0]["verified_until"],
        "2026-03-01T04:12:34Z"
    );
    let said = pending["not_proven"].as_array().expect("sentences");
    assert!(
        said.iter()
            .any(|s| s.as_str().expect("text").contains("so recent")),
        "{said:?}"
    );
    let only = [
        "--start-time",
        "2026-03-01T04:12:34Z",
        "--end-time",
        "2026-03-01T05:00:00Z",
    ];
    let (exit, only) = report(&dir, &with(&only));
    assert_eq!(
        (exit, codes(&only)),
        (4, vec!["unproven nothing-found".to_owned()])
    );
}

#[test]
fn what_changes_nothing_is_said_on_standard_error() {
    let as_of = run(
        &case("digest-missing"),
        &validate(&["--as-of", "2026-03-05"]),
    );
    assert_eq!(as_of.code, 1);
    assert_eq!(
        as_of.stderr,
        "note: --as-of changes nothing without --end-time: the window ends with the data\n"
    );
    let mild = run(&case("gap"), &validate(&["--fail-on", "failed"]));
    assert_eq!(mild.code, 0);
    assert_eq!(
        mild.stderr,
        "note: the verdict is gaps; the exit status is 0 because of --fail-on\n"
    );
}

#[test]
fn a_utc_offset_is_honoured() {
    let times = [
        "--start-time",
        "2026-03-01T03:12:34+02:00",
        "--end-time",
        "2026-02-28T23:12:34-04:00",
    ];
    let (_, report) = report(&case("gap"), &with(&times));
    let window = &report["chains"][0]["window"];
    assert_eq!(
        (&window["from"], &window["to"]),
        (
            &"2026-03-01T01:12:34Z".into(),
            &"2026-03-01T03:12:34Z".into()
        )
    );
    assert_eq!(report["verdict"], "verified");
}

#[test]
fn verbose_tells_every_file_of_the_window_once_newest_first_with_any_number_of_workers() {
    let dir = root().join("testdata/sample");
    let lines = |jobs: &str| {
        let run = run(&dir, &validate(&["--verbose", "--jobs", jobs]));
        let files = run
            .stdout
            .split("files, newest digest first\n")
            .nth(1)
            .expect("a list")
            .to_owned();
        files.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let one = lines("1");
    assert_eq!(one, lines("8"));
    let count = |kind: &str| {
        one.iter()
            .filter(|l| l.starts_with(&format!("  valid    {kind}")))
            .count()
    };
    assert_eq!(
        (
            count("digest "),
            count("backfill "),
            count("log "),
            one.len()
        ),
        (196, 2, 234, 432)
    );
    let digests: Vec<&String> = one
        .iter()
        .filter(|l| l.contains("digest   "))
        .take(49)
        .collect();
    assert!(
        digests.windows(2).all(|pair| pair[0] > pair[1]),
        "newest first within a chain"
    );

    // One digest beyond each edge is read for its proof and is not told.
    let window = [
        "--verbose",
        "--start-time",
        "2026-03-02T05:07:21Z",
        "--end-time",
        "2026-03-02T07:07:21Z",
    ];
    let text = run(&dir, &validate(&window)).stdout;
    assert_eq!(
        text.lines()
            .filter(|l| l.starts_with("  valid    digest "))
            .count(),
        8,
        "{text}"
    );
}
