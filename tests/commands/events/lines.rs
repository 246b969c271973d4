//! The events of proven logs as JSON lines.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::{arguments, events, lines_of, lines_of_all};
use crate::support::case::{Case, hour, spec};
use crate::support::forge::{Chain, ts};
use crate::support::program::run;

/// A chain with many logs of different sizes.
fn busy_chain(case: &mut Case) -> Chain {
    let mut chain = Chain::new(spec().logs(0..=40).events(1..=30));
    chain.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut case.world, hour(6));
    chain
}

#[test]
fn every_record_is_one_line_byte_for_byte_in_the_order_of_the_digests() {
    let mut case = Case::new("events-clean", 0, "");
    let chain = busy_chain(&mut case);
    let expected = lines_of_all(&case, &chain);
    assert!(expected.len() > 100_000, "{}", expected.len());
    for jobs in ["1", "2", "16"] {
        let run = events(&case, &["--jobs", jobs]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout == expected, "with {jobs} jobs");
        let counts = run.stderr.lines().last().expect("a line").to_owned();
        let count = expected.lines().count();
        let events = counts.split(' ').next().expect("a number").replace(',', "");
        assert_eq!(events.parse(), Ok(count), "{counts}");
        assert!(counts.ends_with("verdict: verified"), "{counts}");
    }
}

#[test]
fn the_provenance_of_a_record_is_its_log_and_the_digest_that_lists_it() {
    let mut case = Case::new("events-provenance", 0, "");
    let chain = busy_chain(&mut case);
    let run = events(&case, &["--provenance"]);
    let mut lines = run.stdout.lines();
    let mut states = BTreeMap::new();
    for digest in &chain.digests {
        for log in &digest.logs {
            for record in lines_of(&case, log).lines() {
                let line = lines.next().expect("a line");
                let parsed: Value = serde_json::from_str(line).expect("JSON");
                let origin = &parsed["trailproof"];
                let uri = |key: &str| format!("s3://{}/{key}", log.place.bucket);
                assert_eq!(origin["log"], uri(&log.place.key));
                assert_eq!(origin["digest"], uri(&digest.place.key));
                *states.entry(origin["state"].to_string()).or_insert(0) += 1;
                // Nothing else of the record changes.
                let end = line.find("},").expect("further members");
                assert_eq!(format!("{{{}", &line[end + 2..]), record);
            }
        }
    }
    assert_eq!(lines.next(), None);
    assert_eq!(states.keys().collect::<Vec<_>>(), ["\"proven\""]);
}

#[test]
fn a_file_gets_all_events_or_stays_as_it_was() {
    let mut case = Case::new("events-out", 0, "");
    let chain = case.chain(3);
    let expected = lines_of_all(&case, &chain);
    let dir = case.copied();
    let args = [&["events", "--out", "events"], &arguments(&case)[..]].concat();
    let finished = run(dir.path(), &args);
    assert_eq!((finished.code, &*finished.stdout), (0, ""));
    let file = dir.path().join("events");
    assert!(fs::read_to_string(&file).expect("a file") == expected);
    // It would replace an object of the copy.
    let object = format!("bucket/{}", chain.digests[1].logs[0].place.key);
    let args = [&["events", "--out", &object], &arguments(&case)[..]].concat();
    let refused = run(dir.path(), &args);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert_eq!(
        run(dir.path(), &[&["events"], &arguments(&case)[..]].concat()).code,
        0
    );
}

#[test]
fn to_read_no_logs_is_refused_and_a_share_says_what_was_not_read() {
    let mut case = Case::new("events-logs", 0, "");
    let chain = case.chain(4);
    let run = events(&case, &["--logs", "none"]);
    assert_eq!((run.code, &*run.stdout), (2, ""), "{}", run.stderr);
    let parts = ["1/2", "2/2"].map(|part| events(&case, &["--logs", part, "--seed", "a"]));
    let lines = parts.iter().flat_map(|part| part.stdout.lines());
    let mut lines: Vec<&str> = lines.collect();
    let all = lines_of_all(&case, &chain);
    let mut expected: Vec<&str> = all.lines().collect();
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);
    assert!(parts[0].stderr.contains("not-read"), "{}", parts[0].stderr);
}
