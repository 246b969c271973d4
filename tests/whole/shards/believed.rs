//! What a merge believes: the parts say what was read of the logs, and nobody reads them again.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::case::{BUCKET, Case};
use crate::support::program::{report, reported, run};

const COPY: [&str; 6] = ["--path", "bucket", "--s3-bucket", BUCKET, "--keys", "keys"];

/// The logs below a folder.
fn logs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let logs = paths.flat_map(|path| match path.is_dir() {
        true => logs(&path),
        false => vec![path],
    });
    logs.filter(|path| path.to_string_lossy().contains("/CloudTrail/"))
        .collect()
}

#[test]
fn a_merge_believes_what_its_parts_say_of_logs() {
    let mut case = Case::new("believed", 0, "");
    case.chain(3);
    let dir = case.copied();
    let shard = |args: &[&str]| run(dir.path(), &[&["shard"], args].concat());
    let (code, before) = report(dir.path(), &COPY);
    assert_eq!(code, 0, "{before:#}");
    let plan = ["plan", "--shards", "1", "--out", "plan.jsonl"];
    let planned = shard(&[&plan[..], &COPY].concat());
    assert_eq!(planned.code, 0, "{}", planned.stderr);
    let part = [
        "run",
        "--plan",
        "plan.jsonl",
        "--shard",
        "0",
        "--out",
        "parts/",
    ];
    let part = shard(&part);
    assert_eq!(part.code, 0, "{}", part.stderr);
    // From here on it is as if whoever wrote the parts had seen other logs than there are.
    let logs = logs(&dir.path().join("bucket"));
    assert!(logs.len() >= 3, "{logs:?}");
    for log in logs {
        fs::write(log, b"nothing").expect("a log");
    }
    let merged = [
        "merge",
        "--plan",
        "plan.jsonl",
        "parts/",
        "--format",
        "json",
    ];
    let (code, merged) = reported(shard(&merged));
    assert_eq!((code, &merged["verdict"]), (0, &"verified".into()));
    assert_eq!(merged["totals"]["logs"], before["totals"]["logs"]);
    let (code, after) = report(dir.path(), &COPY);
    assert_eq!((code, &after["totals"]["logs"]["valid"]), (1, &0.into()));
}
