//! The regional signing keys: which key signs when, and which keys AWS publishes.
//!
//! CloudTrail signs all digests of a region with the same keys. Each is valid for thirty days and
//! overlaps the next by ten, as in the keys that AWS has published.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use sha2::{Digest, Sha256};

use super::text::{after, md5_hex};

/// How many keys there are; every region cycles through them.
pub const KEYS: usize = 4;

const DAY: i64 = 86_400;
const VALID: i64 = 30 * DAY;
const STEP: i64 = 20 * DAY;

/// The bytes before a 2048-bit PKCS#1 key in an X.509 SubjectPublicKeyInfo.
const SPKI_HEAD: &str = "30820122300d06092a864886f70d01010105000382010f00";

static SIGNING_KEYS: LazyLock<[SigningKey; KEYS]> = LazyLock::new(|| {
    [
        SigningKey::from_pem(include_str!("keys/key-1.pem")),
        SigningKey::from_pem(include_str!("keys/key-2.pem")),
        SigningKey::from_pem(include_str!("keys/key-3.pem")),
        SigningKey::from_pem(include_str!("keys/key-4.pem")),
    ]
});

/// The DER in which a region's keys are published. AWS documents PKCS#1, but one of its own
/// sample keys is a SubjectPublicKeyInfo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// `RSAPublicKey`.
    #[default]
    Pkcs1,
    /// X.509 `SubjectPublicKeyInfo`.
    Spki,
}

/// One RSA key and its published forms.
pub struct SigningKey {
    /// The public key as PKCS#1 `RSAPublicKey`.
    pub pkcs1_der: Vec<u8>,
    pair: RsaKeyPair,
}

impl SigningKey {
    fn from_pem(pem: &str) -> Self {
        let armour: String = pem.lines().filter(|l| !l.starts_with("-----")).collect();
        let der = STANDARD.decode(armour).expect("base64 between the armour");
        let pair = RsaKeyPair::from_pkcs8(&der).expect("an RSA key in PKCS#8");
        let pkcs1_der = pair.public_key().as_ref().to_vec();
        Self { pkcs1_der, pair }
    }

    /// The public key as X.509 SubjectPublicKeyInfo.
    pub fn spki_der(&self) -> Vec<u8> {
        assert_eq!(self.pkcs1_der.len(), 270, "the fixed head fits 2048 bits");
        let mut der = hex::decode(SPKI_HEAD).expect("hex");
        der.extend_from_slice(&self.pkcs1_der);
        der
    }

    /// The public key in either encoding.
    pub fn der(&self, encoding: Encoding) -> Vec<u8> {
        match encoding {
            Encoding::Pkcs1 => self.pkcs1_der.clone(),
            Encoding::Spki => self.spki_der(),
        }
    }

    /// RSA PKCS#1 v1.5 over SHA-256: `SHA256withRSA`. It is deterministic; the randomness
    /// only blinds the computation.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .expect("signing succeeds");
        signature
    }
}

/// One of the keys by its number, 0 to 3.
pub fn signing_key(index: usize) -> &'static SigningKey {
    &SIGNING_KEYS[index]
}

/// A key as ListPublicKeys would give it for a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedKey {
    /// Which of the four keys.
    pub index: usize,
    /// Valid from this instant.
    pub valid_from: Timestamp,
    /// Valid up to this instant.
    pub valid_to: Timestamp,
}

/// Which key signs when in a region: a new one every twenty days, at the region's own phase.
#[derive(Clone, Debug, Default)]
pub struct KeySchedule {
    encodings: BTreeMap<String, Encoding>,
}

impl KeySchedule {
    /// Publishes the keys of `region` in another encoding. Set it before digests are written:
    /// they carry the fingerprint of the published bytes.
    pub fn set_encoding(&mut self, region: &str, encoding: Encoding) {
        self.encodings.insert(region.to_owned(), encoding);
    }

    /// The encoding in which the keys of `region` are published.
    pub fn encoding(&self, region: &str) -> Encoding {
        self.encodings.get(region).copied().unwrap_or_default()
    }

    /// The DER of `Value` for `region`.
    pub fn value_der(&self, region: &str, index: usize) -> Vec<u8> {
        signing_key(index).der(self.encoding(region))
    }

    /// Hex MD5 of exactly the bytes in `Value`.
    pub fn fingerprint(&self, region: &str, index: usize) -> String {
        md5_hex(&self.value_der(region, index))
    }

    /// The index of the newest key valid at `at`, which signs.
    pub fn signing_index(&self, region: &str, at: Timestamp) -> usize {
        key_of_turn(region, newest_turn(region, at))
    }

    /// A key that is published for `region` at another time, and not valid at `at`.
    pub fn index_outside_validity(&self, region: &str, at: Timestamp) -> usize {
        key_of_turn(region, newest_turn(region, at) + 2)
    }

    /// Every key whose validity overlaps `from..=to`, oldest first, as ListPublicKeys answers. A
    /// key that is used again appears twice.
    pub fn published(&self, region: &str, from: Timestamp, to: Timestamp) -> Vec<PublishedKey> {
        let first = newest_turn(region, after(from, STEP - VALID)) - 1;
        let last = newest_turn(region, to);
        (first..=last)
            .map(|turn| {
                let valid_from = turn_start(region, turn);
                PublishedKey {
                    index: key_of_turn(region, turn),
                    valid_from,
                    valid_to: after(valid_from, VALID),
                }
            })
            .filter(|key| key.valid_from <= to && key.valid_to >= from)
            .collect()
    }
}

/// A number drawn from the region's name, so that regions rotate at different times.
fn phase(region: &str) -> i64 {
    let hash = Sha256::digest(region.as_bytes());
    i64::from(u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]))
}

fn newest_turn(region: &str, at: Timestamp) -> i64 {
    (at.as_second() - phase(region) % STEP).div_euclid(STEP)
}

fn turn_start(region: &str, turn: i64) -> Timestamp {
    Timestamp::from_second(turn * STEP + phase(region) % STEP).expect("an instant in range")
}

fn key_of_turn(region: &str, turn: i64) -> usize {
    let cycle = i64::try_from(KEYS).expect("four keys");
    usize::try_from((turn + phase(region)).rem_euclid(cycle)).expect("not negative")
}
