//! The command: its arguments, its errors and its exit status.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;
use trailproof::base::sha256::Sha256;

use crate::support::program::{Run, run};
use crate::support::states::{state, written};

/// A folder with a state.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("state.json"), written(&state())).expect("a file");
    folder
}

fn history(folder: &TempDir, args: &[&str]) -> Run {
    run(folder.path(), &[&["history", "state.json"], args].concat())
}

#[test]
fn a_month_is_written_in_every_format_at_once() {
    let folder = folder();
    let hash = Sha256::of(&written(&state())).to_string();
    let args =
        "--start-time 2026-10-01 --end-time 2026-11-01 --format html --out a.html --format json";
    let mut args: Vec<&str> = args.split(' ').collect();
    args.extend(["--state-sha256", &hash]);
    let run = history(&folder, &args);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(report["state"]["sha256"], hash.as_str());
    assert_eq!(report["state"]["sha256_given"], true);
    let page = fs::read_to_string(folder.path().join("a.html")).expect("the page");
    assert!(
        page.contains(&hash) && page.trim_end().ends_with("</html>"),
        "{page}"
    );
    // The exit status does not depend on what the history says.
    assert_eq!(report["worst"], "failed");
}

#[test]
fn what_cannot_be_shown_is_an_error() {
    let folder = folder();
    let other = "0".repeat(64);
    for (args, says) in [
        (vec!["--state-sha256", &other], "state.json"),
        (
            vec!["--start-time", "2027-01-01"],
            "it holds 2026-09-09T00:00:00Z to",
        ),
        (vec!["--out", "state.json"], "would replace an input"),
        (vec!["--every", "0s"], "--every"),
        (vec!["--format", "pdf"], "text, json, html"),
    ] {
        let run = history(&folder, &args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains(says), "{args:?}: {}", run.stderr);
    }
    let missing = run(folder.path(), &["history", "none.json"]);
    assert_eq!((missing.code, missing.stdout.as_str()), (2, ""));
    let kept = fs::read(folder.path().join("state.json")).expect("the state");
    assert_eq!(kept, written(&state()), "it is read, never written");
}
