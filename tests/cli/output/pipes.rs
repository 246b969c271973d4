//! Pipes whose reader has closed them, or never read from them.

use std::path::Path;
use std::{fs, io};

use trailproof::report::Format;

use crate::cli::output::{case, shell, validate};
use crate::support::case::Case;
use crate::support::missing_logs::chain_with_missing_logs;
use crate::support::program::{command, root, run};

/// The exit status and the standard error of a run whose standard output nobody reads.
fn unread(dir: &Path, args: &[&str]) -> (Option<i32>, String) {
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    let mut command = command(dir, args);
    let output = command.stdout(writer).output().expect("the binary runs");
    let message = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code(), message)
}

#[test]
fn a_closed_pipe_is_quiet_and_keeps_the_exit_code_in_every_format() {
    for format in Format::ALL {
        let format = format.as_str();
        for more in [&[][..], &["--out", "/dev/stdout"]] {
            let args = validate(&[&["--format", format], more].concat());
            let (code, message) = unread(&case("log-modified"), &args);
            assert_eq!(code, Some(1), "{format} {more:?}");
            // In this format one line says why the exit status is not 0.
            let status = format == "aws-cli" && message.starts_with("trailproof: exit status 1: ");
            // A statement is about a JSON report, and a note says that nobody keeps it.
            let note = format == "in-toto" && message.starts_with("note: --format in-toto ");
            let quiet = if status || note {
                message.lines().count() == 1
            } else {
                message.is_empty()
            };
            assert!(quiet, "{format} {more:?}: {message}");
        }
    }
    let verbose = validate(&["--verbose"]);
    let (code, message) = unread(&case("gap"), &verbose);
    assert_eq!((code, message.as_str()), (Some(3), ""));
}

/// More than the buffers hold, so that a write fails halfway.
#[test]
fn a_large_report_is_as_quiet_from_a_run_and_from_a_saved_report() {
    let mut case = Case::new("closed-pipes", 1, "");
    (0..60).for_each(|account| chain_with_missing_logs(&mut case, account, 20));
    let dir = case.copied();
    let mut args = validate(&[]);
    for format in Format::ALL {
        args.extend(["--format", format.as_str(), "--out", format.as_str()]);
    }
    assert_eq!(run(dir.path(), &args).code, 1);
    // The script of commands and the statement are too short to fail halfway.
    let is_long = |format: &&Format| !matches!(format, Format::Commands | Format::InToto);
    let long = Format::ALL.iter().filter(is_long);
    for format in long.map(|format| format.as_str()) {
        let size = fs::metadata(dir.path().join(format)).expect(format).len();
        assert!(size > 16 << 10, "{format}: {size} bytes");
        let again = ["report", "json", "--format", format];
        for (args, status) in [(validate(&["--format", format]), 1), (again.into(), 0)] {
            let (code, message) = unread(dir.path(), &args);
            assert_eq!(code, Some(status), "{args:?}: {message}");
            // In one of them the findings go to standard error.
            let quiet = message.is_empty() || format == "aws-cli" && !message.contains("error: ");
            assert!(quiet, "{args:?}: {message}");
        }
    }
}

#[test]
fn a_report_is_complete_if_nobody_reads_standard_error() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("report");
    let out = ["--out", path.to_str().expect("UTF-8")];
    let saved = ["report", "tests/golden/everything.json"];
    for (from, args, code) in [
        (case("log-modified"), validate(&["--verbose"]), 1),
        (root(), saved.to_vec(), 0),
    ] {
        let args = [&args[..], &["--format", "aws-cli"], &out].concat();
        let (reader, closed) = io::pipe().expect("a pipe");
        drop(reader);
        let status = command(&from, &args).stderr(closed).status();
        assert_eq!(
            status.expect("the binary runs").code(),
            Some(code),
            "{args:?}"
        );
        let report = fs::read_to_string(&path).expect("a report");
        assert!(report.contains(" files INVALID\n"), "{report}");
        fs::remove_file(&path).expect("a file");
    }
}

#[test]
fn other_commands_are_as_quiet() {
    let saved = "tests/golden/everything.json";
    let copy = "testdata/gap/bucket";
    for args in [
        &["trails", "--path", copy][..],
        &["trails", "--path", copy, "--format", "json"],
        &["report", saved, "--format", "html"],
        &["schema"],
        &["validate", "--help"],
    ] {
        let (code, message) = unread(&root(), args);
        assert_eq!((code, message.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn a_reader_that_has_read_enough_and_streams_that_are_shut_change_no_verdict() {
    let shell = |line: &str| shell("log-modified", line);
    let head = shell("run --verbose | head -1; exit ${PIPESTATUS[0]}");
    assert_eq!((head.code, head.stderr.as_str()), (1, ""));
    assert_eq!(head.stdout.lines().count(), 1);
    // Standard error is closed or has no reader, and so is standard output.
    let unread = shell("run --fail-on unproven 2> >(exec true)");
    assert_eq!((unread.code, unread.stdout.is_empty()), (1, false));
    let shut = shell("run --as-of 2026-03-05 2>&-");
    assert_eq!((shut.code, shut.stdout.starts_with("FAILED: ")), (1, true));
    let shut = shell("run >&-");
    let message = (shut.code, shut.stdout.as_str(), shut.stderr.as_str());
    let note = "note: standard output is closed, or leads to /dev/null: nobody can read what is written there\n";
    assert_eq!(message, (1, "", note));
    assert_eq!(shell("run >&- 2>&-").code, 1);
    assert_eq!(shell("\"$0\" validate --path nowhere 2>&-").code, 2);
}
