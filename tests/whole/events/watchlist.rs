//! `events --watchlist`: the sensitive calls of proven logs, by rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::{copy, over, parsed};
use crate::support::forge::{World, gunzip};
use crate::support::program::root;
use crate::support::real_logs::{INCIDENT_BUCKET, INCIDENT_REGION, incident};

/// What the shipped rules find in the real incident, counted by another program that reads the same rules.
const INCIDENT: [(&str, usize); 31] = [
    ("access-key-changed", 2),
    ("access-key-created", 2),
    ("administrator-made", 2),
    ("all-permissions-listed", 1),
    ("bucket-deleted", 8),
    ("bucket-lifecycle-changed", 2),
    ("bucket-policy-changed", 4),
    ("command-run-on-instance", 2),
    ("console-login-without-mfa", 1),
    ("console-password-set", 2),
    ("database-snapshot-shared-outside", 1),
    ("events-looked-up", 2),
    ("flow-logs-deleted", 1),
    ("function-changed", 8),
    ("function-exposed", 1),
    ("image-shared-outside", 1),
    ("instance-password-read", 29),
    ("instances-started", 8),
    ("large-instances-started", 2),
    ("log-group-deleted", 1),
    ("organization-left", 1),
    ("permissions-changed", 12),
    ("role-trust-changed", 2),
    ("secret-read", 60),
    ("security-group-opened", 2),
    ("snapshot-shared-outside", 1),
    ("trail-selectors-changed", 2),
    ("trail-stopped", 6),
    ("trust-anchor-created", 2),
    ("user-created", 4),
    ("user-deleted", 4),
];

/// The accounts that the incident shares a snapshot, an image and a database with.
const OUTSIDE: [&str; 3] = ["012345678912", "012345678901", "193672423079"];

/// The ids of the real records of the incident.
fn real_ids() -> BTreeSet<String> {
    let folder = root().join("tests/support/real/incident-2023-07-10");
    let mut ids = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let body = fs::read(entry.expect("an entry").path()).expect("a log");
        let log: Value = serde_json::from_slice(&gunzip(&body)).expect("JSON");
        let records = log["Records"].as_array().expect("records").iter();
        ids.extend(records.map(|record| record["eventID"].as_str().expect("an id").to_owned()));
    }
    ids
}

/// A copy of the real incident.
fn real_incident() -> tempfile::TempDir {
    let mut world = World::new(95);
    incident(&mut world, "incident");
    copy(&world, INCIDENT_BUCKET, &[INCIDENT_REGION], "2023-07")
}

fn rules_of(record: &Value) -> Vec<&str> {
    let rules = record["trailproof"]["watchlist"].as_array().expect("rules");
    rules
        .iter()
        .map(|rule| rule.as_str().expect("an id"))
        .collect()
}

#[test]
fn the_shipped_rules_find_the_calls_of_a_real_incident() {
    let dir = real_incident();
    let watch = ["--watchlist", "--backfill-grace", "1h"];
    let run = over(
        dir.path(),
        "events",
        INCIDENT_BUCKET,
        &[&watch[..], &["--provenance"]].concat(),
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    let ids = real_ids();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    let records = parsed(&run);
    let is_real = |record: &&Value| ids.contains(record["eventID"].as_str().expect("an id"));
    for rule in records.iter().filter(is_real).flat_map(rules_of) {
        *found.entry(rule).or_default() += 1;
    }
    assert_eq!(found, BTreeMap::from(INCIDENT));
    assert!(
        run.stderr
            .contains("6 events of rule trail-stopped, risk critical"),
        "{}",
        run.stderr
    );

    // The records are as they were delivered.
    let plain = over(dir.path(), "events", INCIDENT_BUCKET, &watch);
    let all = over(dir.path(), "events", INCIDENT_BUCKET, &watch[1..]);
    let all: BTreeSet<&str> = all.stdout.lines().collect();
    assert_eq!(plain.stdout.lines().count(), records.len());
    assert!(plain.stdout.lines().all(|line| all.contains(line)));
}

#[test]
fn an_account_of_ones_own_is_not_outside_and_a_risk_leaves_rules_out() {
    let dir = real_incident();
    let shared = |more: &[&str]| {
        let args = ["--watchlist", "--provenance", "--backfill-grace", "1h"];
        let run = over(
            dir.path(),
            "events",
            INCIDENT_BUCKET,
            &[&args[..], more].concat(),
        );
        let records = parsed(&run);
        let rules = records.iter().flat_map(rules_of);
        rules.map(str::to_owned).collect::<BTreeSet<String>>()
    };
    let rules = shared(&["--min-risk", "critical"]);
    assert!(rules.contains("snapshot-shared-outside") && rules.contains("trail-stopped"));
    assert!(!rules.contains("secret-read") && !rules.contains("access-key-created"));
    let own = OUTSIDE
        .iter()
        .flat_map(|account| ["--own-account", account]);
    let own: Vec<&str> = ["--min-risk", "critical"].into_iter().chain(own).collect();
    let rules = shared(&own);
    assert!(
        !rules.iter().any(|rule| rule.ends_with("-outside")),
        "{rules:?}"
    );
    assert!(rules.contains("trail-stopped"));
}

#[test]
fn rules_that_are_not_used_are_named_and_mistakes_end_the_run() {
    let dir = real_incident();
    let rule = |title: &str, detection: &str| {
        format!(
            "title: {title}\nlogsource: {{ product: aws, service: cloudtrail }}\ndetection: {{ {detection} }}\n---\n"
        )
    };
    let rules = [
        rule(
            "Trails stopped",
            "a: { eventName: StopLogging }, condition: a",
        ),
        rule(
            "Many\u{1b}[2J",
            "a: { eventName: Decrypt }, condition: a | count() > 5",
        ),
    ];
    fs::write(
        dir.path().join("rules.yml"),
        rules.concat().replace('\u{1b}', "\\e"),
    )
    .expect("written");
    let watch = |more: &[&str]| {
        let args = ["--backfill-grace", "1h", "--watchlist"];
        over(
            dir.path(),
            "events",
            INCIDENT_BUCKET,
            &[&args[..], more].concat(),
        )
    };
    let run = watch(&["rules.yml"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        parsed(&run)
            .iter()
            .all(|record| record["eventName"] == "StopLogging")
    );
    assert_eq!(run.stdout.lines().count(), 3);
    assert!(
        run.stderr
            .contains("is not used: it counts or relates events"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("3 events of rule Trails-stopped, risk medium"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains('\u{1b}'));

    fs::write(dir.path().join("odd.toml"), "[[rule]]\nid = \"a\"\n").expect("written");
    for args in [
        &["odd.toml"][..],
        &["absent"],
        &["keys"],
        &["shipped", "--min-risk", "odd"],
    ] {
        let run = watch(args);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{args:?}: {}",
            run.stderr
        );
    }
    let run = over(
        dir.path(),
        "events",
        INCIDENT_BUCKET,
        &["--min-risk", "high"],
    );
    assert_eq!(run.code, 2);
}
