//! Cases about bundles.

use std::fs;
use std::path::Path;

use crate::support::bundle::put;
use crate::support::case::Case;

pub fn cases() -> Vec<Case> {
    vec![altered()]
}

fn altered() -> Case {
    let mut case = Case::new(
        "bundle-altered",
        4,
        "after a bundle was collected, somebody deleted a log from it and put another file there: that says \
         nothing about the bucket",
    )
    .args(&["--path", "bundle", "--keys", "keys"]);
    case.sources = &["bundle"];
    case.chain(4);
    case.bundle = Some(|bundle| {
        let folder = "s3/trail-logs/AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01";
        let log = first_log(&bundle.join(folder));
        fs::remove_file(bundle.join(folder).join(log)).expect("a log");
        put(bundle, &format!("{folder}/notes.txt"), b"copied by hand\n");
    });
    case
}

fn first_log(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|e| {
        e.expect("an entry")
            .file_name()
            .into_string()
            .expect("UTF-8")
    });
    names
        .filter(|name| name.ends_with(".json.gz"))
        .min()
        .expect("a log")
}
