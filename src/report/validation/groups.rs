//! Groups of findings that say the same about several objects, of one chain or of many. Reports for people
//! show each group once. `over_chains` has the same for gaps.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::events::events_of;
use super::label::{Label, LabelledValues};
use super::over_chains::{InChains, besides_gaps};
use super::recovery::recovery_values;
use super::v1::{Evidence, Finding, Report};
use crate::base::text::{grouped, plural, s3_uri};
use crate::base::time::in_words_between;
use crate::proof::finding::{Code, Severity};

/// Events shown with one group.
const EVENTS: usize = 10;
/// Findings of one group shown after the first, in the reports that consist of lines.
pub(crate) const OTHERS: usize = 10;

/// Findings with the same code, message, hint and severity. A group has at least one.
pub(crate) struct FindingGroup<'a> {
    /// The first of them.
    pub first: &'a Finding,
    others: Vec<&'a Finding>,
}

impl<'a> FindingGroup<'a> {
    /// The groups of each chain, for formats that have a part for each chain. Worst first.
    pub(crate) fn of_each_chain(findings: &'a [Finding]) -> Vec<Self> {
        let chain = |finding: &'a Finding| Some((&finding.chain, &finding.organization));
        Self::grouped(findings.iter(), chain)
    }

    /// The groups over all chains. Worst first, and what could not be listed before all others.
    pub(crate) fn over_chains(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Self> {
        Self::grouped(findings.into_iter(), |_| None)
    }

    /// The groups over all chains that are not the report of a gap: those that a verdict depends on, and the notes.
    /// Reports for people show the gaps between the two.
    pub(crate) fn before_and_after_gaps(report: &'a Report) -> (Vec<Self>, Vec<Self>) {
        let groups = Self::over_chains(besides_gaps(report));
        let is_note = |group: &Self| group.first.severity == Severity::Note;
        let (notes, others) = groups.into_iter().partition(is_note);
        (others, notes)
    }

    fn grouped(
        findings: impl Iterator<Item = &'a Finding>,
        chain: impl Fn(&'a Finding) -> Option<(&'a Option<String>, &'a Option<String>)>,
    ) -> Vec<Self> {
        let mut groups: Vec<FindingGroup<'a>> = Vec::new();
        let mut known = HashMap::new();
        for finding in findings {
            let same = (
                &finding.code,
                chain(finding),
                &finding.message,
                &finding.hint,
                finding.severity,
            );
            let at = *known.entry(same).or_insert(groups.len());
            match groups.get_mut(at) {
                Some(group) => group.others.push(finding),
                None => groups.push(FindingGroup {
                    first: finding,
                    others: Vec::new(),
                }),
            }
        }
        groups.sort_by_key(|group| {
            let code = &group.first.code;
            let is_source = *code == Code::SourceUnreadable || *code == Code::BundleAltered;
            (!is_source, Reverse(group.first.severity))
        });
        groups
    }

    /// The chains that the findings are on.
    pub(crate) fn chains(&self) -> InChains {
        InChains::of(self.members().filter_map(Finding::chain_name))
    }

    /// How many objects the group represents.
    pub(crate) fn count(&self) -> u64 {
        self.members()
            .map(|f| f.count.unwrap_or(1))
            .fold(0, u64::saturating_add)
    }

    /// The severity as a heading shows it: in capitals, unless it is only a note.
    pub(crate) fn severity(&self) -> String {
        match self.first.severity {
            Severity::Note => "note".to_owned(),
            other => other.as_str().to_uppercase(),
        }
    }

    /// The values of the first finding, without its events and its hint.
    pub(crate) fn first_values(&self) -> LabelledValues {
        let finding = self.first;
        let mut values = object_and_time(finding);
        values.push((Label::What, finding.message.clone()));
        values.extend(finding.reason.clone().map(|v| (Label::Reason, v)));
        values.extend(compared_values(finding));
        values.extend(finding.digest.clone().map(|v| (Label::Digest, v)));
        values.extend(recovery_values(finding));
        values
    }

    /// All findings but the first.
    pub(crate) fn others(&self) -> &[&'a Finding] {
        &self.others
    }

    /// The values of the first finding and of at most `others` more.
    pub(crate) fn values(&self, others: usize) -> LabelledValues {
        let mut values = self.first_values();
        let shown = self.values_of_others(others);
        if shown.is_empty() {
            return values;
        }
        values.push((Label::And, format!("{} more:", grouped(self.others.len()))));
        values.extend(shown.into_iter().flatten());
        let more = self.others.len().saturating_sub(others);
        if more > 0 {
            let more = format!("{} more; the JSON report has them all", grouped(more));
            values.push((Label::And, more));
        }
        values
    }

    /// The values in which the first of the other findings, at most `most`, differ from the first finding. None if
    /// none of these does, as where chains have the same finding at the same time.
    pub(crate) fn values_of_others(&self, most: usize) -> Vec<LabelledValues> {
        let first = distinct_values(self.first);
        let others = self.others.iter().take(most).map(|finding| {
            let mut values = distinct_values(finding);
            values.retain(|value| !first.contains(value));
            values
        });
        let others: Vec<LabelledValues> = others.collect();
        match others.iter().all(Vec::is_empty) {
            true => Vec::new(),
            false => others,
        }
    }

    /// The first events that bear on the findings, and how many more there are.
    pub(crate) fn events(&self) -> (Vec<&'a Evidence>, usize) {
        Self::first_events(self.members().flat_map(|finding| &finding.evidence))
    }

    /// The same, with the events of gaps, which are in the chains of the report.
    pub(crate) fn events_in(&self, report: &'a Report) -> (Vec<&'a Evidence>, usize) {
        Self::first_events(self.members().flat_map(|f| events_of(f, report)))
    }

    fn first_events(events: impl Iterator<Item = &'a Evidence>) -> (Vec<&'a Evidence>, usize) {
        let mut known = HashSet::new();
        let mut events: Vec<&Evidence> = events
            .filter(|e| known.insert((&e.event_id, e.event_time, &e.event_name)))
            .collect();
        let more = events.len().saturating_sub(EVENTS);
        events.truncate(EVENTS);
        (events, more)
    }

    fn members(&self) -> impl Iterator<Item = &'a Finding> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }
}

/// The values in which a finding of a group may differ from the others.
pub(crate) fn distinct_values(finding: &Finding) -> LabelledValues {
    let mut values = object_and_time(finding);
    values.extend(compared_values(finding));
    values.extend(finding.digest.clone().map(|v| (Label::Digest, v)));
    values.extend(recovery_values(finding));
    values
}

/// The names of `expected` and `actual`, which depend on what was compared.
fn compared_labels(finding: &Finding) -> (Label, Label) {
    match finding.code.known() {
        Some(Code::DigestRelocated | Code::DigestIdentityMismatch) => {
            (Label::SignedAs, Label::FoundAs)
        }
        Some(Code::KeyUnknown | Code::KeyUnavailable | Code::KeyOutsideValidity) => {
            (Label::Expected, Label::Key)
        }
        Some(Code::ChainFork) => (Label::Expected, Label::Other),
        Some(Code::BackfillLate) => (Label::Expected, Label::MadeAt),
        Some(Code::KeyInvalid) => (Label::Named, Label::Really),
        _ => (Label::Expected, Label::Actual),
    }
}

/// The two compared values of a finding. Hashes are marked as hashes of the inflated content, because the
/// hash of the gzip file itself is another one.
pub(crate) fn compared_values(finding: &Finding) -> LabelledValues {
    let (expected, actual) = compared_labels(finding);
    let values = [(expected, &finding.expected), (actual, &finding.actual)];
    let values = values.into_iter();
    values
        .filter_map(|(label, value)| Some((label, mark_hash(value.as_deref()?))))
        .collect()
}

/// A value; if it is a SHA-256, with a remark on what was hashed.
pub(crate) fn mark_hash(value: &str) -> String {
    let hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
    match value.len() == 64 && value.bytes().all(hex) {
        true => format!("{value} (SHA-256 of the content, inflated)"),
        false => value.to_owned(),
    }
}

/// What the store says about the object apart from its bytes. This is no evidence of its content.
pub(crate) fn store_values(finding: &Finding) -> LabelledValues {
    let size = finding.size.map(|n| plural(n, "byte"));
    let values = [
        (Label::Version, finding.version_id.clone()),
        (Label::Etag, finding.etag.clone()),
        (Label::LastModified, finding.last_modified.clone()),
        (Label::Size, size),
    ];
    let values = values.into_iter();
    values
        .filter_map(|(label, value)| Some((label, value?)))
        .collect()
}

fn object_and_time(finding: &Finding) -> LabelledValues {
    let object = finding.key.as_ref();
    let object = object.map(|key| s3_uri(finding.bucket.as_deref(), key));
    let mut values = Vec::new();
    values.extend(object.map(|v| (Label::Object, v)));
    values.extend(time(finding).map(|v| (Label::Time, v)));
    values
}

fn time(finding: &Finding) -> Option<String> {
    match (finding.from, finding.to) {
        (Some(from), Some(to)) if from == to => Some(format!("at {from}")),
        (Some(from), Some(to)) => Some(format!("{from} to {to}, {}", in_words_between(from, to))),
        _ => None,
    }
}
