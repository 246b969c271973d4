//! An organization in one run: every chain, every fault once, and the same report from disk and
//! from S3.

use std::fs;

use serde_json::Value;

use crate::support::aws::TrailConfig;
use crate::support::compare::{comparable, difference};
use crate::support::forge::{
    Chain, ChainSpec, Heads, KeyFileStyle, Object, Place, Trail, World, gzip, ts,
};
use crate::support::program::{report, root};
use crate::support::stage::Stage;

const BUCKET: &str = "org-logs";

const ACCOUNTS: [&str; 3] = ["111111111111", "222222222222", "333333333333"];

pub const REGIONS: [&str; 4] = ["us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2"];

fn org_trail() -> Trail {
    Trail::new(ACCOUNTS[0], REGIONS[0], "org-trail", BUCKET)
        .prefix("audit")
        .organization("o-a1b2c3d4e5")
}

/// A trail of one account beside it, with digests.
fn local_trail() -> Trail {
    Trail::new(ACCOUNTS[0], REGIONS[0], "local", BUCKET)
}

/// A trail of one account that writes no digests.
fn plain_trail() -> Trail {
    Trail::new(ACCOUNTS[1], REGIONS[0], "plain", BUCKET).prefix("plain")
}

fn chain(world: &mut World, trail: Trail, account: &str, region: &str) -> Chain {
    let spec = ChainSpec::new(trail, region).account(account);
    let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
    chain.start(world, ts("2026-03-01T00:07:21Z"));
    chain.run_until(world, ts("2026-03-02T12:07:21Z"));
    chain
}

/// Three accounts in four regions. One region of one account has no digests, a day of one chain is
/// removed, one log is added, and one trail has no digests.
pub fn organization() -> World {
    let mut world = World::new(21);
    for (account, region) in ACCOUNTS.iter().flat_map(|a| REGIONS.map(|r| (*a, r))) {
        let chain = chain(&mut world, org_trail(), account, region);
        let digests = chain.digests.iter();
        if (account, region) == (ACCOUNTS[2], REGIONS[3]) {
            digests.for_each(|d| _ = world.remove(&d.place));
        } else if (account, region) == (ACCOUNTS[1], REGIONS[1]) {
            let day = digests.filter(|d| d.end < ts("2026-03-02T00:00:00Z"));
            for digest in day {
                world.remove(&digest.place);
                for log in &digest.logs {
                    world.remove(&log.place);
                }
            }
        }
    }
    chain(&mut world, local_trail(), ACCOUNTS[0], REGIONS[0]);
    let planted = [(org_trail(), ACCOUNTS[0]), (plain_trail(), ACCOUNTS[1])];
    for (trail, account) in planted {
        let minute = ts("2026-03-01T05:20:00Z");
        let key = trail.log_key(account, REGIONS[0], minute, "Injected00000001");
        let object = Object::delivered(gzip(br#"{"Records":[]}"#), minute);
        world.put(&Place::new(BUCKET, &key), object);
    }
    world
}

const WINDOW: [&str; 6] = [
    "--start-time",
    "2026-03-01T00:07:21Z",
    "--end-time",
    "2026-03-02T12:07:21Z",
    "--as-of",
    "2026-03-03T00:00:00Z",
];

fn from_disk(world: &World) -> (i32, Value) {
    let dir = tempfile::tempdir().expect("a folder");
    world.write_tree(BUCKET, &dir.path().join(BUCKET), Heads::Every);
    let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-10T00:00:00Z"));
    let keys = dir.path().join("keys");
    world.write_keys(&keys, KeyFileStyle::V2Iso, &REGIONS, from, to);
    let args = ["--path", BUCKET, "--s3-bucket", BUCKET, "--keys", "keys"];
    report(dir.path(), &[&args[..], &WINDOW].concat())
}

#[test]
fn an_organization_has_the_same_complete_report_from_disk_and_from_s3() {
    let world = organization();
    let trails = [org_trail(), local_trail()].map(|t| TrailConfig::from(&t));
    let plain = TrailConfig {
        validation: false,
        ..TrailConfig::from(&plain_trail())
    };
    let stage = Stage::of(&world, &[&trails[..], &[plain]].concat());
    let (code, s3) = stage.report(&[&["--s3-bucket", BUCKET][..], &WINDOW].concat());
    let (disk_code, disk) = from_disk(&world);
    assert_eq!((code, disk_code), (1, 1), "{s3:#}");
    let (s3, disk) = (comparable(s3), comparable(disk));
    assert!(s3 == disk, "{}", difference(&disk, &s3));
    stage.assert_only_reads();

    let kept = root().join("tests/support/organization.json");
    let text = serde_json::to_string_pretty(&s3).expect("JSON") + "\n";
    if std::env::var_os("TRAILPROOF_BLESS").is_some() {
        fs::write(&kept, &text).expect("organization.json");
    }
    let expected = fs::read_to_string(&kept).expect("organization.json");
    assert!(
        text == expected,
        "the report differs from {}",
        kept.display()
    );
}

/// The part of the report that must be equal, without how the run was made.
#[test]
fn each_fault_of_the_organization_is_found_once() {
    let (_, report) = from_disk(&organization());
    let findings = report["findings"].as_array().expect("findings");
    let mentions: Vec<(&str, &str)> = findings
        .iter()
        .map(|f| {
            (
                f["code"].as_str().expect("a code"),
                f["chain"].as_str().unwrap_or("-"),
            )
        })
        .collect();
    let day = "222222222222/eu-west-1/us-east-1/org-trail";
    assert_eq!(
        mentions,
        [
            (
                "log-unreferenced",
                "111111111111/us-east-1/us-east-1/org-trail"
            ),
            ("coverage-head", day),
            ("digest-missing", day),
            (
                "chain-missing",
                "333333333333/ap-southeast-2/us-east-1/org-trail"
            ),
        ]
    );
    let chains = report["chains"].as_array().expect("chains");
    let verified = chains.iter().filter(|c| c["verdict"] == "verified");
    assert_eq!((chains.len(), verified.count()), (12, 10));
    let sentences = report["not_proven"].as_array().expect("sentences").iter();
    let plain = "plain/AWSLogs/222222222222/CloudTrail/us-east-1/";
    let mentions = sentences.filter(|s| s.as_str().is_some_and(|s| s.contains(plain)));
    assert_eq!(mentions.count(), 1);
}
