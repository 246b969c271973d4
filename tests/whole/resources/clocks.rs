//! Clocks of 1970 and 2100: what is intact is not accused, and what is damaged is not excused.

use serde_json::Value;

use crate::support::case::BUCKET;
use crate::support::forge::ts;
use crate::support::frozen_clock::freeze;
use crate::support::program::{finish, reported, severity_codes};
use crate::support::short_trail::{ARN, serving, world};

use super::{COPY, Site, assert_ends};

const YEARS: [&str; 4] = [
    "1970-01-01T00:00:00Z",
    "2000-02-29T23:59:59Z",
    "2038-01-19T03:14:08Z",
    "2100-12-31T23:59:59Z",
];

/// What is validated, and without an end.
const WINDOWS: [&str; 3] = [
    "",
    "--start-time 2026-03-01T00:12:34Z",
    "--start-time 2026-03-01T00:12:34Z --end-time 2026-03-01T03:12:34Z",
];

#[test]
fn on_disk_a_wrong_clock_gives_no_false_verdict() {
    let (intact, damaged) = (Site::new(), Site::new());
    std::fs::remove_file(damaged.log(2)).expect("a log");
    for year in YEARS {
        for window in WINDOWS {
            let what = format!("{year} {window}");
            let line = format!("exec \"$0\" validate {COPY} {window} --format json");
            let run = finish(freeze(&mut intact.shell(&line), ts(year)));
            assert_ends(&run, &[0, 2, 3, 4], &what);
            assert_accuses_nobody(&run.stdout, &what);
            let run = finish(freeze(&mut damaged.shell(&line), ts(year)));
            assert_ends(&run, &[1, 2, 4], &what);
        }
        for command in [
            format!("events {COPY}"),
            "trails --path bucket".to_owned(),
            "history state.json".to_owned(),
            "report report.json --format html".to_owned(),
            format!("shard plan {COPY} --shards 1 --out then.jsonl"),
        ] {
            let line = format!("exec \"$0\" {command}");
            let run = finish(freeze(&mut intact.shell(&line), ts(year)));
            assert_ends(&run, &[0, 2, 4], &format!("{year} {command}"));
        }
    }
}

fn assert_accuses_nobody(report: &str, what: &str) {
    if let Ok(report) = serde_json::from_str::<Value>(report) {
        let found = severity_codes(&report);
        assert!(
            !found.iter().any(|f| f.starts_with("failed ")),
            "{what}: {found:?}"
        );
    }
}

/// AWS has the right time.
#[test]
fn over_s3_a_wrong_clock_is_corrected_by_that_of_aws() {
    let stage = serving(&world(6));
    for year in YEARS {
        let window = "2026-03-01T06:12:34Z";
        let args = [
            "validate",
            "--format",
            "json",
            "--s3-bucket",
            BUCKET,
            "--trail-arn",
            ARN,
            "--start-time",
            "2026-03-01T00:12:34Z",
            "--end-time",
            window,
        ];
        let run = finish(freeze(&mut stage.command(&args), ts(year)));
        assert_ends(&run, &[0, 2, 4], year);
        if run.code != 2 {
            let (_, report) = reported(run);
            let found = severity_codes(&report);
            assert!(
                !found.iter().any(|f| f.starts_with("failed ")),
                "{year}: {found:?}"
            );
        }
    }
}
