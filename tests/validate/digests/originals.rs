//! Originals beside copies that `--map` gives: nothing elsewhere excuses what is wrong at the recorded
//! place, and nothing is counted twice. On disk and in S3 alike.

use std::path::Path;

use serde_json::Value;

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::case::{BUCKET, REGION, spec, trail};
use crate::support::disk::{copied, running};
use crate::support::forge::{Chain, Heads, KeyFileStyle, Place, World, damage};
use crate::support::program::{report, severity_codes};
use crate::support::stage::Stage;

const REPLICA: &str = "replica";
const MAP: [&str; 2] = ["--map", "replica=trail-logs"];

/// A chain in its bucket, and a complete copy of it in another.
fn world(seed: u64) -> (World, Chain) {
    let mut world = World::new(seed);
    let chain = running(&mut world, spec(), 6);
    damage::replicate(&mut world, BUCKET, REPLICA, true);
    (world, chain)
}

fn in_replica(place: &Place) -> Place {
    Place::new(REPLICA, &place.key)
}

/// The reports from disk and from S3 on these buckets of a world, with `--map`.
fn both(world: &World, buckets: &[&str]) -> [(i32, Value); 2] {
    let dir = copied(world, buckets, &[REGION], &Heads::All, KeyFileStyle::V2Iso);
    let mut on_disk = vec!["--keys".to_owned(), "keys".to_owned()];
    let mut in_s3 = Vec::new();
    for bucket in buckets {
        on_disk.extend(["--path".to_owned(), format!("{bucket}={bucket}")]);
        in_s3.extend(["--s3-bucket".to_owned(), (*bucket).to_owned()]);
    }
    on_disk.extend(MAP.map(str::to_owned));
    in_s3.extend(MAP.map(str::to_owned));
    in_s3.extend(["--end-time", "2026-03-01T06:12:34Z"].map(str::to_owned));
    let stage = Stage::of(world, &[TrailConfig::from(&trail())]);
    stage
        .loopback
        .fault(Fault::new(Answer::access_denied()).operation("DescribeTrails"));
    [report(dir.path(), &on_disk), stage.report(&in_s3)]
}

fn without_notes(report: &Value) -> Vec<String> {
    let codes = severity_codes(report).into_iter();
    codes.filter(|code| !code.starts_with("note ")).collect()
}

#[test]
fn a_copy_beside_its_original_is_counted_once() {
    let (world, chain) = world(1);
    let logs: usize = chain.digests.iter().map(|d| d.logs.len()).sum();
    for (code, report) in both(&world, &[BUCKET, REPLICA]) {
        assert_eq!(code, 0, "{:#}", report["findings"]);
        let chain = &report["chains"][0];
        assert_eq!(chain["digests"]["valid"], 7);
        assert_eq!(chain["logs"]["valid"], logs);
    }
}

#[test]
fn an_intact_copy_does_not_excuse_its_original() {
    type Damage = fn(&mut World, &Place);
    let of_logs: [(&str, Damage); 3] = [
        ("failed log-missing", |w, place| {
            drop(damage::delete(w, place))
        }),
        ("failed log-modified", damage::modify_log),
        ("failed log-malformed", damage::not_gzip),
    ];
    for (code, damage) in of_logs {
        let (mut world, chain) = world(2);
        damage(&mut world, &chain.digests[3].logs[0].place);
        for (exit, report) in both(&world, &[BUCKET, REPLICA]) {
            assert_eq!((exit, without_notes(&report)), (1, vec![code.to_owned()]));
            let finding = &report["findings"][0];
            assert_eq!(finding["bucket"], BUCKET);
            let hint = finding["hint"].as_str().expect("a hint");
            assert!(hint.contains("s3://replica/"), "{hint}");
        }
    }
    let of_digests: [(&str, Damage); 4] = [
        ("failed digest-missing", |w, place| {
            drop(damage::delete(w, place))
        }),
        ("failed digest-signature-invalid", damage::tamper_digest),
        (
            "failed digest-signature-invalid",
            damage::wrong_metadata_signature,
        ),
        ("failed digest-malformed", damage::not_gzip),
    ];
    for (code, damage) in of_digests {
        // In the middle of the chain, at its newest end, and at its oldest.
        for at in [3, 6, 0] {
            let (mut world, chain) = world(3);
            damage(&mut world, &chain.digests[at].place);
            for (exit, report) in both(&world, &[BUCKET, REPLICA]) {
                let codes = without_notes(&report);
                assert_eq!(exit, 1, "digest {at}: {:#}", report["findings"]);
                if at > 0 {
                    assert_eq!(codes, [code], "digest {at}: {:#}", report["findings"]);
                }
                assert!(codes[0].starts_with("failed "), "digest {at}: {codes:?}");
                let digests = &report["chains"][0]["digests"];
                if code == "failed digest-missing" {
                    let counts = (&digests["missing"], &digests["valid"]);
                    assert_eq!(counts, (&1.into(), &6.into()));
                }
            }
        }
    }
}

#[test]
fn an_altered_copy_beside_an_intact_original_is_judged_too() {
    let (mut world, chain) = world(4);
    let log = in_replica(&chain.digests[3].logs[0].place);
    damage::modify_log(&mut world, &log);
    for (code, report) in both(&world, &[BUCKET, REPLICA]) {
        assert_eq!(
            (code, without_notes(&report)),
            (1, vec!["failed log-modified".to_owned()])
        );
        assert_eq!(report["findings"][0]["bucket"], REPLICA);
    }
    let (mut world, chain) = self::world(5);
    damage::tamper_digest(&mut world, &in_replica(&chain.digests[3].place));
    for (code, report) in both(&world, &[BUCKET, REPLICA]) {
        assert_eq!(code, 1, "{:#}", report["findings"]);
        assert_eq!(report["findings"][0]["bucket"], REPLICA);
    }
}

#[test]
fn a_copy_that_lacks_an_object_does_no_harm() {
    let (mut world, chain) = world(6);
    damage::delete(&mut world, &in_replica(&chain.digests[3].logs[0].place));
    damage::delete(&mut world, &in_replica(&chain.digests[4].place));
    for (code, report) in both(&world, &[BUCKET, REPLICA]) {
        assert_eq!(code, 0, "{:#}", report["findings"]);
    }
}

#[test]
fn a_copy_alone_is_read_and_the_report_says_so() {
    let (mut world, chain) = world(7);
    damage::delete(&mut world, &chain.digests[3].logs[0].place);
    for (code, report) in both(&world, &[REPLICA]) {
        assert_eq!(code, 0, "{:#}", report["findings"]);
        let not_proven = report["not_proven"].to_string();
        assert!(
            not_proven.contains("copies were read instead"),
            "{not_proven}"
        );
    }
    let (_, report) = &both(&world, &[BUCKET, REPLICA])[0];
    assert!(
        !report["not_proven"]
            .to_string()
            .contains("copies were read instead")
    );
}

#[test]
fn an_original_that_cannot_be_read_is_not_verified_by_its_copy() {
    let (world, chain) = world(8);
    let stage = Stage::of(&world, &[TrailConfig::from(&trail())]);
    stage.loopback.fault(
        Fault::new(Answer::archived())
            .bucket(BUCKET)
            .key(&chain.digests[3].place.key),
    );
    stage.loopback.fault(
        Fault::new(Answer::access_denied())
            .bucket(BUCKET)
            .key(&chain.digests[5].logs[0].place.key),
    );
    let args = [
        "--s3-bucket",
        BUCKET,
        "--s3-bucket",
        REPLICA,
        "--map",
        "replica=trail-logs",
        "--end-time",
        "2026-03-01T06:12:34Z",
    ];
    let (code, report) = stage.report(&args);
    let codes = without_notes(&report);
    assert_eq!(code, 4, "{:#}", report["findings"]);
    assert!(
        codes.contains(&"unproven digest-unreadable".to_owned()),
        "{codes:?}"
    );
    assert!(
        codes.contains(&"unproven log-unreadable".to_owned()),
        "{codes:?}"
    );
}

/// Checks that two folders of one bucket give one finding, whichever of them comes first.
#[track_caller]
fn assert_found_in_either_order(dir: &Path, finding: &str) {
    for (one, two) in [
        ("trail-logs=trail-logs", "trail-logs=second"),
        ("trail-logs=second", "trail-logs=trail-logs"),
    ] {
        let (code, report) = report(dir, &["--path", one, "--path", two, "--keys", "keys"]);
        assert_eq!(
            (code, without_notes(&report)),
            (1, vec![finding.to_owned()])
        );
    }
}

#[test]
fn bytes_that_are_no_digest_are_judged_also_beside_a_second_folder_of_the_bucket() {
    let (mut world, chain) = world(9);
    let good = world.buckets[BUCKET].clone();
    damage::not_gzip(&mut world, &chain.digests[3].place);
    world.buckets.insert("second".into(), good);
    let dir = copied(
        &world,
        &[BUCKET, "second"],
        &[REGION],
        &Heads::All,
        KeyFileStyle::V2Iso,
    );
    assert_found_in_either_order(dir.path(), "failed digest-malformed");
}

#[test]
fn a_log_that_was_altered_in_one_of_two_folders_of_a_bucket_is_judged() {
    let (mut world, chain) = world(10);
    let good = world.buckets[BUCKET].clone();
    damage::modify_log(&mut world, &chain.digests[3].logs[0].place);
    world.buckets.insert("second".into(), good);
    let dir = copied(
        &world,
        &[BUCKET, "second"],
        &[REGION],
        &Heads::All,
        KeyFileStyle::V2Iso,
    );
    assert_found_in_either_order(dir.path(), "failed log-modified");
}
