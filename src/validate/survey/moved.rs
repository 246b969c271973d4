//! A trail whose prefix was changed while it wrote no digests. Its configuration has the prefix of today, and
//! no link leads to the digests under the one before. Where they begin after the window does, the complete bucket
//! is searched.

use jiff::Timestamp;
use rayon::ThreadPool;

use super::home_digests::list_home_digests;
use crate::base::limits::Limits;
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::TrailArn;
use crate::source::Source;
use crate::source::places::Places;
use crate::validate::digests::listing::ListingRange;
use crate::validate::request::{ChainFilter, Request};
use crate::validate::survey::{Survey, survey_everywhere};

/// The survey of all of the bucket, if only the prefixes of the configuration were searched and the digests of a
/// requested trail begin after the window does. Otherwise the same survey.
pub(crate) fn look_wider(
    (source, places): (&dyn Source, &Places),
    request: &Request,
    filter: &ChainFilter,
    pool: &ThreadPool,
    mut survey: Survey,
) -> Survey {
    let is_narrow = filter.prefixes.is_empty() && !filter.places.is_empty();
    let Some(from) = request.from.filter(|_| is_narrow) else {
        return survey;
    };
    let limits = &request.limits;
    // Where earlier runs left off, the newest proven digest is read at its place, wherever that is.
    let is_new = |arn: &&TrailArn| {
        let continues = request.continues.iter().flat_map(|all| all.chains.keys());
        let home = arn.home_chain();
        continues.into_iter().all(|id| !id.is_called_like(&home))
    };
    let mut arns = filter.trail_arns.iter().filter(is_new);
    if !arns.any(|arn| begins_late(arn, from, source, &mut survey, limits)) {
        return survey;
    }
    let mut wide = survey_everywhere(source, places, filter, limits, pool);
    wide.listings += survey.listings;
    if !wide.trouble.is_empty() || !wide.beyond.is_empty() {
        // Whoever may only list the prefixes of today loses nothing by this search.
        wide.unsearched = wide.trouble.first().map(|(_, folder, error)| {
            format!("{folder:?} could not be listed: {}", error.detail())
        });
        wide.unsearched
            .get_or_insert_with(|| "too many folders exist".to_owned());
        wide.trouble = survey.trouble;
        wide.beyond = survey.beyond;
    }
    wide
}

/// Whether the digests of a trail's owner in its home region begin more than an hour after the window does.
fn begins_late(
    arn: &TrailArn,
    from: Timestamp,
    source: &dyn Source,
    survey: &mut Survey,
    limits: &Limits,
) -> bool {
    let first = shift(from, HOUR);
    let range = ListingRange {
        from: Some(from),
        to: Some(first),
        ..ListingRange::default()
    };
    let Some((_, listing)) = list_home_digests(arn, range, source, survey, limits) else {
        return true;
    };
    // What cannot be listed is reported later, and shows nothing here.
    let mut ends = listing.chains.values().flat_map(|names| &names.main);
    listing.trouble.is_empty() && !ends.any(|slot| slot.end() <= first)
}
