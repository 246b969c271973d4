//! Signatures of digests.

use std::fs;
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use trailproof::Region;
use trailproof::cloudtrail::digest::Unverified;
use trailproof::proof::finding::{Finding, Severity};
use trailproof::proof::keys::{KeyLookup, KeyOrigin, KeyUnavailable, Keys, PublicKey};
use trailproof::proof::reason::Reason;
use trailproof::proof::signature::{
    SignatureCheck, SignatureTrouble, UncheckedCause, WrittenSignature, check,
};

use crate::support::case::{BUCKET, Case, REGION, hour, spec};
use crate::support::disk::{copied, copy_of, running};
use crate::support::forge::{DigestRecord, Heads, KeyFileStyle, World, damage, ts};
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

/// Keys that answer as they are told, by the fingerprint and the time of signing.
struct ToldKeys<F>(F);

impl<F: Fn(&str, (Timestamp, Timestamp)) -> KeyLookup + Sync> Keys for ToldKeys<F> {
    fn look_up(&self, _: &Region, fingerprint: &str, signed: (Timestamp, Timestamp)) -> KeyLookup {
        (self.0)(fingerprint, signed)
    }

    fn broken(&self) -> Vec<Finding> {
        Vec::new()
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::Aws
    }
}

/// Why a signature over a digest, which was signed within two hours after its end, cannot be checked.
fn trouble(
    digest: &DigestRecord,
    hex: &str,
    answer: impl Fn(&str, (Timestamp, Timestamp)) -> KeyLookup + Sync,
) -> SignatureTrouble {
    let read = Unverified::parse(&digest.json).expect("a digest");
    let region: Region = digest.region.parse().expect("a region");
    let algorithm = None;
    let signature = WrittenSignature { hex, algorithm };
    let signed = (digest.end, digest.end + SignedDuration::from_hours(2));
    match check(&read, signature, &region, &ToldKeys(answer), signed) {
        SignatureCheck::Unchecked(trouble) => trouble,
        checked => panic!("{checked:?}"),
    }
}

/// Nothing signs when a backfill digest was generated, so its key may be one of any later time.
#[test]
fn only_the_key_of_a_backfill_digest_may_be_one_of_a_later_time() {
    let mut case = Case::new("later-key", 0, "");
    let mut chain = case.chain(3);
    chain.backfill(&mut case.world, hour(2), hour(4), 1, false);
    let (hourly, backfill) = (chain.last(), &chain.backfills[0]);
    let (earlier, later) = ((hour(-480), hour(-240)), (hour(240), hour(480)));
    let outside = (UncheckedCause::KeyOutsideValidity, Severity::Unproven);
    let unknown = (UncheckedCause::KeyUnknown, Severity::Failed);
    for (what, digest, hex, valid, expected) in [
        ("later", backfill, &backfill.signature, later, outside),
        ("earlier", backfill, &backfill.signature, earlier, unknown),
        ("does not fit", backfill, &hourly.signature, later, unknown),
        ("hourly", hourly, &hourly.signature, later, unknown),
    ] {
        let der = case.world.keys.value_der(REGION, digest.key);
        let key = PublicKey::from_der(&der, valid, KeyOrigin::Aws).expect("a key");
        let trouble = trouble(digest, hex, |fingerprint, (from, to)| {
            if key.fingerprint == fingerprint && key.valid_during(from, to) {
                KeyLookup::Valid(vec![key.clone()])
            } else {
                KeyLookup::Unknown(KeyOrigin::Aws)
            }
        });
        assert_eq!((trouble.cause, trouble.severity), expected, "{what}");
    }
}

#[test]
fn a_key_that_only_a_file_lacks_is_no_evidence_of_a_forgery() {
    let mut case = Case::new("unknown-key", 0, "");
    let chain = case.chain(1);
    let digest = chain.last();
    for (origin, severity, words) in [
        (KeyOrigin::Aws, Severity::Failed, "not among those that AWS"),
        (
            KeyOrigin::Bundle,
            Severity::Failed,
            "not among those that AWS",
        ),
        (KeyOrigin::File, Severity::Unproven, "not in --keys"),
    ] {
        let trouble = trouble(digest, &digest.signature, |_, _| KeyLookup::Unknown(origin));
        let found = (trouble.cause, trouble.severity);
        assert_eq!(found, (UncheckedCause::KeyUnknown, severity), "{origin:?}");
        assert!(trouble.message.contains(words), "{}", trouble.message);
    }
}

#[test]
fn keys_that_were_not_given_are_told_from_keys_that_could_not_be_retrieved() {
    let mut case = Case::new("no-key", 0, "");
    let chain = case.chain(1);
    let digest = chain.last();
    let why = |reason| KeyUnavailable {
        reason,
        detail: "this happened".into(),
    };
    for (why, words) in [
        (
            Some(why(Reason::KeysNotGiven)),
            "this happened, so no signature",
        ),
        (Some(why(Reason::Denied)), "could not be retrieved"),
        (None, "--keys contains no public key"),
    ] {
        let trouble = trouble(digest, &digest.signature, |_, _| {
            KeyLookup::Unavailable(why.clone())
        });
        let found = (trouble.cause, trouble.severity, trouble.reason);
        let reason = why.as_ref().map(|why| why.reason);
        assert_eq!(
            found,
            (UncheckedCause::KeyUnavailable, Severity::Unproven, reason)
        );
        assert!(trouble.message.contains(words), "{}", trouble.message);
        let tells = trouble.message.contains("this happened");
        assert_eq!(tells, why.is_some(), "{}", trouble.message);
    }
}
