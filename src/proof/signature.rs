//! One signature over one digest: the string to sign, the key, the RSA check.
//!
//! RSASSA-PKCS1-v1_5 with SHA-256 over four lines (user guide, "Custom implementations of
//! CloudTrail log file integrity validation"):
//!
//! ```text
//! digestEndTime as written
//! digestS3Bucket/digestS3Object
//! hex SHA-256 of the uncompressed digest
//! previousDigestSignature, or the word null
//! ```

use jiff::Timestamp;
use ring::rsa::PublicKeyComponents;
use ring::signature::RSA_PKCS1_2048_8192_SHA256;

use crate::cloudtrail::digest::{SIGNATURE_ALGORITHM, Unverified};
use crate::cloudtrail::ids::Region;
use crate::proof::finding::{Code, Severity};
use crate::proof::keys::{KeyLookup, KeyOrigin, Keys, PublicKey};
use crate::proof::reason::Reason;

/// A key that proved something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyUse {
    /// The region whose digests it signs.
    pub region: Region,
    /// MD5 of its DER, in hex.
    pub fingerprint: String,
    /// When it was valid; the end belongs to it.
    pub valid: (Timestamp, Timestamp),
    /// Who gave it to us.
    pub origin: KeyOrigin,
}

/// What a signature says of a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureCheck {
    /// It verifies under a key that was valid at the time of signing.
    Valid(KeyUse),
    /// It does not verify under the key that the digest names.
    Invalid,
    /// It could not be checked.
    Unchecked(SignatureTrouble),
}

/// What kept a signature from being checked.
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
    /// What kept it from being checked.
    pub cause: UncheckedCause,
    /// What is the matter, in words.
    pub message: String,
    /// How bad that is.
    pub severity: Severity,
    /// Why keys could not be asked for, in one stable word.
    pub reason: Option<Reason>,
    /// The key or algorithm that the digest names.
    pub named: String,
}

/// A signature as it was found, with the algorithm named beside it.
#[derive(Debug, Clone, Copy)]
pub struct WrittenSignature<'a> {
    /// The signature in hex.
    pub hex: &'a str,
    /// The algorithm named beside it, if any is.
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

/// Checks one signature over a digest delivered from `region` and signed within `signed` (both
/// ends included).
pub fn check(
    digest: &Unverified,
    signature: WrittenSignature<'_>,
    region: &Region,
    keys: &dyn Keys,
    signed: (Timestamp, Timestamp),
) -> SignatureCheck {
    let named = [Some(digest.claims.algorithm.as_str()), signature.algorithm];
    if let Some(other) = named
        .into_iter()
        .flatten()
        .find(|a| *a != SIGNATURE_ALGORITHM)
    {
        return SignatureCheck::Unchecked(SignatureTrouble {
            cause: UncheckedCause::AlgorithmUnsupported,
            message: format!(
                "this digest's signature algorithm is not {SIGNATURE_ALGORITHM}, the only one known here"
            ),
            severity: Severity::Unproven,
            reason: None,
            named: other.into(),
        });
    }
    let fingerprint = &digest.claims.fingerprint;
    let because = |cause, severity, reason, message: &str| {
        SignatureCheck::Unchecked(SignatureTrouble {
            cause,
            message: message.into(),
            severity,
            reason,
            named: fingerprint.clone(),
        })
    };
    let trouble = |cause, message: &str| because(cause, Severity::Unproven, None, message);
    let verifies = |key: &&PublicKey| {
        let key = PublicKeyComponents {
            n: &key.modulus,
            e: &key.exponent,
        };
        let message = string_to_sign(digest);
        hex::decode(signature.hex).is_ok_and(|signature| {
            key.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature)
                .is_ok()
        })
    };
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
            Some(key) => {
                let message = format!(
                    "this digest's signature verifies under the key it names, but that key was valid from {} to \
                     {}, and this digest was signed at {} or soon after",
                    key.valid.0, key.valid.1, signed.0
                );
                trouble(UncheckedCause::KeyOutsideValidity, &message)
            }
            None => SignatureCheck::Invalid,
        },
        KeyLookup::Unknown(KeyOrigin::Aws) => because(
            UncheckedCause::KeyUnknown,
            Severity::Failed,
            None,
            "this digest names a key that is not among those AWS answers with for its region and time: \
             CloudTrail did not sign it there and then",
        ),
        KeyLookup::Unknown(KeyOrigin::File) => trouble(
            UncheckedCause::KeyUnknown,
            "this digest names a key that is not among those given, though others valid then are",
        ),
        KeyLookup::Unavailable(Some(why)) => because(
            UncheckedCause::KeyUnavailable,
            Severity::Unproven,
            Some(why.reason),
            &format!(
                "the public keys of this digest's region and time could not be had, so its signature \
                 could not be checked: {}",
                why.detail
            ),
        ),
        KeyLookup::Unavailable(None) => trouble(
            UncheckedCause::KeyUnavailable,
            "no public key valid when this digest was signed was given, so its signature could not be checked",
        ),
    }
}
