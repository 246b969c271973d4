//! One chain on its way: digests fetched ahead and linked in order.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::batch::{Batch, content_of, home_of, proves_itself, runs};
use crate::base::sha256::Sha256;
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::DigestObjectKey;
use crate::proof::chain::{PlacedDigest, Walk, Walked};
use crate::proof::digest_object::{Content, NotDigest, Reading};
use crate::proof::finding::Finding;
use crate::proof::judge::Verified;
use crate::proof::placement::RecordedPlace;
use crate::proof::reason::Reason;
use crate::source::{GetError, RootId};
use crate::validate::Context;
use crate::validate::digests::listing::{DigestNames, Slot};
use crate::validate::findings::Ledger;
use crate::validate::logs::manifest::ManifestPage;
use crate::validate::observer::{self, JudgedObject, Step};
use crate::validate::unreferenced::references::References;

/// What a chain is walked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It was asked for.
    Proof,
    /// For the logs that it names: none of them will be looked at, and nobody is told.
    Naming,
    /// For the events in its logs, and nobody is told.
    Witness,
}

/// One chain on its way.
pub(crate) struct ChainWalk<'a> {
    pub(crate) driver: &'a Context<'a>,
    pub(crate) id: &'a ChainId,
    /// Whether its backfill digests are walked.
    pub(crate) backfill: bool,
    pub(crate) names: DigestNames,
    /// The beginning of the window, where it is known.
    pub(crate) from: Option<Timestamp>,
    /// What was found, where it is walked for proof: of other walks nobody is told.
    pub(crate) ledger: Option<Ledger>,
    /// Logs that digests name which are not in their place: nobody looks for them.
    pub(crate) passed_over: u64,
    /// The logs that its proven digests name, newest first.
    pub(crate) pages: Vec<ManifestPage>,
    /// The same of digests beyond the window.
    pub(crate) beyond: Vec<ManifestPage>,
    /// The same of those that only touch it and are told of.
    pub(crate) touching: Vec<ManifestPage>,
    /// Places of backfill digests before the window that touch it by a link.
    pub(crate) linked: Vec<(String, String)>,
    pub(crate) unlisted: usize,
    pub(crate) complete: bool,
    /// Which logs its proven digests name.
    pub(crate) references: &'a mut References,
    /// What it is walked for.
    pub(crate) purpose: Purpose,
    /// Digests found by following a link to a bucket that was not given.
    pub(crate) followed: Vec<Slot>,
    /// Other chains in the folders that links led to.
    pub(crate) siblings: BTreeMap<ChainId, DigestNames>,
}

impl Context<'_> {
    /// The digests to walk, newest last: those that may meet the window, and one beyond each edge
    /// for its proof.
    pub(crate) fn within<'s>(
        &self,
        slots: &'s [Slot],
        backfill: bool,
        (from, to): (Option<Timestamp>, Timestamp),
    ) -> &'s [Slot] {
        let at = |end: Timestamp| slots.partition_point(|s| s.end() < end);
        let past = |end: Timestamp| slots.partition_point(|s| s.end() <= end);
        // Several may end together, in several places.
        let low = from.map_or(0, |from| match past(from).checked_sub(1) {
            Some(before) => at(slots[before].end()),
            None => 0,
        });
        let high = if backfill {
            // They are named by the time they cover and may be delivered much later.
            past(shift(to, self.request.backfill_grace))
        } else {
            // Whatever ends within an hour after the window's end may still meet it, a starting
            // digest too; the next one proves them.
            let next = slots.get(at(shift(to, HOUR))).map(|s| s.end());
            next.map_or(slots.len(), past)
        };
        &slots[low..high.max(low)]
    }
}

impl ChainWalk<'_> {
    /// Walks one set of digests newest first: while one batch is linked, the next is fetched.
    pub(crate) fn walk(&mut self, mut walk: Walk<'_>, backfill: bool, to: Timestamp) -> Walked {
        self.backfill = backfill;
        let slots = if backfill {
            &self.names.backfill
        } else {
            &self.names.main
        };
        let window = (self.from, to);
        let mut queue = self.driver.within(slots, backfill, window).to_vec();
        // Nothing is known of their size yet, so a few.
        let unknown = self.driver.request.limits.ahead_bytes / 2;
        let first = self.take(&mut queue, unknown);
        let mut batch = self.fetch(&first);
        let beyond = |r: &&Reading| r.name.end >= to;
        let proven = batch.readings.iter().take_while(beyond).any(proves_itself);
        if !proven && batch.readings.first().is_some_and(|r| beyond(&r)) {
            let carriers = self.carriers(slots, first.first().copied());
            if !carriers.is_empty() {
                queue.extend(first.into_iter().rev());
                queue.extend(carriers);
                let first = self.take(&mut queue, unknown);
                batch = self.fetch(&first);
            }
        }
        loop {
            let slots = std::mem::take(&mut batch.slots);
            for run in runs(batch.readings) {
                let Some(end) = run.first().map(|r| r.name.end) else {
                    continue;
                };
                self.settle(&mut walk, Some(end));
                if self.followed.iter().any(|slot| slot.end() > end) {
                    // What a link led to comes first; the rest of this batch is read again after it.
                    queue.extend(slots.iter().filter(|slot| slot.end() <= end));
                    break;
                }
                self.place(&mut walk, run);
            }
            if queue.is_empty() {
                self.settle(&mut walk, None);
            }
            if !self.followed.is_empty() {
                queue.append(&mut self.followed);
                queue.sort_unstable();
            }
            walk.drain_findings()
                .into_iter()
                .for_each(|f| self.found(f));
            if queue.is_empty() {
                break;
            }
            let ahead = self.take(&mut queue, batch.largest);
            batch = self.fetch(&ahead);
        }
        let mut walked = walk.finish();
        std::mem::take(&mut walked.findings)
            .into_iter()
            .for_each(|f| self.found(f));
        walked
    }

    pub(crate) fn found(&mut self, finding: Finding) {
        if let Some(ledger) = &mut self.ledger {
            self.driver.add(ledger, finding);
        }
    }

    /// Where no digest beyond the window proves itself, later ones may prove it: up to the first that
    /// does prove itself, or the last. They count in nothing else.
    fn carriers(&self, slots: &[Slot], newest: Option<Slot>) -> Vec<Slot> {
        let from = slots.partition_point(|s| Some(*s) <= newest);
        let mut carriers = Vec::new();
        for some in slots[from..].chunks(self.driver.request.limits.digests_ahead.max(1)) {
            let signed = self.fetch(some).readings.iter().position(proves_itself);
            carriers.extend_from_slice(&some[..signed.map_or(some.len(), |at| at + 1)]);
            if signed.is_some() {
                break;
            }
        }
        carriers
    }

    fn fetch(&self, slots: &[Slot]) -> Batch {
        let fetch = || {
            self.driver
                .fetch(&self.names, self.id, self.backfill, slots)
        };
        self.driver.pool.install(fetch)
    }

    /// Takes the next digests off the queue: as many as memory allows, and all that end together.
    fn take(&self, queue: &mut Vec<Slot>, largest: u64) -> Vec<Slot> {
        let limits = &self.driver.request.limits;
        let fit = usize::try_from(limits.ahead_bytes / largest.max(1)).unwrap_or(usize::MAX);
        let mut taken = Vec::new();
        while let Some(slot) = queue.last().copied() {
            let enough = taken.len() >= self.driver.ahead.min(fit).max(1);
            if enough
                && taken
                    .last()
                    .is_some_and(|last: &Slot| last.end() != slot.end())
            {
                break;
            }
            taken.push(slot);
            queue.pop();
        }
        taken
    }

    /// Hands digests that end together to the walk: the one at its recorded place first, so that
    /// copies of it do no harm.
    fn place(&mut self, walk: &mut Walk<'_>, mut run: Vec<Reading>) {
        if self.purpose == Purpose::Proof {
            self.driver.walked(run.len());
        }
        // Of several in one place the one that proves itself, or that its successor recorded.
        run.sort_by_key(|r| {
            !proves_itself(r) && walk.expected(r).is_none_or(|h| content_of(r) != Ok(h))
        });
        let (home, away): (Vec<_>, Vec<_>) = run.into_iter().partition(|r| home_of(r).is_some());
        let mut met: Vec<(Vec<RecordedPlace>, Result<Sha256, Reason>)> = Vec::new();
        let mut proven_here = None;
        for reading in home.into_iter().chain(away) {
            // The same in the same place, in two folders of one bucket, is one.
            let same = (reading.recorded.clone(), content_of(&reading));
            if met.contains(&same) {
                continue;
            }
            let (bucket, key, end) = (
                reading.bucket.clone(),
                reading.key.clone(),
                reading.name.end,
            );
            let copy = proven_here.filter(|_| home_of(&reading).is_none());
            let placed = walk.place(reading, copy);
            if placed.stands {
                proven_here = proven_here.or(same.1.ok());
            }
            met.push(same);
            self.placed((bucket.as_deref(), &key), end, placed);
        }
    }

    /// Takes what a proven digest names.
    fn name(&mut self, digest: &Verified) -> Option<ManifestPage> {
        let logs = digest.log_files().iter();
        logs.for_each(|log| self.references.add(&log.bucket, &log.key));
        let named = self.purpose != Purpose::Naming && !digest.log_files().is_empty();
        named.then(|| self.driver.manifest.add(digest))
    }

    fn placed(&mut self, found: (Option<&str>, &str), end: Timestamp, placed: PlacedDigest) {
        let kind = if self.backfill {
            observer::ObjectKind::Backfill
        } else {
            observer::ObjectKind::Digest
        };
        self.passed_over += placed.passed_over;
        let proven = placed.proven.as_ref().or(placed.beyond.as_ref());
        // A proven digest is told as it is signed, for its bucket may not be known otherwise.
        let (bucket, key) = proven.map_or(found, |digest| {
            let (bucket, key) = digest.place();
            (Some(bucket), key)
        });
        let is_here = |(of, name): &(String, String)| bucket == Some(of) && key == name;
        let touches = !placed.inside
            && self.purpose == Purpose::Proof
            && (self.is_observed(end) || self.linked.iter().any(is_here));
        if (placed.inside || touches) && self.purpose == Purpose::Proof {
            let link = proven.and_then(|digest| self.leads_before(digest));
            self.linked.extend(link);
            self.driver.observer.judged(JudgedObject {
                chain: self.id,
                kind,
                bucket,
                key,
                finding: placed.finding.as_ref(),
                read: true,
                end,
                proven: proven.map(|digest| &**digest).zip(placed.proof.as_ref()),
                digest: None,
                outside_window: touches,
            });
        }
        if let Some(digest) = &placed.beyond {
            let page = self.name(digest);
            match touches {
                true => self.touching.extend(page),
                false => self.beyond.extend(page),
            }
        }
        if let Some(digest) = &placed.proven {
            let page = self.name(digest);
            if page.is_some() && self.purpose == Purpose::Proof {
                let logs = digest.log_files().len() as u64;
                self.driver.observer.step(Step::LogsListed(logs));
            }
            self.pages.extend(page);
        }
    }

    /// Whether a digest outside the window is reported to the observer for its end.
    fn is_observed(&self, end: Timestamp) -> bool {
        self.driver
            .request
            .observed
            .is_some_and(|window| window.holds(end))
    }

    /// Where the link of a backfill digest leads, if what lies there before the window is told of: the
    /// AWS CLI follows links until a digest begins before it.
    fn leads_before(&self, digest: &Verified) -> Option<(String, String)> {
        let observed = self.driver.request.observed.filter(|_| self.backfill)?;
        let from = observed.from?;
        let link = digest
            .previous()
            .filter(|_| digest.interval().from >= from)?;
        let named = DigestObjectKey::parse(&link.key)?.name;
        (named.end < from).then(|| (link.bucket.clone(), link.key.clone()))
    }

    /// Looks by name for what links name and listing did not show, down to `next`.
    fn settle(&mut self, walk: &mut Walk<'_>, next: Option<Timestamp>) {
        let fetcher = self.driver.fetcher;
        loop {
            // What a link led to is read in its turn, not by name.
            let listed = self.followed.iter().map(|slot| slot.end()).max();
            let Some((bucket, key, end)) = walk.overdue(next.max(listed)) else {
                break;
            };
            self.unlisted += 1;
            if self.unlisted > self.driver.request.limits.unlisted_links {
                self.complete = false;
                walk.absent(
                    (&bucket, &key),
                    end,
                    Some((
                        Reason::Limit,
                        "too many digests are known by link alone".into(),
                    )),
                );
                continue;
            }
            let Some(name) = DigestObjectKey::parse(&key).map(|k| k.name) else {
                walk.absent((&bucket, &key), end, None);
                continue;
            };
            self.follow(&bucket, &key, end);
            let known = |root: RootId, bucket: &str| {
                !fetcher.atlas.unnamed(root) || walk.knows_bucket(bucket)
            };
            let found = fetcher.found(&bucket, &key, &known, |root, key| {
                let reading = fetcher.digest(root, key, name.clone());
                let gone = matches!(
                    &reading.content,
                    Content::Other(NotDigest::Unread { reason, .. }) if *reason == Reason::NotFound
                );
                if gone {
                    Err(GetError::NotFound)
                } else {
                    Ok(reading)
                }
            });
            match found {
                Ok(reading) => {
                    let (bucket, key) = (reading.bucket.clone(), reading.key.clone());
                    let placed = walk.place(reading, None);
                    self.placed((bucket.as_deref(), &key), end, placed);
                }
                Err(GetError::NotFound) => walk.absent((&bucket, &key), end, None),
                Err(error) => {
                    walk.absent((&bucket, &key), end, Some((error.reason(), error.detail())))
                }
            }
            // Whatever was found there, the claims on this place are settled.
            walk.absent((&bucket, &key), end, None);
        }
    }
}
