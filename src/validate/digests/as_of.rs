//! A copy that was made at a given time holds no digest that ends later. One that is proven shows that the
//! given time is wrong, and then nothing that follows from it holds either.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::listing;
use super::names::{DigestNames, DigestSet};
use super::walk::{ChainWalk, Purpose};
use crate::base::error::{Error, ErrorKind};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::coverage::Spans;
use crate::source::RootId;
use crate::validate::context::Context;
use crate::validate::survey::Survey;
use crate::validate::unreferenced::references::References;

/// Checks the time at which a copy is said to have been made, against the digests in it. A source that is
/// looked at now has no such time.
///
/// # Errors
/// If a proven digest ends after that time.
pub(in crate::validate) fn check(context: &Context<'_>, survey: &Survey) -> Result<(), Error> {
    let request = context.request;
    let Some(as_of) = request.as_of.filter(|_| request.now.is_none()) else {
        return Ok(());
    };
    let groups = survey.groups.iter().collect();
    let latest = context.in_parallel(groups, |(group, places)| {
        let chains = names_after(context, group, places, as_of).into_iter();
        chains
            .filter_map(|(id, names)| Some((proven_after(context, &id, names, as_of)?, id)))
            .max()
    });
    match latest.into_iter().flatten().max() {
        Some((end, id)) => Err(Error::new(
            ErrorKind::Usage,
            format!(
                "--as-of {as_of} is wrong: a proven digest of {id} ends at {end}, so the copy was made after \
                 that time"
            ),
        )
        .hint("give the time at which the copy was made, or omit --as-of; nothing was validated")),
        None => Ok(()),
    }
}

/// The digests of every chain with one that ends after `as_of`, from the day of `as_of` on. What cannot be
/// listed is reported when the digests themselves are listed.
fn names_after(
    context: &Context<'_>,
    (account, region): &(AccountId, Region),
    places: &[(RootId, KeyRoot)],
    as_of: Timestamp,
) -> BTreeMap<ChainId, DigestNames> {
    let (fetcher, request) = (context.fetcher, context.request);
    let listing = listing::list_from(
        fetcher.source,
        (account, region),
        places,
        &request.filter,
        as_of,
        &request.limits,
    );
    fetcher.listed(listing.listings);
    let mut chains = listing.chains;
    chains.extend(listing.siblings);
    chains.retain(|_, names| names.main.last().is_some_and(|slot| slot.end() > as_of));
    chains
}

/// The end of a proven digest that ends after `as_of`: of the first of them, or of one soon after it.
fn proven_after(
    context: &Context<'_>,
    id: &ChainId,
    names: DigestNames,
    as_of: Timestamp,
) -> Option<Timestamp> {
    let first = names.main.iter().find(|slot| slot.end() > as_of)?.end();
    let unnamed = context.fetcher.places.has_unnamed();
    let mut references = References::new(context.references, unnamed);
    let purpose = Purpose::References;
    let mut walk = ChainWalk::new(context, id, names, Some(as_of), &mut references, purpose);
    let walked = walk.walk(DigestSet::Main, first, &Spans::default());
    let covered = walked.paint.verified.bounds().map(|time| time.to);
    let started = walked.restarts.iter().max().copied();
    covered.max(started).filter(|end| *end > as_of)
}
