//! Trails as CloudTrail describes them: which chains are theirs, and which digests should exist.

use jiff::Timestamp;
use trailproof::{ChainId, KeyRoot, TrailConfig, TrailStatus};

const ARN: &str = "arn:aws:cloudtrail:us-east-1:111111111111:trail/main";

fn trail(organization: bool) -> TrailConfig {
    TrailConfig {
        arn: ARN.parse().expect("an ARN"),
        bucket: "logs".into(),
        prefix: "p".into(),
        organization,
        multi_region: true,
        validation: true,
        global_events: true,
        kms_key: None,
    }
}

fn chain(text: &str, organization: Option<&str>) -> ChainId {
    let id: ChainId = text.parse().expect("a chain");
    id.in_organization(organization.map(|id| id.parse().expect("an organization")))
}

#[test]
fn a_trail_writes_the_chains_of_its_account_or_its_organization() {
    const ORGANIZATION: Option<&str> = Some("o-a1b2c3d4e5");
    for (id, organization, of_account, of_organization) in [
        ("111111111111/eu-west-1/us-east-1/main", None, true, false),
        ("222222222222/eu-west-1/us-east-1/main", None, false, false),
        (
            "111111111111/eu-west-1/us-east-1/main",
            ORGANIZATION,
            false,
            true,
        ),
        (
            "222222222222/eu-west-1/us-east-1/main",
            ORGANIZATION,
            false,
            true,
        ),
        ("111111111111/eu-west-1/us-east-2/main", None, false, false),
        ("111111111111/eu-west-1/us-east-1/other", None, false, false),
        (
            "222222222222/eu-west-1/us-east-2/main",
            ORGANIZATION,
            false,
            false,
        ),
        (
            "222222222222/eu-west-1/us-east-1/other",
            ORGANIZATION,
            false,
            false,
        ),
    ] {
        let id = chain(id, organization);
        assert_eq!(
            trail(false).writes(&id),
            of_account,
            "{id} {organization:?}"
        );
        assert_eq!(
            trail(true).writes(&id),
            of_organization,
            "{id} {organization:?}"
        );
        let trails = [trail(true), trail(false)];
        let found = TrailConfig::of(&trails, &id).map(|trail| trail.organization);
        let expected = of_organization
            .then_some(true)
            .or(of_account.then_some(false));
        assert_eq!(found, expected, "{id}");
    }
}

#[test]
fn a_trail_writes_to_one_bucket_and_prefix() {
    let root = |prefix: &str, organization: Option<&str>| KeyRoot {
        prefix: prefix.into(),
        organization: organization.map(|id| id.parse().expect("an organization")),
    };
    let own = trail(false);
    assert!(own.writes_to(Some("logs"), &root("p", None)));
    assert!(!own.writes_to(None, &root("p", None)));
    assert!(!own.writes_to(Some("other"), &root("p", None)));
    assert!(!own.writes_to(Some("logs"), &root("q", None)));
    assert!(!own.writes_to(Some("logs"), &root("p", Some("o-a1b2c3d4e5"))));
    assert!(trail(true).writes_to(Some("logs"), &root("p", Some("o-a1b2c3d4e5"))));
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn delivered(second: i64) -> TrailStatus {
    TrailStatus {
        last_digest: Some(at(second)),
        ..TrailStatus::default()
    }
}

#[test]
fn the_last_digest_ended_at_the_minute_of_its_chain() {
    for (delivery, end) in [
        (7_200, 7_200),
        (7_199, 3_600),
        (10_799, 7_200),
        (10_800, 10_800),
        (0, 0),
    ] {
        assert_eq!(
            delivered(delivery).last_end(at(3_600)),
            Some(at(end)),
            "{delivery}"
        );
    }
    assert_eq!(TrailStatus::default().last_end(at(0)), None);
}

#[test]
fn a_delivery_counts_as_later_after_half_an_hour() {
    let newest = at(3_600);
    for (delivery, written, later) in [
        (9_001, 7_200, Some(at(7_200))),
        (9_000, 7_200, None),
        // The digest that was delivered then is the newest one.
        (7_199, 3_600, None),
        (7_200, 3_600, Some(at(7_200))),
    ] {
        let found = delivered(delivery).later_digest(newest, at(written));
        assert_eq!(found, later, "{delivery} {written}");
    }
    assert_eq!(TrailStatus::default().later_digest(newest, newest), None);
}

#[test]
fn the_latest_time_of_a_status_is_that_of_whatever_came_last() {
    let status = |last_digest, started, stopped| TrailStatus {
        last_digest,
        started,
        stopped,
        ..TrailStatus::default()
    };
    assert_eq!(status(None, None, None).latest_time(), None);
    assert_eq!(
        status(Some(at(3)), Some(at(1)), Some(at(2))).latest_time(),
        Some(at(3))
    );
    assert_eq!(
        status(Some(at(1)), Some(at(3)), Some(at(2))).latest_time(),
        Some(at(3))
    );
    assert_eq!(
        status(None, Some(at(1)), Some(at(2))).latest_time(),
        Some(at(2))
    );
}
