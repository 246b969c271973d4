//! Where links lead that nobody named: another prefix, or another bucket.

use jiff::Timestamp;

use super::walk::ChainWalk;
use crate::cloudtrail::object_key::DigestObjectKey;
use crate::validate::Context;
use crate::validate::digests::listing::{self, ListingRange};
use crate::validate::digests::listing_errors;
use crate::validate::request::ChainFilter;

impl ChainWalk<'_> {
    /// Lists the folder of a digest that a proven one names, up to that digest, where it is not among
    /// those listed: the trail wrote to another prefix, or to a bucket that was not given.
    pub(crate) fn follow(&mut self, bucket: &str, key: &str, end: Timestamp) {
        let Context {
            fetcher, request, ..
        } = self.driver;
        let Some((root, key)) = fetcher.places(bucket, key).into_iter().next() else {
            return;
        };
        let Some(DigestObjectKey { root: folder, .. }) = DigestObjectKey::parse(&key) else {
            return;
        };
        let place = (root, folder);
        if self.names.lists(&place) {
            return;
        }
        let wanted = ListingRange {
            from: self.from,
            to: Some(end),
            backfill_grace: request.backfill_grace,
            delivery_lag: request.delivery_lag,
        };
        let (account, region) = (&self.id.account, &self.id.region);
        let own = ChainFilter::trail_of(self.id);
        let limits = &request.limits;
        let places = std::slice::from_ref(&place);
        let mut listing = listing::list(
            fetcher.source,
            account,
            region,
            places,
            &own,
            wanted,
            limits,
        );
        fetcher.listed(listing.listings);
        self.complete &= listing.is_whole();
        for finding in listing_errors::all(fetcher.atlas, (account, region), &listing, limits) {
            self.found(finding.of(self.id));
        }
        self.siblings.extend(listing.siblings);
        self.names.list_also(place);
        if let Some(names) = listing.chains.remove(self.id) {
            let new = self.names.absorb(names, self.backfill, end);
            let low = self.from.and_then(|from| {
                let before = new.iter().filter(|s| s.end() <= from);
                before.map(|s| s.end()).max()
            });
            let wanted = new
                .into_iter()
                .filter(|s| low.is_none_or(|low| s.end() >= low));
            self.followed.extend(wanted);
        }
    }
}
