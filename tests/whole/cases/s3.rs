//! Every case of `testdata/` from S3 has the same report as from disk.

use serde_json::{Value, json};

use crate::support::case::{Case, Keys};
use crate::support::cases::all;
use crate::support::compare::{comparable, difference};
use crate::support::forge::Heads;
use crate::support::program::report;
use crate::support::stage::{Stage, arguments};

/// When the copies were made: so late that nothing is pending, as in S3, which is looked at now.
const AS_OF: &str = "2026-05-20T00:00:00Z";

/// The end of the window in a case's report from disk, and when it was looked at, as arguments for both runs.
fn end(case: &Case, kept: &Value) -> Vec<String> {
    let given = |name: &str| case.args.iter().any(|a| a == name);
    let ends = kept["chains"].as_array().expect("chains").iter();
    let last = ends.filter_map(|c| c["window"]["to"].as_str()).max();
    let last = kept["requested"]["end"].as_str().or(last);
    let last = last.unwrap_or("2026-03-02T00:00:00Z").to_owned();
    let mut args = Vec::new();
    for (name, value) in [("--end-time", last.as_str()), ("--as-of", AS_OF)] {
        if !given(name) {
            args.extend([name.to_owned(), value.to_owned()]);
        }
    }
    args
}

fn kept(case: &Case) -> Value {
    let dir = crate::support::program::root()
        .join("testdata")
        .join(case.name);
    let text = std::fs::read_to_string(dir.join("expected.json")).expect("expected.json");
    serde_json::from_str(&text).expect("JSON")
}

/// Runs a case from disk, with all that S3 says about its objects beside them, and from S3.
fn both(case: &Case) -> ((i32, Value), (i32, Value)) {
    let kept = kept(case);
    let end = end(case, &kept);
    let on_disk = tempfile::tempdir().expect("a folder");
    let mut copy = Case {
        heads: Heads::Every,
        world: case.world.clone(),
        ..Case::new(case.name, case.exit, case.shows)
    };
    copy.buckets = case.buckets.clone();
    copy.keys = case.keys.clone();
    copy.regions = case.regions.clone();
    copy.files = case.files.clone();
    if case.heads != Heads::All {
        copy.heads = case.heads.clone();
    }
    copy.write(on_disk.path());
    let mut disk_args = case.args.clone();
    disk_args.extend(end.clone());
    let mut s3_args = arguments(case);
    s3_args.extend(end);
    let stage = Stage::case(case, kept["chains"].as_array().expect("chains"));
    let from_s3 = stage.report(&s3_args);
    stage.assert_only_reads();
    (report(on_disk.path(), &disk_args), from_s3)
}

#[test]
fn every_case_gives_the_same_report_from_s3_as_from_disk() {
    let mut wrong = Vec::new();
    let mut ran = 0;
    for case in all() {
        if case.sources != ["disk", "s3"] {
            continue;
        }
        ran += 1;
        let (disk, s3) = both(&case);
        assert_eq!(s3.1["requested"]["source"], json!("s3"), "{}", case.name);
        let online = matches!(case.keys, Keys::Published(_));
        let origin = if online { "aws" } else { "file" };
        let keys = s3.1["keys"].as_array().expect("keys");
        assert!(keys.iter().all(|k| k["origin"] == origin), "{}", case.name);
        let same_verdict = (disk.0, &disk.1["verdict"]) == (s3.0, &s3.1["verdict"]);
        let (disk, s3) = (comparable(disk.1), comparable(s3.1));
        match case.differs {
            None if disk != s3 => wrong.push(format!("{}: {}", case.name, difference(&disk, &s3))),
            Some(why) if disk == s3 => wrong.push(format!("{}: does not differ: {why}", case.name)),
            Some(_) if !same_verdict => {
                wrong.push(format!("{}: {}", case.name, difference(&disk, &s3)))
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran > 50, "only {ran} cases ran");
}
