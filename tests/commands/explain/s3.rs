//! `trailproof explain` in S3: its answer, and how few requests it makes.

use serde_json::{Value, json};

use crate::commands::explain::explained;
use crate::support::aws::{Answer, Call, Fault, Service, TrailConfig};
use crate::support::forge::damage;
use crate::support::forge::{Chain, ChainSpec, Trail, World, ts};
use crate::support::stage::Stage;

const BUCKET: &str = "trail-logs";

/// Ten days of a chain with one log per hour, and a second trail beside it.
fn world() -> (World, Chain) {
    let mut world = World::new(7);
    let trail = Trail::new("111111111111", "us-east-1", "main", BUCKET);
    let mut chain = Chain::new(ChainSpec::new(trail, "eu-west-1"));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, ts("2026-03-11T00:12:34Z"));
    (world, chain)
}

fn stage(world: &World, chain: &Chain) -> Stage {
    Stage::of(world, &[TrailConfig::from(&chain.spec.trail)])
}

fn ask(stage: &Stage, key: &str) -> (i32, Value) {
    let place = format!("s3://{BUCKET}/{key}");
    let message = explained(stage.run(&["explain", &place, "--format", "json"]));
    stage.assert_only_reads();
    message
}

#[test]
fn a_log_is_explained_in_a_few_requests_and_no_other_log_is_read() {
    let (world, chain) = world();
    let stage = stage(&world, &chain);
    let digest = &chain.digests[100];
    let key = &digest.logs[0].place.key;
    let (code, report) = ask(&stage, key);
    assert_eq!(
        (code, &report["verdict"]),
        (0, &json!("verified")),
        "{report:#}"
    );
    assert_eq!(report["digests"][0]["key"], digest.place.key.as_str());
    assert_eq!(report["path"][0]["key"]["origin"], "aws");

    // The caller's identity is looked up in parallel, and the work does not wait for it.
    let calls = stage.loopback.calls().into_iter();
    let (who, calls): (Vec<Call>, Vec<Call>) = calls.partition(|c| c.service == Service::Sts);
    assert!(who.len() <= 1, "{}", who.len());
    let gets: Vec<&str> = calls
        .iter()
        .filter(|call| call.operation == "GetObject")
        .filter_map(|call| call.key.as_deref())
        .collect();
    let logs: Vec<&&str> = gets
        .iter()
        .filter(|key| key.contains("/CloudTrail/"))
        .collect();
    assert_eq!(logs, [&key.as_str()], "one log is read, once");
    assert!(gets.len() - 1 <= 6, "few digests: {gets:#?}");
    let asked: Vec<&str> = calls
        .iter()
        .filter(|call| call.service == Service::CloudTrail)
        .map(|call| call.operation.as_str())
        .collect();
    assert_eq!(asked, ["ListPublicKeys"]);
    assert!(
        calls.len() <= 14,
        "{}: {:#?}",
        calls.len(),
        calls
            .iter()
            .map(|c| (&c.operation, &c.prefix, &c.key))
            .collect::<Vec<_>>()
    );
    let requests = &report["run"]["requests"];
    let count = |name: &str| requests[name].as_u64().expect("a count");
    let (listed, got) = (count("list"), count("get"));
    assert_eq!(got, gets.len() as u64);
    assert_eq!(
        (listed, count("head"), count("keys"), count("trails")),
        (listed, 0, 1, 0)
    );
}

#[test]
fn a_log_that_no_digest_lists_takes_the_digests_of_a_day_and_no_log() {
    let (mut world, chain) = world();
    let real = &chain.digests[100].logs[0].place;
    let mut planted = real.clone();
    planted.key = planted.key.replace(".json.gz", "") + "0000.json.gz";
    let object = world.object(real).clone();
    world.put(&planted, object);
    let stage = stage(&world, &chain);
    let (code, report) = ask(&stage, &planted.key);
    assert_eq!(code, 4, "{report:#}");
    let answer = report["answer"].as_str().expect("a sentence");
    assert!(answer.contains("It may have been added"), "{report:#}");
    let digests = report["searched"]["digests"].as_u64().expect("a count");
    assert!((25..=28).contains(&digests), "{digests}");
    let gets = stage.calls("GetObject");
    let read = |call: &&crate::support::aws::Call| {
        call.key
            .as_ref()
            .is_some_and(|k| k.contains("/CloudTrail/"))
    };
    assert_eq!(gets.iter().filter(read).count(), 0, "no log is read");
    assert!(gets.len() <= 36, "{}", gets.len());
}

#[test]
fn missing_altered_and_denied_logs_get_different_answers() {
    let (mut world, chain) = world();
    let log = |at: usize| chain.digests[at].logs[0].place.clone();
    damage::delete(&mut world, &log(20));
    damage::tamper_digest(&mut world, &chain.digests[60].place);
    let stage = stage(&world, &chain);
    stage
        .loopback
        .fault(Fault::new(Answer::access_denied()).key(&log(40).key));

    let (code, report) = ask(&stage, &log(20).key);
    assert_eq!(
        (code, &report["findings"][0]["code"]),
        (1, &json!("log-missing")),
        "{report:#}"
    );
    let (code, report) = ask(&stage, &log(40).key);
    assert_eq!(
        (code, &report["findings"][0]["reason"]),
        (4, &json!("denied")),
        "{report:#}"
    );
    assert_eq!(
        (&report["delivered"], &report["intact"]),
        (&json!(true), &Value::Null)
    );
    // The digest that should list it is not proven, so nothing is known about it.
    let (code, report) = ask(&stage, &log(60).key);
    assert_eq!(
        (code, &report["delivered"]),
        (4, &Value::Null),
        "{report:#}"
    );
    let codes: Vec<&Value> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|f| &f["code"])
        .collect();
    assert!(
        codes.contains(&&json!("digest-signature-invalid")),
        "{codes:?}"
    );
    let (code, report) = ask(&stage, &chain.digests[60].place.key);
    assert_eq!(
        (code, &report["findings"][0]["code"]),
        (1, &json!("digest-signature-invalid")),
        "{report:#}"
    );
    let (code, report) = ask(&stage, &chain.digests[61].place.key);
    assert_eq!(
        (code, &report["previous"]["proven"]),
        (0, &json!(false)),
        "{report:#}"
    );
}

#[test]
fn a_wrong_local_clock_is_reported_beside_the_answer() {
    let (world, chain) = world();
    let stage = stage(&world, &chain);
    let log = &chain.digests[100].logs[0].place;
    let uri = format!("s3://{BUCKET}/{}", log.key);
    stage.loopback.change(|c| c.clock_ahead = -3_600);
    let run = stage.run(&["explain", &uri, "--format", "json"]);
    let warning = "the local clock is 1h ahead";
    assert!(run.stderr.contains(warning), "{}", run.stderr);
    let (code, report) = explained(run);
    assert_eq!(code, 0, "{report:#}");
    let ahead = report["run"]["clock_ahead"].as_i64().expect("a number");
    assert!((3_590..3_610).contains(&ahead), "{ahead}");
}
