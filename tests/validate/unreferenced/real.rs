//! Logs that AWS itself wrote, in a signed chain.

use std::collections::BTreeMap;
use std::fs;

use jiff::Timestamp;

use super::not_proven;
use crate::support::disk::copied;
use crate::support::forge::digest::LogRecord;
use crate::support::forge::text::sha256_hex;
use crate::support::forge::{
    Chain, ChainSpec, Heads, Json, KeyFileStyle, Object, Place, Trail, World, gunzip, ts,
};
use crate::support::program::{report, root};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "us-east-1";
const BUCKET: &str = "incident-logs";

/// The 55 logs of the incident, by the end of the digest that lists them: digests end at 10 minutes past.
fn logs(trail: &Trail) -> BTreeMap<Timestamp, Vec<(LogRecord, Vec<u8>)>> {
    let folder = root().join("tests/support/real/incident-2023-07-10");
    let mut logs: BTreeMap<Timestamp, Vec<_>> = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name");
        let minute = &name.split('_').nth(3).expect("a minute")[9..13];
        let minute = ts(&format!("2023-07-10T{}:{}:00Z", &minute[..2], &minute[2..]));
        let key = format!(
            "{}CloudTrail/{REGION}/2023/07/10/{name}",
            trail.root(ACCOUNT)
        );
        let body = fs::read(&path).expect("a log");
        let json = gunzip(&body);
        let record = LogRecord {
            place: Place::new(BUCKET, &key),
            sha256: sha256_hex(&json),
            json,
            newest: minute,
            oldest: minute,
        };
        let past = (minute.as_second() - 600).rem_euclid(3600);
        let end = Timestamp::from_second(minute.as_second() - past + 3600).expect("a time");
        logs.entry(end).or_default().push((record, body));
    }
    logs
}

#[test]
fn the_logs_of_a_real_incident_are_intact_in_a_signed_chain() {
    let mut world = World::new(55);
    let trail = Trail::new(ACCOUNT, REGION, "incident", BUCKET);
    let mut logs = logs(&trail);
    assert_eq!(logs.values().map(Vec::len).sum::<usize>(), 55);
    let mut chain = Chain::new(ChainSpec::new(trail, REGION).logs(1..=1).events(1..=1));
    chain.start(&mut world, ts("2023-07-10T10:10:00Z"));
    while chain.end() < ts("2023-07-10T14:10:00Z") {
        let end = Timestamp::from_second(chain.end().as_second() + 3600).expect("a time");
        let real = logs.remove(&end).unwrap_or_default();
        for (log, body) in &real {
            world.put(&log.place, Object::delivered(body.clone(), log.newest));
        }
        chain.append_custom(&mut world, |fields| {
            let entries = real.iter().map(|(log, _)| Json::Object(log.entry()));
            fields.log_files_mut().extend(entries);
        });
    }
    assert!(logs.is_empty());
    let dir = copied(&world, &[BUCKET], &[], &Heads::All, KeyFileStyle::V2Iso);
    let (from, to) = (ts("2023-07-01T00:00:00Z"), ts("2023-08-01T00:00:00Z"));
    world.write_keys(
        &dir.path().join("keys"),
        KeyFileStyle::V2Iso,
        &[REGION],
        from,
        to,
    );
    let args = [
        "--path",
        BUCKET,
        "--s3-bucket",
        BUCKET,
        "--keys",
        "keys",
        "--backfill-grace",
        "1h",
    ];
    let (code, report) = report(dir.path(), &args);
    assert_eq!(code, 0, "{:#}", report["findings"]);
    assert_eq!(report["findings"], serde_json::json!([]));
    assert_eq!(report["totals"]["logs"]["valid"], 59);
    assert!(
        !not_proven(&report, &["no digest lists"]),
        "{:#}",
        report["not_proven"]
    );
}
