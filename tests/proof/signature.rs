//! Signatures of digests.

use std::fs;
use std::process::Command;

use jiff::Timestamp;
use trailproof::proof::keys::{KeyOrigin, PublicKey};

use crate::support::case::{BUCKET, REGION, spec};
use crate::support::disk::{copied, copy_of, running};
use crate::support::forge::{Heads, KeyFileStyle, World, damage, ts};
use crate::support::program::{report, severity_codes};
use crate::support::real::{der, real_json};

/// The public capture hides the account, so the signed text cannot be rebuilt. But the signature
/// opens under the key as we read it, with the padding and the DigestInfo that it must have.
#[test]
fn a_signature_that_aws_made_opens_under_its_key() {
    let real = real_json("starting-digest-2026.json");
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
            .parse::<Timestamp>()
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
fn another_algorithm_is_unsupported_unless_the_successor_proves_the_digest() {
    let mut world = World::new(22);
    let chain = running(&mut world, spec(), 4);
    damage::wrong_algorithm(&mut world, &chain.digests[2].place, "SHA1withRSA");
    let args = ["--path", BUCKET, "--keys", "keys"];
    let dir = copy_of(&world);
    let (code, proven) = report(dir.path(), &args);
    assert_eq!(
        (code, severity_codes(&proven)),
        (0, vec!["note digest-proven-by-successor".to_owned()])
    );
    damage::wrong_algorithm(&mut world, &chain.last().place, "SHA1withRSA");
    let dir = copy_of(&world);
    let (code, newest) = report(dir.path(), &args);
    assert!(
        code == 4 && severity_codes(&newest).contains(&"unproven algorithm-unsupported".to_owned())
    );
}

#[test]
fn unusable_metadata_is_reported() {
    let mut world = World::new(20);
    let chain = running(&mut world, spec(), 2);
    let dir = copied(
        &world,
        &[BUCKET],
        &[REGION],
        &Heads::None,
        KeyFileStyle::V2Iso,
    );
    let head = dir
        .path()
        .join(format!("{BUCKET}/{}.head.json", chain.last().place.key));
    for (text, words) in [
        ("", "is empty"),
        ("{}", "contains no signature"),
        ("x", "none of the supported formats"),
    ] {
        std::fs::write(&head, text).expect("a file");
        let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
        let finding = report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .find(|f| f["code"] == "digest-signature-absent");
        let message = finding.expect("a finding")["message"]
            .as_str()
            .expect("a message");
        assert!(code == 4 && message.contains(words), "{text:?}: {message}");
    }
}
