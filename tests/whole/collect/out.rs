//! Where a bundle cannot be written, and what ends a collection before its end.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::support::aws::{Answer, Fault};
use crate::support::collected::{BUNDLE, assert_same_bundle, lasting};
use crate::support::orderly::note;
use crate::support::program::{Run, finish};
use crate::support::short_trail::{ARN, WINDOW, serving, world};
use crate::support::stage::Stage;
use crate::support::tree::tree;

fn collect_into(out: &str) -> Vec<&str> {
    let more = [
        "collect",
        "--out",
        out,
        "--trail-arn",
        ARN,
        "--as-of",
        "2026-03-02T00:00:00Z",
        "--jobs",
        "4",
    ];
    [&more[..], &WINDOW].concat()
}

fn stage() -> Stage {
    serving(&world(6))
}

/// A bundle of the stage, collected without trouble.
fn wanted() -> BTreeMap<String, Vec<u8>> {
    let stage = stage();
    let run = stage.run(&collect_into(BUNDLE));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    lasting(&stage.dir.path().join(BUNDLE))
}

/// Asserts that nothing was collected: exit status 2, an error, and no request for an object.
fn assert_refused(stage: &Stage, out: &str) {
    let run = stage.run(&collect_into(out));
    assert_eq!(run.code, 2, "{out}: {}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout, "", "{out}");
    assert!(run.stderr.starts_with("error: "), "{out}: {}", run.stderr);
    assert!(stage.calls("GetObject").is_empty(), "{out}");
}

#[test]
fn a_folder_that_cannot_become_a_bundle_is_refused_and_nothing_is_overwritten() {
    let stage = stage();
    let dir = stage.dir.path();
    fs::write(dir.join("file"), "mine").expect("a file");
    fs::create_dir(dir.join("used")).expect("a folder");
    fs::write(dir.join("used/notes.txt"), "mine").expect("a file");
    symlink("/nonexistent", dir.join("dangling")).expect("a link");
    fs::create_dir_all(dir.join("strange/.collect")).expect("a folder");
    fs::write(dir.join("strange/.collect/run.json"), "{\"schema\":1}").expect("a file");
    let before = tree(dir);
    for out in [
        "file",
        "used",
        "file/below",
        "dangling",
        "strange",
        "/sys/bundle",
        "/proc/bundle",
        "/dev/null",
        "",
    ] {
        assert_refused(&stage, out);
    }
    assert_eq!(before, tree(dir), "nothing is overwritten");
}

#[test]
fn a_folder_without_write_permission_is_refused() {
    let stage = stage();
    let dir = stage.dir.path();
    let locked = dir.join("locked");
    fs::create_dir(&locked).expect("a folder");
    let chmod = |mode: &str, path: &Path| {
        let done = Command::new("chmod").arg(mode).arg(path).status();
        assert!(done.expect("chmod runs").success());
    };
    chmod("a+rwx", dir);
    chmod("a-w", &locked);
    // The superuser may write anywhere, so nobody must do it: if it can start the program at all.
    let nobody = "
import os, sys
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
if not os.access(sys.argv[1], os.X_OK):
    sys.exit(77)
os.execv(sys.argv[1], sys.argv[1:])
";
    for out in ["locked", "locked/bundle"] {
        let mut python = Command::new("python3");
        python.args(["-c", nobody, env!("CARGO_BIN_EXE_trailproof")]);
        python.args(collect_into(out)).current_dir(dir);
        python.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let run = finish(python.envs(stage.loopback.env()));
        assert_ne!(
            run.code, 77,
            "nobody may not start the program: {}",
            run.stderr
        );
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains("locked"), "{}", run.stderr);
    }
    assert!(tree(&locked).is_empty());
    chmod("u+w", &locked);
}

/// Runs a collection where no file may have more bytes than this. The system then refuses to write, as it does
/// where a disk is full.
fn run_within(stage: &Stage, bytes: u64, args: &[&str]) -> Run {
    let script = "
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
os.execv(sys.argv[2], sys.argv[2:])
";
    let mut python = Command::new("python3");
    python.args([
        "-c",
        script,
        &bytes.to_string(),
        env!("CARGO_BIN_EXE_trailproof"),
    ]);
    python.args(args).current_dir(stage.dir.path());
    finish(python.envs(stage.loopback.env()))
}

#[test]
fn a_collection_that_cannot_write_says_so_and_is_resumed_later() {
    let wanted = wanted();
    let largest = wanted.values().map(Vec::len).max().expect("files") as u64;
    for bytes in [0, 300, 1_000, largest / 2] {
        let stage = stage();
        let run = run_within(&stage, bytes, &collect_into(BUNDLE));
        let bundle = stage.dir.path().join(BUNDLE);
        assert!(
            matches!(run.code, 2 | 4),
            "{bytes}: {}: {}{}",
            run.code,
            run.stdout,
            run.stderr
        );
        let said = run.stdout.to_lowercase() + &run.stderr;
        assert!(said.contains("file too large"), "{bytes}: {said}");
        assert!(!bundle.join("manifest.jsonl").exists(), "{bytes}");
        let run = stage.run(&collect_into(BUNDLE));
        assert_eq!(run.code, 0, "{bytes}: {}{}", run.stdout, run.stderr);
        assert_same_bundle(&wanted, &lasting(&bundle), &format!("with {bytes} bytes"));
    }
}

#[test]
fn a_full_disk_ends_a_collection_and_more_room_lets_it_go_on() {
    let wanted = wanted();
    let stage = stage();
    let disk = stage.dir.path().join("disk");
    fs::create_dir(&disk).expect("a folder");
    let mount = |args: &[&str]| {
        let done = Command::new("mount").args(args).arg(&disk).output();
        done.is_ok_and(|output| output.status.success())
    };
    if !mount(&["-t", "tmpfs", "-o", "size=64k", "tmpfs"]) {
        // Only the superuser may mount; the test above limits the size of files instead.
        note("no small file system can be mounted here: the limit of file sizes stands for it");
        return;
    }
    let full = stage.run(&collect_into("disk/bundle"));
    let had = disk.join("bundle/manifest.jsonl").exists();
    let grown = mount(&["-o", "remount,size=64m"]);
    let resumed = stage.run(&collect_into("disk/bundle"));
    let files = lasting(&disk.join("bundle"));
    let unmounted = Command::new("umount").arg(&disk).status();
    assert!(unmounted.expect("umount runs").success());
    assert!(grown && !had);
    assert!(matches!(full.code, 2 | 4), "{}: {}", full.code, full.stderr);
    let said = full.stdout.to_lowercase() + &full.stderr;
    assert!(said.contains("no space left"), "{said}");
    assert_eq!(resumed.code, 0, "{}{}", resumed.stdout, resumed.stderr);
    assert_same_bundle(&wanted, &files, "a full disk");
}

#[test]
fn credentials_that_expire_end_a_collection_and_new_ones_let_it_go_on() {
    let wanted = wanted();
    for calls in [3, 8, 14, 20] {
        let stage = stage();
        stage
            .loopback
            .fault(Fault::new(Answer::expired_token()).after(calls));
        let run = stage.run(&collect_into(BUNDLE));
        let bundle = stage.dir.path().join(BUNDLE);
        assert!(
            matches!(run.code, 2 | 4),
            "{calls}: {}{}",
            run.stdout,
            run.stderr
        );
        let said = run.stdout.clone() + &run.stderr;
        assert!(said.contains("expired"), "{calls}: {}: {said}", run.code);
        assert!(
            !bundle.join("manifest.jsonl").exists(),
            "{calls}: it is not finished"
        );
        stage.loopback.change(|cloud| cloud.faults.clear());
        let run = stage.run(&collect_into(BUNDLE));
        assert_eq!(run.code, 0, "{calls}: {}{}", run.stdout, run.stderr);
        stage.assert_only_reads();
        assert_same_bundle(&wanted, &lasting(&bundle), &format!("after {calls} calls"));
    }
}

#[test]
fn objects_that_could_not_be_read_are_in_the_manifest_with_the_reason() {
    let stage = stage();
    let log = {
        let run = stage.run(&collect_into("first"));
        assert_eq!(run.code, 0, "{}", run.stderr);
        let calls = stage.calls("GetObject").into_iter();
        let mut keys = calls.filter_map(|call| call.key);
        keys.find(|key| key.contains("/CloudTrail/"))
            .expect("a log")
    };
    for (answer, reason) in [
        (Answer::access_denied(), "denied"),
        (Answer::archived(), "archived"),
        (Answer::no_such_key(), "not-found"),
    ] {
        stage.loopback.change(|cloud| cloud.faults.clear());
        stage
            .loopback
            .fault(Fault::new(answer).operation("GetObject").key(&log));
        let run = stage.run(&collect_into(reason));
        let manifest = fs::read_to_string(stage.dir.path().join(reason).join("manifest.jsonl"));
        let manifest = manifest.unwrap_or_else(|e| panic!("{reason}: {e}: {}", run.stderr));
        let line = manifest
            .lines()
            .find(|line| line.contains("\"unread/") && line.contains(&log));
        let line = line.unwrap_or_else(|| panic!("{reason}: {manifest}"));
        assert!(line.contains(reason), "{line}");
        let is_there = manifest.contains(&format!("\"path\":\"s3/trail-logs/{log}\""));
        assert!(!is_there, "{reason}: {manifest}");
        assert_eq!(
            run.code,
            if reason == "not-found" { 0 } else { 4 },
            "{reason}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_finished_bundle_is_never_written_to_again() {
    let stage = stage();
    assert_eq!(stage.run(&collect_into(BUNDLE)).code, 0);
    let before = tree(&stage.dir.path().join(BUNDLE));
    stage.loopback.clear_calls();
    assert_refused(&stage, BUNDLE);
    assert_eq!(before, tree(&stage.dir.path().join(BUNDLE)));
}
