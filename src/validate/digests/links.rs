//! Following the links of proven digests to digests that were not listed: to another prefix, another
//! bucket, or by name alone.

use jiff::Timestamp;

use super::batch::is_missing;
use super::listing::{self, ListingRange};
use super::listing_errors;
use super::names::DigestSet;
use super::trail_status;
use super::walk::ChainWalk;
use crate::cloudtrail::object_key::{DigestName, DigestObjectKey};
use crate::proof::chain::Walk;
use crate::proof::digest_object::Reading;
use crate::proof::look::Look;
use crate::proof::reason::Reason;
use crate::source::{GetError, RootId};
use crate::validate::fetch::first_of;
use crate::validate::request::ChainFilter;

impl ChainWalk<'_> {
    /// Fetches by name the digests that links refer to and that were not listed, down to the end `next` of
    /// the next listed digest.
    pub(super) fn follow_overdue_links(&mut self, walk: &mut Walk<'_>, next: Option<Timestamp>) {
        loop {
            // A digest that was listed because of a link is read in the order of the listing, not by name.
            let listed = self.links.slots.iter().map(|slot| slot.end()).max();
            let Some((bucket, key, end)) = walk.overdue(next.max(listed)) else {
                break;
            };
            self.links.fetched += 1;
            if self.links.fetched > self.context.request.limits.unlisted_links {
                self.found.complete = false;
                let why = "too many digests are known only from links".into();
                walk.absent((&bucket, &key), end, Some((Reason::Limit, why)));
                continue;
            }
            let Some(name) = DigestObjectKey::parse(&key).map(|k| k.name) else {
                walk.absent((&bucket, &key), end, None);
                continue;
            };
            self.list_linked_folder(&bucket, &key, end);
            match self.fetch_linked(walk, &bucket, &key, &name) {
                Ok(readings) => self.place_together(walk, readings),
                Err(GetError::NotFound) => match self.may_still_come(walk, (&bucket, &key), end) {
                    Some(look) => walk.late((&bucket, &key), end, look),
                    None => walk.absent((&bucket, &key), end, None),
                },
                Err(error) => {
                    let why = (error.reason(), error.detail());
                    walk.absent((&bucket, &key), end, Some(why));
                }
            }
            // The claims on this place are decided now, whether or not an object was found.
            walk.absent((&bucket, &key), end, None);
        }
    }

    /// The look after which a digest that does not exist may still be delivered, by any of the clocks; `None` if
    /// it may not, because the look was too late, or because its successor was written, or another digest
    /// delivered, so late after its end that it should have been delivered itself.
    fn may_still_come(&self, walk: &Walk<'_>, place: (&str, &str), end: Timestamp) -> Option<Look> {
        let fetcher = self.context.fetcher;
        let look = self.context.request.look();
        let is_pending = look.may_still_come(end);
        let may_still_come = is_pending || look.earliest().may_still_come(end);
        if self.set == DigestSet::Backfill || !may_still_come {
            return None;
        }
        let (bucket, key) = walk.successor(place, end)?;
        let possible = fetcher.places(bucket, key);
        let written = possible.recorded().iter().filter_map(|(root, key)| {
            let modified = fetcher.facts(*root, key).last_modified?;
            modified.parse::<Timestamp>().ok()
        });
        let names = &self.found.names;
        let delivered = trail_status::last_delivery(self.context, self.id, names);
        // Where the clocks differ, what S3 wrote since shows the time.
        let since = names.delivered.filter(|_| !is_pending);
        let latest = written.chain(delivered).chain(since).max();
        latest
            .is_none_or(|latest| latest <= look.due(end))
            .then_some(look)
    }

    /// What is found where a linked digest may be: at its recorded place, or else in a copy.
    fn fetch_linked(
        &self,
        walk: &Walk<'_>,
        bucket: &str,
        key: &str,
        name: &DigestName,
    ) -> Result<Vec<Reading>, GetError> {
        let fetcher = self.context.fetcher;
        let is_known = |root: RootId| !fetcher.places.unnamed(root) || walk.knows_bucket(bucket);
        let read = |root: RootId, key: &str| {
            let reading = fetcher.digest(root, key, name.clone());
            match is_missing(&reading) {
                true => Err(GetError::NotFound),
                false => Ok(reading),
            }
        };
        let possible = fetcher.places(bucket, key);
        let recorded = first_of(possible.recorded(), &is_known, read);
        let copy = first_of(possible.copies(), &is_known, read);
        match (recorded, copy) {
            (Some(Ok(original)), copy) => Ok(std::iter::once(original)
                .chain(copy.and_then(Result::ok))
                .collect()),
            // Whether the original is missing is found out when the copy is placed.
            (_, Some(Ok(copy))) => Ok(vec![copy]),
            (Some(Err(error)), _) | (None, Some(Err(error))) => Err(error),
            (None, None) => Err(GetError::Elsewhere(bucket.into())),
        }
    }

    /// Asks by name for digests that would count as missing because no listing shows them.
    pub(super) fn ask_for_inferred(&self, walk: &mut Walk<'_>) {
        let fetcher = self.context.fetcher;
        for digest in walk.inferred(self.context.request.limits.inferred_digests) {
            let Some(beside) = DigestObjectKey::parse(&digest.beside) else {
                continue;
            };
            let name = DigestName {
                end: digest.end,
                ..beside.name
            };
            let key = DigestObjectKey { name, ..beside }.to_string();
            for (root, key) in fetcher.places.find(&digest.bucket, &key).recorded() {
                match fetcher.exists_again(*root, key) {
                    None | Some(Err(GetError::NotFound)) => {}
                    Some(Ok(())) => walk.is_not_missing(&digest, Reason::NotListed, "it exists"),
                    Some(Err(error)) => {
                        walk.is_not_missing(&digest, error.reason(), &error.detail());
                    }
                }
            }
        }
    }

    /// Lists the folder of a linked digest up to that digest, unless it was listed before: the trail wrote
    /// to another prefix, or to a bucket that was not given.
    fn list_linked_folder(&mut self, bucket: &str, key: &str, end: Timestamp) {
        let (fetcher, request) = (self.context.fetcher, self.context.request);
        let possible = fetcher.places(bucket, key);
        let Some((root, key)) = possible.all().first().cloned() else {
            return;
        };
        let Some(DigestObjectKey { root: folder, .. }) = DigestObjectKey::parse(&key) else {
            return;
        };
        let place = (root, folder);
        if self.found.names.lists(&place) {
            return;
        }
        let (account, region) = (&self.id.account, &self.id.region);
        // A trail that became an organization's, or ceased to be one's, goes on in another folder.
        let (_, folder) = &place;
        let id = self.id.clone().in_organization(folder.organization.clone());
        let limits = &request.limits;
        let mut listing = listing::list(
            fetcher.source,
            account,
            region,
            std::slice::from_ref(&place),
            &ChainFilter::trail_of(&id),
            ListingRange::of(request, self.from, Some(end)),
            limits,
        );
        fetcher.listed(listing.listings);
        self.found.complete &= listing.is_complete();
        for finding in listing_errors::all(fetcher.places, (account, region), &listing, limits) {
            self.report(finding.of(self.id));
        }
        self.found.siblings.extend(listing.siblings);
        if id != *self.id {
            self.found.names.join(place.clone(), end);
        }
        self.found.names.list_also(place);
        if let Some(names) = listing.chains.remove(&id) {
            let is_backfill = self.set == DigestSet::Backfill;
            let new = self.found.names.absorb(names, is_backfill, end);
            // Only the last digest before the window is walked, for its proof.
            let before = |from: Timestamp| new.iter().map(|s| s.end()).filter(|e| *e <= from).max();
            let first = self.from.and_then(before);
            let walked = new
                .iter()
                .filter(|s| first.is_none_or(|first| s.end() >= first));
            self.links.slots.extend(walked.copied());
        }
    }
}
