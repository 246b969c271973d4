//! The link from a digest to its predecessor.

use super::Walk;
use super::claims::{Claim, Claimer};
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::digest::Link;
use crate::cloudtrail::object_key::{DigestName, DigestObjectKey};
use crate::proof::finding::{Code, Finding, Severity};

impl Walk<'_> {
    /// Keeps the claim that a digest makes on its predecessor, or reports why it makes no sense.
    pub(super) fn claim(&mut self, link: Link, by: Claimer) {
        let name = DigestObjectKey::parse(&link.key).map(|k| k.name);
        let name = name.filter(|n| self.may_precede(n, &link, &by));
        let mismatch = match (name, self.met.get(&link.key)) {
            (None, _) => Some(
                "the predecessor that this digest refers to is not an earlier digest of its chain",
            ),
            (Some(_), Some(met)) => met
                .is_some_and(|met| link.sha256.is_some_and(|hash| hash != met))
                .then_some(
                    "the backfill digest that this one refers to is not the one that is present",
                ),
            (Some(name), None) => {
                // An unproven digest only carries a signature, and digests are hourly, so a link
                // further back is not worth keeping.
                if by.proven || name.end >= shift(by.interval.to, -2 * HOUR) {
                    let (link, by) = (link.clone(), by.clone());
                    self.claims.push(name.end, Claim { link, by });
                }
                None
            }
        };
        if let Some(message) = mismatch.filter(|_| by.proven && self.meets(by.interval)) {
            self.report_mismatch(message, link, &by);
        }
    }

    /// Whether a name can be that of a digest's predecessor: an earlier digest of the same chain,
    /// or for a backfill digest any other one. A trail that became an organization's goes on in another
    /// folder, so the organization may differ.
    fn may_precede(&self, name: &DigestName, link: &Link, by: &Claimer) -> bool {
        name.chain.is_called_like(&self.scope.chain)
            && name.backfill == self.scope.backfill
            && (name.end < by.interval.to || (name.backfill && link.key != by.key))
    }

    fn report_mismatch(&mut self, message: &str, link: Link, by: &Claimer) {
        let finding = Finding::new(Code::ChainLinkMismatch, message).at(Some(&by.bucket), &by.key);
        self.no_longer_valid(by, Severity::Failed);
        self.report_over(
            by.interval,
            Finding {
                actual: Some(link.key),
                ..finding
            },
        );
    }
}

#[cfg(test)]
mod tests;
