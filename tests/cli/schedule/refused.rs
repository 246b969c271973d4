//! Flags that a schedule refuses, each with the reason.

use super::KINDS;
use crate::support::program::{root, run};

/// What is said of flags; nothing is printed.
fn refusal(kind: &str, flags: &[&str]) -> String {
    let args = [&["generate", "schedule", kind, "--"], flags].concat();
    let run = run(&root(), &args);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{kind} {flags:?}");
    run.stderr
}

#[test]
fn flags_that_make_no_sense_every_hour_are_refused_by_every_kind() {
    for kind in KINDS {
        for (flags, why) in [
            (&[][..], "no --s3-bucket is given"),
            (
                &["--s3-bucket", "b", "--path", "copy"],
                "--path is not a flag of a schedule: a scheduled check reads from S3",
            ),
            (
                &["--s3-bucket", "b", "--end-time", "2026-01-01"],
                "--end-time is not a flag of a schedule",
            ),
            (
                &["--s3-bucket", "b", "--format", "html"],
                "--format is not a flag of a schedule",
            ),
            (
                &["--s3-bucket", "b", "--out", "x"],
                "--out is not a flag of a schedule",
            ),
            (
                &["--s3-bucket", "b", "--state", "x"],
                "--state is not a flag of a schedule: the schedule sets the state",
            ),
            (
                &[
                    "--s3-bucket",
                    "b",
                    "--state",
                    "x",
                    "--state-sha256",
                    &"0".repeat(64),
                ],
                "is not a flag of a schedule",
            ),
            (
                &["--s3-bucket", "b", "--deadline", "56m"],
                "--deadline is too long for a schedule: the check runs every hour",
            ),
            (
                &["--s3-bucket", "b", "--query", "x"],
                "--query is not a flag of a schedule",
            ),
            (
                &["--s3-bucket", "r-x-s3alias", "--map", "r-x-s3alias=b"],
                "is the alias of an access point",
            ),
            // What validate itself refuses, in its words.
            (
                &["--s3-bucket", "s3://b"],
                "invalid value 's3://b' for '--s3-bucket",
            ),
            (
                &["--s3-bucket", "b", "--start-time", "soon"],
                "invalid value 'soon'",
            ),
            (
                &["--s3-bucket", "b", "--acept", "x"],
                "unexpected argument '--acept'",
            ),
            (
                &["--s3-bucket", "b", "--seed", "a\nb"],
                "cannot hold the flag a\\u{a}b",
            ),
            (
                &["--s3-bucket", "b", "--seed=\u{1b}[31m"],
                "cannot hold the flag",
            ),
        ] {
            let said = refusal(kind, flags);
            assert!(said.contains(why), "{kind} {flags:?}: {said}");
            assert!(!said.contains('\u{1b}'), "{said:?}");
        }
    }
}

/// A file must be where the check can read it, and a profile only a machine of one's own has.
#[test]
fn flags_that_one_kind_cannot_serve_are_refused_by_it() {
    let bucket = ["--s3-bucket", "b"];
    for (kind, flags, why) in [
        (
            "systemd",
            ["--accept", "accept.toml"],
            "the path is not absolute",
        ),
        (
            "systemd",
            ["--keys", "/home/me/keys"],
            "cannot see home folders",
        ),
        (
            "systemd",
            ["--title", "x"],
            "it changes only HTML and Markdown",
        ),
        ("kubernetes", ["--accept", "accept.toml"], "/etc/trailproof"),
        (
            "kubernetes",
            ["--accept", "/etc/trailproof/a/b"],
            "has no folders below /etc/trailproof",
        ),
        (
            "kubernetes",
            ["--accept", "/etc/trailproof/a b"],
            "has only letters, digits",
        ),
        ("kubernetes", ["--profile", "prod"], "a role signs in"),
        ("ecs", ["--expect", "/etc/expect"], "/etc/trailproof"),
        ("ecs", ["--seed", "{{resolve:ssm:x}}"], "{{resolve:"),
        (
            "github-actions",
            ["--accept", "../accept.toml"],
            "of its repository",
        ),
        (
            "github-actions",
            ["--s3-profile", "prod"],
            "a role signs in",
        ),
        (
            "github-actions",
            ["--seed", "x "],
            "the action drops the blank",
        ),
    ] {
        let said = refusal(kind, &[&bucket[..], &flags].concat());
        assert!(said.contains(why), "{kind} {flags:?}: {said}");
    }
    for (kind, own, why) in [
        (
            "systemd",
            ["--image", "x"],
            "--image is for kubernetes and ecs",
        ),
        ("kubernetes", ["--image", "a b"], "not the name of an image"),
        (
            "ecs",
            ["--textfile", "/var/lib/x"],
            "--textfile is for systemd",
        ),
        (
            "systemd",
            ["--textfile", "metrics"],
            "--textfile metrics: the path is not absolute",
        ),
    ] {
        let args = [&["generate", "schedule", kind][..], &own, &["--"], &bucket].concat();
        let run = run(&root(), &args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains(why), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn a_folder_that_cannot_be_created_is_reported() {
    let args = [
        "generate",
        "schedule",
        "ecs",
        "--out",
        "Cargo.toml/x",
        "--",
        "--s3-bucket",
        "b",
    ];
    let run = run(&root(), &args);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr
            .contains("cannot write Cargo.toml/x/template.yaml"),
        "{}",
        run.stderr
    );
}
