//! Backfill digests: read in the order of their links, and counted once.

use trailproof::proof::finding::{Code, Verdict};

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{BUCKET, Case, REGION, hour, spec};
use crate::support::disk::{copy_of, running};
use crate::support::forge::{World, damage};
use crate::support::program::{report, severity_codes};
use crate::support::requests::{minutes, within};

#[test]
fn backfill_digests_linked_out_of_time_order_are_read_once() {
    let mut case = Case::new("backfill-order", 0, "");
    let mut chain = case.chain(8);
    for (end, made, logs) in [(4, 5, 2), (3, 6, 1), (2, 7, 1)] {
        chain.backfill(&mut case.world, hour(end), hour(made), logs, true);
    }
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    let logs: usize = chain
        .digests
        .iter()
        .chain(&chain.backfills)
        .map(|d| d.logs.len())
        .sum();
    let one = &outcome.chains[0];
    assert_eq!((one.backfill.valid, one.logs.valid), (3, logs as u64));
    assert_eq!(outcome.verdict, Verdict::Verified);
}

#[test]
fn a_backfill_digest_later_than_the_newest_digest_belongs_to_the_data() {
    let mut case = Case::new("late-backfill", 0, "");
    let mut chain = case.chain(8);
    chain.backfill(&mut case.world, hour(8), hour(10), 2, true);
    damage::modify_log(&mut case.world, &chain.backfills[0].logs[0].place);
    damage::delete(&mut case.world, &chain.digests[8].place);
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert!(
        codes(&outcome).contains(&Code::LogModified),
        "{:?}",
        codes(&outcome)
    );
}

#[test]
fn a_backfill_digest_before_the_data_counts_in_nothing() {
    let mut case = Case::new("early-backfill", 0, "");
    let mut chain = case.chain(4);
    chain.backfill(&mut case.world, hour(0), hour(3), 1, false);
    damage::modify_log(&mut case.world, &chain.backfills[0].logs[0].place);
    let ring = ring(&case.world, &[REGION]);
    for request in [request(), within(minutes(0), minutes(240))] {
        let outcome = prove(&source(&case.world), &ring, &request);
        assert_eq!(
            (outcome.verdict, outcome.chains[0].backfill.valid),
            (Verdict::Verified, 0)
        );
    }
}

#[test]
fn backfill_digests_read_out_of_order_are_reported_once() {
    let mut case = Case::new("backfill-once", 1, "");
    let mut chain = case.chain(8);
    chain.backfill(&mut case.world, hour(4), hour(5), 2, true);
    chain.backfill(&mut case.world, hour(3), hour(6), 1, true);
    damage::tamper_digest(&mut case.world, &chain.backfills[0].place);
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    assert_eq!(codes(&outcome), [Code::DigestSignatureInvalid]);
    let backfill = outcome.chains[0].backfill;
    assert_eq!((backfill.valid, backfill.failed), (1, 1));
}

#[test]
fn logs_of_backfill_digests_are_checked_and_a_missing_backfill_digest_is_reported() {
    let mut world = World::new(15);
    let mut chain = running(&mut world, spec(), 6);
    for (end, generated) in [(2, 5), (3, 6), (4, 7)] {
        chain.backfill(&mut world, hour(end), hour(generated), 1, true);
    }
    let log = chain.backfills[1].logs[0].place.clone();
    let dir = copy_of(&world);
    let args = ["--path", BUCKET, "--keys", "keys", "--s3-bucket", BUCKET];
    assert_eq!(report(dir.path(), &args).0, 0);
    damage::modify_log(&mut world, &log);
    let dir = copy_of(&world);
    let (code, modified) = report(dir.path(), &args);
    assert_eq!(
        (code, severity_codes(&modified)),
        (1, vec!["failed log-modified".to_owned()])
    );
    damage::delete(&mut world, &chain.backfills[1].place);
    let dir = copy_of(&world);
    let (code, missing) = report(dir.path(), &args);
    assert_eq!(
        (code, severity_codes(&missing)),
        (1, vec!["failed digest-missing".to_owned()])
    );
    assert_eq!(missing["chains"][0]["backfill_digests"]["missing"], 1);
}
