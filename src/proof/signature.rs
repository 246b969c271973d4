//! One signature over one digest: the string to sign, the key, the RSA check.
//!
//! RSASSA-PKCS1-v1_5 with SHA-256 over four lines (user guide, "Custom implementations of
//! CloudTrail log file integrity validation", sections D and E):
//!
//! ```text
//! digestEndTime as written
//! digestS3Bucket/digestS3Object
//! hex SHA-256 of the uncompressed digest
//! previousDigestSignature, or the word null
//! ```
//!
//! We depart from the guide in one point: the key must have been valid when the digest was signed.
//! The guide takes any key with the right fingerprint.

use jiff::Timestamp;
use ring::rsa::PublicKeyComponents;
use ring::signature::RSA_PKCS1_2048_8192_SHA256;

use crate::cloudtrail::digest::{SIGNATURE_ALGORITHM, Unverified};
use crate::cloudtrail::ids::Region;
use crate::proof::finding::{Code, Severity};
use crate::proof::keys::{KeyLookup, KeyOrigin, KeyUnavailable, Keys, PublicKey};
use crate::proof::reason::Reason;

/// A key under which a signature verified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyUse {
    /// The region of the digest.
    pub region: Region,
    /// MD5 of its DER, in hex.
    pub fingerprint: String,
    /// When it is valid, both ends included.
    pub valid: (Timestamp, Timestamp),
    /// Where it comes from.
    pub origin: KeyOrigin,
}

/// The result of checking a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureCheck {
    /// It verifies under a key that was valid at the time of signing.
    Valid(KeyUse),
    /// It does not verify under the key that the digest refers to.
    Invalid,
    /// It could not be checked.
    Unchecked(SignatureTrouble),
}

/// Why a signature could not be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UncheckedCause {
    /// An algorithm that this program does not know.
    AlgorithmUnsupported,
    /// The key was not valid at the time of signing.
    KeyOutsideValidity,
    /// No key that was valid at the time of signing is available.
    KeyUnavailable,
    /// Other keys were valid at the time of signing, but not the one that the digest refers to.
    KeyUnknown,
}

impl UncheckedCause {
    /// The code of a digest that nothing else proves.
    pub fn code(self) -> Code {
        match self {
            UncheckedCause::AlgorithmUnsupported => Code::AlgorithmUnsupported,
            UncheckedCause::KeyOutsideValidity => Code::KeyOutsideValidity,
            UncheckedCause::KeyUnavailable => Code::KeyUnavailable,
            UncheckedCause::KeyUnknown => Code::KeyUnknown,
        }
    }

    /// The reason given for a digest that its successor proves instead.
    pub fn reason(self) -> Reason {
        match self {
            UncheckedCause::AlgorithmUnsupported => Reason::AlgorithmUnsupported,
            UncheckedCause::KeyOutsideValidity => Reason::KeyOutsideValidity,
            UncheckedCause::KeyUnavailable => Reason::KeyUnavailable,
            UncheckedCause::KeyUnknown => Reason::KeyUnknown,
        }
    }
}

/// Why a signature could not be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureTrouble {
    /// Why it could not be checked.
    pub cause: UncheckedCause,
    /// The same, in words.
    pub message: String,
    /// The severity of a digest that nothing else proves.
    pub severity: Severity,
    /// Why keys could not be looked up.
    pub reason: Option<Reason>,
    /// The key or algorithm that the digest refers to.
    pub named: String,
}

impl SignatureTrouble {
    fn new(cause: UncheckedCause, named: &str) -> Self {
        SignatureTrouble {
            cause,
            message: String::new(),
            severity: Severity::Unproven,
            reason: None,
            named: named.into(),
        }
    }
}

/// A signature as it was found, with the algorithm given beside it.
#[derive(Debug, Clone, Copy)]
pub struct WrittenSignature<'a> {
    /// The signature in hex.
    pub hex: &'a str,
    /// The algorithm given beside it, if there is one.
    pub algorithm: Option<&'a str>,
}

/// The exact text that CloudTrail signs for a digest.
pub fn string_to_sign(digest: &Unverified) -> String {
    let c = &digest.claims;
    let previous = c.previous.as_ref().map_or("null", |p| p.signature.as_str());
    format!(
        "{}\n{}/{}\n{}\n{}",
        c.end_text, c.bucket, c.key, digest.sha256, previous
    )
}

/// Checks one signature over a digest that was delivered from `region` and signed within `signed`
/// (both ends included).
pub fn check(
    digest: &Unverified,
    signature: WrittenSignature<'_>,
    region: &Region,
    keys: &dyn Keys,
    signed: (Timestamp, Timestamp),
) -> SignatureCheck {
    let algorithms = [Some(digest.claims.algorithm.as_str()), signature.algorithm];
    let mut algorithms = algorithms.into_iter().flatten();
    if let Some(other) = algorithms.find(|a| *a != SIGNATURE_ALGORITHM) {
        return SignatureCheck::Unchecked(SignatureTrouble {
            message: format!(
                "the signature algorithm of this digest is not {SIGNATURE_ALGORITHM}, the only one that this \
                 program knows"
            ),
            ..SignatureTrouble::new(UncheckedCause::AlgorithmUnsupported, other)
        });
    }
    let fingerprint = &digest.claims.fingerprint;
    let verifies = |key: &&PublicKey| verifies(digest, signature, key);
    match keys.look_up(region, fingerprint, signed) {
        KeyLookup::Valid(keys) => match keys.iter().find(verifies) {
            Some(key) => SignatureCheck::Valid(KeyUse {
                region: region.clone(),
                fingerprint: key.fingerprint.clone(),
                valid: key.valid,
                origin: key.origin,
            }),
            None => SignatureCheck::Invalid,
        },
        KeyLookup::OutsideValidity(keys) => match keys.iter().find(verifies) {
            Some(key) => SignatureCheck::Unchecked(outside_validity(key, fingerprint, signed)),
            None => SignatureCheck::Invalid,
        },
        KeyLookup::Unknown(origin) => {
            let later = key_after_end(digest, region, keys, &verifies);
            let trouble = later.map(|key| outside_validity(&key, fingerprint, signed));
            SignatureCheck::Unchecked(trouble.unwrap_or_else(|| unknown(origin, fingerprint)))
        }
        KeyLookup::Unavailable(why) => SignatureCheck::Unchecked(unavailable(why, fingerprint)),
    }
}

/// The key that made the signature of a backfill digest at some time after its end. When it was generated is in
/// its metadata, which nothing signs. So a key that is not known at that time is no evidence of a forgery.
fn key_after_end(
    digest: &Unverified,
    region: &Region,
    keys: &dyn Keys,
    verifies: &dyn Fn(&&PublicKey) -> bool,
) -> Option<PublicKey> {
    let claims = &digest.claims;
    let is_backfill = claims.name.as_ref().is_some_and(|key| key.name.backfill);
    if !is_backfill {
        return None;
    }
    let after_end = (claims.interval.to, Timestamp::MAX);
    match keys.look_up(region, &claims.fingerprint, after_end) {
        KeyLookup::Valid(keys) => keys.iter().find(verifies).cloned(),
        _ => None,
    }
}

/// Whether a signature verifies over the string to sign of a digest. Text that is not hex does not.
fn verifies(digest: &Unverified, signature: WrittenSignature<'_>, key: &PublicKey) -> bool {
    let key = PublicKeyComponents {
        n: &key.modulus,
        e: &key.exponent,
    };
    let message = string_to_sign(digest);
    hex::decode(signature.hex).is_ok_and(|signature| {
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature)
            .is_ok()
    })
}

/// A signature verifies, but under a key that was not valid when it was made.
fn outside_validity(
    key: &PublicKey,
    fingerprint: &str,
    signed: (Timestamp, Timestamp),
) -> SignatureTrouble {
    SignatureTrouble {
        message: format!(
            "the signature of this digest fits its key, but that key was valid from {} to {}, and the digest \
             was signed at {} or soon after",
            key.valid.0, key.valid.1, signed.0
        ),
        ..SignatureTrouble::new(UncheckedCause::KeyOutsideValidity, fingerprint)
    }
}

/// Other keys are known than the one that the digest refers to. AWS returns all its keys, so a
/// digest whose key it does not return is forged; a key file may lack some.
fn unknown(origin: KeyOrigin, fingerprint: &str) -> SignatureTrouble {
    let trouble = SignatureTrouble::new(UncheckedCause::KeyUnknown, fingerprint);
    match origin {
        KeyOrigin::Aws | KeyOrigin::Bundle => SignatureTrouble {
            severity: Severity::Failed,
            message: "the key this digest was signed with is not among those that AWS published for its region \
                      and time: CloudTrail did not sign it in that region at that time"
                .into(),
            ..trouble
        },
        KeyOrigin::File => SignatureTrouble {
            message: "the key this digest was signed with is not in --keys, although other keys valid at that \
                      time are"
                .into(),
            ..trouble
        },
    }
}

/// No key is known that was valid when the digest was signed.
fn unavailable(why: Option<KeyUnavailable>, fingerprint: &str) -> SignatureTrouble {
    let trouble = SignatureTrouble::new(UncheckedCause::KeyUnavailable, fingerprint);
    match why {
        Some(why) if why.reason == Reason::KeysNotGiven => SignatureTrouble {
            reason: Some(why.reason),
            message: format!("{}, so no signature could be checked", why.detail),
            ..trouble
        },
        Some(why) => SignatureTrouble {
            reason: Some(why.reason),
            message: format!(
                "the public keys for the region and time of this digest could not be retrieved, so its \
                 signature could not be checked: {}",
                why.detail
            ),
            ..trouble
        },
        None => SignatureTrouble {
            message:
                "--keys contains no public key that was valid when this digest was signed, so its \
                      signature could not be checked"
                    .into(),
            ..trouble
        },
    }
}
