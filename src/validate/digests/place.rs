//! Handing digests to the proof of the chain, and what becomes of each.

use jiff::Timestamp;

use super::batch::{
    claimed_place, content_of, contradicts_itself, is_copy, is_missing, may_be_at, proves_itself,
};
use super::names::DigestSet;
use super::walk::{ChainWalk, Purpose};
use crate::base::sha256::Sha256;
use crate::cloudtrail::object_key::{DigestObjectKey, from_aws_logs};
use crate::proof::chain::{PlacedDigest, Walk};
use crate::proof::digest_object::{Content, Reading};
use crate::proof::judge::Verified;
use crate::proof::placement::RecordedPlace;
use crate::proof::reason::Reason;
use crate::source::RootId;
use crate::source::places::Places;
use crate::validate::chain_state::LogPages;
use crate::validate::logs::manifest::ManifestPage;
use crate::validate::observer::{JudgedObject, ObjectKind, Step};

/// What makes two objects one digest: equal content in the same place, in two folders of one bucket or
/// beside its original. A wrong signature beside it is not excused by a right one elsewhere.
#[derive(PartialEq, Eq)]
struct DigestObject {
    places: Vec<RecordedPlace>,
    content: Result<Sha256, Reason>,
    contradicts_itself: bool,
}

impl DigestObject {
    fn of(reading: &Reading) -> Self {
        let places = match claimed_place(reading) {
            Some((bucket, key)) => vec![RecordedPlace {
                bucket: Some(bucket.to_owned()),
                key: key.to_owned(),
            }],
            None => reading.recorded.clone(),
        };
        DigestObject {
            places,
            content: content_of(reading),
            contradicts_itself: contradicts_itself(reading),
        }
    }
}

/// The place of the original of a copy that `--map` gives, or of any other copy, if the bucket that it claims
/// was given too.
fn place_of_original<'r>(reading: &'r Reading, places: &Places) -> Option<(&'r str, &'r str)> {
    if places.has_copies() && is_copy(reading) {
        return claimed_place(reading);
    }
    let Content::Digest { digest, .. } = &reading.content else {
        return None;
    };
    let (bucket, key) = digest.claimed_place_unverified();
    let found = reading.bucket.as_deref()?;
    let is_elsewhere = found != bucket || key != reading.key;
    let is_copy = from_aws_logs(key).is_some_and(|key| from_aws_logs(&reading.key) == Some(key));
    (is_elsewhere && is_copy && places.is_root(bucket)).then_some((bucket, key))
}

impl ChainWalk<'_> {
    /// Places listed digests that have the same end.
    pub(super) fn place(&mut self, walk: &mut Walk<'_>, group: Vec<Reading>) {
        if self.purpose == Purpose::Proof {
            self.context.report_walked(group.len());
        }
        self.place_together(walk, group);
    }

    /// Places digests that have the same end. The one at its recorded place comes first, so that copies
    /// of it do no harm.
    pub(super) fn place_together(&mut self, walk: &mut Walk<'_>, mut group: Vec<Reading>) {
        if let Some(remembered) = &mut self.remembered {
            remembered.meet(self.context.fetcher, &mut group);
        }
        self.add_originals(walk, &mut group);
        let mut group: Vec<Reading> = group.into_iter().map(|r| self.confirmed(walk, r)).collect();
        // Of several in one place, prefer the one that proves itself or that its successor recorded.
        group.sort_by_key(|r| {
            let is_unproven = !proves_itself(r)
                && walk
                    .expected(r)
                    .is_none_or(|hash| content_of(r) != Ok(hash));
            (is_unproven, is_copy(r))
        });
        let (in_place, elsewhere): (Vec<_>, Vec<_>) = group
            .into_iter()
            .partition(|reading| claimed_place(reading).is_some());
        let mut seen = Vec::new();
        let mut proven_here: Option<(Sha256, (String, String))> = None;
        for reading in in_place.into_iter().chain(elsewhere) {
            let identity = DigestObject::of(&reading);
            if seen.contains(&identity) {
                continue;
            }
            let (bucket, key) = (reading.bucket.clone(), reading.key.clone());
            let end = reading.name.end;
            // What may be the original itself is judged, whatever it claims.
            let is_beside = |(_, (bucket, key)): &&(Sha256, (String, String))| {
                !may_be_at(&reading, (bucket, key)) && claimed_place(&reading).is_none()
            };
            let original = proven_here
                .as_ref()
                .filter(is_beside)
                .map(|(hash, _)| *hash);
            let placed = walk.place(reading, original);
            if let (None, Ok(hash), Some(digest)) =
                (&proven_here, identity.content, placed.standing())
            {
                let (bucket, key) = digest.place();
                proven_here = Some((hash, (bucket.to_owned(), key.to_owned())));
            }
            seen.push(identity);
            self.record((bucket.as_deref(), &key), end, placed);
        }
    }

    /// A digest that is not what its proven successor recorded is read once more before that counts.
    fn confirmed(&self, walk: &Walk<'_>, reading: Reading) -> Reading {
        let is_other = || {
            let expected = walk.expected(&reading);
            expected.is_some_and(|hash| content_of(&reading).is_ok_and(|content| content != hash))
        };
        if proves_itself(&reading) || contradicts_itself(&reading) || !is_other() {
            return reading;
        }
        let places = self.context.fetcher.places;
        let roots = places.roots().into_iter().map(|root| root.id);
        let mut roots = roots.filter(|root| places.bucket(*root) == reading.bucket.as_deref());
        match roots.next() {
            Some(root) => self.context.fetcher.digest_again(root, reading),
            None => reading,
        }
    }

    /// Reads by name what lies at the recorded places of copies that no listing shows there. Where it is
    /// missing, the copy is marked: it proves what the digest was, and does not replace it.
    fn add_originals(&self, walk: &Walk<'_>, group: &mut Vec<Reading>) {
        let fetcher = self.context.fetcher;
        for at in 0..group.len() {
            let reading = &group[at];
            let Some((bucket, key)) = place_of_original(reading, fetcher.places) else {
                continue;
            };
            let possible = fetcher.places.find(bucket, key);
            let is_original = |r: &Reading| {
                let is_here = |(root, key): &(RootId, String)| {
                    r.key == *key && r.bucket.as_deref() == fetcher.places.bucket(*root)
                };
                possible.recorded().iter().any(is_here)
            };
            if group.iter().any(is_original) {
                continue;
            }
            let (name, bucket) = (reading.name.clone(), bucket.to_owned());
            let mut originals = Vec::new();
            let mut is_reachable = false;
            for (root, key) in possible.recorded() {
                is_reachable |= !fetcher.places.unnamed(*root) || walk.knows_bucket(&bucket);
                originals.push(fetcher.digest(*root, key, name.clone()));
            }
            originals.retain(|original| !is_missing(original));
            group[at].without_original = originals.is_empty() && is_reachable;
            group.append(&mut originals);
        }
    }

    /// Records the result for a digest: reports it, and keeps the logs that it lists.
    pub(super) fn record(
        &mut self,
        found: (Option<&str>, &str),
        end: Timestamp,
        placed: PlacedDigest,
    ) {
        self.found.misplaced_logs += placed.passed_over;
        let proven = placed.standing().filter(|_| self.set == DigestSet::Main);
        if let (Some(remembered), Some(digest)) = (&mut self.remembered, proven) {
            remembered.follow(digest);
        }
        let is_reported_outside =
            self.purpose == Purpose::Proof && self.report_digest(found, end, &placed);
        if let Some(digest) = &placed.beyond {
            self.list_logs(digest, |pages| match is_reported_outside {
                true => &mut pages.reported,
                false => &mut pages.beyond,
            });
        }
        if let Some(digest) = &placed.claimed
            && self.set == DigestSet::Main
            && self.purpose != Purpose::References
        {
            let most = match self.context.takes_unproven() {
                true => usize::MAX,
                false => self.context.request.limits.lead_logs,
            };
            let pages = self.context.manifest.add_unproven(digest, end, most);
            self.found.pages.unproven.extend(pages);
        }
        if let Some(digest) = &placed.proven {
            self.list_logs(digest, |pages| &mut pages.inside);
            let logs = digest.log_files().len() as u64;
            if logs > 0 && self.purpose == Purpose::Proof {
                self.context.observer.step(Step::LogsListed(logs));
            }
        }
    }

    /// Reports a digest of the window, or one outside it that the observer wants. Returns whether it is one
    /// outside the window.
    fn report_digest(
        &mut self,
        found: (Option<&str>, &str),
        end: Timestamp,
        placed: &PlacedDigest,
    ) -> bool {
        let proven = placed.proven.as_ref().or(placed.beyond.as_ref());
        // A proven digest is reported at the place that it was signed for: the bucket of a copy may not be
        // known otherwise.
        let (bucket, key) = proven.map_or(found, |digest| {
            let (bucket, key) = digest.place();
            (Some(bucket), key)
        });
        let is_here = |(of, name): &(String, String)| bucket == Some(of) && key == name;
        let outside_window =
            !placed.inside && (self.is_observed(end) || self.links.reported.iter().any(is_here));
        if !placed.inside && !outside_window {
            return false;
        }
        let link = proven.and_then(|digest| self.link_before_window(digest));
        self.links.reported.extend(link);
        self.context.observer.judged(JudgedObject {
            chain: self.id,
            kind: match self.set {
                DigestSet::Main => ObjectKind::Digest,
                DigestSet::Backfill => ObjectKind::Backfill,
            },
            bucket,
            key,
            finding: placed.finding.as_ref(),
            read: true,
            end,
            proven: proven.map(|digest| &**digest).zip(placed.proof.as_ref()),
            digest: None,
            outside_window,
        });
        outside_window
    }

    /// Keeps the logs that a proven digest lists: their names for the search for unreferenced logs, and
    /// the list itself for the logs phase.
    fn list_logs(
        &mut self,
        digest: &Verified,
        pages: impl Fn(&mut LogPages) -> &mut Vec<ManifestPage>,
    ) {
        let (manifest, pages) = (self.context.manifest, pages(&mut self.found.pages));
        let is_read = self.purpose != Purpose::References;
        let mut left = digest.log_files().len();
        for block in digest.log_files().blocks() {
            let logs = match block {
                Ok(logs) => logs,
                Err(error) => {
                    self.references.lose(&error);
                    pages.extend(is_read.then(|| manifest.lose(digest, left, &error)));
                    return;
                }
            };
            for log in &*logs {
                self.references.add(&log.bucket, &log.key);
            }
            pages.extend(is_read.then(|| manifest.add(digest, &logs)));
            left -= logs.len();
        }
    }

    /// Whether the observer wants a digest outside the window with this end.
    fn is_observed(&self, end: Timestamp) -> bool {
        let observed = self.context.request.observed;
        observed.is_some_and(|window| window.holds(end))
    }

    /// The place before the window that the link of a backfill digest leads to, if the observer wants it:
    /// the AWS CLI follows links until a digest begins before the window.
    fn link_before_window(&self, digest: &Verified) -> Option<(String, String)> {
        let is_backfill = self.set == DigestSet::Backfill;
        let observed = self.context.request.observed.filter(|_| is_backfill)?;
        let from = observed.from?;
        let link = digest
            .previous()
            .filter(|_| digest.interval().from >= from)?;
        let name = DigestObjectKey::parse(&link.key)?.name;
        (name.end < from).then(|| (link.bucket.clone(), link.key.clone()))
    }
}
