//! A folder that may not be written: what only reads works there, and what writes says so before the work.

use std::path::Path;
use std::process::Command;

use crate::support::program::{Run, finish};
use crate::support::tree::tree;

use super::{COPY, Site, WINDOW, assert_ends};

/// Runs the binary as a user who may write nothing in the folder. The superuser may write anywhere, so nobody does it.
fn as_nobody(dir: &Path, line: &str) -> Run {
    let script = "
import os, sys
binary = os.open(sys.argv[1], os.O_RDONLY)
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
os.execve(binary, sys.argv[1:], dict(os.environ))
";
    let mut python = Command::new("python3");
    python.args(["-c", script, env!("CARGO_BIN_EXE_trailproof")]);
    python.args(line.split(' ')).current_dir(dir);
    finish(&mut python)
}

fn chmod(mode: &str, dir: &Path) {
    let done = Command::new("chmod").args(["-R", mode]).arg(dir).status();
    assert!(done.expect("chmod runs").success());
}

#[test]
fn in_a_read_only_folder_reports_are_printed_and_files_refused() {
    let site = Site::new();
    let dir = site.dir.path();
    chmod("a+rX,a-w", dir);
    let before = tree(dir);
    for reading in [
        "validate COPY",
        "events COPY",
        "trails --path bucket",
        "report report.json --format html",
        "history state.json",
        "shard merge --plan plan.jsonl parts",
    ] {
        let run = as_nobody(dir, &reading.replace("COPY", COPY));
        assert_ends(&run, &[0], reading);
    }
    for writing in [
        "validate COPY --format json --out report.json",
        "validate COPY --format json --out new.json",
        "validate COPY WINDOW --state state.json",
        "validate COPY WINDOW --state new.json",
        "events COPY --out events.jsonl",
        "shard plan COPY --shards 1 --out plan.jsonl",
        "shard run --plan plan.jsonl --out parts/",
        "shard run --plan plan.jsonl --out more/",
        "report report.json --format html --out page.html",
    ] {
        let line = writing.replace("COPY", COPY).replace("WINDOW", WINDOW);
        let run = as_nobody(dir, &line);
        assert_ends(&run, &[2], writing);
        assert_eq!(run.stdout, "", "{writing}");
        assert!(
            run.stderr.contains("permission denied"),
            "{writing}: {}",
            run.stderr
        );
    }
    assert_eq!(tree(dir), before);
    chmod("u+w", dir);
}
