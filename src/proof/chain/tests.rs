use super::fixtures::{codes, hourly, linked, met, proven, reading, scope, unsigned, wrong};
use crate::base::sha256::Sha256;
use crate::proof::finding::Code;
use crate::proof::fixtures::link;

#[test]
fn findings_are_taken_out_once() {
    let forged = reading(hourly(11, None), wrong());
    let mut walk = met(scope(), vec![forged, proven(hourly(10, Some(9)))]);
    assert_eq!(
        codes(&walk.drain_findings()),
        [Code::DigestSignatureInvalid]
    );
    assert!(walk.drain_findings().is_empty());
    assert!(walk.finish().findings.is_empty());
}

#[test]
fn the_hash_of_a_digest_is_known_once_its_successor_is_proven() {
    let hash = Some(Sha256::of(b"a digest"));
    let newer = || linked(link("10:00", hash), hourly(11, None));
    let older = unsigned(hourly(10, None));
    for (newer, expected) in [(proven(newer()), hash), (unsigned(newer()), None)] {
        let walk = met(scope(), vec![newer]);
        assert_eq!(walk.expected(&older), expected);
    }
}
