//! `--title`, `--note` and `--names`: what they show, and what is refused, by the real binary.

use std::fs;
use std::path::Path;

use crate::support::program::{Run, root, run};

const NAMES: &str = r#"{"Accounts": [{"Id": "111111111111", "Name": "Payroll"}]}"#;

/// A folder with a saved report, a note and names.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let golden = root().join("tests/golden/organization.json");
    fs::copy(golden, dir.path().join("report.json")).expect("a report");
    fs::write(
        dir.path().join("note.md"),
        "Checked by *us*.\n\n# VERIFIED\n",
    )
    .expect("a note");
    fs::write(dir.path().join("names.json"), NAMES).expect("names");
    dir
}

const GIVEN: [&str; 6] = [
    "--title",
    "Audit of 2026",
    "--note",
    "note.md",
    "--names",
    "names.json",
];

fn report(dir: &Path, format: &str, more: &[&str]) -> Run {
    run(
        dir,
        &[&["report", "report.json", "--format", format], more].concat(),
    )
}

#[test]
fn a_page_and_a_ticket_show_what_is_given() {
    let dir = folder();
    let page = report(dir.path(), "html", &GIVEN);
    assert_eq!((page.code, page.stderr.as_str()), (0, ""));
    let title = page.stdout.split("<title>").nth(1).expect("a title");
    assert!(title.starts_with("Audit of 2026"), "{title:.100}");
    assert!(page.stdout.contains("Checked by <em>us</em>."));
    assert!(page.stdout.contains("<h3>VERIFIED</h3>"));
    assert!(page.stdout.contains("Payroll"));

    let ticket = report(dir.path(), "markdown", &GIVEN);
    assert_eq!((ticket.code, ticket.stderr.as_str()), (0, ""));
    assert!(
        ticket.stdout.starts_with("# Audit of 2026: FAILED\n"),
        "{}",
        ticket.stdout
    );
    assert!(
        ticket.stdout.contains("\n> Checked by *us*.\n"),
        "{}",
        ticket.stdout
    );
    assert!(
        ticket.stdout.contains("\n> # VERIFIED\n"),
        "{}",
        ticket.stdout
    );
    assert!(
        ticket.stdout.contains("| `111111111111` `Payroll` |"),
        "{}",
        ticket.stdout
    );
}

#[test]
fn a_validation_shows_them_too_and_its_report_repeats_without_them() {
    let dir = folder();
    let sample = root().join("testdata/sample");
    let (bucket, keys) = (sample.join("bucket"), sample.join("keys"));
    let copy = [
        "validate",
        "--path",
        bucket.to_str().expect("UTF-8"),
        "--keys",
        keys.to_str().expect("UTF-8"),
        "--format",
        "html",
        "--out",
        "page.html",
        "--format",
        "json",
        "--out",
        "report.json",
    ];
    let Run { code, stderr, .. } = run(dir.path(), &[&copy[..], &GIVEN].concat());
    assert_eq!((code, stderr.as_str()), (0, ""));
    let page = fs::read_to_string(dir.path().join("page.html")).expect("a page");
    assert!(page.contains("Audit of 2026") && page.contains("Checked by"));
    let repeat = page.rsplit("<pre>").next().expect("a command");
    assert!(!repeat.contains("--note"), "{repeat}");
    // The evidence has nothing of it.
    let json = fs::read_to_string(dir.path().join("report.json")).expect("a report");
    assert!(!json.contains("Payroll") && !json.contains("Checked by"));
}

#[test]
fn where_no_format_shows_them_a_note_says_so() {
    let dir = folder();
    let text = report(dir.path(), "text", &GIVEN);
    assert_eq!(text.code, 0);
    assert!(
        text.stderr
            .starts_with("note: --title, --note, --names have no effect: "),
        "{}",
        text.stderr
    );
    assert_eq!(text.stderr.lines().count(), 1);
    let one = report(dir.path(), "csv", &GIVEN[..2]);
    assert!(
        one.stderr.starts_with("note: --title has no effect: "),
        "{}",
        one.stderr
    );
}

#[test]
fn what_cannot_be_used_is_refused_with_what_is_wrong_and_where() {
    let dir = folder();
    let long = "x".repeat(201);
    let large = "x".repeat((64 << 10) + 1);
    for (name, content) in [
        ("latin.md", &b"caf\xe9"[..]),
        ("large.md", large.as_bytes()),
        (
            "bad.json",
            b"{\"Accounts\": [\n{\"Id\": \"1\", \"Name\": \"x\"}]}",
        ),
        ("twice.csv", b"111111111111,a\n111111111111,b\n"),
        ("empty.csv", b""),
    ] {
        fs::write(dir.path().join(name), content).expect("a file");
    }
    for (given, expected) in [
        (["--title", ""], "expected a title that is not empty"),
        (["--title", "a\u{1b}[2J"], "without control characters"),
        (["--title", "a\nb"], "expected one line"),
        (["--title", &long], "at most 200 characters"),
        (
            ["--note", "latin.md"],
            "latin.md is not a valid --note file",
        ),
        (["--note", "large.md"], "it is larger than 65536 bytes"),
        (["--note", "none.md"], "cannot read none.md"),
        (["--note", "/dev/zero"], "it is larger than 65536 bytes"),
        (
            ["--names", "bad.json"],
            "\"1\" is not valid: expected an account id of twelve digits at line 2",
        ),
        (
            ["--names", "twice.csv"],
            "row 2: account 111111111111 has two names",
        ),
        (["--names", "empty.csv"], "it is empty"),
        (
            ["--names", "organizations"],
            "--names organizations needs AWS: report makes no AWS calls",
        ),
    ] {
        let refused = report(dir.path(), "html", &given);
        assert_eq!(
            (refused.code, refused.stdout.as_str()),
            (2, ""),
            "{given:?}"
        );
        assert!(
            refused.stderr.contains(expected),
            "{given:?}: {}",
            refused.stderr
        );
        assert!(!refused.stderr.contains('\u{1b}'), "{given:?}");
    }
    let on_disk = [
        "validate",
        "--path",
        ".",
        "--names",
        "organizations",
        "--format",
        "html",
    ];
    let refused = run(dir.path(), &on_disk);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(
        refused.stderr.contains("no AWS calls are made with --path"),
        "{}",
        refused.stderr
    );
    // What is read is not replaced.
    let refused = report(
        dir.path(),
        "html",
        &["--note", "note.md", "--out", "note.md"],
    );
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("note.md is --note note.md"),
        "{}",
        refused.stderr
    );
}
