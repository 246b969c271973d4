//! The codes of findings. Users and scripts rely on them: codes may be added, but none may be
//! removed or get another meaning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Severity;

/// Declares each code once: its meaning, variant, name and usual severity.
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

            /// The name that users and scripts rely on.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name),* }
            }

            /// The usual severity. Where a finding is made, it may be given another.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity),* }
            }
        }
    };
}

codes! {
    /// A digest is missing: a proven link refers to it, a hole between proven digests shows it, or CloudTrail
    /// says that it was delivered.
    DigestMissing = "digest-missing", Failed;
    /// The signature stored with a digest does not verify over its bytes.
    DigestSignatureInvalid = "digest-signature-invalid", Failed;
    /// A digest is not exactly one complete gzip member of well-formed digest JSON.
    DigestMalformed = "digest-malformed", Failed;
    /// A digest is signed for another place, account, trail or time than it was found under.
    DigestIdentityMismatch = "digest-identity-mismatch", Failed;
    /// A digest is not the one its proven successor recorded, or a link leads nowhere sensible.
    ChainLinkMismatch = "chain-link-mismatch", Failed;
    /// A log that a proven digest lists is missing.
    LogMissing = "log-missing", Failed;
    /// The content of a log is not what CloudTrail delivered; its gzip member is intact.
    LogModified = "log-modified", Failed;
    /// A log is not exactly one complete gzip member.
    LogMalformed = "log-malformed", Failed;
    /// Something follows the gzip member of a log whose content is right.
    LogTrailingData = "log-trailing-data", Failed;
    /// A digest that an earlier run of a scheduled check proved is gone, altered, or no longer in its chain.
    StateMismatch = "state-mismatch", Failed;
    /// A bucket or a folder could not be listed, does not exist, or could not be reached.
    SourceUnreadable = "source-unreadable", Unproven;
    /// Files of a bundle are missing, altered or added since its manifest was written.
    BundleAltered = "bundle-altered", Unproven;
    /// Keys valid at the time of signing are known, but not the one that the digest refers to.
    KeyUnknown = "key-unknown", Unproven;
    /// Neither the digest nor its successor has a signature for it.
    DigestSignatureAbsent = "digest-signature-absent", Unproven;
    /// A digest exists, or may exist, and could not be read.
    DigestUnreadable = "digest-unreadable", Unproven;
    /// A digest lies under another bucket or prefix than it is signed for.
    DigestRelocated = "digest-relocated", Unproven;
    /// Two proven digests claim the same predecessor or overlap, or two segments of linked digests do.
    ChainFork = "chain-fork", Unproven;
    /// A key in the key source is broken.
    KeyInvalid = "key-invalid", Unproven;
    /// A signature verifies under a key that was not valid at the time of signing.
    KeyOutsideValidity = "key-outside-validity", Unproven;
    /// The keys valid at the time of signing are not available, or not all of them are.
    KeyUnavailable = "key-unavailable", Unproven;
    /// A hash or signature algorithm that this program does not know.
    AlgorithmUnsupported = "algorithm-unsupported", Unproven;
    /// A log exists, or may exist, and could not be read.
    LogUnreadable = "log-unreadable", Unproven;
    /// An object among the logs that no proven digest lists, and that no later digest can list.
    LogUnreferenced = "log-unreferenced", Unproven;
    /// AWS lists an event that no proven log holds, although a trail is configured to log it and the digests of its
    /// time are proven.
    EventNotInLogs = "event-not-in-logs", Unproven;
    /// A chain that should exist has no digest here, or it ends before others of its trail.
    ChainMissing = "chain-missing", Unproven;
    /// Nothing was found where something was asked for.
    NothingFound = "nothing-found", Unproven;
    /// Between two digests, time that no digest covers.
    Gap = "gap", Gap;
    /// Before the first digest, time that no digest covers.
    CoverageHead = "coverage-head", Gap;
    /// After the last digest, time that no digest covers.
    CoverageTail = "coverage-tail", Gap;
    /// A digest that a proven link refers to is missing, and may still be delivered.
    DigestLate = "digest-late", Note;
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
    /// Logs that exist and whose content was not read, on request.
    LogsNotRead = "logs-not-read", Note;
    /// A proven call reduced what a trail logs, or ended its digests.
    LoggingReduced = "logging-reduced", Note;
    /// Where or how a trail writes was changed, as a proven call or the places of its digests show.
    TrailChanged = "trail-changed", Note;
    /// A gzip header carries optional fields; the content is as delivered.
    GzipHeaderChanged = "gzip-header-changed", Note;
    /// A scheduled check found a chain that none of its earlier runs saw.
    ChainNew = "chain-new", Note;
    /// A scheduled check began: no earlier run stands behind it.
    StateBegun = "state-begun", Note;
    /// Earlier runs of a scheduled check could not settle some old time, and this run did not validate it again.
    StateOpen = "state-open", Unproven;
}
