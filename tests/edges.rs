//! Edges of windows, rivals and copies: what once was answered wrongly there.

use jiff::SignedDuration;
use trailproof::base::limits::Limits;
use trailproof::base::time::Window;
use trailproof::proof::finding::{Code, Finding, Verdict};
use trailproof::source::disk::DiskSource;
use trailproof::source::memory::MemoryObject;
use trailproof::validate::accept::{self, Acceptance};
use trailproof::validate::request::Request;

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, Case, REGION, hour};
use crate::support::forge::{Heads, Json, World, damage, ts};

fn within(from: SignedDuration, to: SignedDuration) -> Request {
    let (from, to) = (Some(hour(0) + from), Some(hour(0) + to));
    Request {
        from,
        to,
        as_of: Some(hour(100)),
        ..request()
    }
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

/// Two folders of one bucket, the second made of another world.
fn two_folders(first: &World, second: &World) -> (Vec<tempfile::TempDir>, DiskSource) {
    let mut source = DiskSource::new(Limits::default());
    let mut dirs = Vec::new();
    for world in [first, second] {
        let dir = tempfile::tempdir().expect("a folder");
        let kept = world.buckets[BUCKET]
            .iter()
            .filter(|(_, o)| o.metadata.contains_key("signature"));
        world.write_tree(
            BUCKET,
            dir.path(),
            Heads::Only(kept.map(|(key, _)| key.clone()).collect()),
        );
        source
            .mount(dir.path(), vec![BUCKET.into()])
            .expect("a folder");
        dirs.push(dir);
    }
    (dirs, source)
}

#[test]
fn a_starting_digest_that_reaches_back_into_the_window_is_read() {
    let mut case = Case::new("reach", 1, "");
    let mut chain = case.chain(4);
    chain.stop(&mut case.world, hour(4) + minutes(14));
    chain.start_listing_logs(&mut case.world, hour(4) + minutes(29));
    let end = chain.end() + SignedDuration::from_hours(3);
    chain.run_until(&mut case.world, end);
    let starting = chain
        .digests
        .iter()
        .rfind(|d| d.starting)
        .expect("a starting digest");
    damage::modify_log(&mut case.world, &starting.logs[0].place);
    let request = within(minutes(60), minutes(230));
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request,
    );
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Failed, vec![Code::LogModified])
    );
}

#[test]
fn rivals_of_one_name_in_two_buckets_are_a_fork() {
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

#[test]
fn an_altered_copy_in_another_folder_of_the_bucket_is_told_in_any_order() {
    let mut case = Case::new("altered-copy", 1, "");
    let chain = case.chain(6);
    let ring = ring(&case.world, &[REGION]);
    for bare in [false, true] {
        let mut good = case.world.clone();
        for digest in chain.digests[..6].iter().filter(|_| bare) {
            good.object_mut(&digest.place).metadata.clear();
        }
        let mut bad = good.clone();
        damage::tamper_digest(&mut bad, &chain.digests[3].place);
        for (first, second) in [(&good, &bad), (&bad, &good)] {
            let (_dirs, source) = two_folders(first, second);
            let outcome = prove(&source, &ring, &request());
            assert_eq!(
                outcome.verdict,
                Verdict::Failed,
                "bare {bare}: {:#?}",
                outcome.findings
            );
            let code = if bare {
                Code::ChainLinkMismatch
            } else {
                Code::DigestSignatureInvalid
            };
            assert_eq!(codes(&outcome), [code]);
            assert_eq!(outcome.chains[0].digests.valid, 7);
        }
    }
}

#[test]
fn an_unproven_digest_in_two_folders_is_one() {
    let mut case = Case::new("unproven-twice", 4, "");
    let chain = case.chain(4);
    damage::drop_metadata(&mut case.world, &chain.last().place);
    let (_dirs, source) = two_folders(&case.world, &case.world);
    let outcome = prove(&source, &ring(&case.world, &[REGION]), &request());
    assert_eq!(codes(&outcome), [Code::DigestSignatureAbsent]);
    assert_eq!(outcome.chains[0].digests.unproven, 1);
}

#[test]
fn planted_objects_do_not_make_a_deletion_milder() {
    let mut case = Case::new("planted-beside", 1, "");
    let chain = case.chain(8);
    damage::delete(&mut case.world, &chain.digests[4].place);
    let ring = ring(&case.world, &[REGION]);
    let mut source = source(&case.world);
    let trail = &chain.spec.trail;
    // Something that is no digest, one second before the end of the missing one.
    let end = chain.digests[4].end - SignedDuration::from_secs(1);
    source.put(
        BUCKET,
        &trail.digest_key(ACCOUNT, REGION, end),
        MemoryObject::default(),
    );
    let outcome = prove(&source, &ring, &within(minutes(60), minutes(230)));
    let missing: Vec<&Finding> = outcome
        .findings
        .iter()
        .filter(|f| f.code == Code::DigestMissing)
        .collect();
    assert_eq!(missing.len(), 1, "{:#?}", outcome.findings);
    let whole = Window {
        from: chain.digests[4].start,
        to: chain.digests[4].end,
    };
    assert_eq!(missing[0].interval, Some(whole));
}

#[test]
fn junk_beyond_the_window_does_not_hide_a_hole_within() {
    let mut case = Case::new("junk-beyond", 1, "");
    let chain = case.chain(14);
    for digest in &chain.digests[4..9] {
        damage::delete(&mut case.world, &digest.place);
    }
    for digest in &chain.digests[9..11] {
        damage::tamper_digest(&mut case.world, &digest.place);
    }
    let ring = ring(&case.world, &[REGION]);
    for to in [360, 840] {
        let outcome = prove(
            &source(&case.world),
            &ring,
            &within(minutes(60), minutes(to)),
        );
        assert_eq!(
            outcome.verdict,
            Verdict::Failed,
            "to minute {to}: {:#?}",
            outcome.findings
        );
    }
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
fn backfill_digests_met_out_of_order_are_told_once() {
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
fn gaps_that_meet_may_be_accepted_one_by_one() {
    let mut case = Case::new("accepted-pair", 3, "");
    let mut chain = case.chain(3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T05:00:00Z"));
    chain.cut();
    chain.start(&mut case.world, ts("2026-03-01T07:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T09:00:00Z"));
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    let gaps = &outcome.chains[0].gaps;
    assert_eq!((gaps.len(), outcome.verdict), (2, Verdict::Gaps));
    let accepted = |time: Window| Acceptance {
        chain: outcome.chains[0].id.clone(),
        time,
        reason: "known".into(),
        who: "me".into(),
    };
    let both: Vec<Acceptance> = gaps.iter().map(|g| accepted(g.time)).collect();
    assert_eq!(accept::remaining(&outcome, &both), Verdict::Verified);
    assert_eq!(accept::remaining(&outcome, &both[..1]), Verdict::Gaps);
}
