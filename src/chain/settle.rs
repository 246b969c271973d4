//! Settling what was left open: the intervals of unproven and missing digests, and the holes
//! between proven digests that no link joins.

use jiff::Timestamp;
use sha2::Digest as _;

use super::{Claimer, Hole, Newer, Open, Walk, Walked, hour_before};
use crate::finding::{Code, Finding, Severity};
use crate::hash::Sha256;
use crate::proof::Verified;
use crate::trail::{HOUR, Window};

impl Walk<'_> {
    /// Settles what was open before the proven digest at hand, or at the end.
    pub(super) fn close(&mut self, older: Option<(&Verified, &Claimer)>) {
        let older_end = older.map(|(_, me)| me.interval.to);
        let open = std::mem::take(&mut self.open);
        let time = |end: Timestamp| {
            let time = hour_before(end);
            let from = older_end
                .filter(|older| *older < end)
                .map_or(time.from, |o| o.max(time.from));
            Window { from, to: end }
        };
        for Open { end, .. } in open.iter().filter(|o| !o.missing) {
            let from = time(*end).from;
            self.walked.begins = Some(self.walked.begins.map_or(from, |b| b.min(from)));
        }
        let blind = open.iter().find(|o| o.blind).map(|o| o.finding.clone());
        for Open {
            end,
            finding,
            missing,
            blind: is_blind,
        } in open
        {
            // With nothing older at hand, what is missing may lie before the data.
            let begins = self.walked.begins.filter(|_| older.is_none() && missing);
            let before = self
                .scope
                .from
                .or(begins)
                .is_some_and(|begins| end <= begins);
            let mut time = time(end);
            if let Some(from) = self.scope.from.filter(|_| is_blind && older.is_none()) {
                // Nothing older was found, and what there may be lies where we cannot look.
                time.from = time.from.min(from);
            }
            self.settle_open(time, finding, missing, before);
        }
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
            self.holes.push(Hole {
                time,
                restart,
                blind,
                successor: named.clone(),
            });
        }
        self.newer = Some(Newer {
            from: me.interval.from,
            link,
        });
    }

    fn settle_open(&mut self, time: Window, finding: Finding, missing: bool, before: bool) {
        if before && missing {
            let message = "the digest before the first one here is not there (deleted, expired or \
                           never delivered); it lies before the window";
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
                let count = (time.seconds() + HOUR - 1) / HOUR;
                let finding = match &hole.blind {
                    Some(finding) => finding.clone(),
                    None => {
                        self.walked.tally.missing_inferred += count.unsigned_abs();
                        let phase = if hole.restart {
                            "; a restart lies among the missing ones"
                        } else {
                            ""
                        };
                        Finding::new(
                            Code::DigestMissing,
                            format!(
                                "between two proven digests that no link joins, {count} digests \
                                 more are not there, counted by the hour: nothing that remains names \
                                 them{phase}"
                            ),
                        )
                        .at(Some(&hole.successor.0), &hole.successor.1)
                    }
                };
                self.walked.accounted.insert(time);
                self.colour(finding.severity, time);
                self.report(finding.count(count.unsigned_abs()).over(time));
            }
        }
        for (why, (count, time)) in std::mem::take(&mut self.by_successor) {
            let message = format!(
                "{count} digests are proven by what their successors recorded: their own signatures \
                 could not be used"
            );
            let finding = Finding::new(Code::DigestProvenBySuccessor, message);
            self.report(finding.reason(why).count(count).over(time));
        }
        self.walked
            .locations
            .sort_by_key(|l| (l.time, l.bucket.clone(), l.root.clone()));
        self.walked.evidence = Some(Sha256(self.evidence.finalize().into()));
        self.walked
    }
}
