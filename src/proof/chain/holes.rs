//! Holes: time between two proven digests that no link joins. And the end of the walk, which fills
//! them.

use sha2::Digest as _;

use super::claims::Claimer;
use super::proven::Newer;
use super::{Walk, Walked};
use crate::base::sha256::Sha256;
use crate::base::text::one_or_many;
use crate::base::time::{HOUR, Window};
use crate::proof::finding::{Code, Finding, LOOK_FOR_MISSING};
use crate::proof::reason::Reason;

/// Time between two proven digests that no link joins.
pub(super) struct Hole {
    time: Window,
    /// Minutes and seconds of the ends differ across it, so logging was restarted in it.
    restart: bool,
    /// Why nothing follows from the absence of digests in it.
    blind: Option<Finding>,
    /// The keys of the proven digests on both sides.
    older: String,
    newer: String,
}

impl Walk<'_> {
    /// Keeps the hole between a proven digest and the next newer one, if the newer one links to
    /// another digest and there is time between the two. `blind` is why nothing follows from it, and
    /// `unread` a digest in it that could not be read.
    pub(super) fn find_hole(
        &mut self,
        newer: &Newer,
        me: &Claimer,
        blind: Option<Finding>,
        unread: Option<Finding>,
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
        let restart = time.seconds() % HOUR != 0;
        self.holes.push(Hole {
            time,
            restart,
            // After a restart, a digest that could not be read may be the starting digest, before
            // which none is missing.
            blind: blind.or(unread.filter(|_| restart)),
            older: me.key.clone(),
            newer: newer.key.clone(),
        });
    }

    /// Ends the walk: counts the digests missing between proven ones, and returns the result.
    pub fn finish(mut self) -> Walked {
        self.close_all(None);
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
            for time in self.walked.accounted.missing_from(hole.time.clip(window)) {
                match &hole.blind {
                    Some(blind) => self.report_unknown(time, &hole, blind),
                    None => {
                        for time in self.scope.hidden.missing_from(time) {
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
        self.account_for(time, finding.count(count));
    }

    /// Nothing can be inferred of this time, because a digest in it could not be read.
    fn report_unknown(&mut self, time: Window, hole: &Hole, blind: &Finding) {
        let message = format!(
            "what lay between the proven digests {} and {} is not known: {}",
            hole.older, hole.newer, blind.message
        );
        let finding = Finding {
            message,
            ..blind.clone()
        };
        self.account_for(time, finding);
    }

    /// Reports time whose digests could not be listed, where no digest is known.
    fn report_unlisted(&mut self, window: &Window) {
        for hidden in self.scope.hidden.clone().iter() {
            for time in self.walked.accounted.missing_from(hidden.clip(window)) {
                let message = "the digests of this time could not be listed, so whether there are any is \
                               not known";
                let finding =
                    Finding::new(Code::DigestUnreadable, message).reason(Reason::NotListed);
                self.account_for(time, finding);
            }
        }
    }

    /// Reports digests that only their successors prove, in one note for each reason.
    fn report_by_successor(&mut self) {
        for (reason, (count, time)) in std::mem::take(&mut self.by_successor) {
            let digests = digests_are(count, "");
            let own = if reason == Reason::SignatureAbsent {
                "their own metadata was not kept, as is usual in a copy"
            } else {
                "their own signatures could not be checked"
            };
            let message = format!("{digests} proven by what later digests recorded; {own}");
            let finding = Finding::new(Code::DigestProvenBySuccessor, message);
            self.report(finding.reason(reason).count(count).over(time));
        }
    }

    /// Reports a finding over time that nothing else accounts for.
    fn account_for(&mut self, time: Window, finding: Finding) {
        self.walked.accounted.insert(time);
        self.report_over(time, finding);
    }
}

/// For example `one digest is`, or with `more `, `3 more digests are`.
fn digests_are(count: u64, more: &str) -> String {
    let (one, many) = (format!("one {more}digest is"), format!("{more}digests are"));
    one_or_many(count, &one, &many)
}
