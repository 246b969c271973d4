//! Keys and a signature that AWS itself made (`tests/support/real`).

use std::fs;
use std::process::Command;

use base64::Engine as _;
use serde_json::Value;
use trailproof::base::limits::Limits;
use trailproof::cloudtrail::digest::Unverified;
use trailproof::proof::keys::{KeyOrigin, KeyRing, Keys as _, PublicKey};
use trailproof::source::key_files;

use crate::support::forge::ts;
use crate::support::program::root;

fn real(name: &str) -> Value {
    serde_json::from_slice(&fs::read(root().join("tests/support/real").join(name)).expect("a file"))
        .expect("JSON")
}

fn der(key: &Value) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD
        .decode(key["Value"].as_str().expect("a value"))
        .expect("base64")
}

#[test]
fn all_keys_that_aws_published_are_read_and_have_the_fingerprint_it_gave() {
    let keys = real("public-keys.json");
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

/// The account is redacted in the public capture, so the signed text cannot be made again; but the
/// signature opens under the key as we read it, to the padding and the DigestInfo it must have.
#[test]
fn a_signature_that_aws_made_opens_under_its_key() {
    let real = real("starting-digest-2026.json");
    let time = (ts("2026-09-05T17:06:29Z"), ts("2026-10-05T17:06:29Z"));
    let key = PublicKey::from_der(&der(&real["key"]), time, KeyOrigin::File).expect("a key");
    assert_eq!(
        Some(key.fingerprint.as_str()),
        real["key"]["Fingerprint"].as_str()
    );
    assert_eq!(
        real["key"]["ValidityStartTime"]
            .as_str()
            .expect("a time")
            .parse::<jiff::Timestamp>()
            .ok(),
        Some(time.0)
    );

    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).to_str().expect("UTF-8").to_owned();
    let config = format!(
        "asn1 = SEQUENCE:key\n[key]\nn = INTEGER:0x{}\ne = INTEGER:0x{}\n",
        hex::encode(&key.modulus),
        hex::encode(&key.exponent)
    );
    fs::write(path("key.conf"), config).expect("a file");
    let signature = hex::decode(real["signature"].as_str().expect("hex")).expect("hex");
    fs::write(path("signature"), signature).expect("a file");
    let openssl = |args: &[&str]| {
        let output = Command::new("openssl")
            .args(args)
            .output()
            .expect("openssl is needed");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    };
    openssl(&[
        "asn1parse",
        "-genconf",
        &path("key.conf"),
        "-noout",
        "-out",
        &path("key.der"),
    ]);
    openssl(&[
        "rsa",
        "-RSAPublicKey_in",
        "-inform",
        "DER",
        "-in",
        &path("key.der"),
        "-pubout",
        "-out",
        &path("key.pem"),
    ]);
    let opened = openssl(&[
        "pkeyutl",
        "-verifyrecover",
        "-pubin",
        "-inkey",
        &path("key.pem"),
        "-in",
        &path("signature"),
        "-pkeyopt",
        "rsa_padding_mode:pkcs1",
        "-pkeyopt",
        "digest:sha256",
    ]);
    assert_eq!(hex::encode(opened), real["opens_to"].as_str().expect("hex"));
}

#[test]
fn the_bytes_of_a_real_digest_are_read_as_they_are() {
    let bytes =
        fs::read(root().join("tests/support/real/digest-2023-10-15.json")).expect("a digest");
    let digest = Unverified::parse(bytes.trim_ascii_end()).expect("a digest");
    let (bucket, key) = digest.claimed_place_unverified();
    assert_eq!(bucket, "llm-guard-trail");
    assert!(
        key.ends_with("_llm-guard-trail_us-west-2_20231015T230404Z.json.gz"),
        "{key}"
    );
    assert_eq!(digest.claimed_logs_unverified(), 5);
    let previous = digest.claimed_previous_unverified().expect("a predecessor");
    assert!(previous.key.ends_with("20231015T220404Z.json.gz"));
    assert_eq!(previous.signature.len(), 512);
}

#[test]
fn what_is_no_rsa_key_of_a_size_that_aws_uses_is_refused() {
    let time = (ts("2015-01-01T00:00:00Z"), ts("2016-01-01T00:00:00Z"));
    let keys = real("public-keys.json");
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
