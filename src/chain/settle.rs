//! Settling what was left open: the intervals of unproven and missing digests, and the holes
//! between proven digests that no link joins.

use jiff::Timestamp;
use sha2::Digest as _;

use super::{Claimer, Hole, Newer, Open, Walk, Walked, hour_before};
use crate::finding::{Code, Finding, LOOK_FOR_MISSING, Severity};
use crate::hash::Sha256;
use crate::proof::{SIGNATURE_ABSENT, Verified};
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
                older: me.key.clone(),
                newer: newer.key.clone(),
            });
        }
        self.newer = Some(Newer {
            from: me.interval.from,
            key: me.key.clone(),
            link,
        });
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
                        let digests = if count == 1 {
                            "one more digest is".to_owned()
                        } else {
                            format!("{count} more digests are")
                        };
                        Finding::new(
                            Code::DigestMissing,
                            format!(
                                "{digests} not there, counted by the hour: no link joins the proven \
                                 digests {} and {}, and nothing that remains names what lay \
                                 between{phase}",
                                hole.older, hole.newer
                            ),
                        )
                        .hint(LOOK_FOR_MISSING)
                    }
                };
                self.walked.accounted.insert(time);
                self.colour(finding.severity, time);
                self.report(finding.count(count.unsigned_abs()).over(time));
            }
        }
        for (why, (count, time)) in std::mem::take(&mut self.by_successor) {
            let digests = if count == 1 {
                "one digest is".to_owned()
            } else {
                format!("{count} digests are")
            };
            let own = if why == SIGNATURE_ABSENT {
                "their own metadata was not kept, as is usual after `aws s3 sync`"
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
}
