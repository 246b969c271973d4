//! Limits of the system: on the size of files, on open files, on threads. The program says what it lacks in the words
//! of the system, and older reports stay.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Folder, KEY, case, shell};
use crate::support::program::{Run, finish, reported};

/// Asserts exit status 2 without a report, and these words.
pub(super) fn refused(run: &Run, words: &[&str]) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
}

/// A full disk, as far as a test can make one: a limit on the size of files gives an error at the same place.
#[test]
fn a_report_that_is_too_large_leaves_the_older_one() {
    let out = Folder::new();
    let (page, log) = (out.path("page.html"), out.path("log"));
    fs::write(&page, "an older report").expect("a file");
    let limited = "ulimit -f 8; run --format html";
    for line in [
        format!("{limited} --out {page}"),
        format!("{limited} --out {page} --format csv --out {log}"),
    ] {
        let run = shell("gap", &line);
        refused(&run, &["cannot write the report to ", "file too large"]);
        assert!(
            run.stderr.contains("its verdict was: gaps"),
            "{}",
            run.stderr
        );
        let older = fs::read_to_string(&page).expect("a file");
        assert_eq!(older, "an older report");
    }
    // A report that fits is written all the same.
    assert_eq!(out.names(), ["log", "page.html"]);
    let jsonl = format!("ulimit -f 4; run --format jsonl --verbose --out {page}");
    let run = shell("log-missing", &jsonl);
    assert!(run.code == 2 || run.code == 1, "{}", run.stderr);
    let run = shell("gap", &format!("{limited} > {log}"));
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("file too large"), "{}", run.stderr);
    assert_eq!(out.names(), ["log", "page.html"]);
}

#[test]
fn a_temporary_file_that_cannot_be_written_is_an_error_before_the_work() {
    let out = Folder::new();
    let report = out.path("report");
    let line = format!("ulimit -f 0; TMPDIR=/tmp run --format jsonl --out {report}");
    let words = [
        "cannot write a temporary file in /",
        " (TMPDIR)",
        "file too large",
    ];
    refused(&shell("gap", &line), &words);
    assert!(out.names().is_empty(), "{:?}", out.names());
}

#[test]
fn a_working_folder_that_is_gone_is_an_error_of_the_report() {
    let out = Folder::new();
    let gone = out.path("gone");
    let all = case("gap");
    let line = format!(
        "mkdir {gone}; cd {gone}; rmdir {gone}; \
         \"$0\" validate --path {all}/bucket --keys {all}/keys --out report",
        all = all.display()
    );
    let words = [
        "cannot write the report to report",
        "no such file or directory",
    ];
    refused(&shell("gap", &line), &words);
}

#[test]
fn too_few_open_files_are_said_in_the_words_of_the_system() {
    let mut named = 0;
    for files in (4..22).step_by(2) {
        let run = shell("gap", &format!("ulimit -n {files}; run --format json"));
        assert!([2, 3, 4].contains(&run.code), "{files}: {}", run.stderr);
        assert!(!run.stderr.contains("panicked"), "{files}: {}", run.stderr);
        let said = match run.code {
            2 => run.stderr.to_lowercase(),
            _ => reported(run).1.to_string(),
        };
        assert!(!said.contains("uncategorized"), "{files}: {said}");
        named += usize::from(said.contains("too many open files"));
    }
    assert!(named > 2, "{named}");
    // Nothing listens there, so a run that gets its files ends soon all the same.
    let line = "run() { \"$0\" trails --s3-bucket trail-logs --endpoint-url http://127.0.0.1:1; }";
    let keys = "export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=x";
    for files in 4..20 {
        let run = shell("gap", &format!("{line}; {keys}; ulimit -n {files}; run"));
        assert_eq!(run.code, 2, "{files}: {}", run.stderr);
    }
}

/// Runs the program where it gets `threads` threads. The limit does not bind a privileged user, so such a
/// user becomes another one, of whom there is no other process. Anybody else gets no thread at all.
fn with_threads(threads: usize, dir: &Path, args: &[&str]) -> Run {
    let script = "
import os, resource, sys
binary = os.open(sys.argv[1], os.O_RDONLY)
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(54321)
    os.setuid(54321)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
os.execve(binary, sys.argv[1:2] + sys.argv[3:], dict(os.environ, RUST_BACKTRACE='0'))
";
    let mut python = Command::new("python3");
    let limit = threads.to_string();
    python.args(["-c", script, env!("CARGO_BIN_EXE_trailproof"), &limit]);
    finish(python.args(args).current_dir(dir))
}

#[test]
fn threads_that_cannot_be_started_are_an_error() {
    let of_copy = ["--path", "bucket"];
    let of_bucket = [
        "--s3-bucket",
        "b",
        "--no-sign-request",
        "--endpoint-url",
        "http://127.0.0.1:9",
    ];
    let mut refusals = 0;
    for threads in [1, 2, 4, 6, 9] {
        for args in [
            [&["validate", "--jobs", "4", "--keys", "keys"][..], &of_copy].concat(),
            [&["trails", "--jobs", "4"][..], &of_copy].concat(),
            [
                &["explain", KEY, "--jobs", "4", "--keys", "keys"][..],
                &of_copy,
            ]
            .concat(),
            [
                &["trails", "--jobs", "1", "--cli-connect-timeout", "1"][..],
                &of_bucket,
            ]
            .concat(),
        ] {
            // Beyond that it is the network that fails, and not the runtime.
            if args.contains(&"--s3-bucket") && threads > 4 {
                continue;
            }
            let run = with_threads(threads, &case("gap"), &args);
            assert!(
                [0, 2, 3, 4].contains(&run.code),
                "{}: {}",
                run.code,
                run.stderr
            );
            assert!(!run.stderr.contains("panicked"), "{args:?}: {}", run.stderr);
            if run.code == 2 && threads < 3 {
                refused(
                    &run,
                    &["error: cannot ", "resource temporarily unavailable"],
                );
                refusals += 1;
            }
        }
    }
    assert!(refusals > 3, "{refusals}");
}
