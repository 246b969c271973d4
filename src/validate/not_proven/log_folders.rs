//! What is not known about logs that no digest lists.

use jiff::SignedDuration;

use crate::base::sample::Sample;
use crate::base::text::plural;
use crate::base::time::in_words;
use crate::validate::outcome::ChainOutcome;
use crate::validate::request::Request;
use crate::validate::unreferenced::tally::OtherObjects;

pub(super) fn sentences(
    request: &Request,
    chains: &[Box<ChainOutcome>],
    others: &OtherObjects,
) -> Vec<String> {
    let mut sentences = Vec::new();
    let not_searched = chains.iter().filter(|c| c.logs.unreferenced.is_none());
    let not_searched = not_searched.count();
    if not_searched > 0 {
        sentences.push(format!(
            "that no log was added, in {}: their log folders were not searched",
            plural(not_searched, "chain")
        ));
    }
    let waiting = format!(
        "logs that no digest lists so far: a backfill digest may still list them until {} after the minute in \
         their names (--backfill-grace; AWS retries deliveries for up to 30 days)",
        in_words(SignedDuration::from_secs(request.backfill_grace))
    );
    let samples: [(&Sample, &str); 6] = [
        (&others.waiting, &waiting),
        (
            &others.undecided,
            "logs that no proven digest lists, of time that is not verified",
        ),
        (
            &others.without_digests,
            "logs that no digest lists, of time in which a trail without log file validation wrote to their \
             folder",
        ),
        (
            &others.of_other_trails,
            "the content of logs that only trails outside the request list",
        ),
        (
            &others.unrecognised,
            "objects among the logs whose names are not those of logs, of time that is not verified",
        ),
        (
            &others.litter,
            "objects among the logs that log readers ignore or that copying leaves behind: empty folders, \
             hidden files, desktop files, second copies and unfinished copies",
        ),
    ];
    for (sample, what) in samples.into_iter().filter(|(sample, _)| sample.count > 0) {
        sentences.push(format!("{what} ({}): {}", sample.count, sample.list()));
    }
    if others.refused.count > 0 {
        sentences.push(format!(
            "entries among the logs that were not read: {}",
            others.refused.list()
        ));
    }
    sentences
}
