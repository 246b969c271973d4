//! Holes: time between two proven digests that no link joins. And the end of the walk, which fills
//! them.

use jiff::Timestamp;
use sha2::Digest as _;

use super::claims::Claimer;
use super::proven::Newer;
use super::{Walk, Walked, hour_before};
use crate::base::sha256::Sha256;
use crate::base::text::{one_or_many, plural};
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::object_key::DigestObjectKey;
use crate::proof::coverage::Spans;
use crate::proof::finding::{Code, ExpectedDigests, Finding, Hint, Original};
use crate::proof::look::Look;
use crate::proof::reason::Reason;

/// Time between two proven digests that no link joins.
pub(super) struct Hole {
    pub time: Window,
    /// Minutes and seconds of the ends differ across it, so logging was restarted in it.
    restart: bool,
    /// Why nothing follows from the absence of digests in it.
    blind: Option<Finding>,
    /// Digests in it that could not be read or proven.
    unread: Option<Unread>,
    /// The bucket of the digest that the newer one links to.
    bucket: String,
    /// The look after which the digest at its end may still be delivered, if it may.
    pub late: Option<Look>,
    /// The keys of the proven digests on both sides.
    pub older: String,
    pub newer: String,
}

/// A digest that would count as missing because no listing shows it.
#[derive(Debug, Clone)]
pub struct InferredDigest {
    hole: usize,
    /// Its end, counted by the hour.
    pub end: Timestamp,
    /// The bucket that it was probably written to.
    pub bucket: String,
    /// The key of the next newer digest.
    pub beside: String,
}

/// Digests between two proven ones that could not be read or proven: the hours before their ends, and
/// the finding on the first one. Such a digest may cover more than an hour, or be a starting digest, so
/// nothing is known about the time that adjoins it.
pub(super) struct Unread {
    hours: Spans,
    finding: Finding,
}

impl Unread {
    /// Whether one of these digests adjoins or overlaps this time.
    fn adjoins(&self, time: Window) -> bool {
        let mut hours = self.hours.iter();
        hours.any(|hour| hour.from <= time.to && time.from <= hour.to)
    }
}

impl Walk<'_> {
    /// Keeps that a digest that ends at `end` could not be read or proven, until the next proven one.
    pub(super) fn keep_unread(&mut self, end: Timestamp, finding: &Finding) {
        let unread = self.unread.get_or_insert_with(|| Unread {
            hours: Spans::default(),
            finding: finding.clone(),
        });
        unread.hours.insert(hour_before(end));
    }

    /// Keeps the hole between a proven digest and the next newer one, if the newer one links to
    /// another digest and there is time between the two. `blind` is why nothing follows from it.
    pub(super) fn find_hole(
        &mut self,
        newer: &Newer,
        me: &Claimer,
        blind: Option<Finding>,
        (unread, late): (Option<Unread>, Option<Look>),
    ) {
        let Some((bucket, key)) = &newer.link else {
            return;
        };
        let joined = *bucket == me.bucket && *key == me.key;
        if joined || me.interval.to >= newer.from || self.scope.backfill {
            return;
        }
        let time = Window {
            from: me.interval.to,
            to: newer.from,
        };
        self.holes.push(Hole {
            time,
            restart: time.seconds() % HOUR != 0,
            blind,
            unread,
            bucket: bucket.clone(),
            late,
            older: me.key.clone(),
            newer: newer.key.clone(),
        });
    }

    /// The time of a hole within a window about which no digest was reported, oldest first.
    fn without_digests(&self, hole: &Hole, window: &Window) -> Vec<Window> {
        let missing = self.walked.accounted.missing_from(hole.time.clip(window));
        missing
            .into_iter()
            .flat_map(|time| self.late_gaps.missing_from(time))
            .collect()
    }

    /// Digests that would count as missing because no listing shows them, newest first: the number of their
    /// hole, their ends, and the bucket and key of a digest beside them. At most `most`.
    pub fn inferred(&self, most: usize) -> Vec<InferredDigest> {
        let begins = self.scope.from.or(self.walked.begins);
        let window = Window::new(begins.unwrap_or(self.scope.to), self.scope.to);
        let mut inferred = Vec::new();
        for (hole, of) in self.holes.iter().enumerate() {
            for time in self.without_digests(of, &window).into_iter().rev() {
                let is_blind = of
                    .unread
                    .as_ref()
                    .is_some_and(|unread| unread.adjoins(time));
                if of.blind.is_some() || is_blind {
                    continue;
                }
                let ends = (0..).map(|hours| shift(time.to, -hours * HOUR));
                let ends = ends.take_while(|end| *end > time.from);
                inferred.extend(ends.take(most - inferred.len()).map(|end| InferredDigest {
                    hole,
                    end,
                    bucket: of.bucket.clone(),
                    beside: of.newer.clone(),
                }));
            }
        }
        inferred
    }

    /// A digest that would count as missing exists, or may: the listing is wrong, and nothing follows from
    /// what it lacks.
    pub fn is_not_missing(&mut self, digest: &InferredDigest, reason: Reason, answer: &str) {
        let message = format!(
            "no listing shows the digest that ends at {}, but a request for it by its key shows that it is not \
             missing: {answer}",
            digest.end
        );
        let finding = Finding::new(Code::DigestUnreadable, message)
            .reason(reason)
            .hint("run again; if this happens again, find out whether a proxy or gateway changes the answers of \
                   S3");
        if let Some(hole) = self.holes.get_mut(digest.hole) {
            hole.blind.get_or_insert(finding);
        }
    }

    /// Ends the walk: counts the digests missing between proven ones, and returns the result.
    pub fn finish(mut self) -> Walked {
        self.close_all(None);
        self.report_overlaps();
        let begins = self.scope.from.or(self.walked.begins);
        let window = Window::new(begins.unwrap_or(self.scope.to), self.scope.to);
        self.fill_holes(&window);
        self.report_unlisted(&window);
        self.report_by_successor();
        self.walked
            .locations
            .sort_by_key(|l| (l.time, l.bucket.clone(), l.root.clone()));
        self.walked.evidence = Some(Sha256(self.evidence.finalize().into()));
        self.walked
    }

    fn fill_holes(&mut self, window: &Window) {
        for hole in std::mem::take(&mut self.holes) {
            for time in self.without_digests(&hole, window) {
                let unread = hole.unread.as_ref().filter(|unread| unread.adjoins(time));
                match hole.blind.as_ref().or(unread.map(|u| &u.finding)) {
                    Some(blind) => self.report_unknown(time, &hole, blind),
                    None => {
                        for time in self.scope.hidden.missing_from(time) {
                            let time = self.report_late(time, &hole);
                            self.report_inferred(time, &hole);
                        }
                    }
                }
            }
        }
    }

    /// Digests are missing that must have existed although no link refers to them: one for each
    /// hour.
    fn report_inferred(&mut self, time: Window, hole: &Hole) {
        let count = time.hours_begun();
        if count == 0 {
            return;
        }
        self.walked.tally.missing_inferred += count;
        let phase = if hole.restart {
            "; the missing ones include a restart"
        } else {
            ""
        };
        let message = format!(
            "an estimated {} (one per hour) {} missing between {} and {}; no remaining digest refers to \
             {}{phase}",
            plural(count, "digest"),
            if count == 1 { "is" } else { "are" },
            hole.older,
            hole.newer,
            if count == 1 { "it" } else { "them" },
        );
        let mut finding = Finding::new(Code::DigestMissing, message).hint(Hint::LookForMissing);
        finding.original = DigestObjectKey::parse(&hole.newer).map(|newer| {
            Box::new(Original::Digests(Box::new(ExpectedDigests {
                chain: newer.name.chain,
                places: vec![(hole.bucket.clone(), newer.root)],
                newest: time.to,
                most: count,
                each: true,
            })))
        });
        self.account_for(time, finding.count(count));
    }

    /// Nothing can be inferred of this time, because a digest in it or beside it could not be read.
    fn report_unknown(&mut self, time: Window, hole: &Hole, blind: &Finding) {
        let message = format!(
            "it is not known which digests existed between the proven digests {} and {}: {}",
            hole.older, hole.newer, blind.message
        );
        let finding = Finding {
            message,
            original: None,
            ..blind.clone()
        };
        self.account_for(time, finding);
    }

    /// Reports time whose digests could not be listed, where no digest is known.
    fn report_unlisted(&mut self, window: &Window) {
        for hidden in self.scope.hidden.clone().iter() {
            for time in self.walked.accounted.missing_from(hidden.clip(window)) {
                let message = "the digests of this time could not be listed, so it is not known whether any \
                               exist";
                let finding =
                    Finding::new(Code::DigestUnreadable, message).reason(Reason::NotListed);
                self.account_for(time, finding);
            }
        }
    }

    /// Reports digests that only their successors prove, in one note for each reason.
    fn report_by_successor(&mut self) {
        for (reason, (count, time)) in std::mem::take(&mut self.by_successor) {
            let digests = one_or_many(count, "1 digest is", "digests are");
            let own = if reason == Reason::SignatureAbsent {
                "their own metadata was not kept, as is usual in a copy"
            } else {
                "their own signatures could not be checked"
            };
            let message = format!("{digests} proven by what later digests recorded: {own}");
            let finding = Finding::new(Code::DigestProvenBySuccessor, message);
            self.report(finding.reason(reason).count(count).over(time));
        }
    }

    /// Reports a finding over time that nothing else accounts for.
    pub(super) fn account_for(&mut self, time: Window, finding: Finding) {
        self.walked.accounted.insert(time);
        self.report_over(time, finding);
    }
}

#[cfg(test)]
mod tests;
