//! Public keys: accepted, refused, missing.

use trailproof::base::limits::Limits;
use trailproof::proof::keys::{KeyOrigin, KeyRing, Keys as _, PublicKey};
use trailproof::source::key_files;

use crate::support::case::{BUCKET, REGION, spec};
use crate::support::disk::{copied, running};
use crate::support::forge::{Heads, KeyFileStyle, World, ts};
use crate::support::program::{report, root, severity_codes};
use crate::support::real::{der, real_json};

#[test]
fn all_keys_that_aws_published_are_read_and_have_the_fingerprint_it_gave() {
    let keys = real_json("public-keys.json");
    let keys = keys["PublicKeyList"].as_array().expect("keys");
    assert_eq!(keys.len(), 4);
    for key in keys {
        let time = (ts("2015-01-01T00:00:00Z"), ts("2016-01-01T00:00:00Z"));
        let read = PublicKey::from_der(&der(key), time, KeyOrigin::File).expect("a key");
        assert_eq!(Some(read.fingerprint.as_str()), key["Fingerprint"].as_str());
        assert_eq!(
            (read.modulus.len(), read.exponent.as_slice()),
            (256, &[1, 0, 1][..])
        );
    }
    let mut ring = KeyRing::default();
    let path = root().join("tests/support/real/public-keys.json");
    key_files::load(&path, &Limits::default(), &mut ring).expect("a key file");
    assert_eq!((ring.len(), ring.broken()), (4, Vec::new()));
}

#[test]
fn an_invalid_rsa_key_is_refused() {
    let time = (ts("2015-01-01T00:00:00Z"), ts("2016-01-01T00:00:00Z"));
    let keys = real_json("public-keys.json");
    let good = der(&keys["PublicKeyList"][0]);
    let trailing = [good.as_slice(), b"x"].concat();
    let cut = &good[..good.len() - 1];
    let mut even = good.clone();
    *even.last_mut().expect("a byte") = 2;
    for bad in [&[][..], b"\x30\x00", cut, &trailing, &even, &[0x30; 300]] {
        assert!(
            PublicKey::from_der(bad, time, KeyOrigin::File).is_err(),
            "{}",
            hex::encode(bad)
        );
    }
    assert!(
        PublicKey::from_der(&good, (time.1, time.0), KeyOrigin::File).is_err(),
        "validity the wrong way round"
    );
}

#[test]
fn without_keys_the_key_is_unavailable_and_the_signature_not_invalid() {
    let mut world = World::new(19);
    running(&mut world, spec(), 3);
    let dir = copied(
        &world,
        &[BUCKET],
        &[REGION],
        &Heads::None,
        KeyFileStyle::V2Iso,
    );
    let (code, report) = report(dir.path(), &["--path", BUCKET]);
    let mut found = severity_codes(&report);
    found.dedup();
    assert_eq!(
        (code, found),
        (
            4,
            vec![
                "unproven key-unavailable".into(),
                "unproven digest-signature-absent".to_owned()
            ]
        )
    );
}
