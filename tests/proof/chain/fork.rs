//! Forks: digests that contradict each other.

use trailproof::proof::finding::{Code, Severity, Verdict};

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{Case, REGION};
use crate::support::forge::{Json, damage};
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
