//! Settling what was left open: the intervals of unproven and missing digests, and the holes
//! between proven digests that no link joins.

use jiff::Timestamp;
use sha2::Digest as _;

use super::claims::Claimer;
use super::messages::named_and_missing;
use super::{Hole, Newer, Open, Walk, Walked, hour_before};
use crate::base::sha256::Sha256;
use crate::base::text::one_or_many;
use crate::base::time::{HOUR, Window};
use crate::proof::finding::{Code, Finding, LOOK_FOR_MISSING, Severity};
use crate::proof::judge::Verified;
use crate::proof::reason::Reason;

impl Walk<'_> {
    /// Settles what was open before the object at hand, whatever that turns out to be: it is older,
    /// so it bounds what is newer. What lies elsewhere waits for the next proven digest.
    pub(super) fn arrive(&mut self, end: Timestamp) {
        for mut open in std::mem::take(&mut self.open) {
            open.older = open.older.max(Some(end).filter(|older| *older < open.end));
            if open.elsewhere.is_some() || open.missing || open.older.is_none() {
                // Nothing unproven bounds what a proven link says was there.
                if open.missing {
                    open.older = None;
                }
                self.open.push(open);
            } else {
                self.settle(open, false);
            }
        }
    }

    /// Settles all that was open before the proven digest at hand, or at the end.
    pub(super) fn close(&mut self, older: Option<(&Verified, &Claimer)>) {
        let mut open = std::mem::take(&mut self.open);
        // Those that are there first: what is missing before all of them lies before the data.
        open.sort_by_key(|o| o.missing);
        let mut blind = None;
        for mut open in open {
            if let (Some(bucket), Some((_, me))) = (&open.elsewhere, older) {
                if me.in_place && me.bucket == *bucket {
                    // Digests of that bucket are here after all, so this one is missing from it.
                    let (bucket, key) = (open.finding.bucket.take(), open.finding.key.take());
                    open.finding =
                        named_and_missing().at(bucket.as_deref(), &key.unwrap_or_default());
                    (open.missing, open.elsewhere) = (true, None);
                } else {
                    blind.get_or_insert_with(|| open.finding.clone());
                }
            }
            if let Some((_, me)) = older {
                open.older = open
                    .older
                    .max(Some(me.interval.to).filter(|older| *older < open.end));
            }
            self.settle(open, older.is_none());
        }
        let unread = self.unread.take();
        let Some((digest, me)) = older else { return };
        let link = digest.previous().map(|l| (l.bucket.clone(), l.key.clone()));
        if let Some(newer) = &self.newer
            && let Some(named) = &newer.link
            && (named.0 != me.bucket || named.1 != me.key)
            && me.interval.to < newer.from
            && !self.scope.backfill
        {
            let time = Window {
                from: me.interval.to,
                to: newer.from,
            };
            let restart = time.seconds() % HOUR != 0;
            // Where a restart lies and a digest could not be read, that one may be its beginning.
            let blind = blind.or(unread.filter(|_| restart));
            let (older, newer) = (me.key.clone(), newer.key.clone());
            self.holes.push(Hole {
                time,
                restart,
                blind,
                older,
                newer,
            });
        }
        self.newer = Some(Newer {
            from: me.interval.from,
            key: me.key.clone(),
            link,
        });
    }

    /// Settles one: it covers the hour before its end, as far as nothing older ends in it. With
    /// nothing older at hand, what is missing may lie before the data.
    fn settle(&mut self, open: Open, last: bool) {
        let Open {
            end,
            older,
            finding,
            missing,
            elsewhere,
        } = open;
        let mut time = hour_before(end);
        time.from = older.map_or(time.from, |older| older.max(time.from));
        if !missing && elsewhere.is_none() {
            self.begins(time.from);
        }
        let begins = self
            .walked
            .begins
            .filter(|_| last && (missing || elsewhere.is_some()));
        let before = self
            .scope
            .from
            .or(begins)
            .is_some_and(|begins| end <= begins);
        if let Some(from) = self.scope.from.filter(|_| last && elsewhere.is_some()) {
            // What older ones there may be lies where we cannot look.
            time.from = time.from.min(from);
        }
        self.settle_open(time, finding, missing, before);
    }

    fn settle_open(&mut self, time: Window, finding: Finding, missing: bool, before: bool) {
        if before && missing {
            let message = if self.scope.from.is_some() {
                "the digest before the first one in the window is not there (deleted, expired or \
                 never delivered); it lies before the window"
            } else {
                "earlier digests existed, and the one before the first that is here is not there \
                 (deleted, expired or never delivered); what they covered is not proven: give \
                 --start-time to have that time judged"
            };
            let finding = Finding {
                message: message.into(),
                ..finding
            };
            return self.report(finding.severity(Severity::Note).over(time));
        }
        if !self.scope.backfill {
            self.walked.accounted.insert(time);
        }
        if before || !self.meets(time) {
            return;
        }
        self.walked.seen += u64::from(!missing);
        let tally = &mut self.walked.tally;
        match (missing, finding.severity) {
            (true, _) => tally.missing += 1,
            (false, Severity::Failed) => tally.failed += 1,
            (false, _) => tally.unproven += 1,
        }
        self.colour(finding.severity, time);
        self.report(finding.over(time));
    }

    /// Ends the walk: counts what is missing between proven digests, and gives what was found.
    pub fn finish(mut self) -> Walked {
        self.close(None);
        let from = self
            .scope
            .from
            .or(self.walked.begins)
            .unwrap_or(self.scope.to);
        let window = Window::new(from, self.scope.to);
        for hole in std::mem::take(&mut self.holes) {
            for time in self.walked.accounted.missing_from(hole.time.clip(&window)) {
                match &hole.blind {
                    Some(blind) => self.untold(time, &hole, blind),
                    None => {
                        for time in self.scope.hidden.missing_from(time) {
                            self.inferred(time, &hole);
                        }
                    }
                }
            }
        }
        for hidden in self.scope.hidden.clone().iter() {
            for time in self.walked.accounted.missing_from(hidden.clip(&window)) {
                let message = "the digests of this time could not be listed, so whether there are any is \
                               not known";
                let finding =
                    Finding::new(Code::DigestUnreadable, message).reason(Reason::NotListed);
                self.take_for(time, finding);
            }
        }
        for (why, (count, time)) in std::mem::take(&mut self.by_successor) {
            let digests = digests_are(count, "");
            let own = if why == Reason::SignatureAbsent {
                "their own metadata was not kept, as is usual in a copy"
            } else {
                "their own signatures could not be checked"
            };
            let message = format!("{digests} proven by what later digests recorded; {own}");
            let finding = Finding::new(Code::DigestProvenBySuccessor, message);
            self.report(finding.reason(why).count(count).over(time));
        }
        self.walked
            .locations
            .sort_by_key(|l| (l.time, l.bucket.clone(), l.root.clone()));
        self.walked.evidence = Some(Sha256(self.evidence.finalize().into()));
        self.walked
    }

    /// Digests that must have been there, for nothing but time tells of them.
    fn inferred(&mut self, time: Window, hole: &Hole) {
        let count = (time.seconds() + HOUR - 1) / HOUR;
        let count = count.unsigned_abs();
        self.walked.tally.missing_inferred += count;
        let phase = if hole.restart {
            "; a restart lies among the missing ones"
        } else {
            ""
        };
        let digests = digests_are(count, "more ");
        let message = format!(
            "{digests} not there, counted by the hour: no link joins the proven digests {} and {}, and \
             nothing that remains names what lay between{phase}",
            hole.older, hole.newer
        );
        let finding = Finding::new(Code::DigestMissing, message).hint(LOOK_FOR_MISSING);
        self.take_for(time, finding.count(count));
    }

    /// Time between two proven digests of which nothing can be told.
    fn untold(&mut self, time: Window, hole: &Hole, blind: &Finding) {
        let message = format!(
            "what lay between the proven digests {} and {} is not known: {}",
            hole.older, hole.newer, blind.message
        );
        let finding = Finding {
            message,
            ..blind.clone()
        };
        self.take_for(time, finding);
    }

    /// Reports a finding over time that nothing else accounts for.
    fn take_for(&mut self, time: Window, finding: Finding) {
        self.walked.accounted.insert(time);
        self.colour(finding.severity, time);
        self.report(finding.over(time));
    }
}

/// As in `one digest is`, or with `more `, `3 more digests are`.
fn digests_are(count: u64, more: &str) -> String {
    let (one, many) = (format!("one {more}digest is"), format!("{more}digests are"));
    one_or_many(count, &one, &many)
}
