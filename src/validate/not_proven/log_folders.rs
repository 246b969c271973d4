//! What is not known about logs that no digest lists.

use crate::base::sample::Sample;
use crate::base::text::plural;
use crate::validate::outcome::ChainOutcome;
use crate::validate::unreferenced::tally::OtherObjects;

pub(super) fn sentences(chains: &[Box<ChainOutcome>], others: &OtherObjects) -> Vec<String> {
    let mut sentences = Vec::new();
    let not_searched = chains.iter().filter(|c| c.logs.unreferenced.is_none());
    let not_searched = not_searched.count();
    if not_searched > 0 {
        sentences.push(format!(
            "that no log was added, in {}: their folders of logs were not looked through",
            plural(not_searched, "chain")
        ));
    }
    let samples: [(&Sample, &str); 4] = [
        (
            &others.undecided,
            "logs that no digest names so far, where not every digest that could name them is there and \
             proven",
        ),
        (
            &others.without_digests,
            "logs that no digest names, in folders that a trail without log file validation writes to",
        ),
        (
            &others.others_gap,
            "logs that no digest names, of time in which a trail that was not asked for wrote no digests",
        ),
        (
            &others.unrecognised,
            "objects among the logs whose names are not those of logs",
        ),
    ];
    for (sample, what) in samples.into_iter().filter(|(sample, _)| sample.count > 0) {
        sentences.push(format!("{what} ({}): {}", sample.count, sample.list()));
    }
    if others.refused.count > 0 {
        sentences.push(format!(
            "what was not looked at among the logs: {}",
            others.refused.list()
        ));
    }
    sentences
}
