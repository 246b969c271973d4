//! Differences that no case of `testdata/` shows: a scene for each fault that the AWS CLI
//! overlooks, before both programs.

use std::collections::BTreeSet;

use super::scene::{ACCOUNT, BUCKET, MEMBER, REGION, Scene, Set, scene};

use crate::support::aws::{Answer, Fault, Organization, TrailConfig};
use crate::support::forge::{Chain, ChainSpec, Encoding, PublishedKey, damage, ts};
use crate::whole::differences::awscli::End::{Aborted, Invalid, Valid};
use crate::whole::differences::stage::{Both, arguments, both, each, prints_differ};
use crate::whole::differences::testdata::DIFFERENCES;
use crate::whole::differences::why::Why::*;
use crate::whole::differences::why::{agree, differ};

#[rustfmt::skip] // What differs stands in one line.
const SCENES: &[Scene] = &[
    // The longest scene comes first: both programs retry for a while.
    scene(
        differ("a connection that closes", Invalid, "unproven", CouldNotLook, "INVALID: invalid format"),
        &["log-unreadable"],
        |s| s.log_answers(Answer::Close),
    ),
    scene(
        differ("every digest deleted", Valid, "unproven", NothingFound, "No digests found"),
        &["nothing-found"],
        |s| {
            s.run();
            s.delete(0..11);
        },
    ),
    scene(
        differ("another region", Valid, "unproven", NothingFound, "No digests found"),
        &["nothing-found"],
        |s| {
            s.run();
            s.region = "ap-south-1";
        },
    ),
    scene(
        differ("the newest deleted", Valid, "gaps", Edges, "9/9 digest files valid"),
        &["coverage-tail"],
        |s| {
            s.run();
            s.delete(9..11);
        },
    ),
    Scene {
        never: "No log files were delivered",
        ..scene(
            differ("everything before a gap deleted", Valid, "gaps", Edges, "4/4 digest files valid"),
            &["coverage-head"],
            |s| {
                s.start("2026-03-01T00:12:34Z");
                s.chain.stop(&mut s.world, ts("2026-03-01T04:00:00Z"));
                let before = s.chain.digests.len();
                s.start("2026-03-01T07:12:34Z");
                s.until("2026-03-01T10:12:34Z");
                s.delete(0..before);
            },
        )
    },
    Scene {
        counts: &[("/totals/digests/missing", 1), ("/totals/digests/missing_inferred", 1)],
        ..scene(
            differ("two in a row deleted", Invalid, "failed", CountsOne, "1/10 digest files INVALID"),
            &["digest-missing"],
            |s| {
                s.run();
                s.delete(4..6);
            },
        )
    },
    Scene {
        counts: &[("/totals/digests/failed", 1), ("/totals/digests/missing_inferred", 2)],
        never: "not found",
        ..scene(
            differ("two deleted before a tampered one", Invalid, "failed", CountsOne, "1/9 digest files INVALID"),
            &["digest-missing", "digest-signature-invalid"],
            |s| {
                s.run();
                s.delete(4..6);
                s.tamper(6);
            },
        )
    },
    scene(
        differ("a sibling instead", Valid, "unproven", Siblings, "_main_us-east-1_us-east-1_"),
        &["nothing-found"],
        |s| {
            s.chain.spec.trail.name = "main_us-east-1".to_owned();
            s.run();
            s.chain.spec.trail.name = "main".to_owned();
            s.args.push("--verbose");
        },
    ),
    scene(
        differ("an organization's bucket by its name", Valid, "failed", OrganizationBucket, "No digests found"),
        &["digest-signature-invalid"],
        |s| {
            let trail = s.chain.spec.trail.clone().organization("o-a1b2c3d4e5");
            let spec = ChainSpec::new(trail, REGION);
            s.chain = Chain::new(spec.clone());
            s.run();
            // The organization's own account has a chain too.
            s.chain = Chain::new(spec.account(MEMBER));
            s.run();
            s.tamper(2);
            s.args.extend(["--s3-bucket", BUCKET, "--account-id", MEMBER]);
        },
    ),
    scene(
        differ("a time with an offset", Valid, "failed", Offset, "between 2026-03-01T05:12:34Z and"),
        &["digest-signature-invalid"],
        |s| {
            s.run();
            s.tamper(2);
            s.window[0] = "2026-03-01T05:12:34+05:00";
        },
    ),
    scene(
        differ("another previous signature", Valid, "failed", NotCompared, "12/12 digest files valid"),
        &["chain-link-mismatch"],
        |s| {
            s.run();
            s.chain.append_custom(&mut s.world, |fields| {
                fields.set("previousDigestSignature", "ab".repeat(256));
            });
            s.window[1] = "2026-03-01T11:12:34Z";
        },
    ),
    scene(
        differ("a key after its time", Valid, "unproven", NotCompared, "11/11 digest files valid"),
        &["key-outside-validity"],
        |s| {
            s.run();
            let last = s.chain.last();
            let index = s.world.keys.index_outside_validity(REGION, last.delivered);
            let mut keys = s.world.keys.published(REGION, last.start, last.delivered);
            // The key was valid when the window began.
            keys.push(PublishedKey {
                index,
                valid_from: ts("2026-02-01T00:00:00Z"),
                valid_to: ts("2026-03-01T01:00:00Z"),
            });
            damage::sign_with_key(&mut s.world, last, index);
            s.loopback.change(|cloud| cloud.published.insert(REGION.to_owned(), keys));
        },
    ),
    scene(
        differ("an unknown key after the window", Invalid, "verified", Touching, "INVALID: public key not found in region us-east-1 for"),
        &[],
        |s| {
            s.run();
            let last = s.chain.last();
            let index = s.world.keys.index_outside_validity(REGION, last.delivered);
            let keys = s.world.keys.published(REGION, last.start, last.delivered);
            damage::sign_with_key(&mut s.world, last, index);
            s.loopback.change(|cloud| cloud.published.insert(REGION.to_owned(), keys));
            s.window[1] = "2026-03-01T09:12:34Z";
        },
    ),
    scene(
        differ("a damaged backfill digest before the window", Invalid, "verified", Touching, "1/2 backfill digest files INVALID"),
        &[],
        |s| {
            s.run();
            let generated = ts("2026-03-01T20:00:00Z");
            s.chain.backfill(&mut s.world, ts("2026-02-28T22:12:34Z"), generated, 1, false);
            s.chain.backfill(&mut s.world, ts("2026-03-01T05:12:34Z"), generated, 1, true);
            let place = s.chain.backfills[0].place.clone();
            damage::not_gzip(&mut s.world, &place);
        },
    ),
    scene(
        differ("a backfill digest that does not say when it was generated", Invalid, "verified", Copies, "INVALID: invalid format"),
        &[],
        |s| {
            s.run();
            let generated = ts("2026-03-01T20:00:00Z");
            s.chain.backfill(&mut s.world, ts("2026-03-01T05:12:34Z"), generated, 1, false);
            let place = &s.chain.backfills[0].place;
            let object = s.world.object_mut(place);
            object.metadata.remove("backfill-generation-timestamp").expect("a time");
        },
    ),
    scene(
        differ("a backfill digest of a time without keys", Invalid, "unproven", CouldNotLook, "INVALID: No public keys found between"),
        &["key-unavailable"],
        |s| {
            s.run();
            let last = s.chain.last();
            let keys = s.world.keys.published(REGION, s.chain.digests[0].start, last.delivered);
            let generated = ts("2026-04-15T20:00:00Z");
            s.chain.backfill(&mut s.world, ts("2026-03-01T05:12:34Z"), generated, 1, false);
            s.loopback.change(|cloud| cloud.published.insert(REGION.to_owned(), keys));
        },
    ),
    scene(
        differ("a log that is denied", Aborted, "unproven", CouldNotLook, "(AccessDenied)"),
        &["log-unreadable"],
        |s| s.log_answers(Answer::access_denied()),
    ),
    scene(
        differ("a log whose key is denied", Aborted, "unproven", CouldNotLook, "kms:Decrypt"),
        &["log-unreadable"],
        |s| s.log_answers(Answer::kms_denied()),
    ),
    scene(
        differ("an archived log", Aborted, "unproven", CouldNotLook, "(InvalidObjectState)"),
        &["log-unreadable"],
        |s| s.log_answers(Answer::archived()),
    ),
    scene(
        differ("a digest that is denied", Aborted, "unproven", CouldNotLook, "(AccessDenied)"),
        &["digest-unreadable"],
        |s| {
            s.run();
            let key = &s.chain.digests[5].place.key;
            s.loopback.fault(Fault::new(Answer::access_denied()).key(key));
        },
    ),
    scene(
        differ("metadata lost", Invalid, "verified", Copies, "1/11 digest files INVALID"),
        &["digest-proven-by-successor"],
        |s| {
            s.run();
            let place = s.chain.digests[5].place.clone();
            damage::drop_metadata(&mut s.world, &place);
        },
    ),
    scene(
        differ("a replica", Invalid, "verified", Copies, "INVALID: has been moved from its original location"),
        &[],
        |s| {
            s.run();
            damage::replicate(&mut s.world, BUCKET, "replica", true);
            s.world.buckets.remove(BUCKET);
            s.args.extend(["--s3-bucket", "replica"]);
            s.besides.extend(["--map", "replica=trail-logs"]);
        },
    ),
    scene(
        differ("another bucket after a gap", Valid, "failed", BucketBeforeGap, "4/4 digest files valid"),
        &["digest-signature-invalid", "gap"],
        |s| {
            s.start("2026-03-01T00:12:34Z");
            s.chain.stop(&mut s.world, ts("2026-03-01T04:00:00Z"));
            s.chain.move_to("new-logs", None);
            s.start("2026-03-01T07:12:34Z");
            s.until("2026-03-01T10:12:34Z");
            s.tamper(2);
            s.besides.extend(["--s3-bucket", BUCKET, "--s3-bucket", "new-logs"]);
        },
    ),
    scene(
        differ("a key as SubjectPublicKeyInfo", Invalid, "verified", KeyEncoding, "Unable to load PKCS #1 key"),
        &[],
        |s| {
            s.world.keys.set_encoding(REGION, Encoding::Spki);
            s.run();
        },
    ),
];

/// Scenes in which the two programs print different text, in order. In all others the text is
/// equal, byte for byte.
const PRINTED_OTHERWISE: &[&str] = &[
    "a connection that closes",
    "two in a row deleted",
    "two deleted before a tampered one",
    "a sibling instead",
    "an organization's bucket by its name",
    "a time with an offset",
    "another previous signature",
    "a key after its time",
    "a backfill digest that does not say when it was generated",
    "a backfill digest of a time without keys",
    "a log that is denied",
    "a log whose key is denied",
    "an archived log",
    "a digest that is denied",
    "metadata lost",
    "a replica",
    "another bucket after a gap",
    "a key as SubjectPublicKeyInfo",
];

/// Prepares a scene, runs both programs, and returns what is not as declared.
fn check(scene: &Scene) -> (Both, Option<String>) {
    let mut set = Set::new();
    (scene.set)(&mut set);
    set.loopback.serve(&set.world);
    let trail = &set.chain.spec.trail;
    set.loopback.change(|cloud| {
        cloud.cloudtrail.trails = vec![TrailConfig::from(trail)];
        cloud.organization = trail.organization.clone().map(|id| Organization {
            id,
            management_account: ACCOUNT.to_owned(),
        });
    });
    let mut args = arguments(&trail.arn(), set.region, set.window[0], set.window[1]);
    args.extend(set.args.iter().map(|arg| (*arg).to_owned()));
    let both = both(&set.loopback, &args, &set.besides);

    let declared = &scene.differ;
    let findings = both.ours["findings"].as_array().expect("findings");
    let codes: BTreeSet<&str> = findings.iter().filter_map(|f| f["code"].as_str()).collect();
    let count = |at: &str| both.ours.pointer(at).and_then(serde_json::Value::as_u64);
    let as_declared = both.cli.end == declared.cli
        && both.cli.text.contains(declared.words)
        && !both.cli.text.contains(scene.never)
        && both.verdict() == declared.ours
        && codes.iter().eq(scene.codes)
        && scene.counts.iter().all(|(at, n)| count(at) == Some(*n))
        // The report is complete even if the run could not read everything.
        && both.ours["complete"] == true;
    let totals = &both.ours["totals"]["digests"];
    let wrong = (!as_declared).then(|| {
        format!(
            "{}: {:?}, {}\n{totals}",
            declared.name,
            both.cli.end,
            both.summary()
        )
    });
    (both, wrong)
}

#[test]
fn each_scene_shows_both_programs_what_one_of_them_overlooks() {
    let (results, wrong): (Vec<Both>, Vec<_>) = each(SCENES, check).into_iter().unzip();
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
    let names = SCENES.iter().map(|scene| scene.differ.name);
    let results: Vec<_> = names.zip(&results).collect();
    prints_differ(&results, PRINTED_OTHERWISE);
}

#[test]
fn where_the_verdicts_agree_only_counts_differ() {
    for declared in DIFFERENCES.iter().chain(SCENES.iter().map(|s| &s.differ)) {
        let counted = declared.why == CountsOne;
        assert_eq!(
            agree(declared.cli, declared.ours),
            counted,
            "{}",
            declared.name
        );
    }
}
