//! Little of everything: memory, disk, descriptors, streams, permissions, and clocks that are wrong. The program works
//! or says what it lacks; its verdict is never a false one.
//!
//! - `bombs`: files that inflate to far more than they are, in every place that is read.
//! - `deep`: JSON, TOML and YAML of 10,000 levels in every reader.
//! - `long_keys`: object keys of 1 KiB.
//! - `many_chains`: thousands of chains in little memory; `TRAILPROOF_TRIALS=50` tries ten thousand.
//! - `disks`: a full disk under whatever is written.
//! - `streams`: standard streams that are closed or full, for commands that write a file beside them.
//! - `descriptors`: few open files.
//! - `read_only`: folders that may not be written.
//! - `names`: file names that differ by case, or are no text.
//! - `clocks`: the years 1970 and 2100.
//! - `pipes`: a pipe that nobody writes to, in the place of each file that is read.

mod bombs;
#[cfg(feature = "aws")]
mod clocks;
mod deep;
#[cfg(feature = "aws")]
mod descriptors;
mod disks;
#[cfg(feature = "aws")]
mod long_keys;
mod many_chains;
mod names;
mod pipes;
mod read_only;
mod streams;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::case::Case;
use crate::support::forge::Chain;
use crate::support::program::{Run, finish};

/// The options that give the copy of a [`Site`] and its keys.
const COPY: &str = "--path bucket --s3-bucket trail-logs --keys keys";

/// The window and the time of a state.
const WINDOW: &str = "--start-time 2026-03-01T00:12:34Z --as-of 2026-03-01T04:00:00Z";

/// A copy of three hours in `bucket`, its keys, and what the program writes of them: `plan.jsonl`, `parts/`,
/// `state.json` and `report.json`.
struct Site {
    dir: tempfile::TempDir,
    chain: Chain,
}

impl Site {
    fn new() -> Self {
        let mut case = Case::new("resources", 0, "");
        let chain = case.chain(3);
        let site = Site {
            dir: case.copied(),
            chain,
        };
        for line in [
            format!("shard plan {COPY} --shards 1 --out plan.jsonl"),
            "shard run --plan plan.jsonl --out parts/".to_owned(),
            format!("validate {COPY} {WINDOW} --state state.json"),
            format!("validate {COPY} --format json --out report.json"),
        ] {
            let run = site.line(&format!("exec \"$0\" {line}"));
            assert_eq!(run.code, 0, "{line}: {}", run.stderr);
        }
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs a shell line in the folder; in it, `$0` is the binary.
    fn line(&self, line: &str) -> Run {
        finish(&mut self.shell(line))
    }

    fn shell(&self, line: &str) -> Command {
        shell(self.dir.path(), line)
    }

    /// The path of a log of an hour in the copy.
    fn log(&self, hour: usize) -> PathBuf {
        let log = &self.chain.digests[hour].logs[0].place.key;
        self.path("bucket").join(log)
    }
}

/// A shell line in a folder; in it, `$0` is the binary.
fn shell(dir: &Path, line: &str) -> Command {
    let mut bash = Command::new("bash");
    bash.args(["-c", line, env!("CARGO_BIN_EXE_trailproof")]);
    bash.current_dir(dir);
    bash
}

/// Runs the binary and measures its peak resident memory in KiB.
fn measured(dir: &Path, env: &[(String, String)], args: &[&str]) -> (Run, u64) {
    let script = "
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code if code >= 0 else 200 - code)
";
    let peak = tempfile::NamedTempFile::new().expect("a file");
    let mut python = Command::new("python3");
    python.args(["-c", script]).arg(peak.path());
    python.arg(env!("CARGO_BIN_EXE_trailproof")).args(args);
    python.envs(env.iter().cloned()).current_dir(dir);
    let run = finish(&mut python);
    let peak = fs::read_to_string(peak.path()).expect("a file");
    let peak = peak.parse();
    (run, peak.expect("KiB"))
}

/// Asserts one of some exit statuses, and that the program ended by itself.
fn assert_ends(run: &Run, codes: &[i32], what: &str) {
    let Run { code, stderr, .. } = run;
    assert!(
        codes.contains(code),
        "{what}: {code}: {}{stderr}",
        run.stdout
    );
    for words in ["panicked", "internal error", "overflowed its stack"] {
        assert!(!stderr.contains(words), "{what}: {stderr}");
    }
}

/// Asserts exit status 2 with these words, and nothing on standard output.
fn assert_refused(run: &Run, words: &str, what: &str) {
    assert_ends(run, &[2], what);
    assert_eq!(run.stdout, "", "{what}");
    let said = run.stderr.to_lowercase();
    assert!(said.starts_with("error: "), "{what}: {said}");
    assert!(said.contains(words), "{what}: {said}");
    assert!(said.len() < 4_000, "{what}: {said}");
}
