//! Attack techniques as Stratus Red Team publishes them, and those in the logs of a real incident: each is reported by
//! name, actor and time.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{copy, over, parsed};
use crate::support::forge::World;
use crate::support::program::reported;
use crate::support::real_logs::{
    INCIDENT_BUCKET, INCIDENT_REGION, STRATUS_BUCKET, STRATUS_REGION, incident, stratus,
};

/// The calls that show a technique.
const CALLS: [&str; 4] = [
    "DeleteTrail",
    "PutEventSelectors",
    "StopLogging",
    "LeaveOrganization",
];

#[test]
fn each_technique_is_found_by_name_actor_and_time() {
    let mut world = World::new(91);
    let techniques = stratus(&mut world);
    let dir = copy(&world, STRATUS_BUCKET, &[STRATUS_REGION], "2024-08");
    for (technique, name) in techniques.iter().zip(CALLS) {
        let expected: Vec<&Value> = technique.named(name).collect();
        assert_eq!(expected.len(), 1, "{name}");
        let actor = expected[0]["userIdentity"]["arn"].as_str().expect("an ARN");
        let run = over(
            dir.path(),
            "events",
            STRATUS_BUCKET,
            &["--event", name, "--actor", actor],
        );
        let found = parsed(&run);
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            expected,
            "{name}: {}",
            run.stderr
        );
    }
}

/// The changes to trails in a report: event name, time and the caller's ARN.
fn changes(report: &Value) -> BTreeSet<[String; 3]> {
    let trails = report["changes"].as_array().expect("changes").iter();
    let changes = trails.flat_map(|trail| trail["changes"].as_array().expect("changes"));
    changes
        .map(|change| {
            let evidence = &change["evidence"];
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            [
                text(&evidence["event_name"]),
                text(&evidence["event_time"]),
                text(&evidence["actor"]["arn"]),
            ]
        })
        .collect()
}

#[test]
fn each_technique_against_a_trail_is_a_change_to_it() {
    let mut world = World::new(92);
    let techniques = stratus(&mut world);
    let dir = copy(&world, STRATUS_BUCKET, &[STRATUS_REGION], "2024-08");
    let run = over(
        dir.path(),
        "validate",
        STRATUS_BUCKET,
        &["--format", "json"],
    );
    let (_, report) = reported(run);
    let found = changes(&report);
    for (technique, name) in techniques.iter().zip(&CALLS[..3]) {
        let record = technique.named(name).next().expect("a record");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let expected = [
            (*name).to_owned(),
            text(&record["eventTime"]),
            text(&record["userIdentity"]["arn"]),
        ];
        assert!(found.contains(&expected), "{expected:?}: {found:#?}");
    }
}

#[test]
fn the_watchlist_names_each_technique() {
    let mut world = World::new(93);
    stratus(&mut world);
    let dir = copy(&world, STRATUS_BUCKET, &[STRATUS_REGION], "2024-08");
    let run = over(
        dir.path(),
        "events",
        STRATUS_BUCKET,
        &["--watchlist", "--provenance"],
    );
    let records = parsed(&run);
    for name in CALLS {
        let of_name = records.iter().filter(|record| record["eventName"] == name);
        let rules: Vec<&Value> = of_name
            .map(|record| &record["trailproof"]["watchlist"])
            .collect();
        assert_eq!(rules.len(), 1, "{name}: {}", run.stderr);
        assert!(
            rules[0].as_array().is_some_and(|rules| !rules.is_empty()),
            "{name}: {rules:?}"
        );
    }
}

#[test]
fn what_a_real_attacker_changed_about_a_trail_is_reported() {
    let mut world = World::new(94);
    incident(&mut world, "stratus-red-team-ctes-trail-qyxyekjbtk");
    let dir = copy(&world, INCIDENT_BUCKET, &[INCIDENT_REGION], "2023-07");
    let more = ["--format", "json", "--backfill-grace", "1h"];
    let run = over(dir.path(), "validate", INCIDENT_BUCKET, &more);
    let (_, report) = reported(run);
    let found = changes(&report);
    let by = "arn:aws:iam::111122223333:user/user-a";
    for (name, at) in [
        ("PutEventSelectors", "2023-07-10T12:00:08Z"),
        ("PutEventSelectors", "2023-07-10T12:07:49Z"),
        ("DeleteTrail", "2023-07-10T12:08:04Z"),
    ] {
        let expected = [name, at, by].map(str::to_owned);
        assert!(found.contains(&expected), "{expected:?}: {found:#?}");
    }
    let notes = report["findings"].as_array().expect("findings").iter();
    let reduced = notes.filter(|finding| finding["code"] == "logging-reduced");
    assert!(reduced.count() > 0, "{:#}", report["findings"]);
}
