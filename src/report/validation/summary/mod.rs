//! The report in numbers and in three sentences. Everything here is computed from the other fields of a report,
//! so a saved report cannot claim in its summary what the rest of it does not say.

pub(crate) mod damage;
pub(crate) mod doubt;
pub(crate) mod due;
mod sentences;
pub(crate) mod time;

use super::custody;
use super::v1::{
    Chain, ChainSummary, Digests, Hours, Logs, ObjectCounts, Objects, Report, Summary,
};
use crate::proof::finding::Code;
use time::TimeByState;

/// Computes the fields of a report that follow from the others: the marks of shared ids, the evidence hash, and the
/// summary.
pub(crate) fn derive(report: &mut Report) {
    report.mark_shared_ids();
    report.evidence_sha256 = custody::evidence_sha256(&report.chains).to_string();
    report.summary = of(report);
}

fn of(report: &Report) -> Summary {
    let totals = &report.totals;
    Summary {
        sentences: sentences::three(report),
        hours: TimeByState::of_all(report).hours(),
        objects: objects(&totals.digests, &totals.backfill_digests, &totals.logs),
        chains: report.chains.iter().map(|chain| of_chain(chain)).collect(),
    }
}

/// Whether logging or validation was restarted without a hole between the digests.
pub(crate) fn restarted(report: &Report) -> bool {
    let mut gaps = report.chains.iter().flat_map(|c| &c.gaps);
    gaps.any(|gap| gap.restart && gap.from == gap.to)
}

/// The number of gaps in which recorded calls removed objects.
pub(crate) fn with_removals(report: &Report) -> usize {
    let gaps = report.chains.iter().flat_map(|c| &c.gaps);
    gaps.filter(|gap| gap.removals.is_some()).count()
}

/// The number of recorded calls that reduced what a trail logs.
pub(crate) fn reducing(report: &Report) -> u64 {
    let findings = report.findings.iter();
    let reducing = findings.filter(|finding| finding.code == Code::LoggingReduced);
    let counts = reducing.map(|finding| finding.count.unwrap_or(1));
    counts.fold(0, u64::saturating_add)
}

fn of_chain(chain: &Chain) -> ChainSummary {
    ChainSummary {
        chain: chain.id.clone(),
        organization: chain.organization.clone(),
        hours: TimeByState::of(chain).hours(),
        objects: objects(&chain.digests, &chain.backfill_digests, &chain.logs),
    }
}

fn objects(digests: &Digests, backfill: &Digests, logs: &Logs) -> Objects {
    Objects {
        digests: digests.into(),
        backfill_digests: backfill.into(),
        logs: logs.into(),
    }
}

impl From<&Digests> for ObjectCounts {
    fn from(digests: &Digests) -> Self {
        ObjectCounts {
            proven: digests.valid,
            altered: digests.failed,
            missing: digests.missing,
            missing_estimated: digests.missing_inferred,
            unproven: digests.unproven,
            unreferenced: None,
            not_read: 0,
        }
    }
}

impl From<&Logs> for ObjectCounts {
    fn from(logs: &Logs) -> Self {
        ObjectCounts {
            proven: logs.valid,
            altered: logs.failed,
            missing: logs.missing,
            missing_estimated: 0,
            unproven: logs.unproven,
            unreferenced: logs.unreferenced,
            not_read: logs.not_read,
        }
    }
}

impl TimeByState {
    fn hours(&self) -> Hours {
        Hours {
            asked: time::hours(self.asked),
            proven: time::hours(self.proven),
            pending: time::hours(self.pending),
            gap: time::hours(self.gap),
            unproven: time::hours(self.unproven),
            failed: time::hours(self.failed),
        }
    }
}
