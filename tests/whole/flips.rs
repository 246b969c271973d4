//! Every bit of an object counts, except those that gzip itself ignores.

use std::process::Command;

use trailproof::proof::finding::{Code, Verdict};

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{BUCKET, Case, REGION};
use crate::support::forge::{Place, World, damage};

/// Bytes of a gzip header that do not affect the content: MTIME, XFL and OS (RFC 1952, 2.3.1).
const IDLE: std::ops::Range<usize> = 4..10;
/// The bit FTEXT in FLG.
const FTEXT: usize = 3 * 8;

/// Flips every bit of an object in turn, and returns those that changed no verdict.
fn unnoticed(world: &World, place: &Place, allowed: &[Code]) -> Vec<usize> {
    let ring = ring(world, &[REGION]);
    let bits = world.object(place).body.len() * 8;
    let mut unnoticed = Vec::new();
    for bit in 0..bits {
        let mut world = world.clone();
        damage::flip_bit(&mut world, place, bit);
        let outcome = prove(&source(&world), &ring, &request());
        match outcome.verdict {
            Verdict::Failed => {
                let found = codes(&outcome);
                assert!(
                    found.iter().all(|c| allowed.contains(c)),
                    "bit {bit}: {found:?}"
                );
            }
            Verdict::Verified => unnoticed.push(bit),
            other => panic!("bit {bit}: {other:?} {:?}", outcome.findings),
        }
    }
    unnoticed
}

/// The bits that may flip unnoticed: those that gzip ignores, and those with which deflate encodes
/// the same content differently (padding, and declared codes that are not used). A hash of the
/// content cannot detect them. `gunzip` decides.
fn assert_only_idle_bits(world: &World, place: &Place, unnoticed: &[usize]) {
    let body = &world.object(place).body;
    let content = gunzip(body).expect("a whole file");
    let mut recoded = 0;
    for bit in unnoticed
        .iter()
        .filter(|bit| !IDLE.contains(&(*bit / 8)) && **bit != FTEXT)
    {
        let mut flipped = body.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            gunzip(&flipped).as_ref(),
            Some(&content),
            "bit {bit} was flipped unnoticed"
        );
        recoded += 1;
    }
    assert!(recoded < 16, "{recoded} bits of {} bytes", body.len());
    // The idle bits really are ignored; otherwise this test would prove nothing about them.
    assert!(IDLE.clone().all(|byte| unnoticed.contains(&(byte * 8))));
}

/// The content that `gunzip` returns, if it accepts the file without a warning.
fn gunzip(body: &[u8]) -> Option<Vec<u8>> {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("log.gz");
    std::fs::write(&path, body).expect("a file");
    let output = Command::new("gunzip")
        .arg("-c")
        .arg(&path)
        .output()
        .expect("gunzip is needed");
    (output.status.success() && output.stderr.is_empty()).then_some(output.stdout)
}

#[test]
fn every_flipped_bit_of_a_log_is_detected() {
    let mut case = Case::new("flipped-log", 1, "");
    let chain = case.chain(1);
    let place = Place::new(BUCKET, &chain.digests[1].logs[0].place.key);
    let allowed = [Code::LogModified, Code::LogMalformed, Code::LogTrailingData];
    let unnoticed = unnoticed(&case.world, &place, &allowed);
    assert_only_idle_bits(&case.world, &place, &unnoticed);
}

#[test]
fn every_flipped_bit_of_a_digest_is_detected() {
    let mut case = Case::new("flipped-digest", 1, "");
    let chain = case.chain(1);
    let place = chain.digests[0].place.clone();
    let allowed = [
        Code::DigestMalformed,
        Code::DigestSignatureInvalid,
        Code::ChainLinkMismatch,
    ];
    let unnoticed = unnoticed(&case.world, &place, &allowed);
    assert_only_idle_bits(&case.world, &place, &unnoticed);
}
