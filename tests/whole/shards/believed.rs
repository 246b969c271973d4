//! What a merge believes: the parts say what was read of the logs, and nobody reads them again.

use std::fs;
use std::path::{Path, PathBuf};

use trailproof::report::Format;

use super::same::without_run;
use super::site::Site;
use crate::support::random_org::RandomOrg;

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
    let site = Site::of_copy(&RandomOrg::new(1));
    site.single("before", &[Format::Json]);
    let planned = site.plan(1);
    site.run_all(&planned);
    // From here on it is as if whoever wrote the parts had seen other logs than there are.
    for log in logs(site.path()) {
        fs::write(log, b"nothing").expect("a log");
    }
    site.merge(&planned, "merged", &[Format::Json]);
    site.single("after", &[Format::Json]);
    let [before, merged, after] =
        ["before", "merged", "after"].map(|folder| without_run(site.report(folder)));
    assert_eq!(merged["totals"]["logs"], before["totals"]["logs"]);
    assert_ne!(before["totals"]["logs"]["valid"], 0);
    assert_eq!(after["totals"]["logs"]["valid"], 0);
    assert_eq!(after["verdict"], "failed");
}
