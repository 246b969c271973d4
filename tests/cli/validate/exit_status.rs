//! The exit status, and the notes that explain it.

use serde_json::Value;

use crate::support::program::{report, run};
use crate::support::testdata::{case, validate, with};

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
fn no_choice_of_fail_on_makes_a_look_that_failed_a_success() {
    for (name, keys) in [
        ("nothing-found--empty", "keys"),
        ("source-unreadable", "keys"),
        ("key-unavailable", "keys.json"),
    ] {
        for fail_on in ["failed", "unproven", "gaps"] {
            let args = ["--path", "bucket", "--keys", keys, "--fail-on", fail_on];
            let (exit, report) = report(&case(name), &args);
            assert_eq!(exit, 4, "{name} {fail_on}");
            assert_eq!(report["verdict"], "unproven");
        }
    }
}

#[test]
fn a_note_says_which_failed_look_keeps_the_exit_status() {
    for (name, keys, why) in [
        (
            "nothing-found--empty",
            "keys",
            "nothing was found of what was requested",
        ),
        (
            "source-unreadable",
            "keys",
            "a bucket or folder could not be listed, so it was not checked",
        ),
        (
            "key-unavailable",
            "keys.json",
            "no time of any chain is proven",
        ),
    ] {
        for (fail_on, is_noted) in [("failed", true), ("unproven", false), ("gaps", false)] {
            let args = [
                "validate",
                "--path",
                "bucket",
                "--keys",
                keys,
                "--fail-on",
                fail_on,
            ];
            let run = run(&case(name), &args);
            assert_eq!(run.code, 4, "{name} {fail_on}");
            let note =
                format!("note: the exit status is 4 whatever --accept and --fail-on say: {why}\n");
            let notes = run.stderr.matches(&note).count();
            assert_eq!(
                notes,
                usize::from(is_noted),
                "{name} {fail_on}: {}",
                run.stderr
            );
        }
    }
}

#[test]
fn options_without_effect_are_noted_on_standard_error() {
    let as_of = run(
        &case("digest-missing"),
        &validate(&["--as-of", "2026-03-05"]),
    );
    assert_eq!(as_of.code, 1);
    assert_eq!(
        as_of.stderr,
        "note: without --end-time the window ends with the data, and not at --as-of\n"
    );
    let mild = run(&case("gap"), &validate(&["--fail-on", "failed"]));
    assert_eq!(mild.code, 0);
    assert_eq!(
        mild.stderr,
        "note: the verdict is gaps; the exit status is 0 because of --fail-on\n"
    );
}

/// Someone answered for everything that is wrong, so the report calls for nothing.
#[test]
fn where_all_is_accepted_the_first_sentence_says_so_and_nothing_is_to_be_done() {
    let accept = ["--accept", "accept.toml"];
    for (more, is_accepted) in [(&accept[..], true), (&["--fail-on", "failed"][..], false)] {
        let text = run(&case("gap--accepted"), &validate(more));
        assert_eq!(text.code, 0, "{}", text.stdout);
        let first = text.stdout.lines().next().expect("a line");
        let says = first.ends_with(" (accepted; exit status 0)");
        assert_eq!(says, is_accepted, "{first}");
        let calls = text
            .stdout
            .contains("Find out whether each gap was intended");
        assert_eq!(calls, !is_accepted, "{}", text.stdout);
    }
}

#[test]
fn fail_on_changes_says_which_trails_it_could_not_judge() {
    let note = "--fail-on changes could not judge";
    let unread = validate(&["--fail-on", "changes", "--logs", "none"]);
    assert!(run(&case("logging-reduced"), &unread).stderr.contains(note));
    let all = run(
        &case("logging-reduced"),
        &validate(&["--fail-on", "changes"]),
    );
    assert!(!all.stderr.contains(note), "{}", all.stderr);
}

/// What is accepted, and what makes the exit status non-zero, is the same for each command that validates.
#[test]
fn events_and_timeline_have_the_exit_status_of_validate() {
    for (name, more, expected) in [
        ("gap--accepted", &["--accept", "accept.toml"][..], 0),
        ("gap--accepted", &[], 3),
        ("gap", &["--fail-on", "failed"], 0),
        ("log-missing", &["--fail-on", "failed"], 1),
        ("logging-reduced--without-a-gap", &[], 0),
        (
            "logging-reduced--without-a-gap",
            &["--fail-on", "changes"],
            3,
        ),
        ("sample", &["--fail-on", "changes"], 0),
    ] {
        let notes = |command: &str| {
            let run = run(&case(name), &[&[command], &with(more)[..]].concat());
            assert_eq!(run.code, expected, "{name} {command}: {}", run.stderr);
            let lines = run.stderr.lines();
            let lines = lines.filter(|line| line.starts_with("note: ") && line.contains(" --"));
            lines.map(str::to_owned).collect::<Vec<String>>()
        };
        let expected = notes("validate");
        assert_eq!(notes("events"), expected, "{name}");
        assert_eq!(notes("timeline"), expected, "{name}");
    }
}

#[test]
fn a_timeline_says_its_exit_status() {
    for (more, status, is_accepted) in [
        (&["--accept", "accept.toml"][..], 0, true),
        (&["--fail-on", "failed"], 0, false),
        (&[], 3, false),
    ] {
        let args = [&["timeline"], &with(more)[..], &["--format", "json"]].concat();
        let run = run(&case("gap--accepted"), &args);
        let report: Value = serde_json::from_str(&run.stdout).expect("a report");
        assert_eq!(run.code, status, "{}", run.stderr);
        assert_eq!(report["run"]["exit_status"], status);
        assert_eq!(report["run"]["all_accepted"], is_accepted);
        assert_eq!(report["verdict"], "gaps");
        // It is still a mark.
        assert!(report["timeline"]["marks"][0].is_object(), "{report:#}");
    }
}
