//! The same objects in several folders.

use trailproof::base::limits::Limits;
use trailproof::proof::finding::{Code, Verdict};
use trailproof::source::disk::DiskSource;

use crate::library::{codes, prove, request, ring};
use crate::support::case::{BUCKET, Case, REGION, spec};
use crate::support::disk::{copy_of, running, two_folders};
use crate::support::forge::{Heads, World, damage};
use crate::support::program::report;

#[test]
fn the_same_bucket_in_two_folders_is_counted_once_whatever_metadata_was_kept() {
    let mut case = Case::new("twice", 0, "");
    let chain = case.chain(5);
    for bare in [false, true] {
        for digest in chain.digests[..5].iter().filter(|_| bare) {
            case.world.object_mut(&digest.place).metadata.clear();
        }
        let (one, two) = (
            tempfile::tempdir().expect("one"),
            tempfile::tempdir().expect("two"),
        );
        let mut source = DiskSource::new(Limits::default());
        for dir in [&one, &two] {
            case.world
                .write_tree(BUCKET, dir.path(), Heads::Only(with_metadata(&case.world)));
            source
                .mount(dir.path(), vec![BUCKET.into()])
                .expect("a folder");
        }
        let outcome = prove(&source, &ring(&case.world, &[REGION]), &request());
        let logs: usize = chain.digests.iter().map(|d| d.logs.len()).sum();
        let chain = &outcome.chains[0];
        assert_eq!(
            (outcome.verdict, chain.digests.valid),
            (Verdict::Verified, 6),
            "{:#?}",
            outcome.findings
        );
        assert_eq!(chain.logs.valid, logs as u64);
    }
}

/// The digests that still have metadata.
fn with_metadata(world: &World) -> Vec<String> {
    let objects = world.buckets[BUCKET].iter();
    objects
        .filter(|(_, o)| o.metadata.contains_key("signature"))
        .map(|(key, _)| key.clone())
        .collect()
}

#[test]
fn an_altered_copy_in_another_folder_is_reported_in_any_order() {
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
fn the_same_objects_in_two_unnamed_folders_do_no_harm_and_one_folder_twice_is_refused() {
    let mut world = World::new(18);
    let chain = running(&mut world, spec(), 3);
    let dir = copy_of(&world);
    world.write_tree(BUCKET, &dir.path().join("again"), Heads::None);
    let two = ["--path", BUCKET, "--path", "again", "--keys", "keys"];
    let (code, twice) = report(dir.path(), &two);
    assert_eq!(
        (code, &twice["chains"][0]["digests"]["valid"]),
        (0, &4.into()),
        "{:#}",
        twice["findings"]
    );
    assert!(chain.digests.len() == 4 && twice["chains"][0]["gaps"] == serde_json::json!([]));
    let inside = format!("{BUCKET}/.");
    let same = [
        "validate",
        "--path",
        BUCKET,
        "--path",
        inside.as_str(),
        "--keys",
        "keys",
    ];
    let refused = crate::support::program::run(dir.path(), &same);
    assert!(
        refused.code == 2 && refused.stderr.contains("given twice"),
        "{}",
        refused.stderr
    );
}
