//! The names under which reports for people show the values of findings and events.

use std::fmt;

macro_rules! labels {
    ($($label:ident = $name:literal,)*) => {
        /// The name of a value.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Label {
            $($label,)*
        }

        impl Label {
            /// The name in reports.
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Label::$label => $name),* }
            }
        }
    };
}

labels! {
    Object = "object",
    Bucket = "bucket",
    Time = "time",
    What = "what",
    Reason = "reason",
    Digest = "digest",
    Log = "log",
    And = "and",
    // The two compared values of a finding. Their names depend on its code.
    Expected = "expected",
    Actual = "actual",
    SignedAs = "signed as",
    FoundAs = "found as",
    Key = "key",
    Other = "other",
    MadeAt = "made at",
    Named = "recorded",
    Really = "actual",
    // What the store says about an object.
    Version = "version",
    Etag = "etag",
    LastModified = "last modified",
    Size = "size",
    // What survives of it.
    Recovery = "recovery",
    Restore = "restore",
    // Events.
    Actor = "actor",
    Identity = "identity",
    Account = "account",
    Session = "session",
    InvokedBy = "invoked by",
    AccessKey = "access key",
    Issuer = "issuer",
    Mfa = "MFA",
    Region = "region",
    Trail = "trail",
    KmsKey = "KMS key",
    Parameters = "parameters",
    SourceIp = "source IP",
    Agent = "agent",
    Error = "error",
    EventId = "event id",
    ShownAs = "shown as",
    KnownBy = "known by",
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Unlike `write_str`, this honours a width, which the text report gives.
        f.pad(self.as_str())
    }
}

/// Values with their names, in the order in which reports show them.
pub(crate) type LabelledValues = Vec<(Label, String)>;
