//! What survives of a missing or altered object, in words.

use super::label::{Label, LabelledValues};
use super::v1::{Finding, ObjectVersion, Recovery, RecoveryFacts};
use crate::base::text::{plural, s3_uri};
use crate::proof::finding::RecoveryOutcome;

/// The values that reports for people show of a finding.
pub(crate) fn recovery_values(finding: &Finding) -> LabelledValues {
    let Some(recovery) = finding.recovery.as_deref() else {
        return Vec::new();
    };
    let mut values = vec![(Label::Recovery, recovery_in_words(recovery))];
    let restore = recovery.restore.clone();
    values.extend(restore.map(|line| (Label::Restore, line)));
    values
}

/// The same in one sentence, without the command.
pub(crate) fn recovery_in_words(recovery: &Recovery) -> String {
    let facts = &recovery.facts;
    let by = facts.deleted_by.as_ref().map(|marker| {
        let at = marker.last_modified.map(|at| format!(" at {at}"));
        let at = at.unwrap_or_default();
        format!("deleted by marker {}{at}", marker.version_id)
    });
    let parts = [by, Some(what_survives(facts))];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn what_survives(facts: &RecoveryFacts) -> String {
    let several = facts.found.is_some();
    let version = |version: &Option<ObjectVersion>| version.as_ref().map(|v| in_words(v, several));
    match facts.outcome.known() {
        Some(RecoveryOutcome::Survives) => {
            let version = version(&facts.original).unwrap_or_default();
            match (facts.found, facts.expected) {
                (Some(found), Some(expected)) => {
                    format!("{found} of {expected} survive as versions; the newest as {version}")
                }
                (Some(_), None) => format!("a signed digest survives as {version}"),
                (None, _) => format!("the original survives as {version}"),
            }
        }
        Some(RecoveryOutcome::Lost) if several => {
            "no version of the names that these digests should have is a signed digest".to_owned()
        }
        Some(RecoveryOutcome::Lost) => match facts.searched {
            0 => "no version holds the delivered content: no other version exists".to_owned(),
            n => format!(
                "no version holds the delivered content ({} compared)",
                plural(n, "version")
            ),
        },
        Some(RecoveryOutcome::Archived) => match (&facts.archived, facts.searched) {
            // The object itself, which was not found to be missing or altered.
            (Some(_), 0) => "it must be restored before it can be read".to_owned(),
            (Some(archived), _) => format!(
                "{} may be the original: it must be restored before it can be read",
                in_words(archived, several)
            ),
            (None, _) => "it must be restored before it can be read".to_owned(),
        },
        Some(RecoveryOutcome::Unknown) | None => {
            let why = facts.reason.as_deref();
            let why = why.map_or_else(String::new, |why| format!(" ({why})"));
            format!("it is not known whether a version holds the delivered content{why}")
        }
    }
}

fn in_words(version: &ObjectVersion, with_key: bool) -> String {
    let id = version.version_id.as_deref().unwrap_or("null");
    let at = version.last_modified.map(|at| format!(", written {at}"));
    let class = version.storage_class.as_deref();
    let class = class.filter(|class| *class != "STANDARD");
    let class = class.map(|class| format!(", {class}"));
    let of = with_key.then(|| format!(" of {}", s3_uri(Some(&version.bucket), &version.key)));
    let parts = [of, at, class].map(Option::unwrap_or_default);
    let path = version.bundle_path.as_ref();
    let path = path.map_or_else(String::new, |path| format!(" (in the bundle: {path})"));
    format!("version {id}{}{path}", parts.concat())
}
