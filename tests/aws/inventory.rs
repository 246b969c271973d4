//! `--inventory`: older logs listed by an S3 Inventory report give the report that listing them gives.

use jiff::Timestamp;
use serde_json::Value;

use crate::support::case::BUCKET;
use crate::support::forge::{Object, Place, ts};
use crate::support::program::severity_codes;
use crate::support::s3_inventory::{Report, Row};
use crate::support::short_trail::{assert_refused, serving, world};
use crate::support::stage::Stage;

/// Logs of 1 and 2 March, of which the inventory has those of the days before 2 March.
const CREATED: &str = "2026-03-04T01:00:00Z";
const WINDOW: [&str; 6] = [
    "--s3-bucket",
    BUCKET,
    "--start-time",
    "2026-03-01T00:12:34Z",
    "--end-time",
    "2026-03-02T11:12:34Z",
];
const LOGS: &str = "AWSLogs/111111111111/CloudTrail/eu-west-1/";

/// The rows of everything in the bucket.
fn rows(stage: &Stage) -> Vec<Row> {
    stage.loopback.change(|cloud| {
        let objects = &cloud.bucket(BUCKET).objects;
        let row = |(key, object): (&String, &crate::support::aws::cloud::Stored)| Row {
            key: key.clone(),
            size: object.body.len() as u64,
            modified: object.last_modified,
            version: None,
        };
        objects.iter().map(row).collect()
    })
}

/// Serves a report of these rows. Returns where its manifest is.
fn serve(stage: &Stage, report: &Report) -> String {
    stage.loopback.change(|cloud| {
        for (key, body) in report.objects() {
            let object = Object::delivered(body, ts(CREATED));
            let place = Place {
                bucket: report.destination.clone(),
                key,
            };
            cloud.put(&place, &object);
        }
    });
    format!("s3://{}/{}", report.destination, report.manifest_key())
}

fn inventory(stage: &Stage, rows: Vec<Row>) -> String {
    serve(stage, &Report::csv(BUCKET, ts(CREATED), &[rows]))
}

fn with<'a>(manifest: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&WINDOW[..], &["--inventory", manifest], more].concat()
}

/// A report without what only says how it was made.
fn compared(mut report: Value) -> Value {
    report["run"].take();
    report["requested"]["inventory"].take();
    report["requested"]["as_of"].take();
    report
}

/// Takes the sentence about the inventory from what is not proven.
fn sentence(report: &mut Value) -> String {
    let all = report["not_proven"].as_array_mut().expect("sentences");
    let at = all
        .iter()
        .position(|s| s.as_str().is_some_and(|s| s.contains("S3 Inventory")));
    all.remove(at.expect("a sentence"))
        .as_str()
        .expect("a text")
        .to_owned()
}

/// Stores an object among the logs of a day.
fn plant(stage: &Stage, day: &str, at: Timestamp) -> String {
    let minute = day.replace('/', "");
    let key = format!(
        "{LOGS}{day}/111111111111_CloudTrail_eu-west-1_{minute}T0505Z_PlantedPlanted00.json.gz"
    );
    let object = Object::delivered(b"planted".to_vec(), at);
    let place = Place {
        bucket: BUCKET.to_owned(),
        key: key.clone(),
    };
    stage.loopback.change(|cloud| cloud.put(&place, &object));
    key
}

#[test]
fn a_report_with_an_inventory_is_the_one_without_it() {
    let stage = serving(&world(36));
    let (code, listed) = stage.report(&WINDOW);
    assert_eq!(
        (code, &listed["verdict"]),
        (0, &"verified".into()),
        "{listed:#}"
    );
    let all = rows(&stage);
    let mut reports = vec![Report::csv(
        BUCKET,
        ts(CREATED),
        &[all[40..].to_vec(), all[..40].to_vec()],
    )];
    #[cfg(feature = "parquet")]
    reports.push(Report::parquet(
        BUCKET,
        ts(CREATED),
        std::slice::from_ref(&all),
    ));
    for report in reports {
        let manifest = serve(&stage, &report);
        let on_disk = report.write_below(&stage.dir.path().join(report.format));
        let on_disk = on_disk.to_str().expect("UTF-8").to_owned();
        for place in [&manifest, &on_disk] {
            stage.loopback.clear_calls();
            let (code, mut found) = stage.report(&with(place, &[]));
            assert_eq!(code, 0, "{found:#}");
            assert_eq!(found["requested"]["inventory"], serde_json::json!([place]));
            let sentence = sentence(&mut found);
            assert!(
                sentence.contains("days before 2026-03-02 since 2026-03-04T01:00:00Z"),
                "{sentence}"
            );
            assert!(sentence.contains("agrees with what S3 lists"), "{sentence}");
            assert_eq!(compared(found), compared(listed.clone()));
            // Of the logs only newer days were listed, and the sample.
            let lists = stage.calls("ListObjectsV2").into_iter();
            let starts = lists.filter(|c| c.prefix.as_deref() == Some(LOGS));
            let starts: Vec<_> = starts.filter_map(|c| c.start_after).collect();
            assert!(starts.contains(&format!("{LOGS}2026/03/02")), "{starts:?}");
            assert!(!starts.contains(&format!("{LOGS}2026/03/01")), "{starts:?}");
            stage.assert_only_reads();
        }
    }
}

#[test]
fn an_object_that_the_inventory_shows_is_reported_only_if_it_still_exists() {
    let stage = serving(&world(36));
    let key = plant(&stage, "2026/03/01", ts("2026-03-01T06:00:00Z"));
    let manifest = inventory(&stage, rows(&stage));
    let (code, found) = stage.report(&with(&manifest, &[]));
    assert_eq!(
        (code, severity_codes(&found)),
        (4, vec!["unproven log-unreferenced".to_owned()])
    );
    assert_eq!(found["findings"][0]["key"], key);
    stage
        .loopback
        .change(|cloud| _ = cloud.bucket(BUCKET).objects.remove(&key));
    let (code, mut found) = stage.report(&with(&manifest, &[]));
    assert_eq!((code, severity_codes(&found)), (0, Vec::<String>::new()));
    let sentence = sentence(&mut found);
    assert!(
        sentence.contains("1 object that S3 does not list any more") && sentence.contains(&key),
        "{sentence}"
    );
}

#[test]
fn what_the_inventory_lacks_is_never_missing() {
    let stage = serving(&world(36));
    let (_, listed) = stage.report(&[&WINDOW[..], &["--logs", "none"]].concat());
    // Neither digests nor some of the logs are in it.
    let mut lacking = rows(&stage);
    let mut at = 0;
    lacking.retain(|row| {
        at += 1;
        !row.key.contains("Digest") && at % 3 != 0
    });
    let manifest = inventory(&stage, lacking);
    let (code, mut found) = stage.report(&with(&manifest, &["--logs", "none"]));
    // The sample shows that it is not to be relied upon.
    assert_eq!(code, 4, "{found:#}");
    let codes = severity_codes(&found);
    assert_eq!(
        codes
            .iter()
            .filter(|c| c.ends_with("source-unreadable"))
            .count(),
        1,
        "{codes:?}"
    );
    let unreadable = found["findings"].as_array().expect("findings").iter();
    let unreadable = unreadable
        .clone()
        .find(|f| f["code"] == "source-unreadable")
        .expect("a finding");
    assert_eq!(unreadable["reason"], "not-listed");
    let chains = |report: &Value| report["chains"].clone();
    assert_eq!(chains(&found), chains(&listed));
    let sentence = sentence(&mut found);
    assert!(
        sentence.contains("that logs there that were not read still exist"),
        "{sentence}"
    );
    // Planted long before an inventory that is empty there: all is listed.
    let key = plant(&stage, "2026/03/01", ts("2026-03-01T06:00:00Z"));
    let empty: Vec<Row> = rows(&stage)
        .into_iter()
        .filter(|row| row.key.contains("Digest"))
        .collect();
    let manifest = inventory(&stage, empty);
    let (_, found) = stage.report(&with(&manifest, &[]));
    let found = found["findings"].as_array().expect("findings");
    assert!(
        found
            .iter()
            .any(|f| f["key"] == key.as_str() && f["code"] == "log-unreferenced"),
        "{found:#?}"
    );
}

#[test]
fn an_inventory_that_cannot_be_used_is_refused() {
    let stage = serving(&world(6));
    let report = Report::csv(BUCKET, ts(CREATED), &[rows(&stage)]);
    let manifest = serve(&stage, &report);
    let refused = |args: &[&str], words: &[&str]| {
        let args = [&["validate"], args].concat();
        assert_refused(&mut stage.command(&args), words);
    };
    refused(
        &with("s3://inventories/none", &[]),
        &[
            "cannot read the inventory s3://inventories/none",
            "does not exist",
        ],
    );
    refused(&with("none.json", &[]), &["none.json"]);
    refused(
        &with(&manifest, &["--state", "state.json"]),
        &["--inventory cannot be used with --state"],
    );
    refused(
        &["--path", ".", "--inventory", &manifest],
        &["--inventory cannot be used with --path"],
    );
    refused(
        &with(&manifest, &["--inventory", &manifest]),
        &["two inventories of bucket trail-logs"],
    );
    let other = serve(
        &stage,
        &Report {
            bucket: "other".into(),
            ..report.clone()
        },
    );
    refused(
        &with(&other, &[]),
        &["is an inventory of bucket other, which is not read"],
    );
    let orc = serve(
        &stage,
        &Report {
            format: "ORC",
            ..report.clone()
        },
    );
    refused(
        &with(&orc, &[]),
        &[
            "ORC",
            "configure the inventory to write CSV or Apache Parquet",
        ],
    );
    let mut cut = report.clone();
    let manifest = serve(&stage, &cut);
    cut.files[0].1.truncate(30);
    stage.loopback.change(|cloud| {
        let (key, body) = &cut.files[0];
        let object = Object::delivered(body.clone(), ts(CREATED));
        cloud.put(
            &Place {
                bucket: cut.destination.clone(),
                key: key.clone(),
            },
            &object,
        );
    });
    refused(&with(&manifest, &[]), &["0.csv.gz is not valid"]);
}

#[test]
fn a_plan_counts_by_an_inventory_what_listing_counts() {
    let stage = serving(&world(36));
    let manifest = inventory(&stage, rows(&stage));
    let header = |more: &[&str]| {
        let args = [
            &["shard", "plan", "--shards", "2", "--out", "plan"],
            &WINDOW[..],
            more,
        ]
        .concat();
        let run = stage.run(&args);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let plan = std::fs::read_to_string(stage.dir.path().join("plan")).expect("a plan");
        let header = plan.lines().next().expect("a header");
        serde_json::from_str::<Value>(header).expect("JSON")
    };
    let (listed, counted) = (header(&[]), header(&["--inventory", &manifest]));
    assert_eq!(
        (&listed["listed_by"], &counted["listed_by"]),
        (&"listing".into(), &"inventory".into())
    );
    for count in ["objects", "bytes", "shards", "hours"] {
        assert_eq!(listed[count], counted[count], "{count}");
    }
    // Shards list their folders themselves.
    assert!(
        !counted["request"].to_string().contains("inventory"),
        "{counted}"
    );
}
