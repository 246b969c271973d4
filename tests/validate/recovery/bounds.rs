//! How much is searched at most, and what is said of the rest.

use std::sync::Arc;

use trailproof::{
    CancelFlag, Finding, Http, HttpSettings, InFlight, Limits, Outcome, RecoveryOutcome, Request,
    Runtime, S3Source, Session, SessionSettings,
};

use super::LATER;
use crate::library::{prove, ring};
use crate::support::case::{BUCKET, Case, REGION};
use crate::support::forge::{Chain, ts};
use crate::support::stage::Stage;

/// Ten hours in a bucket that keeps versions, of which every log was deleted.
fn without_logs() -> (Case, Chain, Stage) {
    let mut case = Case::new("no-logs", 0, "");
    let chain = case.chain(10);
    let stage = Stage::of(&case.world, &[]);
    stage.loopback.change(|cloud| {
        let bucket = cloud.bucket(BUCKET);
        bucket.public = true;
        bucket.keep_versions();
        for log in chain.digests.iter().flat_map(|digest| &digest.logs) {
            bucket.delete(&log.place.key, ts(LATER));
        }
    });
    (case, chain, stage)
}

fn outcome(case: &Case, stage: &Stage, jobs: usize, limits: Limits) -> Outcome {
    let settings = SessionSettings {
        profile: None,
        endpoint_url: Some(stage.loopback.s3_url()),
        region: REGION.parse().expect("a region"),
        sign: false,
    };
    let runtime = Runtime::new(CancelFlag::default()).expect("a runtime");
    let http = Http::new(HttpSettings::default()).expect("a client");
    let session = Session::open(Arc::new(runtime), http, &settings).expect("a session");
    let in_flight = InFlight {
        first: jobs,
        most: jobs,
    };
    let buckets = vec![BUCKET.to_owned()];
    let source = S3Source::new(
        session,
        buckets,
        &settings.region,
        in_flight,
        limits.clone(),
    );
    let request = Request {
        from: Some(ts("2026-03-01T00:12:34Z")),
        to: Some(ts("2026-03-01T10:12:34Z")),
        jobs,
        limits,
        ..Request::default()
    };
    prove(&source, &ring(&case.world, &[REGION]), &request)
}

fn survive(outcome: &Outcome) -> Vec<&Finding> {
    let survives = |finding: &&Finding| {
        let found = finding.recovery.as_ref();
        found.is_some_and(|found| found.outcome == RecoveryOutcome::Survives)
    };
    outcome.findings.iter().filter(survives).collect()
}

#[test]
fn more_objects_than_are_searched_are_counted() {
    let (case, chain, stage) = without_logs();
    let logs = chain.digests.iter().map(|digest| digest.logs.len());
    let logs: usize = logs.sum();
    let limits = Limits {
        recoveries: 3,
        ..Limits::default()
    };
    for jobs in [1, 8] {
        stage.loopback.clear_calls();
        let outcome = outcome(&case, &stage, jobs, limits.clone());
        let found = survive(&outcome);
        assert_eq!(found.len(), 3);
        // The first ones of the report, whatever the number of workers.
        assert!(outcome.findings[..3].iter().all(|f| f.recovery.is_some()));
        assert_eq!(stage.calls("ListObjectVersions").len(), 3);
        let rest = format!(
            "Whether {} more missing or altered objects survive",
            logs - 3
        );
        let sentences = &outcome.not_proven;
        assert!(
            sentences.iter().any(|s| s.starts_with(&rest)),
            "{sentences:#?}"
        );
    }
}

#[test]
fn findings_that_collapsed_are_counted_as_not_searched() {
    let (case, chain, stage) = without_logs();
    let logs = chain.digests.iter().map(|digest| digest.logs.len());
    let logs: usize = logs.sum();
    let limits = Limits {
        findings_per_code: 2,
        ..Limits::default()
    };
    let outcome = outcome(&case, &stage, 4, limits);
    assert_eq!(survive(&outcome).len(), 0);
    let rest = format!("Whether {logs} more missing or altered objects survive");
    let sentences = &outcome.not_proven;
    assert!(
        sentences.iter().any(|s| s.starts_with(&rest)),
        "{sentences:#?}"
    );
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let (case, _, stage) = without_logs();
    let one = outcome(&case, &stage, 1, Limits::default());
    let many = outcome(&case, &stage, 16, Limits::default());
    assert_eq!(one.findings, many.findings);
    assert_eq!(one.not_proven, many.not_proven);
    assert!(!survive(&one).is_empty());
}
