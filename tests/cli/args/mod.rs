//! The command line: what it accepts, and what it refuses.

#[cfg(feature = "aws")]
mod aws_cli;

use crate::support::program::{report, root, run};
use crate::support::testdata::{case, with};

#[test]
fn what_a_refused_argument_holds_neither_styles_a_terminal_nor_makes_lines() {
    let dir = root();
    let hostile = "a\u{1b}[31m\nverified: all is well\u{202e}";
    for args in [
        ["validate", "--region", hostile],
        ["validate", "--end-time", hostile],
        ["validate", "--fail-on", hostile],
        ["validate", "--path=bucket", &format!("--{hostile}")],
        ["validate", "--path=bucket", hostile],
        [hostile, "--path", "bucket"],
    ] {
        let run = run(&dir, &args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        let shown = run.stderr.contains("\\u{a}verified: all is well\\u{202e}");
        assert!(shown, "{}", run.stderr);
        assert!(
            !run.stderr.contains(['\u{1b}', '\u{202e}']),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn invalid_arguments_are_refused_with_exit_2_before_any_report() {
    let dir = case("gap");
    let refused: [(&[&str], &str); 14] = [
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
            "is called REGION.json",
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
            &["validate", "--path", "bucket", "--end-time", "01/02/2026"],
            "this may be 2026-02-01 or 2026-01-02",
        ),
        (
            &[
                "validate",
                "--path",
                "bucket",
                "--as-of",
                "1 Mar 2026 05:00 EST",
            ],
            "such as +02:00",
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
            "no --path is a copy of bucket b",
        ),
    ];
    for (args, message) in refused {
        let run = run(&dir, args);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{args:?}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(message), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn help_has_examples_and_exit_codes_and_goes_to_standard_output() {
    let run = run(&root(), &["validate", "--help"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for message in [
        "Examples:",
        "aws s3 sync",
        "list-public-keys",
        "head-object",
        "3 gaps, 4 unproven",
    ] {
        assert!(run.stdout.contains(message), "{message}: {}", run.stdout);
    }
}

#[test]
fn what_is_no_pattern_is_told_with_the_part_that_is_wrong() {
    for (pattern, said) in [
        (
            "111111111111",
            "ACCOUNT/REGION/HOME_REGION/TRAIL, with * for any of its four parts",
        ),
        (
            "11*/*/*/*",
            "an account id of twelve digits, or *, before the first slash",
        ),
        (
            "*/eu-*/*/*",
            "a region such as eu-central-1, or *, after the first slash",
        ),
        (
            "*/*/Frankfurt/*",
            "a home region such as eu-central-1, or *, after the second slash",
        ),
        ("*/*/*/", "the name of a trail, or *, after the third slash"),
    ] {
        let args = [&["validate"], &with(&["--exclude", pattern])[..]].concat();
        let run = run(&case("gap"), &args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{pattern}");
        assert!(run.stderr.contains(said), "{pattern}: {}", run.stderr);
    }
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

/// As one types it after `aws`.
#[test]
fn the_service_of_the_aws_cli_leads_to_validate_logs() {
    let run = run(
        &root(),
        &["cloudtrail", "validate-logs", "--trail-arn", "x"],
    );
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("'validate-logs'"), "{}", run.stderr);
    assert!(!run.stderr.contains("doctor"), "{}", run.stderr);
}
