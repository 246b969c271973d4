//! What the places that were searched leave open: buckets without a name, folders beside the digests.

use std::collections::BTreeSet;

use crate::base::sample::Sample;
use crate::base::text::{one_or_many, plural};
use crate::proof::chain::Location;
use crate::source::Root;
use crate::source::places::Places;
use crate::validate::outcome::ChainOutcome;
use crate::validate::request::Request;
use crate::validate::survey::Survey;

pub(super) fn unnamed_buckets(
    request: &Request,
    places: &Places,
    chains: &[Box<ChainOutcome>],
) -> Option<String> {
    if !places.has_unnamed() || chains.is_empty() {
        return None;
    }
    let not_compared =
        "that these files are from a bucket of yours: no bucket name was given to compare with";
    let mut buckets: Vec<&str> = chains
        .iter()
        .flat_map(|c| c.locations.iter().map(|l| l.bucket.as_str()))
        .collect();
    buckets.sort_unstable();
    buckets.dedup();
    let buckets = match buckets.len() {
        0 => return Some(not_compared.to_owned()),
        n if n > request.limits.named => format!("{n} buckets"),
        _ => buckets.join(", "),
    };
    Some(format!(
        "{not_compared}; the proven digests here were written to {buckets}"
    ))
}

/// Applies if one bucket was given twice, or two folders without a bucket name: both may hold an object.
pub(super) fn overlapping_folders(places: &Places) -> Option<String> {
    let roots = places.roots();
    let mut buckets: Vec<&String> = roots.iter().flat_map(|r| &r.buckets).collect();
    buckets.sort_unstable();
    let is_unnamed = |r: &&&Root| r.buckets.is_empty();
    let unnamed = roots.iter().filter(is_unnamed).count();
    let overlap = unnamed > 1 || buckets.windows(2).any(|pair| pair[0] == pair[1]);
    overlap.then(|| {
        "that each of several folders given for one bucket is complete: an object counts as present if any of \
         them contains it; everything in them was checked"
            .to_owned()
    })
}

/// Applies if only a copy was given, and not the place that `--map` says it was recorded at.
pub(super) fn copies_alone(places: &Places) -> Option<String> {
    let rules: Vec<String> = places.copies_alone().map(ToString::to_string).collect();
    (!rules.is_empty()).then(|| {
        format!(
            "that the originals still exist and are intact: copies were read instead (--map {})",
            rules.join(", ")
        )
    })
}

/// Applies if a bucket was read through an access point.
pub(super) fn access_points(places: &Places) -> Option<String> {
    let rules: Vec<String> = places
        .access_points()
        .iter()
        .map(ToString::to_string)
        .collect();
    (!rules.is_empty()).then(|| {
        format!(
            "that each access point leads to the bucket that --map gives for it ({}): S3 does not show this, \
             only the digests read through it do",
            rules.join(", ")
        )
    })
}

/// The locations of a chain in buckets that were not given, if some of its locations are in one that was. A
/// chain of which no location is was copied, or its bucket has another name than the user thinks: its
/// digests have findings that say so.
pub(in crate::validate) fn not_named<'l>(
    request: &Request,
    places: &Places,
    locations: &'l [Location],
) -> impl Iterator<Item = &'l Location> + use<'l> {
    let named = &request.filter.buckets;
    let is_named = |l: &&Location| named.contains(&l.bucket) || places.is_given(&l.bucket);
    let (named, others): (Vec<_>, Vec<_>) = locations.iter().partition(is_named);
    others.into_iter().filter(move |_| !named.is_empty())
}

pub(super) fn not_named_sentence(
    request: &Request,
    places: &Places,
    chains: &[Box<ChainOutcome>],
) -> Option<String> {
    let mut elsewhere = chains.iter().filter_map(|chain| {
        let first = not_named(request, places, &chain.locations).next()?;
        Some((chain, first))
    });
    let (chain, first) = elsewhere.next()?;
    let count = 1 + elsewhere.count();
    Some(format!(
        "time whose digests are in buckets that were not given, in {}. The first is {} from {} to {}, in bucket \
         {}",
        plural(count, "chain"),
        chain.id,
        first.time.from,
        first.time.to,
        first.bucket
    ))
}

/// The files of a copy that have no place in a bucket.
pub(super) fn left_out(request: &Request) -> Option<String> {
    let left = &request.prior.left_out;
    (left.count > 0).then(|| {
        format!(
            "anything in {} left out, as nothing shows where in a bucket {} lay: {}",
            one_or_many(left.count, "1 file that was", "files that were"),
            if left.count == 1 { "it" } else { "they" },
            left.list()
        )
    })
}

/// A copy that was written while it was read.
pub(super) fn changed(key: &str) -> String {
    format!(
        "anything that was added, replaced or removed while the copy was read: it changed, for example at \
         {key}. Run again when nothing writes there"
    )
}

/// Folders and objects beside the digests that were not validated.
pub(super) fn other_files(
    request: &Request,
    survey: &Survey,
    beside: &BTreeSet<String>,
    unrecognised: &Sample,
) -> Vec<String> {
    let mut sentences = Vec::new();
    let not_listed = survey.other_kinds.iter();
    for (kind, folders) in not_listed.filter(|(kind, _)| !beside.contains(*kind)) {
        let mut sample = Sample::default();
        folders
            .iter()
            .for_each(|folder| sample.add(&request.limits, &folder.key));
        sentences.push(format!(
            "anything in {}: no digest that was read lists a file of {kind}",
            sample.list()
        ));
    }
    if survey.undigested.count > 0 {
        sentences.push(format!(
            "the logs in {}: no digests exist for them",
            survey.undigested.list()
        ));
    }
    if unrecognised.count > 0 {
        sentences.push(format!(
            "{} objects among the digests whose names are not those of digests: {}",
            unrecognised.count,
            unrecognised.list()
        ));
    }
    if survey.refused.count > 0 {
        sentences.push(format!(
            "entries that were not read: {}",
            survey.refused.list()
        ));
    }
    if let Some(why) = &survey.unsearched {
        sentences.push(format!(
            "that no digests of the time before the first one are under another prefix of the bucket: {why}"
        ));
    }
    if !survey.beyond.is_empty() {
        sentences
            .push("folders beyond the number or depth that trailproof searches for AWSLogs".into());
    }
    sentences
}
