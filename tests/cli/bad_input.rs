//! Input that is wrong: each is refused, or explained, before anybody takes the report for an answer.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::case::{BUCKET, HOME, REGION, hour, wide_trail};
use crate::support::disk::copied;
use crate::support::forge::{Chain, ChainSpec, Encoding, Heads, KeyFileStyle, World, ts};
use crate::support::program::{Run, report, run};
use crate::support::testdata::{case, validate};

/// Asserts exit status 2, no report, and the error and hint, and that no line repeats the one before.
fn assert_refused(run: &Run, error: &str, hint: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    let lines = run.stderr.lines().filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.collect();
    assert!(lines[0].contains(error), "{error}: {}", run.stderr);
    assert!(run.stderr.contains(hint), "{hint}: {}", run.stderr);
    for pair in lines.windows(2) {
        let said = pair[1].trim_start().trim_start_matches("caused by: ");
        assert!(!pair[0].contains(said), "{}", run.stderr);
    }
}

#[test]
fn an_out_before_its_format_is_refused_and_writes_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let page = dir.path().join("page.html").display().to_string();
    let more = ["--format", "json", "--quiet"];
    for (args, more) in [
        (["--out", &page, "--format", "html"], &[][..]),
        (["--out", &page, "--format", "html"], &more),
    ] {
        let run = run(&case("gap"), &validate(&[&args, more].concat()));
        let error = format!("error: --out {page} stands before --format html");
        let hint = format!("--format html --out {page}");
        assert_refused(&run, &error, &hint);
        assert!(!Path::new(&page).exists());
    }
    let args = ["--format", "html", "--out", &page];
    assert_eq!(run(&case("gap"), &validate(&args)).code, 3);
}

/// An entry that accepts the gap of the case, with one line changed.
fn entry(changed: &str, to: &str) -> String {
    let lines = [
        "[[accept]]",
        "chain = \"111111111111/eu-west-1/eu-west-1/main\"",
        "from = \"2026-03-01T03:30:00Z\"",
        "to = \"2026-03-01T07:45:10Z\"",
        "reason = \"known\"",
        "who = \"me\"",
    ];
    let field = |line: &&str| !changed.is_empty() && line.starts_with(changed);
    let lines = lines.map(|line| if field(&line) { to } else { line });
    lines.join("\n") + "\n"
}

#[test]
fn an_entry_that_is_not_valid_is_named_with_its_field() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("accept.toml").display().to_string();
    let whole = entry("", "");
    for (text, why) in [
        (whole.clone() + &entry("to =", ""), "entry 2 has no `to`"),
        (entry("who", "who = \" \""), "entry 1 has an empty `who`"),
        (
            entry("from", "from = 2026-03-01"),
            "entry 1 has a `from` that is not text",
        ),
        (
            entry("from", "from = \"soon\""),
            "entry 1 has a `from` that is not a time",
        ),
        (
            entry("from", "from = \"2026-04-01\""),
            "entry 1 has a `from` that is after",
        ),
        (
            entry("chain", "chain = \"x\""),
            "entry 1 has a `chain` that is not valid",
        ),
        (
            entry("who", "by = \"me\""),
            "entry 1 has \"by\", which is not known",
        ),
        (
            whole.replace("[[accept]]", "[accept]"),
            "accept is not a list of entries",
        ),
        ("[[accepted]]\n".into(), "\"accepted\" is not known here"),
        (whole + "x = [\n", "line "),
    ] {
        fs::write(&file, text).expect("a file");
        let run = run(&case("gap"), &validate(&["--accept", &file]));
        let error = format!("{file} is not a valid --accept file: {why}");
        assert_refused(&run, &error, "");
    }
}

#[test]
fn an_entry_that_matches_nothing_is_warned_of() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("accept.toml").display().to_string();
    let other = "chain = \"111111111111/eu-west-1/eu-west-1/mian\"";
    for (text, code, warned) in [
        (entry("", ""), 0, false),
        (entry("", "") + &entry("chain", other), 0, true),
        (
            entry("", "") + &entry("to =", "to = \"2026-03-01T07:45:09Z\""),
            0,
            true,
        ),
    ] {
        fs::write(&file, text).expect("a file");
        let run = run(&case("gap"), &validate(&["--accept", &file]));
        assert_eq!(run.code, code, "{}", run.stderr);
        let warning = "warning: entry 2 of --accept matches no finding: ";
        assert_eq!(run.stderr.contains(warning), warned, "{}", run.stderr);
        assert!(!run.stderr.contains("entry 1"), "{}", run.stderr);
    }
}

#[test]
fn a_window_in_the_future_and_an_offset_of_no_time_zone_are_refused() {
    let future = run(&case("gap"), &validate(&["--start-time", "2126-01-01"]));
    assert_refused(&future, "the window lies in the future", "--start-time");
    for (at, is_zone) in [
        ("2026-03-01T03:00:00+14:00", true),
        ("2026-03-01T03:00:00-12:00", true),
        ("2026-03-01T03:00:00+14:01", false),
        ("2026-03-01T03:00:00+25:00", false),
        ("2026-03-01T03:00:00-25:00", false),
        ("2026-03-01 03:00:00 +2500", false),
    ] {
        let run = run(&case("gap"), &validate(&["--start-time", at]));
        match is_zone {
            true => assert_ne!(run.code, 2, "{at}: {}", run.stderr),
            false => assert_refused(&run, "is not the offset of a time zone", ""),
        }
    }
}

/// A short chain in two regions, whose keys have different fingerprints, as a copy.
fn two_regions() -> tempfile::TempDir {
    let mut world = World::new(31);
    world.keys.set_encoding(REGION, Encoding::Spki);
    world.keys.set_encoding(HOME, Encoding::Pkcs1);
    for region in [REGION, HOME] {
        let mut chain = Chain::new(ChainSpec::new(wide_trail(), region).logs(1..=1));
        chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
        chain.run_until(&mut world, hour(3));
    }
    let style = KeyFileStyle::V2Iso;
    copied(&world, &[BUCKET], &[REGION, HOME], &Heads::All, style)
}

/// The findings of a report that are worse than a note: code, reason, count and message.
fn worse(report: &Value) -> Vec<(&str, &str, u64, &str)> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let found = findings.filter(|finding| finding["severity"] != "note");
    found
        .map(|finding| {
            let word = |name: &str| finding[name].as_str().unwrap_or("");
            let count = finding["count"].as_u64().unwrap_or(1);
            (word("code"), word("reason"), count, word("message"))
        })
        .collect()
}

#[test]
fn key_files_under_other_names_are_named_and_swapped_ones_accuse_nobody() {
    let dir = two_regions();
    let args = ["--path", BUCKET, "--keys", "keys"];
    let (code, whole) = report(dir.path(), &args);
    assert_eq!(code, 0, "{whole:#}");

    let keys = |region: &str| dir.path().join(format!("keys/{region}.json"));
    fs::copy(keys(HOME), dir.path().join("keys/useast1.json")).expect("a file");
    fs::write(dir.path().join("keys/.hidden"), "").expect("a file");
    let noted = run(dir.path(), &[&["validate"], &args[..]].concat());
    assert_eq!(noted.code, 0, "{}", noted.stderr);
    let note = "note: not read in --keys keys: useast1.json; only files called REGION.json";
    assert!(noted.stderr.starts_with(note), "{}", noted.stderr);

    fs::rename(keys(HOME), dir.path().join("keys/kept")).expect("renamed");
    fs::rename(keys(REGION), keys(HOME)).expect("renamed");
    fs::rename(dir.path().join("keys/kept"), keys(REGION)).expect("renamed");
    let (code, swapped) = report(dir.path(), &args);
    assert_eq!((code, &swapped["verdict"]), (4, &"unproven".into()));
    let findings = worse(&swapped);
    assert!(!findings.is_empty());
    for (code, reason, _, message) in findings {
        assert_eq!((code, reason), ("key-unavailable", "key-unknown"));
        assert!(message.contains("may be swapped"), "{message}");
    }

    for region in [HOME, REGION] {
        fs::remove_file(keys(region)).expect("removed");
    }
    let none = run(dir.path(), &[&["validate"], &args[..]].concat());
    let error =
        "no file in keys is called REGION.json, such as us-east-1.json: it holds useast1.json";
    assert_refused(&none, error, "aws cloudtrail list-public-keys");
}

#[test]
fn keys_that_were_not_given_are_said_once_in_a_chain_with_the_cure() {
    let dir = two_regions();
    let (code, report) = report(dir.path(), &["--path", BUCKET]);
    assert_eq!((code, &report["verdict"]), (4, &"unproven".into()));
    let findings = worse(&report);
    assert_eq!(findings.len(), 2, "{report:#}");
    for (code, reason, count, message) in findings {
        assert_eq!(
            (code, reason, count),
            ("key-unavailable", "keys-not-given", 4)
        );
        assert!(message.contains("no public keys were given"), "{message}");
    }
    let hint = report["findings"][0]["hint"].as_str().expect("a hint");
    assert!(hint.contains("list-public-keys"), "{hint}");
}

#[test]
fn a_folder_inside_a_copy_is_read_and_what_was_not_copied_accuses_nobody() {
    let dir = two_regions();
    let inside = format!("{BUCKET}/AWSLogs");
    let (code, whole) = report(dir.path(), &["--path", &inside, "--keys", "keys"]);
    assert_eq!(code, 0, "{whole:#}");
    fs::remove_dir_all(dir.path().join(&inside).join("111111111111/CloudTrail")).expect("removed");
    for path in [BUCKET, &inside] {
        let (code, report) = report(dir.path(), &["--path", path, "--keys", "keys"]);
        assert_eq!(
            (code, &report["verdict"]),
            (4, &"unproven".into()),
            "{path}"
        );
        for (code, reason, ..) in worse(&report) {
            assert_eq!((code, reason), ("log-unreadable", "not-copied"), "{path}");
        }
    }
}

#[test]
fn a_full_disk_is_an_error_with_the_verdict_beside_it() {
    for (name, verdict) in [("gap", "gaps"), ("log-modified", "failed")] {
        let full = run(&case(name), &validate(&["--out", "/dev/full"]));
        let expected = format!(
            "error: cannot write the report to /dev/full\n  caused by: no space left on device\n  \
             note: the validation finished; its verdict was: {verdict}\n"
        );
        assert_eq!((full.code, full.stderr), (2, expected));
    }
}

/// A network that fails is neither a missing permission nor a wrong name.
#[cfg(feature = "aws")]
#[test]
fn hints_after_a_failure_of_the_network_speak_of_the_network() {
    let args = [
        "--s3-bucket",
        "trail-logs",
        "--endpoint-url",
        "http://127.0.0.1:9",
    ];
    let args = [&["validate", "--format", "json"], &args[..]].concat();
    let mut command = crate::support::program::command(&case("gap"), &args);
    command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    command.env("AWS_SECRET_ACCESS_KEY", "x");
    let run = crate::support::program::finish(&mut command);
    let (code, report) = crate::support::program::reported(run);
    assert_eq!(code, 4);
    let findings = report["findings"].as_array().expect("findings");
    let unread = findings.iter().find(|f| f["code"] == "source-unreadable");
    let unread = unread.expect("a finding");
    let hint = unread["hint"].as_str().expect("a hint");
    assert!(hint.contains("network"), "{hint}");
    assert!(
        !hint.contains("permission") && !hint.contains("can be read"),
        "{hint}"
    );
    let message = unread["message"].as_str().expect("a message");
    assert!(
        message.contains("network error: connection refused"),
        "{message}"
    );
}
