//! Findings: evidence about the logs, as data. What they are called, how bad they are, and the
//! verdict that is their maximum.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::time::Window;
use crate::cloudtrail::event::Evidence;
use crate::cloudtrail::ids::ChainId;
use crate::proof::detail::Detail;
use crate::proof::reason::Reason;

/// The answer for one chain or for the whole report, in order of gravity.
#[must_use]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every instant asked for is covered by proven digests, and every log they name is intact.
    Verified,
    /// No digest covers part of the window.
    Gaps,
    /// Something could not be checked.
    Unproven,
    /// Something was altered, is missing, or is forged.
    Failed,
}

impl Verdict {
    /// The process exit status that says this verdict.
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Verified => 0,
            Verdict::Failed => 1,
            Verdict::Gaps => 3,
            Verdict::Unproven => 4,
        }
    }

    /// The word the report uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Verified => "verified",
            Verdict::Gaps => "gaps",
            Verdict::Unproven => "unproven",
            Verdict::Failed => "failed",
        }
    }
}

/// How bad a finding is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never touches the verdict.
    Note,
    /// No digest covers this time.
    Gap,
    /// Could not be checked.
    Unproven,
    /// Altered, missing or forged.
    Failed,
}

impl Severity {
    /// The least verdict that this severity allows.
    pub fn verdict(self) -> Verdict {
        match self {
            Severity::Note => Verdict::Verified,
            Severity::Gap => Verdict::Gaps,
            Severity::Unproven => Verdict::Unproven,
            Severity::Failed => Verdict::Failed,
        }
    }

    /// The word the report uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Gap => "gap",
            Severity::Unproven => "unproven",
            Severity::Failed => "failed",
        }
    }
}

/// What to do about an object that is not there.
pub const LOOK_FOR_MISSING: &str = "see whether the copy is whole, whether a lifecycle rule \
                                    removed objects, and for versions and delete markers (aws s3api \
                                    list-object-versions)";

/// What to do about an object that is not as it was delivered.
pub const OLDER_VERSION: &str = "look for an older version of the object (aws s3api \
                                 list-object-versions), and for who wrote this one";

/// What to do about an object that a copying tool inflated.
pub const RECOPY: &str =
    "if a copying tool undid Content-Encoding, copy again with one that does not";

/// Declares the codes once: the variant, its name, its usual severity and its meaning.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $severity:ident;)*) => {
        /// What was found: one code, one meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Code {
            /// Every code this program can emit.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The name users and scripts rely on.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name),* }
            }

            /// The severity it has unless the place where it is found says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity),* }
            }
        }
    };
}

codes! {
    /// A proven link names a digest that is not there, or digests are missing beside it.
    DigestMissing = "digest-missing", Failed;
    /// The signature stored with a digest does not verify over its bytes.
    DigestSignatureInvalid = "digest-signature-invalid", Failed;
    /// A digest is not one whole gzip member of well-formed digest JSON.
    DigestMalformed = "digest-malformed", Failed;
    /// A digest is signed for another place, account, trail or time than it was found under.
    DigestIdentityMismatch = "digest-identity-mismatch", Failed;
    /// A digest is not the one its proven successor recorded, or a link leads nowhere sensible.
    ChainLinkMismatch = "chain-link-mismatch", Failed;
    /// A log that a proven digest names is not there.
    LogMissing = "log-missing", Failed;
    /// A log is a whole gzip member with other content than was delivered.
    LogModified = "log-modified", Failed;
    /// A log is not one whole gzip member.
    LogMalformed = "log-malformed", Failed;
    /// Something follows the gzip member of a log whose content is right.
    LogTrailingData = "log-trailing-data", Failed;
    /// Keys valid at the time of signing are known, but not the one the digest names.
    KeyUnknown = "key-unknown", Unproven;
    /// Neither the digest nor its successor has a signature for it.
    DigestSignatureAbsent = "digest-signature-absent", Unproven;
    /// A digest is there, or may be, and could not be read.
    DigestUnreadable = "digest-unreadable", Unproven;
    /// A digest lies under another bucket or prefix than it is signed for.
    DigestRelocated = "digest-relocated", Unproven;
    /// Two proven digests claim the same predecessor, or overlap within one segment.
    ChainFork = "chain-fork", Unproven;
    /// A key in the key source is broken.
    KeyInvalid = "key-invalid", Unproven;
    /// A signature verifies under a key that was not valid at the time of signing.
    KeyOutsideValidity = "key-outside-validity", Unproven;
    /// No key valid at the time of signing is to be had.
    KeyUnavailable = "key-unavailable", Unproven;
    /// A hash or signature algorithm that this program does not know.
    AlgorithmUnsupported = "algorithm-unsupported", Unproven;
    /// A log is there, or may be, and could not be read.
    LogUnreadable = "log-unreadable", Unproven;
    /// A log that no digest names, where every digest that could name it is proven.
    LogUnreferenced = "log-unreferenced", Unproven;
    /// A chain that should be there has no digest here.
    ChainMissing = "chain-missing", Unproven;
    /// Nothing was found where something was asked for.
    NothingFound = "nothing-found", Unproven;
    /// Between two digests, time that no digest covers.
    Gap = "gap", Gap;
    /// Before the first digest, time that no digest covers.
    CoverageHead = "coverage-head", Gap;
    /// After the last digest, time that no digest covers.
    CoverageTail = "coverage-tail", Gap;
    /// A backfill digest was generated later than the grace after its interval.
    BackfillLate = "backfill-late", Note;
    /// A digest's own signature could not be used; its successor proves it.
    DigestProvenBySuccessor = "digest-proven-by-successor", Note;
    /// CloudTrail says that the trail is not logging now.
    TrailNotLogging = "trail-not-logging", Note;
    /// CloudTrail says that the trail writes no digests now.
    TrailNotValidating = "trail-not-validating", Note;
    /// CloudTrail says that it could not deliver the last digest.
    DeliveryFailing = "delivery-failing", Note;
    /// A gzip header carries optional fields; the content is as delivered.
    GzipHeaderChanged = "gzip-header-changed", Note;
}

/// One finding. Fields that say nothing are `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub code: Code,
    /// How bad it is here.
    pub severity: Severity,
    /// The chain it concerns.
    pub chain: Option<ChainId>,
    /// The bucket of the object it concerns, as recorded or as found.
    pub bucket: Option<String>,
    /// The key of the object it concerns.
    pub key: Option<String>,
    /// What happened and what it means.
    pub message: String,
    /// What was found beyond the code, where a decision depends on it.
    pub detail: Option<Detail>,
    /// What to do.
    pub hint: Option<String>,
    /// Why something could not be looked at, in one stable word.
    pub reason: Option<Reason>,
    /// What should have been there.
    pub expected: Option<String>,
    /// What was there.
    pub actual: Option<String>,
    /// The interval it concerns.
    pub interval: Option<Window>,
    /// The key of the digest that names it: a log, or a digest that could not be had.
    pub digest: Option<String>,
    /// What is known of the object beside its bytes.
    pub object: ObjectFacts,
    /// How many objects it stands for.
    pub count: Option<u64>,
    /// Events that bear on it.
    pub evidence: Vec<Evidence>,
}

/// What a store says of an object beside its bytes; never evidence of its content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectFacts {
    /// The version read.
    pub version_id: Option<String>,
    /// The entity tag.
    pub etag: Option<String>,
    /// When the store says it was written.
    pub last_modified: Option<String>,
    /// Its stored size in bytes.
    pub size: Option<u64>,
}

impl Finding {
    /// A finding of a code with its usual severity.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Finding {
            code,
            severity: code.severity(),
            chain: None,
            bucket: None,
            key: None,
            message: message.into(),
            detail: None,
            hint: None,
            reason: None,
            expected: None,
            actual: None,
            interval: None,
            digest: None,
            object: ObjectFacts::default(),
            count: None,
            evidence: Vec::new(),
        }
    }

    /// A finding of a detail, with its code and message.
    pub fn detailed(detail: Detail) -> Self {
        Finding {
            detail: Some(detail.clone()),
            ..Finding::new(detail.code(), detail.message())
        }
    }

    /// With another severity than usual.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// About an object.
    pub fn at(mut self, bucket: Option<&str>, key: &str) -> Self {
        self.bucket = bucket.map(Into::into);
        self.key = Some(key.into());
        self
    }

    /// About a chain.
    pub fn of(mut self, chain: &ChainId) -> Self {
        self.chain = Some(chain.clone());
        self
    }

    /// With what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With the reason why something could not be looked at.
    pub fn reason(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// With what should have been there and what was.
    pub fn compared(mut self, expected: impl ToString, actual: impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self.actual = Some(actual.to_string());
        self
    }

    /// Over an interval.
    pub fn over(mut self, interval: Window) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Standing for several objects.
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// The order findings have in a report: chain, from, key, code.
    pub fn order(&self) -> impl Ord + use<> {
        (
            self.chain.clone(),
            self.interval.map(|i| i.from),
            self.key.clone(),
            self.code.as_str(),
            self.interval.map(|i| i.to),
            self.message.clone(),
        )
    }
}
