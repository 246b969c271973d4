//! What is missing or damaged elsewhere hides no log that no digest lists.

use serde_json::Value;

use super::{REGION_FOLDER, name, not_proven, plant, unreferenced};
use crate::support::case::{ACCOUNT, BUCKET, REGION, hour, spec};
use crate::support::disk::{copied, copy_of, running};
use crate::support::forge::{Chain, ChainSpec, Heads, KeyFileStyle, Trail, World, damage, ts};
use crate::support::program::report;

const LATE: &str = "2026-03-04T00:00:00Z";

fn planted(minute: &str) -> String {
    format!("{REGION_FOLDER}2026/03/01/{}", name(minute))
}

fn validated(world: &World, more: &[&str]) -> (i32, Value) {
    let dir = copy_of(world);
    let args = ["--path", BUCKET, "--s3-bucket", BUCKET, "--keys", "keys"];
    report(dir.path(), &[&args[..], more].concat())
}

fn window(from: i64, to: i64) -> [String; 4] {
    let (from, to) = (hour(from).to_string(), hour(to).to_string());
    ["--start-time".to_owned(), from, "--end-time".to_owned(), to]
}

fn strs(window: &[String; 4]) -> Vec<&str> {
    window.iter().map(String::as_str).collect()
}

/// Asserts that the planted log is a finding, and that its message holds these words.
fn assert_found((code, report): &(i32, Value), minute: &str, words: &str) {
    assert_eq!(*code, 4, "{report:#}");
    assert_eq!(unreferenced(report), [planted(minute)], "{report:#}");
    let findings = report["findings"].as_array().expect("findings");
    let finding = findings.iter().find(|f| f["code"] == "log-unreferenced");
    let message = finding.expect("a finding")["message"]
        .as_str()
        .expect("a message");
    assert!(message.contains(words), "{message}");
}

#[test]
fn a_digest_deleted_beside_the_window_hides_nothing() {
    for (deleted, minute) in [(6, "0500"), (1, "0220")] {
        let mut world = World::new(1);
        let chain = running(&mut world, spec(), 8);
        plant(&mut world, &planted(minute));
        world.remove(&chain.digests[deleted].place);
        let mut args = strs(&window(2, 5))
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        args.extend(["--as-of".to_owned(), LATE.to_owned()]);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        assert_found(
            &validated(&world, &args),
            minute,
            "are missing or not proven",
        );
    }
}

#[test]
fn the_last_day_of_a_chain_that_ended_hides_nothing() {
    let mut world = World::new(2);
    let mut chain = running(&mut world, spec(), 5);
    chain.stop(&mut world, hour(6));
    plant(&mut world, &planted("0520"));
    let (code, report) = validated(&world, &[]);
    assert_eq!(code, 0, "{report:#}");
    let waits = ["a backfill digest may still list them", "30 days", "(1)"];
    assert!(not_proven(&report, &waits), "{:#}", report["not_proven"]);
    let end = hour(6).to_string();
    let given = ["--end-time", &end, "--as-of", LATE];
    assert_found(&validated(&world, &given), "0520", "main");
}

/// Two trails in one folder, of which only `main` is requested.
fn two_trails(seed: u64) -> (World, Chain, Vec<String>) {
    let mut world = World::new(seed);
    let asked = Trail::new(ACCOUNT, REGION, "main", BUCKET);
    let other = Trail::new(ACCOUNT, REGION, "other", BUCKET);
    let mut chains = Vec::new();
    for (trail, start) in [
        (&asked, "2026-03-01T00:12:34Z"),
        (&other, "2026-03-01T00:40:00Z"),
    ] {
        let spec = ChainSpec::new(trail.clone(), REGION)
            .logs(1..=1)
            .events(1..=1);
        let mut chain = Chain::new(spec);
        chain.start(&mut world, ts(start));
        chain.run_until(&mut world, hour(40));
        chains.push(chain);
    }
    plant(&mut world, &planted("0320"));
    let mut args = vec!["--trail-arn".to_owned(), asked.arn()];
    args.extend(window(0, 8));
    args.extend(["--as-of".to_owned(), LATE.to_owned()]);
    (world, chains.remove(1), args)
}

#[test]
fn damage_in_a_trail_that_was_not_requested_hides_nothing() {
    let (mut world, other, args) = two_trails(3);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    assert_found(
        &validated(&world, &args),
        "0320",
        "every digest that could is proven",
    );
    damage::tamper_digest(&mut world, &other.digests[4].place);
    let (code, report) = validated(&world, &args);
    assert_eq!(code, 4, "{report:#}");
    let key = planted("0320");
    let findings = report["findings"].as_array().expect("findings");
    let finding = findings.iter().find(|f| f["key"] == key.as_str());
    let message = finding.expect("a finding")["message"]
        .as_str()
        .expect("a message");
    assert!(
        message.contains("/other that could list it are missing or not proven"),
        "{message}"
    );
}

#[test]
fn lost_metadata_of_a_trail_that_was_not_requested_hides_nothing() {
    let (mut world, other, args) = two_trails(4);
    // The last digest of the other trail is proven by nothing but its own signature.
    let last = other.last().place.clone();
    damage::drop_metadata(&mut world, &last);
    let heads: Vec<String> = world.buckets[BUCKET]
        .iter()
        .filter(|(_, o)| o.metadata.contains_key("signature"))
        .map(|(key, _)| key.clone())
        .collect();
    let dir = copied(
        &world,
        &[BUCKET],
        &[REGION],
        &Heads::Only(heads),
        KeyFileStyle::V2Iso,
    );
    let fixed = ["--path", BUCKET, "--s3-bucket", BUCKET, "--keys", "keys"];
    let args: Vec<&str> = fixed
        .into_iter()
        .chain(args.iter().map(String::as_str))
        .collect();
    let (code, report) = report(dir.path(), &args);
    assert_eq!(code, 4, "{report:#}");
    assert!(
        unreferenced(&report).contains(&planted("0320").as_str()),
        "{report:#}"
    );
}

#[test]
fn logs_that_only_other_trails_list_are_counted() {
    let (mut world, _, args) = two_trails(5);
    world
        .buckets
        .get_mut(BUCKET)
        .expect("a bucket")
        .remove(&planted("0320"));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (code, report) = validated(&world, &args);
    assert_eq!(code, 0, "{:#}", report["findings"]);
    let words = ["the content of logs that only trails outside the request list"];
    assert!(not_proven(&report, &words), "{:#}", report["not_proven"]);
    let backfill = ["that no backfill digest was removed together with the logs it lists"];
    assert!(not_proven(&report, &backfill), "{:#}", report["not_proven"]);
}
