//! Cases about digests in the wrong place, links that do not fit, and forks.

use crate::support::case::{ACCOUNT, BUCKET, Case, REGION, hour, spec, trail};
use crate::support::forge::{Chain, ChainSpec, Place, Trail, damage, ts};

pub fn cases() -> Vec<Case> {
    vec![
        identity_of_a_sibling(),
        identity_of_another_bucket_shape(),
        identity_misfiled(),
        link_mismatch(),
        link_to_another_chain(),
        relocated(),
        relocated_mapped(),
        relocated_copy_beside(),
        copy_of_a_missing_original(),
        fork(),
        overlap(),
        two_segments(),
        own_trail_like_its_organizations(),
        source_unreadable(),
    ]
}

fn sibling(case: &mut Case, name: &str, hours: i64) -> Chain {
    let trail = Trail::new(ACCOUNT, REGION, name, BUCKET);
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
    .arg(&["--trail-arn", "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main"]);
    let chain = case.chain(5);
    let other = sibling(&mut case, "main_eu-west-1", 5);
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
        ChainSpec::new(Trail::new("999999999999", REGION, "main", BUCKET), REGION).logs(1..=1),
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

fn relocated_world(case: &mut Case) {
    let mut chain = Chain::new(ChainSpec {
        trail: trail().prefix("audit/2026"),
        ..spec()
    });
    chain.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut case.world, hour(4));
    // The copy starts below the prefix, and goes to another bucket.
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

fn copy_of_a_missing_original() -> Case {
    let mut case = Case::new(
        "digest-missing--a-copy-remains",
        1,
        "a digest is missing at its recorded place; an intact copy in a replica proves it and excuses nothing",
    )
    .args(&[
        "--path", "trail-logs=buckets/trail-logs", "--path", "replica=buckets/replica", "--keys", "keys",
        "--map", "replica=trail-logs",
    ]);
    let chain = case.chain(4);
    damage::replicate(&mut case.world, BUCKET, "replica", true);
    damage::delete(&mut case.world, &chain.digests[2].place);
    case.buckets = vec![BUCKET, "replica"];
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

fn two_segments() -> Case {
    let mut case = Case::new(
        "chain-fork--two-segments",
        4,
        "a second segment under another prefix covers three hours of the first one: two trails, and which of them is \
         this chain is not known",
    );
    case.chain(6);
    let mut spec = spec();
    spec.trail = spec.trail.prefix("other");
    let mut other = Chain::new(spec);
    other.start(&mut case.world, ts("2026-03-01T03:12:34Z"));
    other.run_until(&mut case.world, hour(8));
    case
}

fn own_trail_like_its_organizations() -> Case {
    let mut case = Case::new(
        "digest-missing--beside-an-organizations",
        1,
        "four digests of an account's own trail were removed; its organization's trail of the same name covers that \
         time, and is another chain",
    );
    let chain = case.chain(9);
    let trail = Trail::new("999999999999", REGION, "main", BUCKET).organization("o-a1b2c3d4e5");
    let spec = ChainSpec { trail, ..spec() }.account(ACCOUNT);
    let mut shared = Chain::new(spec);
    shared.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    shared.run_until(&mut case.world, hour(9));
    for digest in &chain.digests[3..7] {
        damage::delete(&mut case.world, &digest.place);
    }
    case.differs("CloudTrail describes one trail of a name and home region to an account")
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

fn source_unreadable() -> Case {
    let mut case = Case::new(
        "source-unreadable",
        4,
        "a link lies in the place of an account's folder: what it holds was not looked at, and no --fail-on makes that a success",
    )
    .arg(&["--fail-on", "failed"])
    .disk_only();
    case.chain(3);
    case.links = vec![Place::new(BUCKET, "AWSLogs/222222222222")];
    case
}
