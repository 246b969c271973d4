//! Forks: two proven digests that cannot both belong to one chain.

use super::Walk;
use super::claims::{Claim, Claimer};
use crate::base::time::Window;
use crate::proof::finding::{Code, Finding, Severity};

impl Walk<'_> {
    /// Reports proven digests that claim the same predecessor.
    pub(super) fn check_fork(&mut self, claims: &[Claim]) {
        let mut by: Vec<Claimer> = claims
            .iter()
            .map(|c| &c.by)
            .filter(|b| b.proven)
            .cloned()
            .collect();
        by.sort_by_key(|b| (b.interval.to, b.key.clone(), b.bucket.clone()));
        by.dedup_by_key(|b| (b.key.clone(), b.bucket.clone()));
        let [first, others @ ..] = by.as_slice() else {
            return;
        };
        for other in others {
            let message = "two proven digests refer to the same predecessor: the chain forks here, and it is \
                           not known which of them belongs to it";
            self.fork(other, first, message);
        }
    }

    /// Reports a proven successor that begins before this digest ends.
    pub(super) fn check_overlap(&mut self, digest: &Claimer, claims: &[Claim]) {
        let overlaps = |b: &&Claimer| b.proven && b.interval.from < digest.interval.to;
        if let Some(successor) = claims.iter().map(|c| &c.by).find(overlaps) {
            let message = "this digest and its predecessor overlap in time within one segment";
            self.fork(successor, digest, message);
        }
    }

    /// Reports that two digests exclude each other, if one of them overlaps the window. Neither
    /// counts as valid then, because nothing shows which one belongs to the chain.
    fn fork(&mut self, one: &Claimer, other: &Claimer, message: &str) {
        let inside: Vec<&Claimer> = [one, other]
            .into_iter()
            .filter(|c| self.meets(c.interval))
            .collect();
        if inside.is_empty() {
            return;
        }
        for digest in inside {
            self.colour(Severity::Unproven, digest.interval);
            self.no_longer_valid(digest, Severity::Unproven);
        }
        let time = Window::new(
            one.interval.from.min(other.interval.from),
            one.interval.to.max(other.interval.to),
        );
        let finding = Finding::new(Code::ChainFork, message).at(Some(&one.bucket), &one.key);
        let finding = Finding {
            actual: Some(other.key.clone()),
            ..finding
        };
        self.report(finding.over(time));
    }

    /// Moves a digest that was counted as valid to another count, once.
    pub(super) fn no_longer_valid(&mut self, digest: &Claimer, severity: Severity) {
        if !digest.valid
            || !self
                .reclassified
                .insert((digest.bucket.clone(), digest.key.clone()))
        {
            return;
        }
        let tally = &mut self.walked.tally;
        tally.valid -= 1;
        match severity {
            Severity::Failed => tally.failed += 1,
            _ => tally.unproven += 1,
        }
    }
}
