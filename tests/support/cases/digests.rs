//! Cases about digests that are altered, malformed or not proven.

use crate::support::case::{Case, REGION, hour};
use crate::support::forge::damage::rewrite_digest;
use crate::support::forge::{Heads, damage, ts};

pub fn cases() -> Vec<Case> {
    vec![
        signature_invalid(),
        signature_invalid_successor_right(),
        malformed(),
        malformed_duplicate_name(),
        malformed_stored_inflated(),
        malformed_trailing_member(),
        replaced_without_metadata(),
        absent(),
        absent_no_metadata_at_all(),
        unreadable(),
        unreadable_elsewhere(),
        by_successor(),
        backfill_late(),
        algorithm(),
    ]
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
