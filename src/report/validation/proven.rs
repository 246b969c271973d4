//! What a report proves, in sentences.

use super::headline::keys;
use super::summary::due;
use super::summary::time::TimeByState;
use super::v1::Report;
use crate::base::text::{one_or_many, plural};
use crate::base::time::in_words;
use crate::proof::gap::Certainty;

/// The sentences. None if nothing is proven.
pub(crate) fn sentences(report: &Report) -> Vec<String> {
    let totals = &report.totals;
    let time = TimeByState::of_all(report);
    let mut sentences = Vec::new();
    let unchanged = due::unchanged(report);
    if unchanged > 0 {
        sentences.push(format!(
            "In {}, nothing new was due, and the digest that an earlier run proved last is unchanged.",
            plural(unchanged, "chain")
        ));
    }
    if time.proven.is_positive() {
        let chains = plural(totals.chains - unchanged.min(totals.chains), "chain");
        let length = match due::all_until(report) {
            Some(_) => in_words(time.proven),
            None => time.proven_of_asked(),
        };
        let logs = match totals.logs.not_read {
            0 => ", and every log that its digests list is present",
            _ => "",
        };
        sentences.push(format!(
            "{length} in {chains} are covered by proven digests. In this time no digest is missing{logs}."
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
