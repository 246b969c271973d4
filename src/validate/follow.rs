//! Where links lead that nobody named: another prefix, or another bucket.

use jiff::Timestamp;

use super::Driver;
use super::run::Run;
use crate::keyname::DigestKey;
use crate::listing::{self, Wanted};
use crate::scope::Filter;
use crate::source::Root;

impl Run<'_> {
    /// Lists the folder of a digest that a proven one names, up to that digest, where it is not among
    /// those listed: the trail wrote to another prefix, or to a bucket that was not given.
    pub(super) fn follow(&mut self, bucket: &str, key: &str, end: Timestamp) {
        let Driver {
            fetcher, request, ..
        } = self.driver;
        let known = fetcher.atlas.find(bucket, key).into_iter().next();
        let place = known.or_else(|| {
            let root = fetcher.source.open(bucket)?;
            fetcher.atlas.add(Root {
                id: root,
                buckets: vec![bucket.to_owned()],
            });
            Some((root, key.to_owned()))
        });
        let Some((root, key)) = place else { return };
        let Some(DigestKey { root: folder, .. }) = DigestKey::parse(&key) else {
            return;
        };
        let place = (root, folder);
        if self.names.lists(&place) {
            return;
        }
        let wanted = Wanted {
            from: self.from,
            to: Some(end),
            backfill_grace: request.backfill_grace,
        };
        let (account, region) = (&self.id.account, &self.id.region);
        let all = Filter::default();
        let limits = &request.limits;
        let mut listing = listing::list(
            fetcher.source,
            account,
            region,
            std::slice::from_ref(&place),
            &all,
            wanted,
            limits,
        );
        fetcher.listed(listing.listings);
        self.complete &= listing.trouble.is_empty();
        self.names.list_also(place.clone());
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
