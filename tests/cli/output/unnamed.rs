//! What a report is until it is complete: a file without a name, and one place under any of its names.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};

use super::{Folder, case, shell, validate};
use crate::support::program::{begun, command, run};

#[test]
fn a_kill_leaves_nothing_beside_the_reports() {
    let out = Folder::new();
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    if rustix::fs::open(out.0.path(), flags, Mode::RUSR).is_err() {
        // This file system has no files without names.
        return;
    }
    let (old, fifo) = (out.path("old"), out.path("fifo"));
    fs::write(&old, "an older report").expect("a file");
    let made = Command::new("mkfifo").arg(&fifo).status().expect("mkfifo");
    assert!(made.success());
    // Nobody ever reads from this pipe.
    let (new, json) = (out.path("new"), ["--format", "json", "--out", &fifo]);
    let args = [
        &["--out", &old, "--format", "csv", "--out", &new][..],
        &json,
    ]
    .concat();
    let mut child = command(&case("gap"), &validate(&args))
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let since = Instant::now();
    while begun(child.id(), out.0.path()) < 2 {
        assert!(since.elapsed() < Duration::from_secs(30), "no report begun");
        sleep(Duration::from_millis(10));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_eq!(out.names(), ["fifo", "old"]);
    assert_eq!(fs::read_to_string(&old).expect("a file"), "an older report");
}

/// Asserts exit status 2 before the work, and these words.
fn refused(args: &[&str], words: &str) {
    let run = run(&case("gap"), &validate(args));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
    assert!(run.stderr.contains(words), "{args:?}: {}", run.stderr);
}

#[test]
fn two_hard_links_are_one_place() {
    let out = Folder::new();
    let (one, other) = (out.path("one"), out.path("other"));
    fs::write(&one, "an older report").expect("a file");
    fs::hard_link(&one, &other).expect("a link");
    let twice = ["--out", &one, "--format", "json", "--out", &other];
    refused(&twice, "two reports would go to the same file: ");
    let line = format!("run --format text --out {other} --format csv >> {one}");
    assert_eq!(shell("gap", &line).code, 2);
    assert_eq!(fs::read_to_string(&one).expect("a file"), "an older report");
    // One of them alone is replaced, and the other name keeps the older report.
    assert_eq!(shell("gap", &format!("run --out {other}")).code, 3);
    assert_eq!(fs::read_to_string(&one).expect("a file"), "an older report");
}

#[test]
fn no_report_replaces_what_is_read() {
    let out = Folder::new();
    let keys = out.path("keys");
    fs::create_dir(&keys).expect("a folder");
    for entry in fs::read_dir(case("gap").join("keys")).expect("keys") {
        let entry = entry.expect("an entry");
        fs::copy(
            entry.path(),
            format!("{keys}/{}", entry.file_name().display()),
        )
        .expect("a key");
    }
    let key = fs::read_dir(&keys).expect("keys").next().expect("one");
    let key = key.expect("an entry").path().display().to_string();
    let (accept, hard, soft) = (out.path("accept"), out.path("hard"), out.path("soft"));
    fs::write(&accept, "").expect("a file");
    fs::hard_link(&accept, &hard).expect("a link");
    symlink(&accept, &soft).expect("a link");
    let words = "the report would replace an input: ";
    for target in [&accept, &hard, &soft] {
        refused(&["--accept", &accept, "--out", target], words);
        refused(
            &["--expect", &hard, "--format", "jsonl", "--out", target],
            words,
        );
    }
    for given in [&keys, &key] {
        refused(&["--keys", given, "--out", &key], words);
    }
    assert_eq!(fs::read_to_string(&accept).expect("a file"), "");
    assert!(
        fs::read_to_string(&key)
            .expect("a key")
            .contains("PublicKeyList")
    );
    // A new file beside the keys replaces nothing.
    let beside = format!("{keys}/report");
    let code = run(
        &case("gap"),
        &validate(&["--keys", &keys, "--out", &beside]),
    )
    .code;
    assert_eq!(code, 3);
}

#[test]
fn an_archive_that_is_read_is_not_replaced() {
    let out = Folder::new();
    let (tar, link) = (out.path("copy.tar"), out.path("link"));
    let packed = Command::new("tar")
        .args(["-cf", &tar, "-C", "bucket", "."])
        .current_dir(case("gap"))
        .status();
    assert!(packed.expect("tar runs").success());
    fs::hard_link(&tar, &link).expect("a link");
    let named = format!("trail-logs={tar}");
    for command in ["validate", "trails"] {
        let args = [command, "--path", &named, "--out", &link];
        let run = run(&case("gap"), &args);
        assert_eq!(run.code, 2, "{}", run.stderr);
        let words = "the report would replace an input: ";
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}

#[test]
fn an_object_of_a_copy_is_not_replaced() {
    let dir = Folder::new();
    let mut cp = Command::new("cp");
    let copied = cp.arg("-r").arg(case("gap")).arg(dir.path("copy")).status();
    assert!(copied.expect("cp runs").success());
    let copy = dir.0.path().join("copy");
    let digests = "bucket/AWSLogs/111111111111/CloudTrail-Digest";
    for out in [
        format!("{digests}/report"),
        "bucket/new.json.gz".to_owned(),
        "keys/../bucket/x.head.json".to_owned(),
    ] {
        for command in ["validate", "trails"] {
            let run = run(&copy, &[command, "--path", "bucket", "--out", &out]);
            assert_eq!(run.code, 2, "{out}: {}", run.stderr);
            let words = "the report would replace an input: ";
            assert!(run.stderr.contains(words), "{out}: {}", run.stderr);
            assert!(!copy.join(&out).exists(), "{out}");
        }
    }
    // Beside the objects there is room for reports, also for newer ones.
    for _ in 0..2 {
        let run = run(
            &copy,
            &["trails", "--path", "bucket", "--out", "bucket/report"],
        );
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let run = run(
        &copy,
        &["trails", "--path", "bucket", "--out", "no-folder/"],
    );
    assert_eq!(run.code, 2, "{}", run.stderr);
}
