//! A trail in S3, logs that somebody added, and the exit status and code that a run must give.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::stage::Stage;
use crate::support::aws::TrailStatus;
use crate::support::forge::{Chain, ChainSpec, Object, Place, Trail, World, gzip, ts};

pub const ACCOUNT: &str = "111111111111";
pub const REGION: &str = "eu-west-1";

/// The time some minutes before now, as an argument.
pub fn ago(minutes: i64) -> String {
    let now = Timestamp::from_second(Timestamp::now().as_second()).expect("a time");
    (now - SignedDuration::from_mins(minutes)).to_string()
}

pub fn run_chain(w: &mut World, trail: &Trail, account: &str, from: &str, to: &str) -> Chain {
    let mut c = Chain::new(
        ChainSpec::new(trail.clone(), REGION)
            .account(account)
            .logs(1..=1)
            .events(1..=1),
    );
    c.start(w, ts(from));
    c.run_until(w, ts(to));
    c
}

/// The usual trail, which writes to a bucket from one time to another.
pub fn usual_trail(seed: u64, bucket: &str, [from, to]: [&str; 2]) -> (World, Trail, Chain) {
    let mut w = World::new(seed);
    let trail = Trail::new(ACCOUNT, REGION, "main", bucket);
    let chain = run_chain(&mut w, &trail, ACCOUNT, from, to);
    (w, trail, chain)
}

/// Adds a log to a bucket that no digest lists.
pub fn add_log(w: &mut World, trail: &Trail, bucket: &str, at: &str) {
    let key = trail.log_key(ACCOUNT, REGION, ts(at), "Injected00000001");
    let log = Object::delivered(gzip(br#"{"Records":[]}"#), ts(at));
    w.put(&Place::new(bucket, &key), log);
}

/// Arguments: the place, the window, and the time of the run.
pub fn arguments(place: &[&str], [from, to, as_of]: [&str; 3]) -> Vec<String> {
    let window = ["--start-time", from, "--end-time", to, "--as-of", as_of];
    place
        .iter()
        .chain(&window)
        .map(|s| (*s).to_owned())
        .collect()
}

/// Asserts the exit status of a scene, and a code if there must be one.
pub fn assert_gives(scene: &str, (code, report): &(i32, Value), exit: i32, wanted: Option<&str>) {
    assert_eq!(*code, exit, "{scene}: {report:#}");
    let findings = report["findings"].as_array().expect("findings");
    let found = wanted.is_none_or(|wanted| findings.iter().any(|f| f["code"] == wanted));
    assert!(found, "{scene}: {report:#}");
}

/// Sets the time of the last digest delivery in GetTrailStatus, for a trail that logs.
pub fn set_status(stage: &Stage, t: &Trail, at: &str) {
    let s = TrailStatus {
        logging: true,
        latest_digest_delivery: Some(ts(at)),
        ..TrailStatus::default()
    };
    stage.loopback.change(|c| {
        c.cloudtrail
            .status
            .insert((t.arn(), REGION.to_owned()), s.clone())
    });
}
