//! What a report proves, in sentences.

use crate::base::text::{one_or_many, plural};
use crate::proof::gap::Certainty;
use crate::report::validation::headline::keys;
use crate::report::validation::summary::time::TimeByState;
use crate::report::validation::v1::Report;

/// The sentences. None if nothing is proven.
pub(super) fn sentences(report: &Report) -> Vec<String> {
    let totals = &report.totals;
    let time = TimeByState::of_all(report);
    let mut sentences = Vec::new();
    if time.proven.is_positive() {
        let chains = plural(totals.chains, "chain");
        let logs = match totals.logs.not_read {
            0 => ", and every log that its digests list is present",
            _ => "",
        };
        sentences.push(format!(
            "{} in {chains} are covered by proven digests. In this time no digest is missing{logs}.",
            time.proven_of_asked()
        ));
    }
    if totals.digests.valid > 0 {
        let digests = one_or_many(
            totals.digests.valid,
            "1 digest is as CloudTrail delivered it",
            "digests are as CloudTrail delivered them",
        );
        sentences.push(format!(
            "{digests}: by a valid signature, or by the hash or signature that a proven digest after it recorded. \
             Public keys: {}.",
            keys(report)
        ));
    }
    if totals.backfill_digests.valid > 0 {
        sentences.push(one_or_many(
            totals.backfill_digests.valid,
            "1 backfill digest is as CloudTrail delivered it.",
            "backfill digests are as CloudTrail delivered them.",
        ));
    }
    if totals.logs.valid > 0 {
        let logs = one_or_many(
            totals.logs.valid,
            "1 log is as CloudTrail delivered it: its SHA-256 equals",
            "logs are as CloudTrail delivered them: the SHA-256 of each equals",
        );
        sentences.push(format!("{logs} the one that a proven digest lists."));
    }
    let gaps = report.chains.iter().flat_map(|c| &c.gaps);
    let signed = gaps.filter(|gap| gap.certainty == Certainty::Signed);
    match signed.count() as u64 {
        0 => {}
        n => sentences.push(one_or_many(
            n,
            "The cause of 1 gap is recorded in a proven log.",
            "gaps have a cause that a proven log records.",
        )),
    }
    sentences
}
