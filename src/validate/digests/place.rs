//! Handing digests to the proof of the chain, and what becomes of each.

use jiff::Timestamp;

use super::batch::{claims_its_place, content_of, proves_itself};
use super::names::DigestSet;
use super::walk::{ChainWalk, Purpose};
use crate::base::sha256::Sha256;
use crate::cloudtrail::object_key::DigestObjectKey;
use crate::proof::chain::{PlacedDigest, Walk};
use crate::proof::digest_object::Reading;
use crate::proof::judge::Verified;
use crate::proof::placement::RecordedPlace;
use crate::proof::reason::Reason;
use crate::validate::logs::manifest::ManifestPage;
use crate::validate::observer::{JudgedObject, ObjectKind, Step};

impl ChainWalk<'_> {
    /// Places digests that have the same end. The one at its recorded place comes first, so that copies
    /// of it do no harm.
    pub(super) fn place(&mut self, walk: &mut Walk<'_>, mut group: Vec<Reading>) {
        if self.purpose == Purpose::Proof {
            self.context.report_walked(group.len());
        }
        // Of several in one place, prefer the one that proves itself or that its successor recorded.
        group.sort_by_key(|r| {
            !proves_itself(r)
                && walk
                    .expected(r)
                    .is_none_or(|hash| content_of(r) != Ok(hash))
        });
        let (in_place, elsewhere): (Vec<_>, Vec<_>) = group.into_iter().partition(claims_its_place);
        let mut seen: Vec<(Vec<RecordedPlace>, Result<Sha256, Reason>)> = Vec::new();
        let mut proven_here = None;
        for reading in in_place.into_iter().chain(elsewhere) {
            // The same content in the same place, in two folders of one bucket, is one digest.
            let identity = (reading.recorded.clone(), content_of(&reading));
            if seen.contains(&identity) {
                continue;
            }
            let (bucket, key) = (reading.bucket.clone(), reading.key.clone());
            let end = reading.name.end;
            let original = proven_here.filter(|_| !claims_its_place(&reading));
            let placed = walk.place(reading, original);
            if placed.stands {
                proven_here = proven_here.or(identity.1.ok());
            }
            seen.push(identity);
            self.record((bucket.as_deref(), &key), end, placed);
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
        let is_reported_outside =
            self.purpose == Purpose::Proof && self.report_digest(found, end, &placed);
        if let Some(digest) = &placed.beyond {
            let page = self.list_logs(digest);
            match is_reported_outside {
                true => self.found.pages.reported.extend(page),
                false => self.found.pages.beyond.extend(page),
            }
        }
        if let Some(digest) = &placed.proven {
            let page = self.list_logs(digest);
            if page.is_some() && self.purpose == Purpose::Proof {
                let logs = digest.log_files().len() as u64;
                self.context.observer.step(Step::LogsListed(logs));
            }
            self.found.pages.inside.extend(page);
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
    fn list_logs(&mut self, digest: &Verified) -> Option<ManifestPage> {
        for log in digest.log_files() {
            self.references.add(&log.bucket, &log.key);
        }
        let is_read = self.purpose != Purpose::References && !digest.log_files().is_empty();
        is_read.then(|| self.context.manifest.add(digest))
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
