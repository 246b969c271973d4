//! Why a report is unproven, counted by kind.

use std::collections::{BTreeMap, HashSet};

use crate::base::text::{one_or_many, plural, s3_uri};
use crate::proof::coverage::State;
use crate::proof::finding::{Code, Detail, Severity};
use crate::proof::reason::Reason;
use crate::report::validation::v1::{Digests, Finding, Report};

/// A reason why something is unproven. The variants are in the order of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Doubt {
    /// Files of a bundle are missing, altered or added.
    BundleAltered,
    /// A bucket or folder could not be listed, does not exist, or could not be reached.
    SourceUnreadable,
    /// Nothing was found where something was specified.
    NothingFound,
    ChainMissing,
    ChainEnded,
    LogUnreferenced,
    EventNotInLogs,
    Fork,
    DigestUnreadable,
    LogUnreadable,
    SignatureAbsent,
    KeyUnavailable,
    Relocated,
    KeyInvalid,
    AlgorithmUnsupported,
    /// A code of a later version.
    Other,
}

/// The reasons, each with the number of objects or chains. A report that is not complete has one at least.
pub(crate) fn count(report: &Report) -> BTreeMap<Doubt, u64> {
    let chains: HashSet<String> = report.chains.iter().map(|c| c.name()).collect();
    let mut counts = BTreeMap::new();
    let mut known = HashSet::new();
    let unproven = report.findings.iter();
    for finding in unproven.filter(|f| f.severity == Severity::Unproven) {
        let doubt = of(finding, &chains);
        // Two findings on one chain that is missing are one chain.
        if matches!(doubt, Doubt::ChainMissing | Doubt::ChainEnded)
            && !known.insert((doubt, finding.chain_name()))
        {
            continue;
        }
        let sum: &mut u64 = counts.entry(doubt).or_default();
        *sum = sum.saturating_add(finding.count.unwrap_or(1));
    }
    let mut stretches = report.chains.iter().flat_map(|c| &c.coverage);
    if counts.is_empty() && (!report.complete || stretches.any(|s| s.state == State::Unproven)) {
        counts.insert(Doubt::Other, 1);
    }
    counts
}

fn of(finding: &Finding, chains: &HashSet<String>) -> Doubt {
    if finding.detail() == Some(Detail::SuccessorDoesNotFit) {
        return Doubt::Fork;
    }
    match finding.code.known() {
        Some(Code::BundleAltered) => Doubt::BundleAltered,
        Some(Code::SourceUnreadable) => Doubt::SourceUnreadable,
        Some(Code::NothingFound) => Doubt::NothingFound,
        Some(Code::LogUnreferenced) => Doubt::LogUnreferenced,
        Some(Code::EventNotInLogs) => Doubt::EventNotInLogs,
        Some(Code::ChainMissing) => match finding.chain_name() {
            Some(name) if chains.contains(&name) => Doubt::ChainEnded,
            _ => Doubt::ChainMissing,
        },
        Some(Code::ChainFork) => Doubt::Fork,
        Some(Code::DigestUnreadable) => Doubt::DigestUnreadable,
        Some(Code::LogUnreadable) => Doubt::LogUnreadable,
        Some(Code::DigestSignatureAbsent) => Doubt::SignatureAbsent,
        Some(Code::KeyUnavailable | Code::KeyUnknown | Code::KeyOutsideValidity) => {
            Doubt::KeyUnavailable
        }
        Some(Code::DigestRelocated) => Doubt::Relocated,
        Some(Code::KeyInvalid) => Doubt::KeyInvalid,
        Some(Code::AlgorithmUnsupported) => Doubt::AlgorithmUnsupported,
        _ => Doubt::Other,
    }
}

impl Doubt {
    /// The reason in a clause, with the number of objects.
    pub(crate) fn clause(self, n: u64, report: &Report) -> String {
        let verb = |one: &str, many: &str| if n == 1 { one } else { many }.to_owned();
        let (digests, logs) = (plural(n, "digest"), plural(n, "log"));
        match self {
            Doubt::BundleAltered => format!(
                "the bundle is not as it was collected: {}",
                one_or_many(n, "1 file differs", "files differ")
            ),
            Doubt::SourceUnreadable => unreadable(report, n),
            Doubt::NothingFound if report.chains.is_empty() => "no digest was found".into(),
            Doubt::NothingFound if report.totals.digests == Digests::default() => {
                "no digest was found in the window".into()
            }
            Doubt::NothingFound => "no digest was found for a part of what was specified".into(),
            Doubt::LogUnreferenced => {
                format!(
                    "{} among the logs {} not listed by any digest",
                    plural(n, "object"),
                    verb("is", "are")
                )
            }
            Doubt::EventNotInLogs => format!(
                "{} that AWS lists {} in no proven log",
                plural(n, "event"),
                verb("is", "are")
            ),
            Doubt::ChainMissing => format!("{} {} missing", plural(n, "chain"), verb("is", "are")),
            Doubt::ChainEnded => {
                format!(
                    "{} {} before others of the same trail",
                    plural(n, "chain"),
                    verb("ends", "end")
                )
            }
            Doubt::Fork => "digests contradict each other".into(),
            Doubt::DigestUnreadable => format!("{digests} could not be read"),
            Doubt::LogUnreadable => format!("{logs} could not be read"),
            Doubt::SignatureAbsent => {
                format!(
                    "{digests} {} no signature{}",
                    verb("has", "have"),
                    in_copy(report)
                )
            }
            Doubt::KeyUnavailable => {
                format!(
                    "the public {} of {digests} {} not available",
                    verb("key", "keys"),
                    verb("is", "are")
                )
            }
            Doubt::Relocated => {
                format!("{digests} {} signed for another place", verb("is", "are"))
            }
            Doubt::KeyInvalid => {
                format!(
                    "{} in the key source {} not valid",
                    plural(n, "key"),
                    verb("is", "are")
                )
            }
            Doubt::AlgorithmUnsupported => {
                format!(
                    "{} {} an unknown algorithm",
                    plural(n, "object"),
                    verb("uses", "use")
                )
            }
            Doubt::Other => "something could not be checked".into(),
        }
    }
}

/// Where a signature is absent.
pub(crate) fn in_copy(report: &Report) -> &'static str {
    match report.requested.is_of_buckets() {
        true => "",
        false => " in this copy",
    }
}

/// The first source that could not be read, and how many more there are.
fn unreadable(report: &Report, n: u64) -> String {
    let mut sources = report
        .findings
        .iter()
        .filter(|f| f.code == Code::SourceUnreadable);
    let Some(first) = sources.next() else {
        return "a source could not be read".into();
    };
    let place = match (&first.bucket, &first.key) {
        (Some(bucket), None) => format!("bucket {bucket}"),
        (bucket, Some(key)) => s3_uri(bucket.as_deref(), key),
        (None, None) => return first.message.clone(),
    };
    let reason = first.reason.as_deref().and_then(Reason::parse);
    let why = match reason {
        Some(Reason::NoSuchBucket | Reason::NotFound) => "does not exist",
        Some(Reason::Denied) => "could not be listed: access is denied",
        Some(Reason::Unreachable) => "could not be reached",
        Some(Reason::Credentials) => "could not be listed: the credentials are not accepted",
        Some(Reason::Throttled) => "could not be listed: AWS throttled every retry",
        Some(Reason::Deadline) => "could not be listed before the deadline",
        Some(Reason::Interrupted) => "could not be listed: the run was interrupted",
        Some(Reason::Refused) => "could not be listed: links, pipes and devices are not followed",
        _ => "could not be listed",
    };
    match n - n.min(1) {
        0 => format!("{place} {why}"),
        more => format!("{place} {why}, as {}", plural(more, "other source")),
    }
}
