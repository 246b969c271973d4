//! Standard streams that are closed or full, of commands that write a file or stand beside those of
//! `cli::output::streams`.

use std::fs;

use crate::support::program::Run;

use super::{COPY, Site, assert_ends};

/// What a command does without standard output.
enum Without {
    /// Its report goes there, so it fails.
    Fails,
    /// What it makes is a file, so it warns.
    Warns,
}

/// Each command, its exit status, and what it does without standard output.
const COMMANDS: [(&str, i32, Without); 5] = [
    ("events COPY", 0, Without::Fails),
    ("timeline COPY --account-id 111111111111", 0, Without::Fails),
    ("shard merge --plan plan.jsonl parts", 0, Without::Fails),
    (
        "shard plan COPY --shards 1 --out plan.jsonl",
        0,
        Without::Warns,
    ),
    (
        "shard run --plan plan.jsonl --out parts/",
        0,
        Without::Warns,
    ),
];

fn run(site: &Site, command: &str, streams: &str) -> Run {
    let command = command.replace("COPY", COPY);
    site.line(&format!("exec \"$0\" {command} {streams}"))
}

#[test]
fn a_full_standard_output_fails_a_report_and_never_a_file_that_was_written() {
    let site = Site::new();
    for (command, code, without) in COMMANDS {
        let full = run(&site, command, "> /dev/full");
        match without {
            Without::Fails => {
                assert_ends(&full, &[2], command);
                assert!(
                    full.stderr.contains("error: cannot write "),
                    "{}",
                    full.stderr
                );
            }
            Without::Warns => {
                assert_ends(&full, &[code], command);
                assert!(full.stderr.contains("warning: the p"), "{}", full.stderr);
                assert!(full.stderr.contains(" is complete, but cannot write "));
            }
        }
    }
    // What was written is complete.
    let merged = run(&site, "shard merge --plan plan.jsonl parts", "");
    assert_ends(&merged, &[0], "merge");
    fs::remove_dir_all(site.path("parts")).expect("removed");
    let read_only = run(
        &site,
        "shard run --plan plan.jsonl --out parts/",
        "1< /dev/null",
    );
    assert_ends(&read_only, &[0], "open only for reading");
    assert!(site.path("parts/shard-00000.part").is_file());
}

#[test]
fn closed_streams_change_no_exit_status() {
    let site = Site::new();
    for (command, code, _) in COMMANDS {
        for streams in [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2> /dev/full"] {
            let closed = run(&site, command, streams);
            assert_ends(&closed, &[code], &format!("{command} {streams}"));
        }
    }
    // No file that is opened later takes the place of a closed stream.
    let plan = fs::read_to_string(site.path("plan.jsonl")).expect("a plan");
    assert_eq!(plan.lines().count(), 2, "{plan}");
}
