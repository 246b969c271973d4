//! What proves a digest: its own signature, the signature its successor recorded, or the hash its
//! proven successor recorded. Only here does an `Unverified` digest become a [`Verified`] one.

use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::digest::{Link, LogEntry, Unverified};
use crate::cloudtrail::object_key::{DigestObjectKey, KeyRoot};
use crate::proof::detail::Detail;
use crate::proof::finding::{Code, Finding, OLDER_VERSION};
use crate::proof::reason::Reason;
use crate::proof::signature::{KeyUse, SignatureCheck, SignatureTrouble, UncheckedCause};

/// A digest whose content is proven to be what CloudTrail wrote for the place it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    digest: Unverified,
}

impl Verified {
    /// The interval it covers, as it says.
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

    /// What stands before the account in its key.
    pub fn root(&self) -> Option<&KeyRoot> {
        self.digest
            .claims
            .name
            .as_ref()
            .map(|key: &DigestObjectKey| &key.root)
    }

    /// Its predecessor.
    pub fn previous(&self) -> Option<&Link> {
        self.digest.claims.previous.as_ref()
    }

    /// The logs it vouches for.
    pub fn log_files(&self) -> &[LogEntry] {
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
    /// It was checked; the text is the signature in hex as written.
    Present(String, SignatureCheck),
}

/// What one successor recorded of a digest.
#[derive(Debug, Clone)]
pub struct RecordedProof<'a> {
    /// Hash and signature as recorded.
    pub link: &'a Link,
    /// Whether the successor is itself proven. A signature proves whoever carries it; a hash only
    /// if its carrier is proven.
    pub by_proven: bool,
    /// The recorded signature, checked over the bytes at hand.
    pub signature: SignatureCheck,
}

/// What proves a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Whether its own signature does; if not, one that a later digest recorded, or without a key the
    /// hash that its proven successor recorded.
    pub own: bool,
    /// Keys under which a signature of it verifies.
    pub keys: Vec<KeyUse>,
}

/// What came of proving a digest.
#[derive(Debug)]
pub enum JudgedDigest {
    /// Proven, with what was noticed on the way.
    Proven {
        /// The digest.
        digest: Box<Verified>,
        /// Its own signature is wrong, or a link does not match.
        finding: Option<Finding>,
        /// Why its own signature did not serve, where a successor's record did instead.
        by_successor: Option<Reason>,
        /// Keys that proved it.
        keys: Vec<KeyUse>,
    },
    /// Not proven, and what that means.
    Unproven(Finding),
}

/// The signature in hex, where the digest has its own.
fn own_hex(own: &OwnSignature) -> &str {
    match own {
        OwnSignature::Absent => "none",
        OwnSignature::Present(hex, _) => hex,
    }
}

/// Weighs everything that could prove a digest.
pub fn judge(
    digest: Unverified,
    own: &OwnSignature,
    recorded: &[RecordedProof<'_>],
) -> JudgedDigest {
    let actual = digest.sha256;
    let same_hash = |r: &&RecordedProof<'_>| r.link.sha256 == Some(actual);
    let other_hash =
        |r: &&RecordedProof<'_>| r.by_proven && r.link.sha256.is_some_and(|h| h != actual);
    let own_valid = matches!(own, OwnSignature::Present(_, SignatureCheck::Valid(_)));
    let mut keys: Vec<KeyUse> = Vec::new();
    let own_check = match own {
        OwnSignature::Present(_, checked) => Some(checked),
        OwnSignature::Absent => None,
    };
    for checked in own_check
        .into_iter()
        .chain(recorded.iter().map(|r| &r.signature))
    {
        if let SignatureCheck::Valid(key) = checked
            && !keys.contains(key)
        {
            keys.push(key.clone());
        }
    }
    let by_signature = recorded
        .iter()
        .any(|r| matches!(r.signature, SignatureCheck::Valid(_)));
    let by_hash = recorded
        .iter()
        .filter(|r| r.by_proven)
        .any(|r| same_hash(&r));
    let mismatch = recorded.iter().find(other_hash);
    let other_signature = recorded
        .iter()
        .find(|r| r.by_proven && r.signature == SignatureCheck::Invalid);

    if own_valid || by_signature || by_hash {
        let link = match (mismatch, other_signature) {
            (Some(r), _) => Some(contradiction("hash", r.link.sha256, actual)),
            (None, Some(r)) => Some(contradiction(
                "signature",
                Some(&r.link.signature),
                own_hex(own),
            )),
            (None, None) => None,
        };
        let (finding, by_successor) = match own_check {
            Some(SignatureCheck::Valid(_)) => (link, None),
            Some(SignatureCheck::Invalid) => {
                let message = "the signature stored with this digest does not verify; its content is \
                               proven by its successor, so the stored signature was altered";
                (
                    Some(Finding::new(Code::DigestSignatureInvalid, message).hint(OLDER_VERSION)),
                    None,
                )
            }
            Some(SignatureCheck::Unchecked(trouble)) => (link, Some(trouble.cause.reason())),
            None => (link, Some(Reason::SignatureAbsent)),
        };
        let digest = Box::new(Verified { digest });
        return JudgedDigest::Proven {
            digest,
            finding,
            by_successor,
            keys,
        };
    }
    JudgedDigest::Unproven(match own_check {
        Some(SignatureCheck::Invalid) => {
            let message = "the signature stored with this digest does not verify over its bytes: one \
                           of them was altered; its logs could not be checked";
            let finding = Finding::new(Code::DigestSignatureInvalid, message).hint(OLDER_VERSION);
            match mismatch.and_then(|r| r.link.sha256) {
                Some(expected) => finding.compared(expected, actual),
                None => finding,
            }
        }
        _ if mismatch.is_some() => {
            let expected = mismatch.and_then(|r| r.link.sha256);
            link_mismatch(
                Finding::detailed(Detail::DigestNotAsRecorded),
                expected,
                actual,
            )
        }
        Some(SignatureCheck::Unchecked(trouble)) => unchecked(trouble),
        // `Valid` was dealt with above.
        Some(SignatureCheck::Valid(_)) | None => match recorded.first().map(|r| &r.signature) {
            // A signature is there, in a later digest, and the key for it is not.
            Some(SignatureCheck::Unchecked(trouble)) => unchecked(trouble),
            Some(_) => Finding::detailed(Detail::SuccessorDoesNotFit),
            None => Finding::new(
                Code::DigestSignatureAbsent,
                "there is no signature for this digest: its metadata was not kept and no later \
                 digest here records it; its logs could not be checked",
            ),
        },
    })
}

/// A digest and its successor are both proven, and do not fit.
fn contradiction(what: &str, expected: Option<impl ToString>, actual: impl ToString) -> Finding {
    let message = format!(
        "this digest and its successor are both proven and do not fit each other: the {what} that the \
         successor recorded is another"
    );
    link_mismatch(
        Finding::new(Code::ChainLinkMismatch, message),
        expected,
        actual,
    )
}

fn link_mismatch(
    finding: Finding,
    expected: Option<impl ToString>,
    actual: impl ToString,
) -> Finding {
    let expected = expected.map_or_else(|| "none".into(), |e| e.to_string());
    finding.compared(expected, actual).hint(OLDER_VERSION)
}

fn unchecked(trouble: &SignatureTrouble) -> Finding {
    let finding = Finding::new(trouble.cause.code(), trouble.message.clone());
    let mut finding = Finding {
        actual: Some(trouble.named.clone()),
        reason: trouble.reason,
        ..finding.severity(trouble.severity)
    };
    if trouble.cause == UncheckedCause::AlgorithmUnsupported {
        finding.expected = Some(crate::cloudtrail::digest::SIGNATURE_ALGORITHM.into());
    }
    finding
}
