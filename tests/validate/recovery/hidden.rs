//! Attempts to hide the original: many versions, keys that resemble it, and answers made to mislead.

use crate::support::aws::{Answer, Fault};
use crate::support::case::BUCKET;
use crate::support::forge::{Place, ts};

use super::{forged, recovery, versioned};

#[test]
fn an_original_below_many_versions_is_found_over_many_pages() {
    let six = versioned();
    let log = six.log(4);
    for _ in 0..25 {
        six.overwrite(&log, &forged());
    }
    // Keys that begin with this one are of other objects.
    let other = Place::new(BUCKET, &format!("{}.old", log.key));
    six.overwrite(&other, &forged());
    six.stage.loopback.change(|cloud| cloud.page = 4);
    let (_, report) = six.report(&[]);
    let found = recovery(&report, "log-modified", &log);
    assert_eq!(found["outcome"], "survives");
    assert_eq!(found["original"]["version_id"], *six.ids(&log)[0]);
    assert_eq!(found["searched"], 1);
    assert_eq!(six.stage.calls("ListObjectVersions").len(), 7);
}

#[test]
fn more_versions_than_are_read_leave_it_unknown() {
    let six = versioned();
    let log = six.log(4);
    let first = six.ids(&log)[0].clone();
    for _ in 0..30 {
        six.overwrite(&log, &forged());
    }
    six.delete_version(&log, &first);
    let (_, report) = six.report(&[]);
    let found = recovery(&report, "log-modified", &log);
    assert_eq!(
        (&found["outcome"], &found["reason"]),
        (&"unknown".into(), &"limit".into())
    );
    assert_eq!(found["searched"], 20);
}

#[test]
fn more_pages_than_are_listed_leave_it_unknown() {
    let six = versioned();
    let log = six.log(4);
    for _ in 0..30 {
        six.overwrite(&log, &forged());
    }
    six.stage.loopback.change(|cloud| cloud.page = 1);
    let (_, report) = six.report(&[]);
    let found = recovery(&report, "log-modified", &log);
    assert_eq!(
        (&found["outcome"], &found["reason"]),
        (&"unknown".into(), &"limit".into())
    );
    assert_eq!(six.stage.calls("ListObjectVersions").len(), 10);
}

#[test]
fn an_answer_that_never_ends_ends_the_search_of_its_key() {
    let six = versioned();
    let (log, other) = (six.log(3), six.log(4));
    six.delete(&log);
    six.delete(&other);
    let endless = format!(
        "<ListVersionsResult><Name>{BUCKET}</Name><IsTruncated>true</IsTruncated>\
         <NextKeyMarker>{}</NextKeyMarker><NextVersionIdMarker>x</NextVersionIdMarker></ListVersionsResult>",
        log.key
    );
    let fault = Fault::new(Answer::Instead(endless.into_bytes())).operation("ListObjectVersions");
    six.fault(fault.under(&log.key));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1);
    let found = recovery(&report, "log-missing", &log);
    assert_eq!(
        (&found["outcome"], &found["reason"]),
        (&"unknown".into(), &"limit".into())
    );
    assert_eq!(
        recovery(&report, "log-missing", &other)["outcome"],
        "survives"
    );
}

#[test]
fn ids_made_to_mislead_reach_no_terminal_and_no_shell() {
    let six = versioned();
    let log = six.log(4);
    let hostile = "\u{202e}<script>$(id)`id`";
    six.stage.loopback.change(|cloud| {
        let bucket = cloud.bucket(BUCKET);
        bucket.history.get_mut(&log.key).expect("versions")[0].id = hostile.into();
        bucket.delete(&log.key, ts(super::LATER));
        let versions = bucket.history.get_mut(&log.key).expect("versions");
        versions.last_mut().expect("a marker").id = "=cmd|' /C calc'!A0".into();
    });
    let (_, report) = six.report(&[]);
    let found = recovery(&report, "log-missing", &log);
    assert_eq!(found["outcome"], "survives");
    let finding = super::finding_on(&report, "log-missing", &log);
    assert!(finding["command"]["line"].is_null(), "{finding:#}");
    for format in ["text", "html", "markdown", "csv", "junit", "ocsf", "jsonl"] {
        let is_markup = matches!(format, "html" | "junit");
        let window = crate::support::six_hours::WINDOW;
        let run = six
            .stage
            .run(&[&["validate", "--format", format], &window[..]].concat());
        assert_eq!(run.code, 1, "{format}: {}", run.stderr);
        let is_json = matches!(format, "ocsf" | "jsonl");
        assert!(is_json || !run.stdout.contains('\u{202e}'), "{format}");
        let markup = run.stdout.matches("<script>$(id)").count();
        assert!(markup == 0 || !is_markup, "{format}: {}", run.stdout);
    }
}
