//! A report that is not as its manifest says is refused, and no content of it does worse.

use trailproof::source::inventory::{InventoryError, InventoryManifest};

use super::{BUCKET, created, row, sorted};
use crate::support::forge::gzip;
use crate::support::s3_inventory::{Report, Row};

const AT: &str = "2026-03-01T00:17:05Z";

fn rows() -> Vec<Row> {
    (0..50).map(|at| row(&format!("a/{at}"), at, AT)).collect()
}

fn why(report: &Report) -> String {
    sorted(report, 1 << 20).expect_err("not valid").to_string()
}

/// A report with this text in its only file.
fn of_text(text: &str) -> Report {
    let mut report = Report::csv(BUCKET, created(), &[rows()]);
    report.files[0].1 = gzip(text.as_bytes());
    report
}

#[test]
fn a_file_that_is_not_the_one_of_the_manifest_is_refused() {
    let report = Report::csv(BUCKET, created(), &[rows()]);
    let manifest = InventoryManifest::parse(report.manifest().as_bytes()).expect("a manifest");
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut files = super::Files::of(&report);
        files.0.values_mut().for_each(change);
        let limits = trailproof::base::limits::Limits::default();
        let stop = trailproof::CancelFlag::default();
        let read =
            trailproof::source::inventory::collect(&manifest, &files, (&limits, 1 << 20), &stop);
        read.expect_err("not valid").to_string()
    };
    let longer = changed(&|body| body.extend_from_slice(&gzip(b"")));
    assert!(longer.contains("is not valid"), "{longer}");
    // The time in the head of the gzip member.
    let other = changed(&|body| body[4] ^= 1);
    assert!(other.contains("MD5 is not the one"), "{other}");
    let shorter = changed(&|body| body.truncate(40));
    assert!(shorter.contains("0.csv.gz is not valid"), "{shorter}");
    let mut files = super::Files::of(&report);
    files.0.clear();
    let limits = trailproof::base::limits::Limits::default();
    let stop = trailproof::CancelFlag::default();
    let read = trailproof::source::inventory::collect(&manifest, &files, (&limits, 1 << 20), &stop);
    let absent = read.expect_err("no file").to_string();
    assert!(
        absent.contains("cannot be read: it does not exist"),
        "{absent}"
    );
}

#[test]
fn a_row_that_is_not_valid_says_which() {
    for (text, expected) in [
        (
            "\"other\",\"a\",\"1\",\"\",\"\"\n",
            "row 1: it is of another bucket",
        ),
        ("\"trail-logs\",\"a\n", "row 1: its quotes do not end"),
        (
            "\n\"trail-logs\",\"%zz\",\"1\"\n",
            "row 2: its key is not valid",
        ),
        ("\"trail-logs\"\n", "row 1: it has no key"),
        ("\"trail-logs\",\"\"\n", "row 1: its key is empty"),
    ] {
        let why = why(&of_text(text));
        assert!(why.contains(expected), "{why}");
    }
    let long = format!("\"trail-logs\",\"{}\"\n", "a".repeat(1025));
    assert!(why(&of_text(&long)).contains("too long"));
    let endless = "a".repeat(1 << 20);
    assert!(why(&of_text(&endless)).contains("row 1: it is too long"));
    let mut report = of_text("\"trail-logs\",\"a\",\"v\",\"maybe\",\"\",\"1\",\"\",\"\"\n");
    report.schema =
        "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag".into();
    assert!(why(&report).contains("neither true nor false"));
}

#[test]
fn a_manifest_that_is_not_one_is_refused() {
    let report = Report::csv(BUCKET, created(), &[rows()]);
    let with = |from: &str, to: &str| {
        let text = report.manifest();
        assert!(text.contains(from), "{text}");
        InventoryManifest::parse(text.replace(from, to).as_bytes())
            .expect_err("not valid")
            .to_string()
    };
    for (from, to, expected) in [
        (
            "\"CSV\"",
            "\"ORC\"",
            "the format ORC, which trailproof does not read",
        ),
        ("\"CSV\"", "\"XML\"", "its format is \"XML\""),
        ("sourceBucket", "source", "missing field `sourceBucket`"),
        (
            "\"1772672400000\"",
            "\"yesterday\"",
            "its creationTimestamp is not a time",
        ),
    ] {
        let why = with(from, to);
        assert!(why.contains(expected), "{why}");
    }
    let mut report = report;
    report.schema = "Bucket, Size".into();
    assert!(why(&report).contains("has no column \"Key\""));
    report.schema = "Bucket, Key, VersionId, Size".into();
    assert!(why(&report).contains("has no column \"IsLatest\""));
}

#[test]
#[cfg(feature = "parquet")]
fn no_content_of_a_parquet_file_does_worse_than_an_error() {
    use rand::{RngExt as _, SeedableRng as _};
    let whole = Report::parquet(BUCKET, created(), &[rows()]);
    let size = whole.files[0].1.len();
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(5);
    for at in 0..600 {
        let mut report = whole.clone();
        let body = &mut report.files[0].1;
        match at % 3 {
            0 => body.truncate(random.random_range(0..size)),
            1 => body[random.random_range(0..size)] ^= 1 << random.random_range(0..8),
            _ => body[random.random_range(size * 2 / 3..size)] = random.random(),
        }
        match sorted(&report, 1 << 20) {
            Ok(_)
            | Err(
                InventoryError::Invalid { .. }
                | InventoryError::NotManifest(_)
                | InventoryError::TooLarge(_),
            ) => {}
            Err(other) => panic!("{other}"),
        }
    }
}
