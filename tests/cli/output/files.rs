//! Files and devices: opened before the work starts, and replaced only by complete reports.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Folder, case, shell, validate};
use crate::support::program::{Run, finish, root, run};
use crate::support::reports::everything;

/// The verdict of a JSON report in a file.
fn verdict(path: &str) -> String {
    let report: Value = serde_json::from_slice(&fs::read(path).expect("a report")).expect("JSON");
    report["verdict"].as_str().expect("a verdict").to_owned()
}

/// Writes a JSON report on the case with a gap to a file.
fn report_to(path: &str) {
    let run = run(
        &case("gap"),
        &validate(&["--format", "json", "--out", path]),
    );
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (3, "", "")
    );
}

/// Asserts exit status 2, no report, and these words on standard error, before any work is done.
fn refused(args: &[&str]) -> String {
    let run = run(&case("gap"), &validate(args));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    run.stderr
}

#[test]
fn each_format_goes_to_its_own_out_and_a_file_is_replaced_at_once() {
    let out = tempfile::tempdir().expect("a folder");
    let path = |name: &str| out.path().join(name).to_str().expect("UTF-8").to_owned();
    let (json, text) = (path("r.json"), path("r.txt"));
    fs::write(&json, "an older and much longer report".repeat(10_000)).expect("a file");
    let args = [
        "--format",
        "json",
        "--out",
        json.as_str(),
        "--format",
        "text",
        "--out",
        text.as_str(),
    ];
    let run = run(&case("gap"), &validate(&args));
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (3, "", "")
    );
    let report: Value = serde_json::from_slice(&fs::read(&json).expect("a report")).expect("JSON");
    assert_eq!(report["verdict"], "gaps");
    assert!(
        fs::read_to_string(&text)
            .expect("a report")
            .starts_with("GAPS: ")
    );
    let left: Vec<_> = fs::read_dir(out.path()).expect("a folder").collect();
    assert_eq!(left.len(), 2, "nothing else is left behind: {left:?}");
}

#[test]
fn a_device_is_written_directly() {
    let run = run(&case("gap"), &validate(&["--out", "/dev/stdout"]));
    assert_eq!(run.code, 3);
    assert!(run.stdout.starts_with("GAPS: "), "{}", run.stdout);
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_verdict_on_standard_error() {
    let run = run(&case("log-modified"), &validate(&["--out", "/dev/full"]));
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("its verdict was: failed"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_link_stays_and_its_target_is_replaced() {
    let out = Folder::new();
    let (old, link, far) = (
        out.path("old.json"),
        out.path("latest.json"),
        out.path("far.json"),
    );
    fs::write(&old, "an older report").expect("a file");
    // The link is relative to its own folder, and leads through another link.
    symlink("latest.json", &far).expect("a link");
    symlink("old.json", &link).expect("a link");
    report_to(&far);
    assert_eq!(verdict(&old), "gaps");
    assert!(Path::new(&link).is_symlink() && Path::new(&far).is_symlink());
    // A dangling link: its target is created.
    fs::remove_file(&old).expect("removed");
    report_to(&link);
    assert_eq!(verdict(&old), "gaps");
    assert_eq!(out.names(), ["far.json", "latest.json", "old.json"]);
    // A link to itself leads nowhere.
    let round = out.path("round");
    symlink("round", &round).expect("a link");
    assert!(refused(&["--out", &round]).contains("cannot write the report"));
}

#[test]
fn the_permissions_of_a_file_stay() {
    let out = Folder::new();
    let path = out.path("report.json");
    for mode in [0o600, 0o664, 0o640] {
        fs::write(&path, "an older report").expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
        let owner = |m: fs::Metadata| (m.uid(), m.gid(), m.mode() & 0o777);
        let before = owner(fs::metadata(&path).expect("a file"));
        report_to(&path);
        assert_eq!(owner(fs::metadata(&path).expect("a report")), before);
    }
    // A new file gets the usual permissions.
    let (new, plain) = (out.path("new.json"), out.path("plain"));
    report_to(&new);
    fs::write(&plain, "").expect("a file");
    let mode = |path: &str| fs::metadata(path).expect("a file").mode();
    assert_eq!(mode(&new), mode(&plain));
}

#[test]
fn an_unwritable_target_is_refused_before_the_work() {
    let out = Folder::new();
    let folder = out.path("");
    for path in [
        "nowhere/report",
        "/dev/fd/99",
        "/proc/nowhere",
        "/dev",
        folder.as_str(),
    ] {
        let message = refused(&["--keys", "nowhere", "--out", path]);
        assert!(
            message.contains("cannot write the report to"),
            "{path}: {message}"
        );
    }
    let (path, link) = (out.path("report.json"), out.path("link"));
    symlink("report.json", &link).expect("a link");
    let twice = [
        "--out",
        path.as_str(),
        "--format",
        "json",
        "--out",
        link.as_str(),
    ];
    assert!(refused(&twice).contains("two reports would go to the same file: "));
    assert_eq!(out.names(), ["link"]);
}

#[test]
fn a_file_is_replaced_wherever_it_lies() {
    let out = Folder(tempfile::tempdir_in("/dev/shm").expect("a folder in memory"));
    let path = out.path("report.json");
    for _ in 0..2 {
        report_to(&path);
        assert_eq!(verdict(&path), "gaps");
        assert_eq!(out.names(), ["report.json"]);
    }
}

#[test]
fn two_reports_may_not_go_to_one_file_under_two_names() {
    let out = Folder::new();
    let (file, fifo, link) = (out.path("two.txt"), out.path("fifo"), out.path("link"));
    symlink("fifo", &link).expect("a link");
    let pipe = format!("mkfifo {fifo}; cat {fifo} > /dev/null & run --out {fifo}");
    for line in [
        // Standard output is a file or a pipe, and has two more names.
        format!("run --format csv --out /dev/stdout --format prometheus > {file}"),
        format!("run --format csv --out /proc/self/fd/1 --format prometheus >> {file}"),
        format!("run --format jsonl --format csv --out /dev/fd/1 > {file}"),
        format!("run --format csv --out {file} --format prometheus > {file}"),
        format!("run --format csv --out /dev/stdout --format json --out {file} > {file}"),
        format!(
            "run --format text --out /dev/stdout --format csv | cat > {file}; exit ${{PIPESTATUS[0]}}"
        ),
        format!("run --out /dev/stdout --format csv --out /dev/fd/1 > {file}"),
        // A named pipe with two names.
        format!("{pipe} --format csv --out {link}"),
    ] {
        let Run { code, stderr, .. } = shell("gap", &line);
        assert_eq!(code, 2, "{line}: {stderr}");
        let same_target = stderr.contains("two reports would go to the same file: ");
        assert!(same_target, "{line}: {stderr}");
        let left = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(left, "", "{line}");
    }
    assert_eq!(out.names(), ["fifo", "link", "two.txt"]);
    // Two reports may both go to `/dev/null`, and so may standard error.
    for line in [
        "run --format text --out /dev/null --format csv --out /dev/null --format json > /dev/null",
        &format!("run --format csv --out /dev/stdout --format json --out {link}.json > {file}"),
        &format!("run --out /dev/fd/3 --format csv --out /dev/stdout 3> {file} > {link}.csv"),
    ] {
        let run = shell("gap", line);
        assert_eq!((run.code, run.stderr.as_str()), (3, ""), "{line}");
    }
}

#[test]
fn a_link_to_an_open_file_leaves_that_in_its_place() {
    let out = Folder::new();
    let (log, link) = (out.path("log"), out.path("link"));
    symlink("/dev/stdout", &link).expect("a link");
    let line = format!("echo before > {log}; run --out {link} >> {log}");
    let shelled = shell("gap", &line);
    assert_eq!((shelled.code, shelled.stderr.as_str()), (3, ""));
    let text = fs::read_to_string(&log).expect("a log");
    assert!(text.starts_with("before\nGAPS: "), "{text}");
}

/// A file that is open for reading is refused as a target, under any of its names.
#[test]
fn a_file_that_is_read_is_not_a_target() {
    let out = Folder::new();
    let saved = out.path("saved.json");
    fs::write(&saved, everything()).expect("a file");
    for line in [
        format!("report - --format csv --out /dev/stdin < {saved}"),
        format!("report - --format csv --out /dev/fd/0 < {saved}"),
        format!("report {saved} --format csv --out /proc/self/fd/5 5< {saved}"),
        format!("report {saved} --format csv >> {saved}"),
        format!("report {saved} --format csv --out /dev/fd/7 7>> {saved}"),
        format!("report - --format json < {saved} >> {saved}"),
    ] {
        let script = format!("exec \"$0\" {line}");
        let mut bash = Command::new("bash");
        let refused = finish(bash.args(["-c", &script, env!("CARGO_BIN_EXE_trailproof")]));
        assert_eq!(refused.code, 2, "{line}: {}", refused.stderr);
        assert_eq!(
            fs::read_to_string(&saved).expect("a file"),
            everything(),
            "{line}"
        );
    }
    // After the replacement the name refers to another file.
    let args = ["report", &saved, "--format", "json", "--out", &saved];
    assert_eq!(run(&root(), &args).code, 0);
    assert_eq!(fs::read_to_string(&saved).expect("a file"), everything());
}

/// Some programs pass a socket as standard output.
#[test]
fn a_socket_is_written_to_by_its_name_as_well() {
    let script = "
import socket, subprocess, sys
ours, theirs = socket.socketpair()
child = subprocess.Popen(sys.argv[1:], stdout=theirs)
theirs.close()
text = b''.join(iter(lambda: ours.recv(65536), b''))
sys.stdout.write(text.decode())
sys.exit(child.wait())
";
    let validate = validate(&["--format", "csv", "--out", "/dev/stdout"]);
    let mut python = Command::new("python3");
    python.args(["-c", script, env!("CARGO_BIN_EXE_trailproof")]);
    let through = finish(python.args(validate).current_dir(case("gap")));
    assert_eq!(through.code, 3, "{}", through.stderr);
    assert!(
        through.stdout.starts_with("\"severity\",\"code\""),
        "{}",
        through.stdout
    );
}

#[test]
fn a_named_pipe_is_written_directly() {
    let out = Folder::new();
    let pipe = out.path("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let reader = Command::new("cat")
        .arg(&pipe)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("cat");
    report_to(&pipe);
    let read = reader.wait_with_output().expect("a report").stdout;
    let report: Value = serde_json::from_slice(&read).expect("JSON");
    assert_eq!(report["verdict"], "gaps");
    assert_eq!(out.names(), ["pipe"]);
}

#[test]
fn a_name_for_an_open_file_is_written_and_not_replaced() {
    let out = Folder::new();
    let log = out.path("log");
    let line = format!("echo before > {log}; run --out /dev/stdout >> {log}");
    let shelled = shell("gap", &line);
    assert_eq!((shelled.code, shelled.stderr.as_str()), (3, ""));
    let text = fs::read_to_string(&log).expect("a log");
    assert!(text.starts_with("before\nGAPS: "), "{text}");
    for device in ["/dev/null", "/dev/fd/1"] {
        let run = run(&case("gap"), &validate(&["--out", device]));
        assert_eq!((run.code, run.stderr.as_str()), (3, ""), "{device}");
    }
    let null = fs::metadata("/dev/null").expect("a device");
    assert!(!null.is_file(), "it is what it was");
}
