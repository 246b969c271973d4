//! A pipe in the place of each file that is read: one that nobody writes to is not waited for, and one that a shell
//! writes to is read.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{COPY, Site, WINDOW, assert_ends};

/// How long a run may take: it waits for nobody.
const SOON: Duration = Duration::from_secs(20);

/// Each option with a file, in which `FILE` is the pipe.
const READERS: [&str; 14] = [
    "validate --path bucket --s3-bucket trail-logs --keys FILE",
    "validate --path FILE --keys keys",
    "validate COPY --expect FILE",
    "validate COPY --accept FILE",
    "validate COPY --format html --note FILE",
    "validate COPY --format html --names FILE",
    "validate COPY WINDOW --state FILE",
    "events COPY --watchlist FILE",
    "history FILE",
    "report FILE --format html",
    "shard run --plan FILE --out parts/",
    "shard merge --plan FILE parts",
    "shard merge --plan plan.jsonl FILE",
    "generate shards slurm --plan FILE",
];

#[test]
fn a_pipe_that_nobody_writes_to_is_refused_at_once() {
    let site = Site::new();
    let made = Command::new("mkfifo").arg(site.path("fifo")).status();
    assert!(made.expect("mkfifo").success());
    for line in READERS {
        let line = line.replace("COPY", COPY).replace("WINDOW", WINDOW);
        let line = line.replace("FILE", "fifo");
        let errors = fs::File::create(site.path("errors")).expect("a file");
        let mut shell = site.shell(&format!("exec \"$0\" {line}"));
        let shell = shell.stdout(Stdio::null()).stderr(errors);
        let mut child = shell.spawn().expect("the binary runs");
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child") {
                break status;
            }
            if begun.elapsed() > SOON {
                child.kill().expect("a child");
                panic!("{line} waits");
            }
            thread::sleep(Duration::from_millis(5));
        };
        let errors = fs::read_to_string(site.path("errors")).expect("a file");
        assert_eq!(status.code(), Some(2), "{line}: {errors}");
        assert!(errors.starts_with("error: "), "{line}: {errors}");
    }
}

#[test]
fn a_pipe_that_a_shell_writes_to_is_read() {
    let site = Site::new();
    for line in [
        "validate --path bucket --s3-bucket trail-logs --keys <(sleep 0.2; cat keys/eu-west-1.json)",
        "report <(sleep 0.2; cat report.json) --format html",
        "shard merge --plan <(sleep 0.2; cat plan.jsonl) parts",
        "shard run --plan /dev/stdin --out again/ < plan.jsonl",
    ] {
        let run = site.line(&format!("exec \"$0\" {line}"));
        assert_ends(&run, &[0], line);
    }
    let line = "cat plan.jsonl | \"$0\" shard merge --plan /dev/stdin parts";
    assert_ends(&site.line(line), &[0], line);
}
