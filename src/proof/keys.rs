//! Public keys: their fingerprints, both DER encodings, and which key was valid when (pure).
//!
//! User guide, "Custom implementations of CloudTrail log file integrity validation", sections B and
//! C, and the API reference of ListPublicKeys. We depart from both where real keys do: one of the
//! keys that the guide itself prints is a SubjectPublicKeyInfo, although `Value` is documented as
//! PKCS#1.

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

/// A public key as ListPublicKeys returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// MD5 of the DER as given, in lower-case hex.
    pub fingerprint: String,
    /// The RSA modulus, big-endian without leading zeros.
    pub modulus: Vec<u8>,
    /// The RSA exponent, big-endian without leading zeros.
    pub exponent: Vec<u8>,
    /// When it is valid, both ends included.
    pub valid: (Timestamp, Timestamp),
    /// Where it comes from.
    pub origin: KeyOrigin,
}

/// Where a key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyOrigin {
    /// ListPublicKeys returned it.
    Aws,
    /// It was in a file.
    File,
    /// ListPublicKeys returned it when a bundle was collected, and the manifest of that bundle was given.
    Bundle,
}

impl PublicKey {
    /// Reads a key from the DER in `Value`: PKCS#1, or a SubjectPublicKeyInfo. The fingerprint is
    /// computed from the DER, never taken over.
    ///
    /// # Errors
    /// Why the bytes are not a valid RSA key, in words.
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
        check_usable(&modulus, &exponent)?;
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

    /// Whether it is valid at some instant from `from` to `to`, both ends included.
    pub fn valid_during(&self, from: Timestamp, to: Timestamp) -> bool {
        self.valid.0 <= to && from <= self.valid.1
    }
}

/// Refuses keys that ring does not verify with. A signature under one of them would fail as if it
/// were forged.
fn check_usable(modulus: &[u8], exponent: &[u8]) -> Result<(), String> {
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |b| b.leading_zeros() as usize);
    let odd = |number: &[u8]| number.last().is_some_and(|b| b & 1 == 1);
    if !(2048..=8192).contains(&bits) {
        return Err(format!("its modulus has {bits} bits, not 2048 to 8192"));
    }
    if !odd(modulus) || !odd(exponent) || exponent.len() > 4 || exponent == [1] {
        return Err("its numbers do not form an RSA key".into());
    }
    Ok(())
}

/// The modulus and exponent of a PKCS#1 `RSAPublicKey` (RFC 8017, A.1.1); `None` if anything
/// follows it.
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

/// What is known about the key that a digest refers to.
#[derive(Debug, PartialEq, Eq)]
pub enum KeyLookup {
    /// Keys with that fingerprint that were valid at the time of signing.
    Valid(Vec<PublicKey>),
    /// Keys with that fingerprint, none of which was valid at the time of signing.
    OutsideValidity(Vec<PublicKey>),
    /// Other keys were valid at the time of signing, but none with that fingerprint; and where
    /// those keys come from. Only if AWS returned them, the digest is forged.
    Unknown(KeyOrigin),
    /// No key that was valid at the time of signing is known; and why, if the look-up failed.
    Unavailable(Option<KeyUnavailable>),
}

/// Why keys could not be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUnavailable {
    /// The reason of findings that follow from it.
    pub reason: Reason,
    /// What happened, in words.
    pub detail: String,
}

/// A source of public keys. It is called from any thread, and answers do not depend on the order of
/// calls.
pub trait Keys: Sync {
    /// Announces that keys of digests from a region will be looked up that were signed within
    /// `_signed` (both ends included), so that one request can serve all of them.
    fn expect(&self, _region: &Region, _signed: (Timestamp, Timestamp)) {}

    /// Looks up the key of a digest that was delivered from `region` and signed within `signed`
    /// (both ends included).
    fn look_up(
        &self,
        region: &Region,
        fingerprint: &str,
        signed: (Timestamp, Timestamp),
    ) -> KeyLookup;

    /// Findings on the keys of this source that are not valid keys. They never concern the logs.
    fn broken(&self) -> Vec<Finding>;

    /// Where its keys come from.
    fn origin(&self) -> KeyOrigin;

    /// The number of requests made so far.
    fn requests(&self) -> u64 {
        0
    }
}

/// The keys of a run to which none were given.
#[derive(Debug, Clone, Copy)]
pub struct NoKeys;

impl Keys for NoKeys {
    fn look_up(&self, _: &Region, _: &str, _: (Timestamp, Timestamp)) -> KeyLookup {
        KeyLookup::Unavailable(Some(KeyUnavailable {
            reason: Reason::KeysNotGiven,
            detail: "no public keys were given".into(),
        }))
    }

    fn broken(&self) -> Vec<Finding> {
        Vec::new()
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::File
    }
}

/// Public keys by region. Those without a region serve every region.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: BTreeMap<Option<Region>, Vec<PublicKey>>,
    broken: Vec<Finding>,
    /// Keys that could not be read, by region: when they are valid, if that could be read.
    unread: BTreeMap<Option<Region>, Vec<Option<(Timestamp, Timestamp)>>>,
}

impl KeyRing {
    /// Adds a key for one region, or for all regions.
    pub fn add(&mut self, region: Option<Region>, key: PublicKey) {
        let keys = self.keys.entry(region).or_default();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }

    /// Adds the finding on a key that is not used.
    pub fn reject(&mut self, finding: Finding) {
        if !self.broken.contains(&finding) {
            self.broken.push(finding);
        }
    }

    /// Keeps that a key for one region, or for all regions, could not be read: any digest of its time may
    /// be signed with it. `None` if its time could not be read either.
    pub fn unread(&mut self, region: Option<Region>, valid: Option<(Timestamp, Timestamp)>) {
        let unread = self.unread.entry(region).or_default();
        if !unread.contains(&valid) {
            unread.push(valid);
        }
    }

    /// Whether a key that could not be read may have been valid within `signed`.
    fn may_lack(&self, region: &Region, signed: (Timestamp, Timestamp)) -> bool {
        let own = self.unread.get(&Some(region.clone())).into_iter().flatten();
        let mut all = own.chain(self.unread.get(&None).into_iter().flatten());
        all.any(|valid| valid.is_none_or(|(from, to)| from <= signed.1 && signed.0 <= to))
    }

    /// The keys that serve a region.
    fn of(&self, region: &Region) -> impl Iterator<Item = &PublicKey> {
        let own = self.keys.get(&Some(region.clone())).into_iter().flatten();
        own.chain(self.keys.get(&None).into_iter().flatten())
    }

    /// Another region that a key with this fingerprint is given for.
    fn elsewhere(&self, region: &Region, fingerprint: &str) -> Option<&Region> {
        let holds = |keys: &[PublicKey]| keys.iter().any(|key| key.fingerprint == fingerprint);
        let mut others = self
            .keys
            .iter()
            .filter_map(|(of, keys)| Some((of.as_ref()?, keys)));
        others.find_map(|(other, keys)| (other != region && holds(keys)).then_some(other))
    }

    /// The answer for a digest signed within `signed` whose key is not known. It depends on whether
    /// other keys were valid then, and on whether all of those could be read.
    pub fn without_its_own(&self, region: &Region, signed: (Timestamp, Timestamp)) -> KeyLookup {
        let valid = |k: &&PublicKey| k.valid_during(signed.0, signed.1);
        if self.may_lack(region, signed) {
            return KeyLookup::Unavailable(Some(KeyUnavailable {
                reason: Reason::KeyUnavailable,
                detail: "a public key valid at that time could not be read, and it may be the one that was used".into(),
            }));
        }
        let other = self.of(region).filter(valid).map(|k| k.origin).min();
        other.map_or(KeyLookup::Unavailable(None), KeyLookup::Unknown)
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.keys.values().map(Vec::len).sum()
    }

    /// Whether there is no key.
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
        let same = self.of(region).filter(|k| k.fingerprint == fingerprint);
        let same: Vec<&PublicKey> = same.collect();
        let valid = |k: &&PublicKey| k.valid_during(signed.0, signed.1);
        if same.iter().any(valid) {
            KeyLookup::Valid(same.into_iter().filter(valid).cloned().collect())
        } else if !same.is_empty() {
            KeyLookup::OutsideValidity(same.into_iter().cloned().collect())
        } else if let Some(other) = self.elsewhere(region, fingerprint) {
            // The file of a region may hold the keys of another one, so nothing is known of the digest.
            KeyLookup::Unavailable(Some(KeyUnavailable {
                reason: Reason::KeyUnknown,
                detail: format!(
                    "its key is given for {other} and not for {region}; the key files of these regions may be \
                     swapped"
                ),
            }))
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
