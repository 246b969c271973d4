//! Whether a digest is proven: by its own signature, by the signature that a successor recorded, or
//! by the hash that a proven successor recorded. Only here does an [`Unverified`] digest become a
//! [`Verified`] one.
//!
//! ```text
//! own signature      valid                                   -> proven
//! recorded signature valid, whoever recorded it              -> proven
//! recorded hash      equal, in a proven successor            -> proven
//! none of these      own signature invalid                   -> digest-signature-invalid
//!                    hash differs, in a proven successor     -> chain-link-mismatch
//!                    a signature that could not be checked   -> the code for its cause
//!                    no signature, or one that does not fit  -> digest-signature-absent
//! ```
//!
//! User guide, "Custom implementations of CloudTrail log file integrity validation": section E for
//! the own signature, section G for the one that the successor carries. The guide compares no hash
//! of a predecessor. We do: `previousDigestHashValue` is part of the signed content, so it proves
//! as much as a signature.

use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::digest::{Link, SIGNATURE_ALGORITHM, Unverified};
use crate::cloudtrail::log_list::LogList;
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::finding::Detail;
use crate::proof::finding::{Code, Finding, Hint};
use crate::proof::reason::Reason;
use crate::proof::signature::{KeyUse, SignatureCheck, SignatureTrouble, UncheckedCause};

/// A digest whose content is proven to be what CloudTrail wrote for the place it claims.
#[derive(Debug)]
pub struct Verified {
    digest: Unverified,
}

impl Verified {
    /// The interval it covers.
    pub fn interval(&self) -> Window {
        self.digest.claims.interval
    }

    /// Whether it is a starting digest: the first after logging or validation was switched on.
    pub fn is_starting(&self) -> bool {
        self.digest.claims.previous.is_none()
    }

    /// The bucket and key it was written to.
    pub fn place(&self) -> (&str, &str) {
        (&self.digest.claims.bucket, &self.digest.claims.key)
    }

    /// The prefix and organization in its key.
    pub fn root(&self) -> Option<&KeyRoot> {
        self.digest.claims.name.as_ref().map(|key| &key.root)
    }

    /// The link to its predecessor.
    pub fn previous(&self) -> Option<&Link> {
        self.digest.claims.previous.as_ref()
    }

    /// The logs it lists.
    pub fn log_files(&self) -> &LogList {
        &self.digest.claims.logs
    }

    /// SHA-256 of its bytes.
    pub fn sha256(&self) -> Sha256 {
        self.digest.sha256
    }
}

/// The signature stored with a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnSignature {
    /// Its metadata holds none, or was not kept.
    Absent,
    /// The signature in hex as written, and the result of checking it.
    Present(String, SignatureCheck),
}

impl OwnSignature {
    fn check(&self) -> Option<&SignatureCheck> {
        match self {
            OwnSignature::Absent => None,
            OwnSignature::Present(_, checked) => Some(checked),
        }
    }

    /// The signature in hex, for a message.
    fn hex(&self) -> &str {
        match self {
            OwnSignature::Absent => "none",
            OwnSignature::Present(hex, _) => hex,
        }
    }
}

/// The record of one successor about a digest.
#[derive(Debug, Clone)]
pub struct RecordedProof<'a> {
    /// The recorded hash and signature.
    pub link: &'a Link,
    /// Whether the successor is proven itself. A signature proves its digest, whoever carries it; a
    /// hash does so only if its carrier is proven.
    pub by_proven: bool,
    /// The recorded signature, checked over the bytes of the digest.
    pub signature: SignatureCheck,
}

/// What proves a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Whether its own signature does. If not, a successor's record does.
    pub own: bool,
    /// The keys under which a signature of it verifies; none where only a hash proves it.
    pub keys: Vec<KeyUse>,
}

/// The judgement on a digest.
#[derive(Debug)]
pub enum JudgedDigest {
    /// It is proven.
    Proven {
        /// The digest.
        digest: Box<Verified>,
        /// Its own signature is wrong, or its successor contradicts it.
        finding: Option<Finding>,
        /// Why its own signature was of no use, where only a successor's record proves it.
        by_successor: Option<Reason>,
        /// The keys that proved it.
        keys: Vec<KeyUse>,
    },
    /// It is not proven.
    Unproven(Box<Unverified>, Finding),
}

/// All that could prove one digest.
struct Weighing<'a> {
    actual: Sha256,
    own: &'a OwnSignature,
    recorded: &'a [RecordedProof<'a>],
}

/// Judges a digest by all that could prove it.
pub fn judge(
    digest: Unverified,
    own: &OwnSignature,
    recorded: &[RecordedProof<'_>],
) -> JudgedDigest {
    let weighing = Weighing {
        actual: digest.sha256,
        own,
        recorded,
    };
    if !weighing.proves() {
        let why = weighing.why_unproven();
        return JudgedDigest::Unproven(Box::new(digest), why);
    }
    let (finding, by_successor) = weighing.beside_proof();
    JudgedDigest::Proven {
        digest: Box::new(Verified { digest }),
        finding,
        by_successor,
        keys: weighing.keys(),
    }
}

impl Weighing<'_> {
    fn proves(&self) -> bool {
        let valid = |checked: &SignatureCheck| matches!(checked, SignatureCheck::Valid(_));
        let by_hash = |r: &RecordedProof| r.by_proven && r.link.sha256 == Some(self.actual);
        self.own.check().is_some_and(valid)
            || self
                .recorded
                .iter()
                .any(|r| valid(&r.signature) || by_hash(r))
    }

    /// The keys under which a signature verifies, each once.
    fn keys(&self) -> Vec<KeyUse> {
        let mut keys: Vec<KeyUse> = Vec::new();
        let recorded = self.recorded.iter().map(|r| &r.signature);
        for checked in self.own.check().into_iter().chain(recorded) {
            if let SignatureCheck::Valid(key) = checked
                && !keys.contains(key)
            {
                keys.push(key.clone());
            }
        }
        keys
    }

    /// The different hash that a proven successor recorded.
    fn other_hash(&self) -> Option<Sha256> {
        let proven = self.recorded.iter().filter(|r| r.by_proven);
        proven
            .filter_map(|r| r.link.sha256)
            .find(|hash| *hash != self.actual)
    }

    /// The finding on a proven digest, and why its own signature was of no use.
    fn beside_proof(&self) -> (Option<Finding>, Option<Reason>) {
        match self.own.check() {
            Some(SignatureCheck::Valid(_)) => (self.contradiction(), None),
            Some(SignatureCheck::Invalid) => {
                let message = "the signature stored with this digest does not verify; its content is \
                               proven by its successor, so the stored signature was altered";
                let finding = Finding::new(Code::DigestSignatureInvalid, message);
                (Some(finding.hint(Hint::OlderVersion)), None)
            }
            Some(SignatureCheck::Unchecked(trouble)) => {
                (self.contradiction(), Some(trouble.cause.reason()))
            }
            None => (self.contradiction(), Some(Reason::SignatureAbsent)),
        }
    }

    /// The finding on a proven digest whose proven successor recorded another hash or signature.
    fn contradiction(&self) -> Option<Finding> {
        if let Some(hash) = self.other_hash() {
            return Some(contradiction("hash", hash, self.actual));
        }
        let other = self
            .recorded
            .iter()
            .find(|r| r.by_proven && r.signature == SignatureCheck::Invalid)?;
        let recorded = &other.link.signature;
        Some(contradiction("signature", recorded, self.own.hex()))
    }

    /// The finding on a digest that nothing proves.
    fn why_unproven(&self) -> Finding {
        match (self.own.check(), self.other_hash()) {
            (Some(SignatureCheck::Invalid), other_hash) => {
                let message = "the signature stored with this digest does not fit its bytes: the signature or \
                               the digest was altered; its logs could not be checked";
                let finding =
                    Finding::new(Code::DigestSignatureInvalid, message).hint(Hint::OlderVersion);
                match other_hash {
                    Some(expected) => finding.compared(expected, self.actual),
                    None => finding,
                }
            }
            (_, Some(expected)) => {
                let finding = Finding::detailed(Detail::DigestNotAsRecorded);
                finding
                    .compared(expected, self.actual)
                    .hint(Hint::OlderVersion)
            }
            (Some(SignatureCheck::Unchecked(trouble)), None) => unchecked(trouble),
            // A valid signature proves the digest, so only an absent one is left.
            (Some(SignatureCheck::Valid(_)) | None, None) => self.why_unproven_by_successor(),
        }
    }

    /// The same where its own metadata is absent.
    fn why_unproven_by_successor(&self) -> Finding {
        match self.recorded.first().map(|r| &r.signature) {
            Some(SignatureCheck::Unchecked(trouble)) => unchecked(trouble),
            Some(_) => Finding::detailed(Detail::SuccessorDoesNotFit),
            None => Finding::new(
                Code::DigestSignatureAbsent,
                "this digest has no signature: its metadata was not kept, and no later digest present records \
                 its signature; its logs could not be checked",
            ),
        }
    }
}

/// A digest and its successor are both proven, but the successor recorded something else.
fn contradiction(what: &str, expected: impl ToString, actual: impl ToString) -> Finding {
    let message = format!(
        "this digest and its successor are both proven but do not fit each other: the successor recorded \
         another {what}"
    );
    Finding::new(Code::ChainLinkMismatch, message)
        .compared(expected, actual)
        .hint(Hint::OlderVersion)
}

fn unchecked(trouble: &SignatureTrouble) -> Finding {
    let finding = Finding::new(trouble.cause.code(), trouble.message.clone());
    let mut finding = Finding {
        actual: Some(trouble.named.clone()),
        reason: trouble.reason,
        ..finding.severity(trouble.severity)
    };
    if trouble.cause == UncheckedCause::AlgorithmUnsupported {
        finding.expected = Some(SIGNATURE_ALGORITHM.into());
    }
    finding
}

#[cfg(test)]
mod tests;
