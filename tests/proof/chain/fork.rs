//! Forks: digests that contradict each other.

use trailproof::proof::finding::{Code, Severity, Verdict};

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{Case, REGION, hour, spec};
use crate::support::forge::{Chain, Json, damage, ts};
use crate::support::requests::{minutes, within};

#[test]
fn a_fork_counts_each_of_its_digests_once() {
    let mut case = Case::new("rivals", 0, "");
    let chain = case.chain(6);
    chain.fork(&mut case.world, 3, 600);
    chain.fork(&mut case.world, 3, 1200);
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    let digests = outcome.chains[0].digests;
    assert_eq!(
        (digests.valid, digests.unproven),
        (6, 3),
        "{:#?}",
        outcome.findings
    );
    assert!(
        outcome
            .findings
            .iter()
            .all(|f| f.severity <= Severity::Unproven)
    );
}

#[test]
fn rivals_with_one_key_in_two_buckets_are_a_fork() {
    let mut case = Case::new("rival-bucket", 4, "");
    let chain = case.chain(6);
    let mut rival = chain.digests[3].clone();
    rival.place.bucket = "other-logs".into();
    rival.logs.clear();
    damage::rewrite_digest(&mut case.world, &rival, REGION, |fields| {
        fields.set("digestS3Bucket", "other-logs");
        fields.set("logFiles", Json::Array(Vec::new()));
    });
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Unproven, vec![Code::ChainFork])
    );
    let digests = outcome.chains[0].digests;
    assert_eq!((digests.valid, digests.unproven), (6, 2));
}

#[test]
fn a_rival_of_the_digest_before_the_window_is_a_fork() {
    let mut case = Case::new("rival-edge", 4, "");
    let chain = case.chain(6);
    chain.fork(&mut case.world, 3, 600);
    let ring = ring(&case.world, &[REGION]);
    for from in [60, 181] {
        let outcome = prove(
            &source(&case.world),
            &ring,
            &within(minutes(from), minutes(360)),
        );
        assert_eq!(outcome.verdict, Verdict::Unproven, "from minute {from}");
        assert_eq!(codes(&outcome), [Code::ChainFork]);
    }
}

/// A second segment under another prefix, from `start` on, beside the usual chain of twelve hours.
fn beside(case: &mut Case, start: &str) -> [Chain; 2] {
    let chain = case.chain(12);
    let mut spec = spec();
    spec.trail = spec.trail.prefix("other");
    let mut other = Chain::new(spec);
    other.start(&mut case.world, ts(start));
    other.run_until(&mut case.world, hour(14));
    [chain, other]
}

#[test]
fn two_segments_that_share_more_than_an_hour_are_a_fork() {
    for (start, verdict, expected) in [
        // The last digest before a restart may end up to an hour after it.
        ("2026-03-01T11:20:00Z", Verdict::Gaps, vec![Code::Gap]),
        ("2026-03-01T12:12:34Z", Verdict::Gaps, vec![Code::Gap]),
        ("2026-03-01T12:40:00Z", Verdict::Gaps, vec![Code::Gap]),
        (
            "2026-03-01T11:12:33Z",
            Verdict::Unproven,
            vec![Code::ChainFork, Code::Gap],
        ),
        (
            "2026-03-01T05:00:00Z",
            Verdict::Unproven,
            vec![Code::ChainFork, Code::Gap],
        ),
    ] {
        let mut case = Case::new("beside", 0, "");
        beside(&mut case, start);
        let ring = ring(&case.world, &[REGION]);
        let outcome = prove(&source(&case.world), &ring, &request());
        let mut found = codes(&outcome);
        found.sort_by_key(|code| code.as_str());
        found.dedup();
        assert_eq!((outcome.verdict, found), (verdict, expected), "{start}");
        assert_eq!(outcome.chains.len(), 1);
        if let Some(fork) = outcome.findings.iter().find(|f| f.code == Code::ChainFork) {
            let time = fork.interval.expect("a time");
            assert_eq!((time.from, time.to), (ts(start), hour(12)));
        }
    }
}

#[test]
fn a_segment_does_not_cover_what_is_missing_from_another() {
    // In the middle, and at the end of the chain.
    for removed in [5..9, 9..13] {
        let mut case = Case::new("cover", 0, "");
        let [chain, other] = beside(&mut case, "2026-03-01T02:00:00Z");
        for digest in &chain.digests[removed] {
            damage::delete(&mut case.world, &digest.place);
        }
        let ring = ring(&case.world, &[REGION]);
        let outcome = prove(
            &source(&case.world),
            &ring,
            &within(minutes(60), minutes(720)),
        );
        assert!(codes(&outcome).contains(&Code::ChainFork));
        let chain = &outcome.chains[0];
        let shared = |at| {
            chain
                .coverage
                .iter()
                .find(|s| s.time.from <= at && at < s.time.to)
        };
        let middle = shared(hour(6)).expect("covered time");
        assert_ne!(middle.state, trailproof::proof::coverage::State::Verified);
        // Each digest is counted once.
        let counted = chain.digests.valid + chain.digests.unproven;
        assert!(counted <= (13 + other.digests.len()) as u64);
    }
}
