//! A trail given by its ARN alone, and the requests that a validation makes.

mod history;
mod lookup;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::forge::{Chain, ChainSpec, Trail, World, ts};
use crate::support::org::{MEMBERS, arguments, org, wanted};
use crate::support::six_hours::{ARN, field, finding, six_hours};
use crate::support::stage::Stage;

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

    // Every object of the day and its neighbours is read once, and no other.
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

    // One ListPublicKeys call per region, in that region and for that window.
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
fn other_partitions_are_called_in_their_own_regions() {
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

/// Without `--end-time` the window ends at the time of the run, and what is too recent to have been
/// delivered is pending.
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
        text.stdout.contains("(the time of this check)"),
        "{}",
        text.stdout
    );
    assert!(
        text.stdout.contains("from ListPublicKeys"),
        "{}",
        text.stdout
    );
}

#[test]
fn a_denied_trail_call_is_reported_and_has_no_other_effect() {
    for operation in ["DescribeTrails", "GetTrailStatus"] {
        let six = six_hours();
        let refusal = Answer::error(400, "AccessDeniedException", "not authorized");
        six.fault(Fault::new(refusal).operation(operation));
        let (code, report) = six.report(&["--trail-arn", ARN]);
        assert_eq!(code, 0, "{operation}: {report:#}");
        let message = report["not_proven"].as_array().expect("sentences").iter();
        let permission = format!("cloudtrail:{operation}");
        let mentioned = |s: &Value| s.as_str().is_some_and(|s| s.contains(&permission));
        assert_eq!(
            message.filter(|s| mentioned(s)).count(),
            1,
            "{operation}: {report:#}"
        );
    }
}

#[test]
fn a_trail_that_may_not_be_described_and_has_no_bucket_still_gives_a_report() {
    let six = six_hours();
    let refusal = Answer::error(400, "AccessDeniedException", "not authorized");
    six.fault(Fault::new(refusal).operation("DescribeTrails"));
    let (code, report) = six.stage.report(&["--trail-arn", ARN]);
    assert_eq!(
        (code, &report["complete"]),
        (4, &json!(false)),
        "{report:#}"
    );
    let found = finding(&report, "source-unreadable");
    assert_eq!(found["reason"], "denied");
    assert!(field(found, "hint").contains("--s3-bucket"), "{found:#}");
    assert!(six.stage.calls("GetObject").is_empty());
}
