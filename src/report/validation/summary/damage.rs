//! What was altered, is missing, or is forged, counted by kind.

use std::collections::{BTreeMap, HashSet};

use crate::base::text::plural;
use crate::proof::finding::{Code, Severity};
use crate::report::validation::over_chains::removed_objects;
use crate::report::validation::v1::{Evidence, Finding, Report, Role};

/// A kind of damage, in the order of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum DamageKind {
    LogsAltered,
    DigestsAltered,
    LogsMissing,
    DigestsMissing,
    KeysUnknown,
    /// Stretches of old time in which earlier runs found damage.
    FoundEarlier,
    /// A code of a later version.
    Other,
}

impl DamageKind {
    fn of(finding: &Finding) -> Self {
        match finding.code.known() {
            Some(Code::StateMismatch) if finding.actual.is_none() => DamageKind::DigestsMissing,
            Some(Code::LogModified | Code::LogMalformed | Code::LogTrailingData) => {
                DamageKind::LogsAltered
            }
            Some(
                Code::DigestSignatureInvalid
                | Code::DigestMalformed
                | Code::DigestIdentityMismatch
                | Code::ChainLinkMismatch
                | Code::StateMismatch,
            ) => DamageKind::DigestsAltered,
            Some(Code::LogMissing) => DamageKind::LogsMissing,
            Some(Code::DigestMissing) => DamageKind::DigestsMissing,
            Some(Code::KeyUnknown) => DamageKind::KeysUnknown,
            Some(Code::StateOpen) => DamageKind::FoundEarlier,
            _ => DamageKind::Other,
        }
    }
}

/// How many objects are damaged, by kind. Two findings on one object count once.
pub(crate) fn count(report: &Report) -> BTreeMap<DamageKind, u64> {
    let mut counts = BTreeMap::new();
    let mut known: HashSet<(DamageKind, &Option<String>, &String)> = HashSet::new();
    let failed = report.findings.iter();
    for finding in failed.filter(|f| f.severity == Severity::Failed) {
        let Finding {
            bucket, key, count, ..
        } = finding;
        let kind = DamageKind::of(finding);
        let new = match (key, count) {
            (Some(key), None) => known.insert((kind, bucket, key)),
            _ => true,
        };
        if new {
            let sum: &mut u64 = counts.entry(kind).or_default();
            *sum = sum.saturating_add(count.unwrap_or(1));
        }
    }
    counts
}

/// How many findings of damage have recorded calls that removed or overwrote objects.
pub(crate) fn called(report: &Report) -> usize {
    let failed = report.findings.iter();
    let failed = failed.filter(|f| f.severity == Severity::Failed);
    failed
        .filter(|f| f.evidence.iter().any(is_record_of_removal))
        .count()
}

/// Whether a record that is not only a lead shows that objects were removed or overwritten.
fn is_record_of_removal(event: &Evidence) -> bool {
    let is_lead = event.role.as_ref().is_some_and(|role| *role == Role::Lead);
    removed_objects(event) && !is_lead
}

/// The damage in a clause: `1 log was altered; 4 logs and 721 digests are missing`. `None` if there is none.
pub(crate) fn clause(counts: &BTreeMap<DamageKind, u64>) -> Option<String> {
    let of = |kind| counts.get(&kind).copied().unwrap_or(0);
    let is = |n| if n == 1 { "is" } else { "are" };
    let was = |n| if n == 1 { "was" } else { "were" };
    let mut parts = Vec::new();
    let mut add = |n: u64, text: String| parts.extend((n > 0).then_some(text));
    let n = of(DamageKind::LogsAltered);
    add(n, format!("{} {} altered", plural(n, "log"), was(n)));
    let n = of(DamageKind::DigestsAltered);
    add(
        n,
        format!("{} {} altered or forged", plural(n, "digest"), was(n)),
    );
    let (logs, digests) = (of(DamageKind::LogsMissing), of(DamageKind::DigestsMissing));
    let n = logs.saturating_add(digests);
    let missing = match (logs, digests) {
        (_, 0) => plural(logs, "log"),
        (0, _) => plural(digests, "digest"),
        _ => format!("{} and {}", plural(logs, "log"), plural(digests, "digest")),
    };
    add(n, format!("{missing} {} missing", is(n)));
    let n = of(DamageKind::KeysUnknown);
    let digests = plural(n, "digest");
    add(
        n,
        format!(
            "{digests} {} signed with a key that AWS does not list",
            is(n)
        ),
    );
    let n = of(DamageKind::FoundEarlier);
    let intervals = plural(n, "interval");
    add(
        n,
        format!("earlier runs found damage in {intervals} of older time"),
    );
    let n = of(DamageKind::Other);
    let objects = plural(n, "object");
    add(n, format!("{objects} {} altered, missing or forged", is(n)));
    (!parts.is_empty()).then(|| parts.join("; "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{DamageKind, clause};

    #[test]
    fn damage_is_counted_by_kind_in_one_clause() {
        let counts = BTreeMap::from([
            (DamageKind::LogsAltered, 1),
            (DamageKind::LogsMissing, 4),
            (DamageKind::DigestsMissing, 1_721),
        ]);
        let text = "1 log was altered; 4 logs and 1,721 digests are missing";
        assert_eq!(clause(&counts).as_deref(), Some(text));
        let one = BTreeMap::from([(DamageKind::DigestsMissing, 1)]);
        assert_eq!(clause(&one).as_deref(), Some("1 digest is missing"));
        assert_eq!(clause(&BTreeMap::new()), None);
    }
}
