//! Logs that CloudTrail would have delivered damaged: a digest lists each as it is. None ends the run, and the records
//! before the damage come.

use std::collections::BTreeMap;

use rand::{RngExt as _, SeedableRng as _};

use super::copy;
use crate::support::case::{ACCOUNT, BUCKET, REGION, hour, spec, trail};
use crate::support::events::records_of;
use crate::support::forge::digest::LogRecord;
use crate::support::forge::{Chain, Place, Rng, World, gzip, log_json, ts};
use crate::support::program::command;

/// Bytes that damage structure, strings and UTF-8.
const HOSTILE: [&[u8]; 10] = [
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\",
    b",",
    b"\0",
    b"\xff\xfe",
    b"{\"Records\":[",
];

/// Damages a text at a place: it breaks off there, or bytes are replaced, removed or added.
fn damage(rng: &mut Rng, json: &mut Vec<u8>, at: usize) {
    let end = (at + rng.random_range(1..30)).min(json.len());
    let hostile = HOSTILE[rng.random_range(0..HOSTILE.len())].to_vec();
    match rng.random_range(0..4) {
        0 => json.truncate(at),
        1 => drop(json.splice(at..end, hostile)),
        2 => drop(json.drain(at..end)),
        _ => drop(json.splice(at..at, hostile.repeat(rng.random_range(1..200)))),
    }
}

/// The records of each log that end before its damage, by its key, and the world that holds them.
fn damaged_logs() -> (BTreeMap<String, Vec<String>>, World) {
    let mut rng = Rng::seed_from_u64(120);
    let mut world = World::new(121);
    let mut chain = Chain::new(spec());
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, hour(1));
    let (mut before, mut logs) = (BTreeMap::new(), Vec::new());
    for number in 0..150 {
        let json = log_json(&mut rng, ACCOUNT, REGION, 6, hour(1), hour(2), None);
        let key = trail().log_key(ACCOUNT, REGION, hour(1), &format!("Damaged{number:09}"));
        let place = Place::new(BUCKET, &key);
        let intact = LogRecord::new(place.clone(), json.clone(), (hour(1), hour(2)));
        let at = rng.random_range(0..json.len());
        let mut end = b"{\"Records\":[".len();
        let records = records_of(&intact).into_iter().take_while(|record| {
            end += record.len() + 1;
            end - 1 <= at
        });
        before.insert(key, records.collect());
        let mut damaged = json;
        damage(&mut rng, &mut damaged, at);
        let body = gzip(&damaged);
        logs.push((LogRecord::new(place, damaged, (hour(1), hour(2))), body));
    }
    chain.deliver_logs(&mut world, hour(2), logs);
    (before, world)
}

#[test]
fn a_fuzzed_log_loses_no_record_before_the_damage() {
    let (before, world) = damaged_logs();
    let dir = copy(&world, BUCKET, &[REGION], "2026-03");
    let args = [
        "events",
        "--path",
        BUCKET,
        "--s3-bucket",
        BUCKET,
        "--keys",
        "keys",
        "--provenance",
    ];
    let output = command(dir.path(), &args)
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    let text = String::from_utf8_lossy(&output.stdout);
    for (key, records) in &before {
        let origin = format!("{{\"trailproof\":{{\"log\":\"s3://{BUCKET}/{key}\",");
        let of_log = text.lines().filter(|line| line.starts_with(&origin));
        let found: Vec<String> = of_log
            .filter_map(|line| {
                Some(format!(
                    "{{{}",
                    line.split_once("\"state\":\"proven\"},")?.1
                ))
            })
            .collect();
        assert!(
            found.starts_with(records),
            "{key}: {found:#?}\nwithout some of {records:#?}"
        );
    }
}
