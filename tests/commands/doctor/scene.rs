//! A healthy trail, and `doctor` run on it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use trailproof::commands::doctor::Check;
use trailproof::report::doctor::v1;

use crate::support::aws::{Fault, Keeping, Retention, TrailStatus};
use crate::support::case::{BUCKET, REGION};
use crate::support::forge::{Chain, ChainSpec, Place, World};
use crate::support::program::{Run, finish};
use crate::support::short_trail::{ARN, serving, trail};
use crate::support::stage::Stage;

/// A trail that is up to date, in a well protected bucket.
pub struct Scene {
    pub stage: Stage,
    pub chain: Chain,
}

pub fn ago(minutes: i64) -> Timestamp {
    let now = Timestamp::from_second(Timestamp::now().as_second()).expect("a time");
    now - SignedDuration::from_mins(minutes)
}

/// The trail, with its newest digest this many minutes old.
pub fn ended(minutes: i64) -> Scene {
    let mut world = World::new(70);
    let mut chain = Chain::new(ChainSpec::new(trail(), REGION).logs(1..=2).events(1..=2));
    chain.start(&mut world, ago(minutes + 6 * 60));
    chain.run_until(&mut world, ago(minutes));
    let stage = serving(&world);
    stage.loopback.change(|cloud| {
        cloud.bucket(BUCKET).keeping = Keeping {
            versioning: Some("Enabled"),
            lock: Some(Some(Retention {
                mode: "COMPLIANCE",
                days: 365,
            })),
            key: Some("arn:aws:kms:eu-west-1:111111111111:key/logs"),
            ..Keeping::default()
        };
    });
    let scene = Scene { stage, chain };
    scene.status(|_| ());
    scene
}

pub fn healthy() -> Scene {
    ended(40)
}

impl Scene {
    pub fn newest(&self) -> Place {
        self.chain.last().place.clone()
    }

    pub fn fault(&self, fault: Fault) {
        self.stage.loopback.fault(fault);
    }

    /// Changes what GetTrailStatus says.
    pub fn status(&self, change: impl FnOnce(&mut TrailStatus)) {
        let mut status = TrailStatus {
            latest_digest_delivery: Some(ago(30)),
            ..TrailStatus::default()
        };
        change(&mut status);
        let place = (ARN.to_owned(), REGION.to_owned());
        self.stage
            .loopback
            .change(|cloud| cloud.cloudtrail.status.insert(place, status));
    }

    /// Runs `doctor` and reads its JSON report, which must match its schema.
    pub fn doctor(&self, args: &[&str], env: &[(&str, &str)]) -> (i32, Value) {
        let all = [&["doctor", "--format", "json"], args].concat();
        let mut command = self.stage.command(&all);
        command.envs(env.iter().copied());
        let Run {
            code,
            stdout,
            stderr,
        } = finish(&mut command);
        let report = serde_json::from_str(&stdout)
            .unwrap_or_else(|e| panic!("no report ({e}): {stdout}{stderr}"));
        assert_matches_schema(&report);
        self.stage.assert_only_reads();
        (code, report)
    }
}

pub fn assert_matches_schema(report: &Value) {
    let schema = serde_json::to_value(v1::schema()).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(report)
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// The row of a check.
pub fn row<'r>(report: &'r Value, check: &str) -> &'r Value {
    let mut rows = report["checks"].as_array().expect("checks").iter();
    rows.find(|r| r["check"] == check)
        .unwrap_or_else(|| panic!("no {check}: {report:#}"))
}

pub fn names(report: &Value) -> BTreeSet<String> {
    let rows = report["checks"].as_array().expect("checks").iter();
    rows.map(|r| r["check"].as_str().expect("a name").to_owned())
        .collect()
}

pub fn all_names() -> BTreeSet<String> {
    Check::ALL.iter().map(|c| c.as_str().to_owned()).collect()
}

/// The rows of a check, by subject.
pub fn statuses<'r>(report: &'r Value, check: &str) -> Vec<(&'r str, &'r str)> {
    let rows = report["checks"].as_array().expect("checks").iter();
    let text = |value: &'r Value| value.as_str().unwrap_or_default();
    rows.filter(|r| r["check"] == check)
        .map(|r| (text(&r["subject"]), text(&r["status"])))
        .collect()
}
