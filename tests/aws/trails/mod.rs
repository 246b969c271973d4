//! A trail named by its ARN alone, and the requests that proving it takes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::aws::TrailConfig;
use crate::support::forge::{Chain, ChainSpec, Place, Trail, World, ts};
use crate::support::stage::Stage;

const MEMBERS: [&str; 2] = ["111111111111", "222222222222"];
const REGIONS: [&str; 2] = ["us-east-1", "eu-central-1"];

/// An organization's trail with four chains of thirty hours, under a prefix, in a bucket elsewhere.
struct Org {
    stage: Stage,
    trail: Trail,
    chains: Vec<Chain>,
}

fn org() -> Org {
    let trail = Trail::new(MEMBERS[0], "us-east-1", "org_trail.main", "archive-logs")
        .prefix("audit/trails")
        .organization("o-a1b2c3d4e5");
    let mut world = World::new(3);
    let mut chains = Vec::new();
    for (member, region) in MEMBERS.iter().flat_map(|m| REGIONS.map(|r| (m, r))) {
        let spec = ChainSpec::new(trail.clone(), region)
            .account(member)
            .logs(1..=2)
            .events(1..=2);
        let mut chain = Chain::new(spec);
        chain.start(&mut world, ts("2026-02-27T00:07:21Z"));
        chain.run_until(&mut world, ts("2026-03-04T06:07:21Z"));
        chains.push(chain);
    }
    let stage = Stage::of(&world, &[TrailConfig::from(&trail)]);
    stage
        .loopback
        .change(|c| c.bucket("archive-logs").region = "eu-west-1".into());
    Org {
        stage,
        trail,
        chains,
    }
}

/// A day in the middle, looked at much later.
const DAY: [&str; 6] = [
    "--start-time",
    "2026-03-01T00:07:21Z",
    "--end-time",
    "2026-03-02T00:07:21Z",
    "--as-of",
    "2026-03-04T06:07:21Z",
];

fn arguments(arn: &str, more: &[&str]) -> Vec<String> {
    let all = ["--trail-arn", arn].into_iter().chain(DAY);
    all.chain(more.iter().copied()).map(String::from).collect()
}

/// Everything that has to be read of a chain for the day: the digests that meet it, one beyond each
/// edge, and the logs of those that meet it.
fn wanted(chain: &Chain) -> Vec<Place> {
    let (from, to): (Timestamp, Timestamp) = (ts(DAY[1]), ts(DAY[3]));
    let mut places = Vec::new();
    for digest in &chain.digests {
        if digest.end >= from && digest.start <= to {
            places.push(digest.place.clone());
        }
        if digest.end > from && digest.start < to {
            places.extend(digest.logs.iter().map(|log| log.place.clone()));
        }
    }
    places
}

#[test]
fn a_trail_is_proven_from_its_arn_alone_with_one_get_an_object() {
    let org = org();
    let (code, report) = org.stage.report(&arguments(&org.trail.arn(), &[]));
    assert_eq!(
        (code, &report["verdict"]),
        (0, &json!("verified")),
        "{report:#}"
    );
    assert_eq!(report["requested"]["source"], "s3");
    let ids: Vec<&str> = report["chains"]
        .as_array()
        .expect("chains")
        .iter()
        .map(|c| c["id"].as_str().expect("an id"))
        .collect();
    let expected: Vec<String> = MEMBERS
        .iter()
        .flat_map(|m| {
            ["eu-central-1", "us-east-1"].map(|r| format!("{m}/{r}/us-east-1/org_trail.main"))
        })
        .collect();
    assert_eq!(ids, expected);
    let location = &report["chains"][0]["locations"][0];
    assert_eq!(location["bucket"], "archive-logs");
    assert_eq!(location["prefix"], "audit/trails");
    assert_eq!(location["organization"], "o-a1b2c3d4e5");

    // Every object once, those of the day and their neighbours, and nothing else.
    let mut got: BTreeMap<String, usize> = BTreeMap::new();
    for call in org.stage.calls("GetObject") {
        let refused = call.status != Some(200);
        *got.entry(call.key.expect("a key")).or_default() += usize::from(!refused);
    }
    let mut wanted: Vec<String> = org
        .chains
        .iter()
        .flat_map(wanted)
        .map(|place| place.key)
        .collect();
    wanted.sort();
    assert_eq!(got.keys().cloned().collect::<Vec<_>>(), wanted);
    assert!(got.values().all(|n| *n == 1), "{got:#?}");
    assert_eq!(report["run"]["requests"]["get"], wanted.len());

    // One question for keys in each region, in that region and for that window.
    let mut regions: Vec<_> = org
        .stage
        .calls("ListPublicKeys")
        .into_iter()
        .map(|c| c.region.expect("a region"))
        .collect();
    regions.sort();
    assert_eq!(regions, ["eu-central-1", "us-east-1"]);
    assert_eq!(org.stage.calls("DescribeTrails").len(), 1);
    let mut status: Vec<_> = org
        .stage
        .calls("GetTrailStatus")
        .into_iter()
        .map(|c| c.region.expect("a region"))
        .collect();
    status.sort();
    assert_eq!(status, ["eu-central-1", "us-east-1"]);
    assert!(org.stage.calls("HeadObject").is_empty());
    org.stage.assert_only_reads();
}

#[test]
fn only_the_days_of_the_window_are_listed() {
    let org = org();
    let (code, _) = org.stage.report(&arguments(&org.trail.arn(), &[]));
    assert_eq!(code, 0);
    let folders = |call: &crate::support::aws::Call| call.start_after.is_none();
    let (folders, days): (Vec<_>, Vec<_>) = org
        .stage
        .calls("ListObjectsV2")
        .into_iter()
        .partition(folders);
    // One listing a chain, which begins with the day before its first digest, and one of its logs.
    let after: Vec<_> = days.iter().filter_map(|c| c.start_after.clone()).collect();
    let (digests, logs): (Vec<_>, Vec<_>) = after
        .iter()
        .partition(|key| key.contains("/CloudTrail-Digest/"));
    assert_eq!((digests.len(), logs.len()), (4, 4), "{after:#?}");
    assert!(
        digests.iter().all(|key| key.ends_with("/2026/02/28")),
        "{after:#?}"
    );
    assert!(
        logs.iter().all(|key| key.ends_with("/2026/03/01")),
        "{after:#?}"
    );
    // The first request goes to the wrong region; then prefix, organization, accounts, kinds, regions.
    assert!(folders.len() <= 12, "{folders:#?}");
    assert!(
        folders.iter().all(|c| c
            .prefix
            .as_deref()
            .is_some_and(|p| p.starts_with("audit/trails/"))),
        "{folders:#?}"
    );
}

#[test]
fn pages_of_any_size_give_the_same_report() {
    let org = org();
    let args = arguments(&org.trail.arn(), &[]);
    let run = |page: usize, key_page: usize| {
        org.stage
            .loopback
            .change(|c| (c.page, c.key_page) = (page, key_page));
        let (code, mut report) = org.stage.report(&args);
        report.as_object_mut().expect("an object").remove("run");
        (code, report)
    };
    let whole = run(1000, 100);
    assert_eq!(whole.0, 0);
    org.stage.loopback.clear_calls();
    assert_eq!(run(7, 1), whole);
    let pages = org.stage.calls("ListObjectsV2").len();
    assert!(pages > 4 * 48 / 7, "{pages}");
    assert!(org.stage.calls("ListPublicKeys").len() > 2);
}

#[test]
fn a_bucket_in_another_region_is_found_however_s3_says_so() {
    for strict in [false, true] {
        let org = org();
        org.stage
            .loopback
            .change(|c| c.bucket("archive-logs").strict = strict);
        let (code, _) = org.stage.report(&arguments(&org.trail.arn(), &[]));
        assert_eq!(code, 0, "strict: {strict}");
        let elsewhere = |c: &crate::support::aws::Call| c.region.as_deref() != Some("eu-west-1");
        let lists = org.stage.calls("ListObjectsV2");
        let gets = org.stage.calls("GetObject");
        assert_eq!(
            lists.iter().filter(|c| elsewhere(c)).count(),
            1,
            "strict: {strict}"
        );
        assert!(!gets.iter().any(elsewhere), "strict: {strict}");
    }
}

#[test]
fn regions_and_accounts_narrow() {
    let org = org();
    let ids = |more: &[&str]| -> Vec<String> {
        let (code, report) = org.stage.report(&arguments(&org.trail.arn(), more));
        assert_eq!(code, 0, "{report:#}");
        let chains = report["chains"].as_array().expect("chains").iter();
        chains
            .map(|c| c["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    assert_eq!(ids(&["--region", "eu-central-1"]).len(), 2);
    let both = ["--region", "eu-central-1", "--account-id", MEMBERS[1]];
    assert_eq!(
        ids(&both),
        ["222222222222/eu-central-1/us-east-1/org_trail.main"]
    );
}

#[test]
fn a_bucket_named_beside_an_organization_trail_is_searched_where_the_trail_writes() {
    let org = org();
    let args = arguments(&org.trail.arn(), &["--s3-bucket", "archive-logs"]);
    let (code, report) = org.stage.report(&args);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["chains"].as_array().map(Vec::len), Some(4));

    // And where nobody can be asked, the listing alone shows it.
    org.stage.loopback.change(|c| c.cloudtrail.trails.clear());
    let (code, report) = org.stage.report(&args);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["chains"].as_array().map(Vec::len), Some(4));
    let said = report["not_proven"].as_array().expect("sentences");
    let told = |s: &Value| {
        s.as_str()
            .is_some_and(|s| s.contains("these credentials do not see its trail"))
    };
    assert!(said.iter().any(told), "{said:#?}");
}

#[test]
fn every_chain_of_a_bucket_is_found_without_naming_a_trail() {
    let org = org();
    let mut args: Vec<String> = ["--s3-bucket", "archive-logs"].map(String::from).to_vec();
    args.extend(DAY.map(String::from));
    let (code, report) = org.stage.report(&args);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["chains"].as_array().map(Vec::len), Some(4));
}

#[test]
fn other_partitions_are_asked_in_their_own_regions() {
    for (region, partition) in [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
        let trail = Trail::new(MEMBERS[0], region, "main", "logs-elsewhere");
        let mut world = World::new(4);
        let mut chain = Chain::new(
            ChainSpec::new(trail.clone(), region)
                .logs(1..=1)
                .events(1..=1),
        );
        chain.start(&mut world, ts("2026-03-01T00:07:21Z"));
        chain.run_until(&mut world, ts("2026-03-02T06:07:21Z"));
        let stage = Stage::of(&world, &[TrailConfig::from(&trail)]);
        stage
            .loopback
            .change(|c| c.bucket("logs-elsewhere").region = region.into());
        let (code, report) = stage.report(&arguments(&trail.arn(), &[]));
        assert_eq!(code, 0, "{report:#}");
        assert_eq!(report["chains"][0]["partition"], partition);
        for call in stage.loopback.calls() {
            assert_eq!(call.region.as_deref(), Some(region), "{call:?}");
        }
    }
}

/// Without `--end-time` the window ends when the source was looked at, and what is too young to have
/// been delivered is pending.
#[test]
fn without_an_end_the_window_ends_now() {
    let trail = Trail::new(MEMBERS[0], "us-east-1", "main", "logs");
    let mut world = World::new(5);
    let mut chain = Chain::new(
        ChainSpec::new(trail.clone(), "us-east-1")
            .logs(1..=1)
            .events(1..=1),
    );
    let now = Timestamp::now();
    let hours = |n: i64| now - jiff::SignedDuration::from_hours(n);
    chain.start(&mut world, hours(30));
    chain.run_until(&mut world, hours(1));
    let stage = Stage::of(&world, &[TrailConfig::from(&trail)]);
    let (code, report) = stage.report(&["--trail-arn", &trail.arn()]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["requested"]["end_origin"], "data");
    assert_eq!(report["requested"]["end"], Value::Null);
    let coverage = report["chains"][0]["coverage"]
        .as_array()
        .expect("coverage");
    let last = coverage.last().expect("a stretch");
    assert_eq!(last["state"], "pending");
    assert_eq!(last["to"], report["requested"]["as_of"]);
    let text = stage.run(&["validate", "--trail-arn", &trail.arn()]);
    assert!(text.stdout.starts_with("VERIFIED: "), "{}", text.stdout);
    assert!(
        text.stdout.contains("(when it was looked at)"),
        "{}",
        text.stdout
    );
    assert!(
        text.stdout.contains("from ListPublicKeys"),
        "{}",
        text.stdout
    );
}

/// What a trail without digests delivers beside one with them is nobody's forgery.
#[test]
fn logs_of_a_trail_without_validation_are_told_apart() {
    let case = crate::support::cases::unreferenced::injected();
    let mut args: Vec<&str> = vec!["--s3-bucket", "trail-logs", "--backfill-grace", "3h"];
    args.extend([
        "--end-time",
        "2026-03-01T08:12:34Z",
        "--as-of",
        "2026-03-02T00:00:00Z",
    ]);
    let here = TrailConfig::from(&crate::support::case::trail());
    let validated = TrailConfig {
        // By now, so that nothing is expected of its home region here.
        bucket: "logs-since-then".into(),
        ..here.clone()
    };
    let other = TrailConfig {
        name: "other".into(),
        arn: "arn:aws:cloudtrail:us-east-1:111111111111:trail/other".into(),
        validation: false,
        ..here
    };
    let stage = Stage::of(&case.world, std::slice::from_ref(&validated));
    let (code, report) = stage.report(&args);
    assert_eq!(code, 4, "{report:#}");
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "log-unreferenced");
    for field in ["etag", "last_modified", "size"] {
        assert!(!finding[field].is_null(), "{field}: {finding:#}");
    }
    stage
        .loopback
        .change(|c| c.cloudtrail.trails = vec![validated, other]);
    let (code, report) = stage.report(&args);
    assert_eq!(code, 0, "{report:#}");
    let told = |s: &Value| {
        s.as_str()
            .is_some_and(|s| s.contains("a trail without log file validation writes to"))
    };
    let said = report["not_proven"].as_array().expect("sentences");
    assert!(said.iter().any(told), "{said:#?}");
}

/// The home region of a trail has digests, whatever other regions have.
#[test]
fn a_trail_without_digests_at_home_lacks_a_chain() {
    let org = org();
    org.stage.loopback.change(|c| {
        let bucket = c.bucket("archive-logs");
        bucket
            .objects
            .retain(|key, _| !key.contains("111111111111/CloudTrail-Digest/us-east-1"));
    });
    let (code, report) = org.stage.report(&arguments(&org.trail.arn(), &[]));
    assert_eq!(code, 4, "{report:#}");
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "chain-missing");
    assert_eq!(
        finding["chain"],
        "111111111111/us-east-1/us-east-1/org_trail.main"
    );
}
