//! Digests that are not proven, or missing: their findings wait until the next older digest shows
//! which time they colour.

use jiff::Timestamp;

use super::claims::Claimer;
use super::messages::named_and_missing;
use super::{Walk, hour_before};
use crate::base::time::Window;
use crate::proof::finding::{Code, Finding, Severity};

/// Digests with unknown keys that are kept one by one: a year of them.
const MOST_UNKNOWN_KEYS: usize = 10_000;

/// An unproven or missing digest, whose beginning is unknown until the next older digest is met.
pub(super) struct OpenDigest {
    pub end: Timestamp,
    /// The latest end of anything older met so far.
    pub older: Option<Timestamp>,
    pub finding: Finding,
    pub missing: bool,
    /// The bucket it belongs in, if that bucket is not part of the source. Other digests may be in that bucket
    /// too.
    pub elsewhere: Option<String>,
}

impl OpenDigest {
    /// A digest that exists.
    pub fn present(end: Timestamp, finding: Finding) -> Self {
        OpenDigest {
            end,
            older: None,
            finding,
            missing: false,
            elsewhere: None,
        }
    }

    /// Something older ends at `end`.
    fn bound(&mut self, end: Timestamp) {
        self.older = self.older.max(Some(end).filter(|older| *older < self.end));
    }
}

impl Walk<'_> {
    /// An object that ends at `end` was met, so it bounds the open digests, which are newer. Those
    /// with a bound are closed, except missing digests and digests that belong elsewhere: they wait
    /// for the next proven digest.
    ///
    /// Content that is not proven, and whose name ends after the window, moves no finding out of the window: it may
    /// have been planted for that. What could not be read (`is_read`) may be a digest.
    pub(super) fn bound_open(&mut self, end: Timestamp, is_read: bool) {
        for mut open in std::mem::take(&mut self.open) {
            let is_beyond = end >= self.scope.to && self.meets(hour_before(open.end));
            if !(is_read && is_beyond) {
                open.bound(end);
            }
            if open.elsewhere.is_some() || open.missing || open.older.is_none() {
                // An unproven digest does not bound the time of one that a proven link shows to
                // have existed.
                if open.missing {
                    open.older = None;
                }
                self.open.push(open);
            } else {
                self.close(open, false);
            }
        }
    }

    /// Closes all open digests before a proven digest, or at the end of the walk. Returns the first
    /// finding on a digest that belongs elsewhere, because nothing is known about the time around it.
    pub(super) fn close_all(&mut self, older: Option<&Claimer>) -> Option<Finding> {
        let mut open = std::mem::take(&mut self.open);
        // Present digests first: a missing one that is older than all of them is before the data.
        open.sort_by_key(|o| o.missing);
        let mut blind = None;
        for mut open in open {
            if let (Some(bucket), Some(me)) = (&open.elsewhere, older) {
                if me.in_place && me.bucket == *bucket {
                    // That bucket is part of the source after all, so this digest is missing from
                    // it.
                    let (bucket, key) = (open.finding.bucket.take(), open.finding.key.take());
                    let original = open.finding.original.take();
                    let missing = named_and_missing();
                    open.finding = Finding {
                        original,
                        ..missing.at(bucket.as_deref(), &key.unwrap_or_default())
                    };
                    (open.missing, open.elsewhere) = (true, None);
                } else {
                    blind.get_or_insert_with(|| open.finding.clone());
                }
            }
            if let Some(me) = older {
                open.bound(me.interval.to);
            }
            self.close(open, older.is_none());
        }
        blind
    }

    /// Closes one: it covers the hour before its end, or less if an older one ends in that hour.
    /// `last` says that the walk is over, so a missing one may be before the data.
    fn close(&mut self, open: OpenDigest, last: bool) {
        let OpenDigest {
            end,
            older,
            finding,
            missing,
            elsewhere,
        } = open;
        let mut time = hour_before(end);
        time.from = older.map_or(time.from, |older| older.max(time.from));
        let exists = !missing && elsewhere.is_none();
        if exists {
            self.begins(time.from);
        }
        let begins = self.walked.begins.filter(|_| last && !exists);
        let begins = self.scope.from.or(begins);
        let before = begins.is_some_and(|begins| end <= begins);
        if let Some(from) = self.scope.from.filter(|_| last && elsewhere.is_some()) {
            // Any older ones may be in that bucket too, so all time before is unknown.
            time.from = time.from.min(from);
        }
        match (missing, before) {
            (true, true) if finding.code == Code::DigestLate => self.report(finding.over(time)),
            (true, true) => self.note_before_window(time, finding),
            _ => self.count(time, finding, missing, before),
        }
    }

    /// A digest that is missing before the window, or before the data, is no more than a note.
    fn note_before_window(&mut self, time: Window, finding: Finding) {
        let message = if self.scope.from.is_some() {
            "the digest before the first one in the window is missing (deleted, expired or never delivered); it \
             is outside the window"
        } else {
            "earlier digests existed, and the one before the first that is present is missing (deleted, expired \
             or never delivered): the time they covered is not proven; use --start-time to include it"
        };
        let finding = Finding {
            message: message.into(),
            ..finding
        };
        self.report(finding.severity(Severity::Note).over(time));
    }

    /// Keeps a digest whose key AWS does not know until the complete region is known. Beyond a bound, digests
    /// are counted in the last finding.
    fn keep_unknown_key(&mut self, finding: Finding) {
        let kept = &mut self.walked.unknown_keys;
        let is_full = kept.len() >= MOST_UNKNOWN_KEYS;
        match kept.last_mut().filter(|_| is_full) {
            Some(last) => {
                last.count = Some(last.count.unwrap_or(1) + 1);
                let both = last.interval.zip(finding.interval);
                last.interval = both.map(|(a, b)| Window::new(a.from.min(b.from), a.to.max(b.to)));
            }
            None => kept.push(finding),
        }
    }

    /// Counts and reports a digest over its time, if that overlaps the window.
    fn count(&mut self, time: Window, finding: Finding, missing: bool, before: bool) {
        let is_late = finding.code == Code::DigestLate;
        let is_pending = is_late && self.scope.look.may_still_come(time.to);
        if !self.scope.backfill {
            let known = match is_late && !is_pending {
                true => &mut self.late_gaps,
                false => &mut self.walked.accounted,
            };
            known.insert(time);
        }
        if before || !self.meets(time) {
            return;
        }
        if is_pending {
            self.walked.paint.pending.insert(time);
        }
        if is_late {
            return self.report_over(time, finding);
        }
        self.walked.seen += u64::from(!missing);
        if finding.code == Code::KeyUnknown && finding.severity == Severity::Failed {
            self.colour(Severity::Unproven, time);
            return self.keep_unknown_key(finding.of(&self.scope.chain).over(time));
        }
        let tally = &mut self.walked.tally;
        match (missing, finding.severity) {
            (true, _) => tally.missing += 1,
            (false, Severity::Failed) => tally.failed += 1,
            (false, _) => tally.unproven += 1,
        }
        self.report_over(time, finding);
    }
}

#[cfg(test)]
mod tests;
