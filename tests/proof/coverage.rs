//! Coverage: every instant of the window has exactly one state.

use jiff::SignedDuration;
use trailproof::proof::finding::{Code, Verdict};
use trailproof::source::GetError;

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{BUCKET, Case, REGION, hour};
use crate::support::forge::{damage, ts};
use crate::support::program::{report, severity_codes};
use crate::support::requests::between;
use crate::support::testdata::{case, with};

#[test]
fn an_unproven_digest_does_not_reach_over_the_one_before_it() {
    let mut case = Case::new("short-final", 0, "");
    let mut chain = case.chain(5);
    chain.stop(&mut case.world, hour(5) + SignedDuration::from_mins(17));
    damage::tamper_digest(&mut case.world, &chain.digests[6].place);
    let mut source = source(&case.world);
    source.fault(
        BUCKET,
        &chain.digests[5].place.key,
        GetError::Denied("no".into()),
    );
    let request = between("2026-03-01T00:12:34Z", "2026-03-01T04:50:00Z");
    let outcome = prove(&source, &ring(&case.world, &[REGION]), &request);
    assert_eq!(
        outcome.verdict,
        Verdict::Unproven,
        "{:#?}",
        outcome.findings
    );
    let coverage = &outcome.chains[0].coverage;
    let last = coverage.last().map(|s| (s.time.from, s.state));
    let denied = chain.digests[5].start;
    assert_eq!(
        last,
        Some((denied, trailproof::proof::coverage::State::Unproven)),
        "{coverage:?}"
    );
}

#[test]
fn a_window_within_a_stop_is_a_gap_even_if_only_a_starting_digest_follows() {
    let mut case = Case::new("within-stop", 3, "");
    let mut chain = case.chain(3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T09:45:10Z"));
    let mut request = request();
    (request.from, request.to) = (
        Some(ts("2026-03-01T05:00:00Z")),
        Some(ts("2026-03-01T07:00:00Z")),
    );
    request.as_of = Some(hour(100));
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request,
    );
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Gaps, vec![Code::Gap])
    );
}

#[test]
fn the_tail_is_pending_only_within_the_delivery_lag() {
    let dir = case("coverage-tail");
    let states = |more: &[&str]| -> Vec<String> {
        let (_, report) = report(&dir, &with(more));
        let coverage = report["chains"][0]["coverage"]
            .as_array()
            .expect("coverage")
            .clone();
        coverage
            .iter()
            .map(|s| s["state"].as_str().expect("a state").to_owned())
            .collect()
    };
    let end = ["--end-time", "2026-03-01T05:00:00Z"];
    // Nobody said when the copy was made.
    assert_eq!(states(&end), ["verified", "gap"]);
    assert_eq!(
        states(&[&end[..], &["--as-of", "2026-03-02"]].concat()),
        ["verified", "gap"]
    );
    let end = [&end[..], &["--as-of", "2026-03-01T05:00:00Z"]].concat();
    assert_eq!(states(&end), ["verified", "pending"]);
    assert_eq!(
        states(&[&end[..], &["--delivery-lag", "10m"]].concat()),
        ["verified", "gap", "pending"]
    );
    let (exit, pending) = report(&dir, &with(&end));
    assert_eq!((exit, pending["verdict"].as_str()), (0, Some("verified")));
    assert_eq!(
        pending["chains"][0]["verified_until"],
        "2026-03-01T04:12:34Z"
    );
    let sentences = pending["not_proven"].as_array().expect("sentences");
    assert!(
        sentences
            .iter()
            .any(|s| s.as_str().expect("text").contains("so recent")),
        "{sentences:?}"
    );
    let only = [
        "--start-time",
        "2026-03-01T04:12:34Z",
        "--end-time",
        "2026-03-01T05:00:00Z",
        "--as-of",
        "2026-03-01T05:00:00Z",
    ];
    let (exit, only) = report(&dir, &with(&only));
    assert_eq!(
        (exit, severity_codes(&only)),
        (4, vec!["unproven nothing-found".to_owned()])
    );
}
