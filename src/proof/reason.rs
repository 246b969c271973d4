//! Why something could not be checked: a closed list of words that reports and scripts rely on.

/// Declares each reason once: its variant and its word in reports.
macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $word:literal;)*) => {
        /// Why something could not be checked. The variants stand in the order of their words,
        /// because findings that differ only in their reason are reported in that order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum Reason {
            $($(#[$doc])* $variant,)*
        }

        impl Reason {
            /// The word in reports.
            pub fn as_str(self) -> &'static str {
                match self { $(Reason::$variant => $word),* }
            }

            /// The reason that a word of a report stands for; `None` for a word of a later version.
            pub fn parse(word: &str) -> Option<Reason> {
                match word {
                    $($word => Some(Reason::$variant),)*
                    _ => None,
                }
            }

            #[cfg(test)]
            const ALL: &'static [Reason] = &[$(Reason::$variant),*];
        }
    };
}

reasons! {
    /// A signature is of an algorithm that this program does not know.
    AlgorithmUnsupported = "algorithm-unsupported";
    /// The object is in a storage class that has to be restored before it can be read.
    Archived = "archived";
    /// The file that a bundle holds of it is missing, or differs from what the bundle's manifest records.
    BundleAltered = "bundle-altered";
    /// The file changed while it was read, so a tool may still be writing it.
    Changed = "changed";
    /// The time of the requests is too far from that of AWS, so nothing more can be read.
    ClockSkewed = "clock-skewed";
    /// The credentials are no longer accepted, so nothing more can be read.
    Credentials = "credentials";
    /// The deadline of the run had passed.
    Deadline = "deadline";
    /// Access is denied.
    Denied = "denied";
    /// The object belongs in a bucket that is not part of the source.
    Elsewhere = "elsewhere";
    /// The bytes are proven, but this program does not know their format.
    Format = "format";
    /// The run was interrupted.
    Interrupted = "interrupted";
    /// Reading failed.
    Io = "io";
    /// A signature verifies under a key that was not valid at the time of signing.
    KeyOutsideValidity = "key-outside-validity";
    /// No key that was valid at the time of signing is available.
    KeyUnavailable = "key-unavailable";
    /// Keys that were valid at the time of signing are known, but not the one that the digest
    /// refers to.
    KeyUnknown = "key-unknown";
    /// No public keys at all were given.
    KeysNotGiven = "keys-not-given";
    /// There is more than the limits of this program allow.
    Limit = "limit";
    /// The bucket does not exist.
    NoSuchBucket = "no-such-bucket";
    /// A bundle does not hold it, because its collection did not need it.
    NotCollected = "not-collected";
    /// The copy lacks the complete folder that the object belongs in.
    NotCopied = "not-copied";
    /// The object does not exist.
    NotFound = "not-found";
    /// No part of a sharded validation holds it: the shard that should was not run, or its part is broken.
    NotInParts = "not-in-parts";
    /// The folder could not be listed.
    NotListed = "not-listed";
    /// It is later than the time at which the source was read.
    NotLookedAt = "not-looked-at";
    /// A symbolic link, a device or the like: trailproof does not follow it.
    Refused = "refused";
    /// The region is switched off for the account.
    RegionDisabled = "region-disabled";
    /// The digest's own metadata holds no signature.
    SignatureAbsent = "signature-absent";
    /// The service throttled every retry.
    Throttled = "throttled";
    /// The object inflates to more than the limits of this program allow.
    TooLarge = "too-large";
    /// Nothing answered for long, so the source was not asked any more.
    Unreachable = "unreachable";
}

impl Reason {
    /// Whether the run ended for this reason: then one finding stands for all that was not read.
    pub fn ends_run(self) -> bool {
        matches!(
            self,
            Reason::ClockSkewed | Reason::Credentials | Reason::Deadline | Reason::Interrupted
        )
    }

    /// Whether one finding of a chain stands for all that have this reason.
    pub fn is_reported_once(self) -> bool {
        self == Reason::KeysNotGiven || self.ends_run()
    }

    /// What to do about an object that could not be read for this reason.
    pub fn hint(self) -> &'static str {
        match self {
            Reason::Refused => {
                "copy the object itself: trailproof does not follow links, pipes and devices"
            }
            Reason::Elsewhere => {
                "give its bucket too (--s3-bucket BUCKET), or its copy (--path BUCKET=DIR)"
            }
            Reason::Denied => "grant the missing permission and run again; trailproof only reads",
            Reason::Changed => "run again when nothing writes to the copy",
            Reason::Archived => "restore it (aws s3api restore-object), then run again",
            Reason::Throttled => "run again later, or with fewer concurrent requests (--jobs)",
            Reason::ClockSkewed => {
                "correct the local clock (timedatectl set-ntp true), then run again"
            }
            Reason::Io => "check the network, then run again",
            Reason::Credentials => {
                "sign in again (aws sso login, or new credentials), then run again"
            }
            Reason::Interrupted => "run again without interruption",
            Reason::Deadline => {
                "run again with a later --deadline, a shorter window, or a single --region"
            }
            Reason::Unreachable => "run again when the network and the service work",
            Reason::RegionDisabled => {
                "enable the region (aws account enable-region), or give its public keys with --keys"
            }
            Reason::NoSuchBucket => {
                "find out whether the bucket was deleted, and who owns a bucket of this \
                                     name now"
            }
            Reason::BundleAltered => {
                "use an unaltered copy of the bundle: trailproof collect --check DIR lists the files that differ"
            }
            Reason::NotCollected => {
                "collect it too, with a wider window or scope, or validate what was collected"
            }
            Reason::NotInParts => {
                "run the shard again (trailproof shard run) and merge again; for what was added since the plan, make a new plan"
            }
            Reason::AlgorithmUnsupported
            | Reason::Format
            | Reason::KeyOutsideValidity
            | Reason::KeyUnavailable
            | Reason::KeyUnknown
            | Reason::KeysNotGiven
            | Reason::Limit
            | Reason::NotCopied
            | Reason::NotFound
            | Reason::NotListed
            | Reason::NotLookedAt
            | Reason::SignatureAbsent
            | Reason::TooLarge => "make sure that it can be read, then run again",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn a_word_stands_for_one_reason() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(*reason));
        }
        assert_eq!(Reason::parse("a-word-of-a-later-version"), None);
    }

    #[test]
    fn reasons_are_in_the_order_of_their_words() {
        let words: Vec<&str> = Reason::ALL.iter().map(|r| r.as_str()).collect();
        assert!(words.is_sorted(), "{words:?}");
        assert!(Reason::ALL.is_sorted());
    }
}
