//! Cases about digests and the links between them.

use crate::support::case::{ACCOUNT, BUCKET, Case, HOME, REGION, hour, spec, trail};
use crate::support::forge::damage;
use crate::support::forge::damage::rewrite_digest;
use crate::support::forge::{Chain, ChainSpec, Heads, Place, Trail, ts};

pub fn cases() -> Vec<Case> {
    vec![
        missing(),
        missing_several(),
        missing_beside_damaged(),
        missing_with_a_restart(),
        missing_before_the_window(),
        signature_invalid(),
        signature_invalid_successor_right(),
        malformed(),
        malformed_duplicate_name(),
        malformed_stored_inflated(),
        malformed_trailing_member(),
        identity_of_a_sibling(),
        identity_of_another_bucket_shape(),
        identity_misfiled(),
        link_mismatch(),
        link_to_another_chain(),
        replaced_without_metadata(),
        absent(),
        absent_no_metadata_at_all(),
        unreadable(),
        unreadable_elsewhere(),
        relocated(),
        relocated_mapped(),
        relocated_copy_beside(),
        fork(),
        overlap(),
        by_successor(),
        backfill_late(),
        algorithm(),
    ]
}

fn missing() -> Case {
    let mut case = Case::new(
        "digest-missing",
        1,
        "one digest in the middle is not there; its successor names it",
    );
    let chain = case.chain(6);
    damage::delete(&mut case.world, &chain.digests[3].place);
    case
}

fn missing_several() -> Case {
    let mut case = Case::new(
        "digest-missing--several",
        1,
        "four digests in a row are not there: one is named by a link, three are counted by the hour",
    );
    let chain = case.chain(9);
    for digest in &chain.digests[3..7] {
        damage::delete(&mut case.world, &digest.place);
    }
    case
}

fn missing_beside_damaged() -> Case {
    let mut case = Case::new(
        "digest-missing--beside-damaged",
        1,
        "a tampered digest does not hide the two that are missing before it",
    );
    let chain = case.chain(9);
    damage::tamper_digest(&mut case.world, &chain.digests[6].place);
    damage::delete(&mut case.world, &chain.digests[5].place);
    damage::delete(&mut case.world, &chain.digests[4].place);
    case
}

fn missing_with_a_restart() -> Case {
    let mut case = Case::new(
        "digest-missing--restart-among",
        1,
        "digests on both sides of a restart are missing: minutes and seconds differ across the hole",
    );
    let mut chain = case.chain(4);
    chain.stop(&mut case.world, ts("2026-03-01T04:40:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T06:00:10Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T09:00:10Z"));
    for digest in &chain.digests[4..8] {
        damage::delete(&mut case.world, &digest.place);
    }
    case
}

fn missing_before_the_window() -> Case {
    let mut case = Case::new(
        "digest-missing--before-the-window",
        0,
        "what lies before the window given may have expired: a note, and the window is verified",
    )
    .arg(&["--start-time", "2026-03-01T04:12:34+00:00"]);
    let chain = case.chain(8);
    for digest in &chain.digests[..5] {
        damage::delete(&mut case.world, &digest.place);
    }
    case
}

fn signature_invalid() -> Case {
    let mut case = Case::new(
        "digest-signature-invalid",
        1,
        "a digest's content was changed: neither its signature nor its successor agrees",
    );
    let chain = case.chain(5);
    damage::tamper_digest(&mut case.world, &chain.digests[2].place);
    case
}

fn signature_invalid_successor_right() -> Case {
    let mut case = Case::new(
        "digest-signature-invalid--successor-right",
        1,
        "the stored signature was changed; the content is proven by the successor and its logs are checked",
    );
    let chain = case.chain(5);
    damage::wrong_metadata_signature(&mut case.world, &chain.digests[2].place);
    case
}

fn malformed() -> Case {
    let mut case = Case::new("digest-malformed", 1, "a digest is gzip and no longer JSON");
    let chain = case.chain(5);
    damage::tamper_digest_json_broken(&mut case.world, &chain.digests[2].place);
    case
}

fn malformed_duplicate_name() -> Case {
    let mut case = Case::new(
        "digest-malformed--duplicate-name",
        1,
        "a digest names a member twice: readers would differ in what they believe",
    );
    let chain = case.chain(5);
    damage::duplicate_json_name(&mut case.world, chain.last(), REGION);
    case
}

fn malformed_stored_inflated() -> Case {
    let mut case = Case::new(
        "digest-malformed--stored-inflated",
        1,
        "a copying tool inflated a digest: its content is proven and its container is not what was delivered",
    );
    let chain = case.chain(5);
    damage::store_inflated(&mut case.world, &chain.digests[2].place);
    case
}

fn malformed_trailing_member() -> Case {
    let mut case = Case::new(
        "digest-malformed--trailing-member",
        1,
        "a second gzip member follows a digest whose content is proven",
    );
    let chain = case.chain(5);
    damage::append_member(&mut case.world, &chain.digests[2].place, b"{}");
    case
}

fn sibling(case: &mut Case, name: &str, hours: i64) -> Chain {
    let trail = Trail::new(ACCOUNT, HOME, name, BUCKET);
    let mut chain = Chain::new(ChainSpec::new(trail, REGION).logs(1..=1).events(1..=1));
    chain.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut case.world, hour(hours));
    chain
}

fn identity_of_a_sibling() -> Case {
    let mut case = Case::new(
        "digest-identity-mismatch",
        1,
        "the digest of a trail whose name extends this one's was put in the place of one of its own",
    )
    .arg(&["--trail-arn", "arn:aws:cloudtrail:us-east-1:111111111111:trail/main"])
    .differs("DescribeTrails says that the trail has a home region too; a copy of another region does not");
    let chain = case.chain(5);
    let other = sibling(&mut case, "main_us-east-1", 5);
    damage::copy(&mut case.world, &other.last().place, &chain.last().place);
    case
}

fn identity_of_another_bucket_shape() -> Case {
    let mut case = Case::new(
        "digest-identity-mismatch--account",
        1,
        "properly signed digests of another account were renamed to this one's: everyone's are signed with the same keys",
    )
    .arg(&["--account-id", ACCOUNT]);
    let mut theirs = Chain::new(
        ChainSpec::new(Trail::new("999999999999", HOME, "main", BUCKET), REGION).logs(1..=1),
    );
    theirs.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    theirs.run_until(&mut case.world, hour(3));
    for digest in &theirs.digests {
        let key = digest.place.key.replace("999999999999", ACCOUNT);
        damage::rename(&mut case.world, &digest.place, &Place::new(BUCKET, &key));
    }
    case
}

fn identity_misfiled() -> Case {
    let mut case = Case::new(
        "digest-identity-mismatch--misfiled",
        1,
        "a digest was moved into the folder of another day",
    );
    let chain = case.chain(5);
    let place = &chain.digests[2].place;
    let key = place.key.replace("2026/03/01", "2026/02/28");
    damage::rename(&mut case.world, place, &Place::new(BUCKET, &key));
    case
}

fn link_mismatch() -> Case {
    let mut case = Case::new(
        "chain-link-mismatch",
        1,
        "two properly signed digests do not fit each other: the later one records another hash",
    );
    let mut chain = case.chain(4);
    chain.append_custom(&mut case.world, |fields| {
        fields.set("previousDigestHashValue", "00".repeat(32));
    });
    case
}

fn link_to_another_chain() -> Case {
    let mut case = Case::new(
        "chain-link-mismatch--foreign",
        1,
        "a properly signed digest names the digest of another trail as its predecessor",
    );
    let mut chain = case.chain(4);
    let key = chain.last().place.key.replace("_main_", "_other_");
    chain.append_custom(&mut case.world, |fields| {
        fields.set("previousDigestS3Object", key)
    });
    case
}

fn replaced_without_metadata() -> Case {
    let mut case = Case::new(
        "chain-link-mismatch--replaced",
        1,
        "a digest without metadata is not the one its proven successor recorded",
    );
    let chain = case.chain(5);
    damage::tamper_digest(&mut case.world, &chain.digests[2].place);
    damage::drop_metadata(&mut case.world, &chain.digests[2].place);
    case
}

fn absent() -> Case {
    let mut case = Case::new(
        "digest-signature-absent",
        4,
        "a plain copy lost all metadata: every digest but the newest is proven by the signature its successor recorded",
    )
    .differs("S3 says that a digest holds no signature, a copy only that none was kept");
    case.chain(5);
    case.heads = Heads::None;
    case
}

fn absent_no_metadata_at_all() -> Case {
    let mut case = Case::new(
        "digest-signature-absent--each-segment",
        4,
        "the newest digest of each of two segments is not proven; the restart between them is known all the same",
    )
    .differs("S3 says that a digest holds no signature, a copy only that none was kept");
    let mut chain = case.chain(3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T05:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T08:00:00Z"));
    case.heads = Heads::None;
    case
}

fn unreadable() -> Case {
    let mut case = Case::new(
        "digest-unreadable",
        4,
        "a digest is a symbolic link, which is not followed: it could not be looked at, and nothing more",
    )
    .disk_only();
    let chain = case.chain(5);
    case.links.push(chain.digests[3].place.clone());
    case
}

fn unreadable_elsewhere() -> Case {
    let mut case = Case::new(
        "digest-unreadable--elsewhere",
        4,
        "the chain goes back into a bucket that was not copied: that is not missing, only not looked at",
    )
    .args(&[
        "--path", "bucket", "--s3-bucket", "new-logs", "--keys", "keys",
        "--start-time", "2026-03-01T00:12:34Z",
    ])
    .disk_only();
    let mut chain = case.chain(4);
    chain.move_to("new-logs", Some("audit"));
    chain.run_until(&mut case.world, hour(7));
    case.buckets = vec!["new-logs"];
    case
}

fn relocated_world(case: &mut Case) {
    let mut chain = Chain::new(ChainSpec {
        trail: trail().prefix("audit/2026"),
        ..spec()
    });
    chain.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut case.world, hour(4));
    // The copy was made from below the prefix, into another bucket.
    damage::replicate(&mut case.world, BUCKET, "replica", true);
    let objects = case.world.buckets.remove("replica").expect("the replica");
    let bare = objects
        .into_iter()
        .map(|(key, object)| (key.replace("audit/2026/", ""), object));
    case.world.buckets.insert("replica".into(), bare.collect());
    case.buckets = vec!["replica"];
}

fn relocated() -> Case {
    let mut case = Case::new(
        "digest-relocated",
        4,
        "a copy under another bucket and without the prefix: genuine digests, and not where they were signed for",
    )
    .args(&["--path", "bucket", "--s3-bucket", "replica", "--keys", "keys"]);
    relocated_world(&mut case);
    case
}

fn relocated_mapped() -> Case {
    let mut case = Case::new(
        "digest-relocated--mapped",
        0,
        "the same copy with --map found=recorded: verified, held against the places that were signed",
    )
    .args(&[
        "--path", "bucket", "--s3-bucket", "replica", "--keys", "keys",
        "--map", "replica=trail-logs/audit/2026",
    ]);
    relocated_world(&mut case);
    case
}

fn relocated_copy_beside() -> Case {
    let mut case = Case::new(
        "digest-relocated--copy-beside",
        0,
        "a copy kept under another prefix beside the original does no harm, not even a damaged one",
    );
    let chain = case.chain(4);
    for digest in &chain.digests {
        let place = Place::new(BUCKET, &format!("backup/{}", digest.place.key));
        damage::copy(&mut case.world, &digest.place, &place);
    }
    let damaged = Place::new(BUCKET, &format!("backup/{}", chain.digests[2].place.key));
    damage::tamper_digest(&mut case.world, &damaged);
    case
}

fn fork() -> Case {
    let mut case = Case::new(
        "chain-fork",
        4,
        "two properly signed digests name the same predecessor",
    );
    let chain = case.chain(6);
    chain.fork(&mut case.world, 3, 600);
    case
}

fn overlap() -> Case {
    let mut case = Case::new(
        "chain-fork--overlap",
        4,
        "a properly signed digest begins before its predecessor ends, within one segment",
    );
    let mut chain = case.chain(4);
    chain.append_custom(&mut case.world, |fields| {
        fields.set("digestStartTime", "2026-03-01T03:52:34Z");
    });
    case
}

fn by_successor() -> Case {
    let mut case = Case::new(
        "digest-proven-by-successor",
        0,
        "only the newest digest kept its metadata: what each successor recorded proves all the others",
    );
    let chain = case.chain(5);
    case.heads = Heads::Only(vec![chain.last().place.key.clone()]);
    case
}

fn backfill_late() -> Case {
    let mut case = Case::new(
        "backfill-late",
        0,
        "backfill digests vouch for logs and cover no time; one says it was generated two days later",
    );
    let mut chain = case.chain(6);
    chain.backfill(&mut case.world, hour(2), hour(4), 2, false);
    chain.backfill(&mut case.world, hour(3), hour(51), 1, true);
    case
}

fn algorithm() -> Case {
    let mut case = Case::new(
        "algorithm-unsupported",
        4,
        "the newest digest is signed by an algorithm that is not known here",
    );
    let chain = case.chain(4);
    rewrite_digest(&mut case.world, chain.last(), REGION, |fields| {
        fields.set("digestSignatureAlgorithm", "SHA512withRSA");
    });
    case
}
