//! The HTML page contains the complete command that repeats the run.

use trailproof::report::Format;

use crate::support::reports::{everything, parsed, shown};

#[test]
fn a_page_holds_the_complete_command_that_repeats_the_run() {
    let mut report = parsed(&everything());
    let accounts = (0..200).flat_map(|n| ["--account-id".to_owned(), format!("{n:012}")]);
    let command = ["trailproof", "validate", "--out", "filed.html"];
    let command = command.into_iter().map(str::to_owned).chain(accounts);
    report["run"]["command"] = command.collect();
    let page = shown(&report, Format::Html);
    let again = page.rsplit("<pre>").next().expect("a command");
    assert!(
        again.contains("000000000199") && again.contains("--seed"),
        "{again}"
    );
    assert!(
        !again.contains("filed.html"),
        "it writes over nothing: {again}"
    );
}
