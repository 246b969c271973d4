//! Digests that a proven successor refers to and that may still be delivered: CloudTrail may deliver one digest
//! after the next. They are notes, and their time is pending; where only the earliest of differing clocks says
//! that they may come, it is a gap.

use jiff::{SignedDuration, Timestamp};

use super::Walk;
use super::holes::Hole;
use super::open::OpenDigest;
use crate::base::text::plural;
use crate::base::time::{HOUR, Window, in_words, shift};
use crate::proof::finding::{Code, Finding};
use crate::proof::look::Look;

impl Walk<'_> {
    /// A proven digest that links to a place and lies where it was written, by its bucket and key.
    pub fn successor(&self, (bucket, key): (&str, &str), end: Timestamp) -> Option<(&str, &str)> {
        let mut claims = self.claims.on(end, bucket, key).iter();
        let claim = claims.find(|c| c.by.proven && c.by.in_place)?;
        Some((&claim.by.bucket, &claim.by.key))
    }

    /// Reports that the digest that a link refers to does not exist, and may still be delivered after this
    /// look.
    pub fn late(&mut self, (bucket, key): (&str, &str), end: Timestamp, look: Look) {
        let claims = self.claims.take(end, bucket, key);
        self.check_fork(&claims);
        let Some(claim) = claims.iter().find(|c| c.by.proven) else {
            return;
        };
        let message = format!(
            "a digest that its successor refers to is not delivered yet: it ends at {end} and may be delivered \
             until {}{}",
            look.due(end),
            by_which_clock(look, end)
        );
        let finding = late(message, look).at(Some(bucket), key);
        self.open.push(OpenDigest {
            end,
            older: None,
            missing: true,
            elsewhere: None,
            finding: Finding {
                digest: Some(claim.by.key.clone()),
                expected: claim.link.sha256.map(|hash| hash.to_string()),
                ..finding
            },
        });
    }

    /// Whether a digest that is open may still be delivered, and after which look.
    pub(super) fn late_look(&self) -> Option<Look> {
        let is_late = |open: &OpenDigest| open.finding.code == Code::DigestLate;
        self.open.iter().any(is_late).then_some(self.scope.look)
    }

    /// Reports the digests at the end of a hole that may still be delivered. Returns the time before them.
    pub(super) fn report_late(&mut self, time: Window, hole: &Hole) -> Window {
        let Some(look) = hole.late else {
            return time;
        };
        let is_pending = look.may_still_come(hole.time.to);
        let earliest = look.earliest();
        let pending = if is_pending { look } else { earliest }.pending();
        if !is_pending && !earliest.may_still_come(hole.time.to) {
            return time;
        }
        // Digests are hourly, and the first one after the hole shows when they end.
        let hours = Window::new(pending.from, hole.time.to).hours_begun();
        let hours = i64::try_from(hours).unwrap_or(i64::MAX);
        let from = shift(hole.time.to, hours.saturating_mul(HOUR).saturating_neg());
        let late_part = Window::new(time.from.max(from), time.to);
        if late_part.is_empty() {
            return time;
        }
        let count = late_part.hours_begun();
        let message = format!(
            "an estimated {} (one per hour) between {} and {} may still be delivered until {}; no remaining \
             digest refers to {}{}",
            plural(count, "digest"),
            hole.older,
            hole.newer,
            look.due(late_part.to),
            if count == 1 { "it" } else { "them" },
            by_which_clock(look, late_part.to)
        );
        let finding = late(message, look).count(count);
        if is_pending {
            self.walked.paint.pending.insert(late_part);
            self.account_for(late_part, finding);
        } else {
            self.report_over(late_part, finding);
        }
        Window::new(time.from, late_part.from)
    }
}

/// Says that only the earliest of the clocks lets a digest with this end be on its way.
fn by_which_clock(look: Look, end: Timestamp) -> String {
    if look.may_still_come(end) {
        return String::new();
    }
    let differ = in_words(SignedDuration::from_secs(look.doubt));
    format!(
        "; only the later of two clocks shows that this time has passed: the local clock and that of AWS differ \
         by {differ}"
    )
}

fn late(message: String, look: Look) -> Finding {
    let lag = in_words(SignedDuration::from_secs(look.delivery_lag));
    let hint =
        format!("run again after that; a digest may take {lag} to be delivered (--delivery-lag)");
    Finding::new(Code::DigestLate, message).hint(hint)
}

#[cfg(test)]
mod tests;
