//! What is collected where not all can be proven: it may be proven later.

use std::collections::BTreeSet;
use std::fs;

use crate::support::aws::{Answer, Fault};
use crate::support::case::{REGION, hour};
use crate::support::collected::{BUNDLE, Bundle, collecting};
use crate::support::forge::key_file::render;
use crate::support::forge::{KeyFileStyle, ts};
use crate::support::program::Run;
use crate::support::short_trail::{ARN, WINDOW, serving, world};
use crate::support::stage::Stage;
use crate::support::tree::tree;

fn collect(stage: &Stage, more: &[&str]) -> Run {
    let scope = [&["--trail-arn", ARN][..], &WINDOW, more].concat();
    stage.run(&collecting(&scope))
}

/// The objects in the bundle with this in their keys.
fn stored(stage: &Stage, part: &str) -> BTreeSet<String> {
    let files = tree(&stage.dir.path().join(BUNDLE)).into_keys();
    let is_object = |path: &String| path.starts_with("s3/") && !path.ends_with(".head.json");
    files
        .filter(is_object)
        .filter(|path| path.contains(part))
        .collect()
}

const LOGS: &str = "/CloudTrail/";

#[test]
fn without_the_right_keys_every_log_is_collected_and_proven_later() {
    let world = world(6);
    let right = serving(&world);
    let run = collect(&right, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let wanted = stored(&right, LOGS);
    assert!(wanted.len() >= 6, "{wanted:?}");

    let wrong = serving(&world);
    let mut keys = world.keys.published(REGION, hour(0), hour(1));
    let signed = world.keys.signing_index(REGION, hour(1));
    let other = (0..4).find(|index| *index != signed).expect("another key");
    keys.iter_mut().for_each(|key| key.index = other);
    let keys = render(&world.keys, KeyFileStyle::V2Iso, REGION, &keys);
    fs::write(wrong.dir.path().join("wrong.json"), keys).expect("a file");
    let run = collect(&wrong, &["--keys", "wrong.json"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(stored(&wrong, LOGS), wanted);

    let denied = serving(&world);
    let fault = Fault::new(Answer::access_denied()).operation("ListPublicKeys");
    denied.loopback.fault(fault);
    let run = collect(&denied, &[]);
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    assert_eq!(stored(&denied, LOGS), wanted);

    // With the right keys, all is proven from the bundle.
    for stage in [wrong, denied] {
        let (from, to) = (ts("2026-02-01T00:00:00Z"), ts("2026-04-01T00:00:00Z"));
        let folder = stage.dir.path().join("keys");
        world.write_keys(&folder, KeyFileStyle::V2Iso, &[REGION], from, to);
        let (code, report) = Bundle::left_by(stage).report(&["--keys", "keys"]);
        assert_eq!(
            report["totals"]["logs"]["unproven"], 0,
            "{code}: {report:#}"
        );
        assert_eq!(
            report["totals"]["logs"]["valid"],
            wanted.len(),
            "{report:#}"
        );
    }
}

#[test]
fn the_logs_of_a_digest_that_is_missing_or_denied_are_collected() {
    let world = world(6);
    let right = serving(&world);
    assert_eq!(collect(&right, &[]).code, 0);
    let wanted = stored(&right, LOGS);
    let digests = stored(&right, "/CloudTrail-Digest/");
    let path = digests.iter().nth(3).expect("digests");
    let key = path.splitn(3, '/').nth(2).expect("a key");
    for answer in [Answer::no_such_key(), Answer::access_denied()] {
        let stage = serving(&world);
        stage.loopback.fault(Fault::new(answer).key(key));
        let run = collect(&stage, &[]);
        assert!(matches!(run.code, 0 | 4), "{}{}", run.stdout, run.stderr);
        assert!(!stored(&stage, "/CloudTrail-Digest/").contains(path));
        assert_eq!(stored(&stage, LOGS), wanted);
        stage.assert_only_reads();
    }
    // No log is collected where none is wanted.
    let stage = serving(&world);
    stage
        .loopback
        .fault(Fault::new(Answer::access_denied()).key(key));
    assert_eq!(collect(&stage, &["--logs", "none"]).code, 4);
    assert_eq!(stored(&stage, LOGS), BTreeSet::new());
}

#[test]
fn a_window_without_digests_is_not_collected_and_that_is_said() {
    let stage = serving(&world(6));
    let scope = [
        "--trail-arn",
        ARN,
        "--start-time",
        "2026-06-01T00:00:00Z",
        "--end-time",
        "2026-06-02T00:00:00Z",
        "--as-of",
        "2026-06-03T00:00:00Z",
    ];
    let run = stage.run(&collecting(&scope));
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("no digest of the window"),
        "{}",
        run.stderr
    );
}
