//! Where reports go, with the real binary: files, pipes, devices, and what remains after an
//! interruption.

mod files;
#[cfg(feature = "aws")]
mod interrupted;
mod limits;
mod pipes;
mod signals;
mod streams;
mod temporary_files;
mod unnamed;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::support::program::{Run, finish, root};

/// The key of a log in the case with a gap.
const KEY: &str = "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01/111111111111_CloudTrail_eu-west-1_20260301T0045Z_P6q5Z2uG7e8gelTN.json.gz";

fn case(name: &str) -> PathBuf {
    root().join("testdata").join(name)
}

/// `validate` for a copy on disk.
fn validate<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let args = ["validate", "--path", "bucket", "--keys", "keys"];
    args.iter().chain(more).copied().collect()
}

/// Runs a shell line in the folder of a case. In it, `run` validates the case, and `$0` is the
/// binary.
fn shell(name: &str, line: &str) -> Run {
    let run = "run() { \"$0\" validate --path bucket --keys keys \"$@\"; }";
    let mut bash = Command::new("bash");
    bash.args([
        "-c",
        &format!("{run}; {line}"),
        env!("CARGO_BIN_EXE_trailproof"),
    ]);
    finish(bash.current_dir(case(name)))
}

/// A folder for reports.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> String {
        let path = self.0.path().join(name);
        path.to_str().expect("UTF-8").to_owned()
    }

    /// The names in it.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a folder");
        let name = |entry: std::io::Result<fs::DirEntry>| {
            let name = entry.expect("an entry").file_name();
            name.into_string().expect("UTF-8")
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }
}
