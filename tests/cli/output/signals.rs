//! A signal before there is anything to report, and a signal while a saved report is written: the
//! program ends at once, and no partial file remains.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Folder, case, shell, validate};
use crate::support::program::{begun, command, root};
use crate::support::reports::everything;

/// Waits until a condition holds, with a time limit.
fn wait_until(child: &mut Child, what: &str, is_so: impl Fn(&mut Child) -> bool) {
    let begun = Instant::now();
    while !is_so(child) {
        if begun.elapsed() > Duration::from_secs(30) {
            let _ = child.kill();
            panic!("never came: {what}");
        }
        sleep(Duration::from_millis(10));
    }
}

/// Starts a program that must wait for the reader of its report. When it has begun a file in the
/// folder, sends one signal. Returns the exit status and standard error.
fn ended(command: &mut Command, out: &Folder, signal: &str) -> (Option<i32>, String) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    wait_until(&mut child, "a file", |child| {
        begun(child.id(), out.0.path()) > 0
    });
    sleep(Duration::from_millis(200));
    let waits = child.try_wait().expect("a child").is_none();
    assert!(waits, "it waits for who reads its report");
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
    wait_until(&mut child, "the end", |child| {
        child.try_wait().expect("a child").is_some()
    });
    let output = child.wait_with_output().expect("output");
    let message = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code(), message)
}

#[test]
fn while_targets_are_opened_the_first_signal_ends_it() {
    let out = Folder::new();
    let (file, fifo, saved) = (out.path("report"), out.path("fifo"), out.path("saved.json"));
    fs::write(&file, "an older report").expect("a file");
    fs::write(&saved, everything()).expect("a file");
    let made = Command::new("mkfifo").arg(&fifo).status().expect("mkfifo");
    assert!(made.success());
    // Nobody ever reads from this pipe.
    let more = ["--out", &file, "--format", "json", "--out", &fifo];
    for args in [
        validate(&more),
        [&["trails", "--path", "bucket"], &more[..]].concat(),
        [&["report", &saved], &more[..]].concat(),
    ] {
        for signal in ["-INT", "-TERM", "-HUP"] {
            let mut command = command(&case("gap"), &args);
            let (code, message) = ended(&mut command, &out, signal);
            assert_eq!((code, message.as_str()), (Some(130), ""), "{args:?}");
            let older = fs::read_to_string(&file).expect("a file");
            assert_eq!(older, "an older report", "{args:?}");
            assert_eq!(out.names(), ["fifo", "report", "saved.json"]);
        }
    }
}

#[test]
fn a_saved_report_that_is_interrupted_leaves_nothing_behind() {
    let out = Folder::new();
    let (page, saved) = (out.path("page.html"), out.path("saved.json"));
    // More than fits into a pipe that nobody reads.
    let mut report: Value = serde_json::from_str(&everything()).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    report["findings"] = vec![findings.clone(); 100].concat().into();
    fs::write(&saved, report.to_string()).expect("a file");
    fs::write(&page, "an older report").expect("a file");
    let args = ["report", &saved, "--format", "json", "--format", "html"];
    for signal in ["-INT", "-TERM", "-HUP"] {
        let mut command = command(&root(), &[&args[..], &["--out", &page]].concat());
        let (code, message) = ended(&mut command, &out, signal);
        assert_eq!((code, message.as_str()), (Some(130), ""));
        let older = fs::read_to_string(&page).expect("a file");
        assert_eq!(older, "an older report");
        assert_eq!(out.names(), ["page.html", "saved.json"]);
    }
}

/// A program started with nohup is meant to outlive the terminal.
#[test]
fn a_hang_up_that_is_ignored_stays_so() {
    let out = Folder::new();
    let (fifo, report) = (out.path("fifo"), out.path("report"));
    let line = format!(
        "mkfifo {fifo}; trap '' HUP; \"$0\" validate --path bucket --keys keys --out {report} --format json --out {fifo} & \
         while ! ls -l /proc/$!/fd {folder}/.trailproof-* 2>/dev/null | grep -q -e '(deleted)' -e '\\.trailproof-'; \
         do sleep 0.05; done; kill -HUP $!; cat {fifo} >/dev/null; wait $!",
        folder = out.0.path().display(),
    );
    let run = shell("gap", &line);
    assert_eq!((run.code, run.stderr.as_str()), (3, ""));
    assert_eq!(out.names(), ["fifo", "report"]);
}
