//! Rows of all files come in the order of their keys, however many they are.

use std::collections::BTreeMap;

use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use trailproof::source::Range;

use super::{BUCKET, all, created, facts, row, sorted, visited};
use crate::support::s3_inventory::{Report, Row};

/// Reports of the same rows in every format.
fn reports(files: &[Vec<Row>]) -> Vec<Report> {
    vec![
        Report::csv(BUCKET, created(), files),
        #[cfg(feature = "parquet")]
        Report::parquet(BUCKET, created(), files),
    ]
}

#[test]
fn rows_of_every_format_are_the_same_and_in_order() {
    const AT: &str = "2026-03-01T00:17:05Z";
    let files = [
        vec![row("b/é x+y%", 7, AT), row("a/1", 0, AT)],
        Vec::new(),
        vec![
            row("a/10", 1 << 40, AT),
            row("a/1", 0, AT),
            row("a/", 3, AT),
        ],
    ];
    for report in reports(&files) {
        let rows = sorted(&report, 1 << 20).expect("rows");
        let expected = [("a/", 3), ("a/1", 0), ("a/10", 1 << 40), ("b/é x+y%", 7)];
        let expected = expected.map(|(key, size)| (key.to_owned(), facts(size, AT)));
        assert_eq!(all(&rows), expected, "{}", report.format);
    }
}

#[test]
fn of_all_versions_only_the_latest_that_exists_is_a_row() {
    const AT: &str = "2026-03-01T00:17:05Z";
    let of = |key: &str, size, latest, marker| Row {
        version: Some((latest, marker)),
        ..row(key, size, AT)
    };
    let files = [vec![
        of("kept", 2, true, false),
        of("kept", 1, false, false),
        of("removed", 0, true, true),
        of("removed", 4, false, false),
    ]];
    for report in reports(&files) {
        let rows = sorted(&report, 1 << 20).expect("rows");
        let expected = [("kept".to_owned(), facts(2, AT))];
        assert_eq!(all(&rows), expected, "{}", report.format);
    }
}

#[test]
fn any_number_of_runs_is_merged_and_any_range_of_them_is_found() {
    let mut random = ChaCha8Rng::seed_from_u64(23);
    let mut expected = BTreeMap::new();
    let mut files = vec![Vec::new(); 7];
    for _ in 0..30_000 {
        let number = random.random_range(0..100_000_u32);
        let key = format!("AWSLogs/{:012}/x/{number:05}", number % 13);
        let size = u64::from(random.next_u32());
        let at = format!("2026-03-01T00:00:{:02}Z", random.random_range(0..60));
        let newest: &mut (_, u64) = expected.entry(key.clone()).or_insert((at.clone(), size));
        *newest = newest.clone().max((at.clone(), size));
        files[random.random_range(0..7)].push(row(&key, size, &at));
    }
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(key, (at, size))| (key, facts(size, &at)))
        .collect();
    let reports = reports(&files);
    // So little memory makes some hundred runs; the last has room for all rows.
    for at_once in [1, 20_000, 64 << 20] {
        let report = &reports[at_once % reports.len()];
        // With one byte each row is a run of its own.
        let few = Report::csv(BUCKET, created(), &[files[0][..300].to_vec()]);
        if at_once == 1 {
            let all = all(&sorted(&few, 1).expect("rows"));
            assert!(all.is_sorted_by(|a, b| a.0 < b.0), "{all:?}");
            continue;
        }
        let rows = sorted(report, at_once).expect("rows");
        assert_eq!(all(&rows), expected, "{at_once}");
        assert!(rows.count() >= expected.len() as u64);
        for _ in 0..200 {
            let mut bound = || {
                let (key, _) = &expected[random.random_range(0..expected.len())];
                random
                    .random_bool(0.7)
                    .then(|| key[..random.random_range(8..=key.len())].to_owned())
            };
            let range = Range {
                after: bound(),
                before: bound(),
            };
            let prefix = format!("AWSLogs/{:012}/", random.random_range(0..14));
            let wanted = |(key, _): &&(String, _)| key.starts_with(&prefix) && range.holds(key);
            let wanted: Vec<_> = expected.iter().filter(wanted).cloned().collect();
            assert_eq!(
                visited(&rows, &prefix, &range),
                wanted,
                "{prefix} {range:?}"
            );
        }
    }
}
