//! Which key was valid when, and what numbers make a key.

use jiff::Timestamp;
use trailproof::Region;
use trailproof::proof::finding::{Code, Finding};
use trailproof::proof::keys::{KeyLookup, KeyOrigin, KeyRing, Keys as _, NoKeys, PublicKey};
use trailproof::proof::reason::Reason;

use crate::support::forge::keys::signing_key;

/// A DER element.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a short element");
    let [high, low] = length.to_be_bytes();
    [&[tag, 0x82, high, low], content].concat()
}

/// An RSA key whose modulus has so many bits, all of them set.
fn key_of(bits: usize, exponent: &[u8]) -> Vec<u8> {
    let mut modulus = vec![0xff; bits / 8];
    if !bits.is_multiple_of(8) {
        modulus.insert(0, (1 << (bits % 8)) - 1);
    }
    key(&[&[0], &modulus[..]].concat(), exponent)
}

fn key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    element(0x30, &[element(2, modulus), element(2, exponent)].concat())
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn parsed(der: &[u8]) -> Result<PublicKey, String> {
    PublicKey::from_der(der, (at(100), at(200)), KeyOrigin::File)
}

/// The numbers are those of an RSA key, but another algorithm may use them in another way.
#[test]
fn a_key_for_another_algorithm_is_refused_whatever_its_numbers() {
    // 1.2.840.113549.1.1.1 is rsaEncryption, and .10 is RSASSA-PSS (RFC 8017, appendix C).
    let [rsa, pss] = [1, 10].map(|last: u8| [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, last]);
    let good = signing_key(0).spki_der();
    let at = good.windows(rsa.len()).position(|bytes| bytes == rsa);
    let mut other = good.clone();
    other[at.expect("an algorithm")..][..pss.len()].copy_from_slice(&pss);
    assert!(parsed(&good).is_ok());
    assert_eq!(parsed(&other), Err("it is not an RSA key".to_owned()));
}

#[test]
fn a_modulus_has_2048_to_8192_bits() {
    for (bits, is_key) in [(2047, false), (2048, true), (8192, true), (8193, false)] {
        let result = parsed(&key_of(bits, &[1, 0, 1]));
        assert_eq!(result.is_ok(), is_key, "{bits}: {result:?}");
        if let Err(why) = result {
            assert!(why.contains(&format!("{bits} bits")), "{why}");
        }
    }
}

#[test]
fn a_key_has_two_odd_and_positive_numbers() {
    let usual = key_of(2048, &[1, 0, 1]);
    let numbers = parsed(&usual).expect("a key");
    assert_eq!(
        (numbers.modulus.len(), &numbers.exponent[..]),
        (256, &[1, 0, 1][..])
    );
    assert!(parsed(&key_of(2048, &[3])).is_ok());
    assert!(parsed(&key_of(2048, &[0x7f, 0xff, 0xff, 0xff])).is_ok());
    let even = [&[0], &[0xff; 255][..], &[0xfe]].concat();
    let negative = [0xff; 256];
    for der in [
        key(&even, &[3]),
        key(&negative, &[3]),
        key_of(2048, &[2]),
        key_of(2048, &[1]),
        key_of(2048, &[0x81]),
        key_of(2048, &[1, 0, 0, 0, 1]),
        element(
            0x30,
            &[element(2, &[0, 0xff]), element(2, &[3]), element(2, &[3])].concat(),
        ),
        [usual, vec![0]].concat(),
    ] {
        assert!(parsed(&der).is_err(), "{}", hex::encode(der));
    }
}

#[test]
fn a_key_is_valid_from_its_first_to_its_last_second() {
    let key = parsed(&key_of(2048, &[3])).expect("a key");
    for (from, to, is_valid) in [
        (0, 99, false),
        (0, 100, true),
        (150, 160, true),
        (200, 300, true),
        (201, 300, false),
    ] {
        assert_eq!(
            key.valid_during(at(from), at(to)),
            is_valid,
            "{from} to {to}"
        );
    }
    let der = key_of(2048, &[3]);
    assert!(PublicKey::from_der(&der, (at(5), at(5)), KeyOrigin::File).is_ok());
    assert!(PublicKey::from_der(&der, (at(6), at(5)), KeyOrigin::File).is_err());
}

fn region(name: &str) -> Region {
    name.parse().expect("a region")
}

#[test]
fn a_ring_says_why_it_has_no_key() {
    let (here, there) = (region("eu-west-1"), region("us-east-1"));
    let own = parsed(&key_of(2048, &[3])).expect("a key");
    let other = parsed(&key_of(2048, &[1, 0, 1])).expect("a key");
    let mut ring = KeyRing::default();
    assert!(ring.is_empty());
    assert_eq!(ring.origin(), KeyOrigin::File);
    ring.add(Some(here.clone()), own.clone());
    ring.add(Some(here.clone()), own.clone());
    ring.add(Some(there), other.clone());
    assert_eq!((ring.len(), ring.is_empty()), (2, false));
    let inside = (at(150), at(160));
    let found = ring.look_up(&here, &own.fingerprint, inside);
    assert_eq!(found, KeyLookup::Valid(vec![own.clone()]));
    let late = ring.look_up(&here, &own.fingerprint, (at(300), at(310)));
    assert_eq!(late, KeyLookup::OutsideValidity(vec![own]));
    let KeyLookup::Unavailable(Some(swapped)) = ring.look_up(&here, &other.fingerprint, inside)
    else {
        panic!("a key of another region")
    };
    assert_eq!(swapped.reason, Reason::KeyUnknown);
    assert!(swapped.detail.contains("us-east-1"), "{}", swapped.detail);
    assert_eq!(
        ring.look_up(&here, "none", inside),
        KeyLookup::Unknown(KeyOrigin::File)
    );
    assert_eq!(
        ring.look_up(&here, "none", (at(300), at(310))),
        KeyLookup::Unavailable(None)
    );
    assert_eq!(
        ring.look_up(&region("eu-west-2"), "none", inside),
        KeyLookup::Unavailable(None)
    );
}

#[test]
fn a_key_that_could_not_be_read_may_be_the_one_that_was_used() {
    let here = region("eu-west-1");
    let own = parsed(&key_of(2048, &[3])).expect("a key");
    for (of, valid, at_most) in [
        (Some(here.clone()), Some((at(120), at(180))), true),
        (None, Some((at(160), at(180))), true),
        (None, Some((at(161), at(180))), false),
        (None, Some((at(120), at(150))), true),
        (None, Some((at(120), at(149))), false),
        (None, None, true),
        (Some(region("us-east-1")), None, false),
    ] {
        let mut ring = KeyRing::default();
        ring.add(Some(here.clone()), own.clone());
        ring.unread(of, valid);
        let found = ring.look_up(&here, "none", (at(150), at(160)));
        let lacks = matches!(&found, KeyLookup::Unavailable(Some(why)) if why.reason == Reason::KeyUnavailable);
        assert_eq!(lacks, at_most, "{valid:?}: {found:?}");
    }
}

#[test]
fn broken_keys_are_reported_once() {
    let mut ring = KeyRing::default();
    for _ in 0..2 {
        ring.reject(Finding::new(Code::KeyInvalid, "broken"));
    }
    assert_eq!(ring.broken(), [Finding::new(Code::KeyInvalid, "broken")]);
    assert_eq!(ring.requests(), 0);
    let KeyLookup::Unavailable(Some(why)) =
        NoKeys.look_up(&region("eu-west-1"), "f", (at(0), at(1)))
    else {
        panic!("a key of nobody")
    };
    assert_eq!(why.reason, Reason::KeysNotGiven);
    assert_eq!(
        (NoKeys.broken(), NoKeys.origin()),
        (Vec::new(), KeyOrigin::File)
    );
}
