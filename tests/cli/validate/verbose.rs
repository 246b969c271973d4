//! `--verbose`: one line per file.

use crate::support::program::{root, run};
use crate::support::testdata::validate;

#[test]
fn verbose_lists_every_file_of_the_window_once_newest_first_with_any_number_of_workers() {
    let dir = root().join("testdata/sample");
    let lines = |jobs: &str| {
        let run = run(&dir, &validate(&["--verbose", "--jobs", jobs]));
        let files = run
            .stdout
            .split("files, newest digest first\n")
            .nth(1)
            .expect("a list")
            .to_owned();
        files.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let one = lines("1");
    assert_eq!(one, lines("8"));
    let count = |kind: &str| {
        one.iter()
            .filter(|l| l.starts_with(&format!("  valid    {kind}")))
            .count()
    };
    assert_eq!(
        (
            count("digest "),
            count("backfill "),
            count("log "),
            one.len()
        ),
        (196, 2, 234, 432)
    );
    let digests: Vec<&String> = one
        .iter()
        .filter(|l| l.contains("digest   "))
        .take(49)
        .collect();
    assert!(
        digests.windows(2).all(|pair| pair[0] > pair[1]),
        "newest first within a chain"
    );

    // One digest beyond each edge is read as a proof, and is not listed.
    let window = [
        "--verbose",
        "--start-time",
        "2026-03-02T05:07:21Z",
        "--end-time",
        "2026-03-02T07:07:21Z",
    ];
    let text = run(&dir, &validate(&window)).stdout;
    assert_eq!(
        text.lines()
            .filter(|l| l.starts_with("  valid    digest "))
            .count(),
        8,
        "{text}"
    );
}
