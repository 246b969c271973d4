//! Records that AWS wrote during simulated attacks (`tests/support/real`), in signed chains of the forge.

use std::collections::BTreeMap;
use std::fs;

use jiff::Timestamp;
use serde_json::Value;

use crate::support::forge::digest::LogRecord;
use crate::support::forge::text::after;
use crate::support::forge::trail::partition;
use crate::support::forge::{Chain, ChainSpec, Place, Trail, World, gunzip, gzip, ts};
use crate::support::program::root;

/// The account of the incident.
pub const INCIDENT_ACCOUNT: &str = "111122223333";
/// The region of all its logs.
pub const INCIDENT_REGION: &str = "us-east-1";
/// The bucket that they are put into.
pub const INCIDENT_BUCKET: &str = "incident-logs";

/// The 55 logs of the incident, by the end of the digest that lists them: digests end at 10 minutes past.
fn incident_logs(trail: &Trail) -> BTreeMap<Timestamp, Vec<(LogRecord, Vec<u8>)>> {
    let folder = root().join("tests/support/real/incident-2023-07-10");
    let mut logs: BTreeMap<Timestamp, Vec<_>> = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name");
        let minute = &name.split('_').nth(3).expect("a minute")[9..13];
        let minute = ts(&format!("2023-07-10T{}:{}:00Z", &minute[..2], &minute[2..]));
        let key = format!(
            "{}CloudTrail/{INCIDENT_REGION}/2023/07/10/{name}",
            trail.root(INCIDENT_ACCOUNT)
        );
        let body = fs::read(&path).expect("a log");
        let place = Place::new(INCIDENT_BUCKET, &key);
        let record = LogRecord::new(place, gunzip(&body), (minute, minute));
        let past = (minute.as_second() - 600).rem_euclid(3600);
        let end = after(minute, 3600 - past);
        logs.entry(end).or_default().push((record, body));
    }
    for hour in logs.values_mut() {
        hour.sort_by(|(a, _), (b, _)| a.place.cmp(&b.place));
    }
    logs
}

/// The logs of the incident, in the chain of a trail with this name. Each hour has a log of the forge beside them.
pub fn incident(world: &mut World, trail: &str) -> Chain {
    let trail = Trail::new(INCIDENT_ACCOUNT, INCIDENT_REGION, trail, INCIDENT_BUCKET);
    let mut logs = incident_logs(&trail);
    assert_eq!(logs.values().map(Vec::len).sum::<usize>(), 55);
    let spec = ChainSpec::new(trail, INCIDENT_REGION);
    let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
    chain.start(world, ts("2023-07-10T10:10:00Z"));
    while chain.end() < ts("2023-07-10T14:10:00Z") {
        let end = after(chain.end(), 3600);
        let real = logs.remove(&end).unwrap_or_default();
        chain.deliver_logs(world, end, real);
    }
    assert!(logs.is_empty());
    chain
}

/// One technique of Stratus Red Team.
pub struct Technique {
    /// Its records, in the order of the file.
    pub records: Vec<Value>,
}

impl Technique {
    /// The records of an event name.
    pub fn named<'t>(&'t self, name: &'t str) -> impl Iterator<Item = &'t Value> {
        let records = self.records.iter();
        records.filter(move |record| event_name(record) == name)
    }
}

/// The bucket that they are put into.
pub const STRATUS_BUCKET: &str = "stratus-logs";
/// The region that replaces their scrambled ones, which are no names of regions.
pub const STRATUS_REGION: &str = "us-east-1";

/// The techniques, each with the name of the trail that it attacks.
const TECHNIQUES: [(&str, &str); 4] = [
    (
        "cloudtrail-delete",
        "stratus-red-team-cloudtraild-trail-kvrwohmiai",
    ),
    (
        "cloudtrail-event-selectors",
        "stratus-red-team-ctes-trail-khlvciwdor",
    ),
    (
        "cloudtrail-stop",
        "stratus-red-team-ct-stop-trail-buykxbqejv",
    ),
    ("organizations-leave", "stratus-red-team-trail"),
];

/// Each technique in a chain of its own account: of the trail that it attacks, or of some trail. The two hours
/// before have a log each. A technique that ends logging ends the chain.
pub fn stratus(world: &mut World) -> Vec<Technique> {
    let techniques = TECHNIQUES.iter();
    techniques
        .map(|(file, trail)| technique(world, file, trail))
        .collect()
}

fn technique(world: &mut World, file: &str, trail: &str) -> Technique {
    let records = records(file);
    let account = records[0]["recipientAccountId"].as_str();
    let account = account.expect("an account");
    let trail = Trail::new(account, STRATUS_REGION, trail, STRATUS_BUCKET);
    let spec = ChainSpec::new(trail, STRATUS_REGION);
    let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
    let times = records.iter().map(time);
    let (oldest, newest) = times.fold((Timestamp::MAX, Timestamp::MIN), |(a, b), at| {
        (a.min(at), b.max(at))
    });
    chain.start(world, after(oldest, -2 * 3600 - 600));
    chain.run_until(world, oldest);
    let key = chain
        .spec
        .trail
        .log_key(account, STRATUS_REGION, newest, "StratusRedTeam00");
    let text = serde_json::to_string(&records).expect("JSON");
    let json = format!(r#"{{"Records":{text}}}"#).into_bytes();
    let body = gzip(&json);
    let place = Place::new(STRATUS_BUCKET, &key);
    let log = LogRecord::new(place, json, (oldest, newest));
    let is_end = ["StopLogging", "DeleteTrail"].contains(&event_name(&records[0]));
    let end = if is_end {
        after(newest, 2)
    } else {
        after(chain.end(), 3600)
    };
    chain.deliver_logs(world, end, vec![(log, body)]);
    if !is_end {
        chain.run_until(world, after(end, 3600));
    }
    Technique { records }
}

/// The records of a technique, with a region instead of the scrambled one.
fn records(file: &str) -> Vec<Value> {
    let path = format!("tests/support/real/stratus/{file}.json");
    let text = fs::read_to_string(root().join(path)).expect("a file");
    let records: Vec<Value> = serde_json::from_str(&text).expect("records");
    let scrambled = records[0]["awsRegion"].as_str().expect("a region");
    let partition = format!("arn:{}:", partition(scrambled));
    let text = text.replace(scrambled, STRATUS_REGION);
    serde_json::from_str(&text.replace(&partition, "arn:aws:")).expect("records")
}

fn event_name(record: &Value) -> &str {
    record["eventName"].as_str().expect("a name")
}

fn time(record: &Value) -> Timestamp {
    ts(record["eventTime"].as_str().expect("a time"))
}
