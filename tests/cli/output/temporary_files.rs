//! Folders in which no temporary file can be made.

use std::process::Command;

use super::limits::refused;
use super::{Folder, KEY, case, shell};

#[test]
fn temporary_files_are_tried_before_the_work() {
    let out = Folder::new();
    let report = out.path("report");
    for (line, why) in [
        ("TMPDIR=/nowhere run", "no such file or directory"),
        ("TMPDIR=/proc run", "error: "),
    ] {
        let run = shell("gap", &format!("{line} --format jsonl --out {report}"));
        let words = ["cannot write a temporary file in /", " (TMPDIR)", why];
        refused(&run, &words);
        assert!(out.names().is_empty(), "{:?}", out.names());
    }
    let line = format!("TMPDIR=/nowhere exec \"$0\" explain --path bucket --keys keys {KEY}");
    refused(&shell("gap", &line), &["in /nowhere (TMPDIR)"]);
    // What keeps nothing on disk needs no temporary file.
    let line = "TMPDIR=/nowhere exec \"$0\" trails --path bucket";
    assert_eq!(shell("gap", line).code, 0);
    let tar = out.path("copy.tar.gz");
    let packed = Command::new("tar")
        .args(["-czf", &tar, "-C", "bucket", "."])
        .current_dir(case("gap"))
        .status();
    assert!(packed.expect("tar runs").success());
    let line = format!("TMPDIR=/nowhere exec \"$0\" trails --path {tar}");
    let words = ["a temporary file in /nowhere (TMPDIR): no such file or directory"];
    refused(&shell("gap", &line), &words);
}
