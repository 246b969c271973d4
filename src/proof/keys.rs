//! Public keys: fingerprints, both DER encodings, and which key was valid when (pure).

use std::collections::BTreeMap;

use jiff::Timestamp;
use md5::{Digest as _, Md5};
use x509_parser::der_parser::ber::BerObjectContent;
use x509_parser::der_parser::der::{DerObject, parse_der};
use x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::cloudtrail::ids::Region;
use crate::proof::finding::Finding;
use crate::proof::reason::Reason;

/// A public key as ListPublicKeys gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// MD5 of the DER as given, in lower-case hex.
    pub fingerprint: String,
    /// The RSA modulus, big-endian without leading zeros.
    pub modulus: Vec<u8>,
    /// The RSA exponent, big-endian without leading zeros.
    pub exponent: Vec<u8>,
    /// When it was valid; the end belongs to it.
    pub valid: (Timestamp, Timestamp),
    /// Who gave it to us.
    pub origin: KeyOrigin,
}

/// Who gave us a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyOrigin {
    /// ListPublicKeys answered with it.
    Aws,
    /// It was in a file.
    File,
}

impl PublicKey {
    /// Reads a key from the DER in `Value`: PKCS#1 as documented, or the SubjectPublicKeyInfo that
    /// one of AWS's own published keys is. The fingerprint is made anew from the DER.
    ///
    /// # Errors
    /// Why the bytes are no RSA key, in words.
    pub fn from_der(
        der: &[u8],
        valid: (Timestamp, Timestamp),
        origin: KeyOrigin,
    ) -> Result<Self, String> {
        const NEITHER: &str = "its DER is neither PKCS#1 nor SubjectPublicKeyInfo";
        let pkcs1 = match SubjectPublicKeyInfo::from_der(der) {
            Ok(([], info)) if info.algorithm.algorithm != OID_PKCS1_RSAENCRYPTION => {
                return Err("it is not an RSA key".into());
            }
            Ok(([], info)) => info.subject_public_key.data,
            _ => der.into(),
        };
        let (modulus, exponent) = rsa_numbers(&pkcs1).ok_or(NEITHER)?;
        // What ring verifies with; so that a signature that fails has failed because of itself.
        let bits = modulus.len() * 8 - modulus.first().map_or(0, |b| b.leading_zeros() as usize);
        let odd = |number: &[u8]| number.last().is_some_and(|b| b & 1 == 1);
        if !(2048..=8192).contains(&bits) {
            return Err(format!("its modulus has {bits} bits, not 2048 to 8192"));
        }
        if !odd(&modulus) || !odd(&exponent) || exponent.len() > 4 || exponent == [1] {
            return Err("its numbers are not those of an RSA key".into());
        }
        if valid.0 > valid.1 {
            return Err("its validity ends before it begins".into());
        }
        Ok(PublicKey {
            fingerprint: hex::encode(Md5::digest(der)),
            modulus,
            exponent,
            valid,
            origin,
        })
    }

    /// Whether it was valid at some instant of a stretch of time, both ends included.
    pub fn valid_during(&self, from: Timestamp, to: Timestamp) -> bool {
        self.valid.0 <= to && from <= self.valid.1
    }
}

/// Modulus and exponent of a PKCS#1 `RSAPublicKey` (RFC 8017, A.1.1), with nothing after it.
fn rsa_numbers(pkcs1: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (rest, key) = parse_der(pkcs1).ok()?;
    let [modulus, exponent] = key.as_sequence().ok()?.as_slice() else {
        return None;
    };
    let number = |object: &DerObject<'_>| match object.content {
        BerObjectContent::Integer(bytes) => {
            let zeros = bytes.iter().take_while(|b| **b == 0).count();
            let negative = bytes.first().is_some_and(|b| b & 0x80 != 0);
            (!negative).then(|| bytes[zeros..].to_vec())
        }
        _ => None,
    };
    rest.is_empty()
        .then_some((number(modulus)?, number(exponent)?))
}

/// What is known of the key a digest names.
#[derive(Debug, PartialEq, Eq)]
pub enum KeyLookup {
    /// Keys with that fingerprint valid at the time.
    Valid(Vec<PublicKey>),
    /// Keys with that fingerprint, none of them valid at the time.
    OutsideValidity(Vec<PublicKey>),
    /// Other keys were valid at the time; this fingerprint is not among those known. Whether AWS
    /// itself said so.
    Unknown(KeyOrigin),
    /// No key valid at the time is known.
    Unavailable(Option<KeyUnavailable>),
}

/// Why keys could not be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUnavailable {
    /// The reason of findings that follow from it.
    pub reason: Reason,
    /// What happened.
    pub detail: String,
}

/// Where public keys come from. Answers from any thread, and they never depend on their order.
pub trait Keys: Sync {
    /// Says which digests are about to be looked up, by region and stretch of signing time (both ends
    /// included), so that one question may answer for all of them.
    fn expect(&self, _region: &Region, _signed: (Timestamp, Timestamp)) {}

    /// Looks a fingerprint up for a digest delivered from `region` and signed within `signed`
    /// (both ends included).
    fn look_up(
        &self,
        region: &Region,
        fingerprint: &str,
        signed: (Timestamp, Timestamp),
    ) -> KeyLookup;

    /// Keys that were given to us broken, as findings about the key source.
    fn broken(&self) -> Vec<Finding>;

    /// Who gives them.
    fn origin(&self) -> KeyOrigin;

    /// Requests made for them.
    fn requests(&self) -> u64 {
        0
    }
}

/// Public keys by region; those under no region serve every region.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: BTreeMap<Option<Region>, Vec<PublicKey>>,
    broken: Vec<Finding>,
}

impl KeyRing {
    /// Adds a key for one region, or for all.
    pub fn add(&mut self, region: Option<Region>, key: PublicKey) {
        let keys = self.keys.entry(region).or_default();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }

    /// Adds what is said of a key that is broken and not used.
    pub fn reject(&mut self, finding: Finding) {
        if !self.broken.contains(&finding) {
            self.broken.push(finding);
        }
    }

    /// Those that serve a region.
    fn of(&self, region: &Region) -> impl Iterator<Item = &PublicKey> {
        let own = self.keys.get(&Some(region.clone())).into_iter().flatten();
        own.chain(self.keys.get(&None).into_iter().flatten())
    }

    /// What is said of a digest signed within `signed` whose own key is not known: it depends on whether
    /// others were valid then.
    pub fn without_its_own(&self, region: &Region, signed: (Timestamp, Timestamp)) -> KeyLookup {
        let valid = |k: &&PublicKey| k.valid_during(signed.0, signed.1);
        let other = self.of(region).filter(valid).map(|k| k.origin).min();
        other.map_or(KeyLookup::Unavailable(None), KeyLookup::Unknown)
    }

    /// How many keys it holds.
    pub fn len(&self) -> usize {
        self.keys.values().map(Vec::len).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Keys for KeyRing {
    fn look_up(
        &self,
        region: &Region,
        fingerprint: &str,
        signed: (Timestamp, Timestamp),
    ) -> KeyLookup {
        let named = self.of(region).filter(|k| k.fingerprint == fingerprint);
        let named: Vec<&PublicKey> = named.collect();
        let valid = |k: &&PublicKey| k.valid_during(signed.0, signed.1);
        if named.iter().any(valid) {
            KeyLookup::Valid(named.into_iter().filter(valid).cloned().collect())
        } else if !named.is_empty() {
            KeyLookup::OutsideValidity(named.into_iter().cloned().collect())
        } else {
            self.without_its_own(region, signed)
        }
    }

    fn broken(&self) -> Vec<Finding> {
        self.broken.clone()
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::File
    }
}
