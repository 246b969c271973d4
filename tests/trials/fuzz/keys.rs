//! Public keys: files of every form, and the DER of one key.

use serde_json::Value;
use trailproof::base::limits::Limits;
use trailproof::proof::keys::{KeyOrigin, KeyRing, Keys as _, PublicKey};
use trailproof::source::key_files;

use super::outcome::Outcome;
use super::scratch::with_file;
use super::seeds::files;
use super::targets::FuzzTarget;
use crate::support::forge::text::md5_hex;
use crate::support::forge::{Encoding, KeyFileStyle, World, key_file, ts};

pub const KEY_FILES: FuzzTarget = FuzzTarget::new(
    "key-files",
    key_files,
    key_file_seeds,
    &[
        "\"PublicKeyList\":[",
        "\"Value\":\"",
        "\"ValidityStartTime\":",
        "\"ValidityEndTime\":",
        "\"Fingerprint\":",
        "1436317441.0",
        "\"2026-03-01 05:00:00+00:00\"",
        "\"b'0\\\\x82",
        "\"NextToken\":",
        "1e400",
        "\u{feff}",
        "null",
    ],
);

pub const KEY_DER: FuzzTarget = FuzzTarget::new(
    "key-der",
    key_der,
    || {
        let world = World::new(1);
        let key = |at| crate::support::forge::keys::signing_key(at);
        let ders =
            (0..2).flat_map(|at| [Encoding::Pkcs1, Encoding::Spki].map(|form| key(at).der(form)));
        let mut seeds: Vec<Vec<u8>> = ders.collect();
        seeds.push(world.keys.value_der("us-east-1", 0));
        seeds
    },
    &["\u{0}", "\u{1}\u{0}\u{1}"],
)
.longest(2 << 10);

fn key_file_seeds() -> Vec<Vec<u8>> {
    let mut seeds = files(|path| path.contains("/keys/") && path.ends_with(".json"));
    let world = World::new(1);
    let (from, to) = (ts("2026-01-01T00:00:00Z"), ts("2026-12-31T00:00:00Z"));
    for style in [
        KeyFileStyle::V1Epoch,
        KeyFileStyle::V2Iso,
        KeyFileStyle::QuotedEpoch,
    ] {
        let text = key_file::key_file(&world.keys, style, "us-east-1", from, to);
        let utf_16 = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        seeds.extend([text.into_bytes(), utf_16]);
    }
    seeds
}

fn key_files(input: &[u8]) -> u64 {
    let mut ring = KeyRing::default();
    let limits = Limits {
        side_file: 12 << 10,
        ..Limits::default()
    };
    let loaded = with_file(input, |path| key_files::load(path, &limits, &mut ring));
    let mut outcome = Outcome::default();
    let broken = ring.broken();
    match &loaded {
        Ok(_) => {
            assert!(
                input.len() as u64 <= limits.side_file,
                "a file beyond the limit"
            );
            if let Ok(Value::Object(answer)) = serde_json::from_slice(input)
                && let Some(Value::Array(listed)) = answer.get("PublicKeyList")
                && listed.iter().all(Value::is_object)
                && listed.iter().all(|key| key.get("PublicKeyList").is_none())
            {
                assert!(
                    ring.len() + broken.len() <= listed.len(),
                    "more keys than listed"
                );
            }
        }
        Err(error) => {
            outcome.message(&error.to_string());
            for why in error.causes() {
                outcome.message(why);
            }
        }
    }
    for finding in &broken {
        assert_eq!(finding.code.as_str(), "key-invalid");
        outcome.message(&finding.message);
    }
    outcome.add(loaded.is_ok()).size(ring.len());
    outcome.number()
}

fn key_der(input: &[u8]) -> u64 {
    let valid = (ts("2026-01-01T00:00:00Z"), ts("2026-12-31T00:00:00Z"));
    let mut outcome = Outcome::default();
    match PublicKey::from_der(input, valid, KeyOrigin::File) {
        Ok(key) => {
            assert_eq!(key.fingerprint, md5_hex(input));
            let bits = key.modulus.len() * 8;
            assert!((2048..=8192).contains(&bits), "{bits} bits");
            assert!(
                key.modulus[0] != 0 && key.exponent[0] != 0,
                "a leading zero"
            );
            assert!(key.exponent.last().is_some_and(|byte| byte & 1 == 1));
            let again = pkcs1(&key.modulus, &key.exponent);
            let again = PublicKey::from_der(&again, valid, KeyOrigin::File).expect("the same key");
            assert_eq!(
                (&again.modulus, &again.exponent),
                (&key.modulus, &key.exponent)
            );
            outcome.size(bits).add(key.exponent.len());
        }
        Err(why) => drop(outcome.message(&why)),
    }
    outcome.number()
}

/// An `RSAPublicKey` in DER.
fn pkcs1(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let tagged = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len())
            .expect("a short one")
            .to_be_bytes();
        let length = match content.len() {
            0..128 => vec![length[1]],
            128..256 => vec![0x81, length[1]],
            _ => vec![0x82, length[0], length[1]],
        };
        [&[tag][..], &length, content].concat()
    };
    let number = |bytes: &[u8]| match bytes[0] & 0x80 {
        0 => tagged(2, bytes),
        _ => tagged(2, &[&[0][..], bytes].concat()),
    };
    tagged(0x30, &[number(modulus), number(exponent)].concat())
}
