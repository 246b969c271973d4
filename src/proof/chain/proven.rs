//! A proven digest takes its place: it closes what was open, covers its time, and claims its
//! predecessor.

use jiff::Timestamp;

use super::claims::{Claim, Claimer};
use super::{Anchor, Location, PlacedDigest, Walk};
use crate::base::time::{Window, shift};
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::judge::{OwnSignature, Proof, Verified};
use crate::proof::reason::Reason;
use crate::proof::signature::{KeyUse, SignatureCheck};

/// A proven digest, with all that was found about it.
pub(super) struct Proving<'r> {
    pub digest: Box<Verified>,
    pub findings: Vec<Finding>,
    pub by_successor: Option<Reason>,
    pub keys: Vec<KeyUse>,
    pub own: &'r OwnSignature,
    pub claims: &'r [Claim],
    pub relocated: bool,
    pub generated: Option<Timestamp>,
}

/// The data of a proven digest that is needed until the walk meets the next older one.
pub(super) struct Newer {
    pub from: Timestamp,
    pub key: String,
    /// The bucket and key of its predecessor.
    pub link: Option<(String, String)>,
}

impl Walk<'_> {
    /// Takes a proven digest into the chain.
    pub(super) fn proven(&mut self, mut proving: Proving<'_>) -> PlacedDigest {
        let interval = proving.digest.interval();
        self.walked.fits_keys |= !proving.keys.is_empty();
        let inside = self.meets(interval);
        let worst = proving.findings.iter().max_by_key(|f| f.severity).cloned();
        let severity = worst.as_ref().map(|f| (f.code, f.severity));
        let (bucket, key) = proving.digest.place();
        let mut me = Claimer {
            bucket: bucket.into(),
            key: key.into(),
            interval,
            proven: true,
            in_place: !proving.relocated,
            valid: inside && severity.is_none_or(|(_, s)| s == Severity::Note),
        };
        if me.in_place {
            self.buckets.insert(me.bucket.clone());
        }
        self.close_before(&proving.digest, &me);
        if inside {
            self.count_proven(&mut proving, &me, severity);
        }
        if self.scope.backfill {
            let sha256 = proving.digest.sha256();
            self.met.insert(me.key.clone(), Some(sha256));
        } else {
            self.check_overlap(&me, proving.claims);
        }
        if !self.scope.backfill && me.in_place {
            let starting = proving.digest.is_starting();
            self.join_segment(&mut me, starting, proving.claims);
        }
        self.cover(&proving.digest, interval, proving.relocated);
        self.claim_predecessor(&proving.digest, me, inside);
        placed(proving, worst, inside)
    }

    /// Closes what was open before this digest, and keeps the hole between it and the next newer
    /// one.
    fn close_before(&mut self, digest: &Verified, me: &Claimer) {
        let late = self.late_look();
        let blind = self.close_all(Some(me));
        let unread = self.unread.take();
        if let Some(newer) = self.newer.take() {
            self.find_hole(&newer, me, blind, (unread, late));
        }
        self.newer = Some(Newer {
            from: me.interval.from,
            key: me.key.clone(),
            link: digest.previous().map(|l| (l.bucket.clone(), l.key.clone())),
        });
    }

    /// Counts a digest inside the window, with its findings, its keys and its place.
    fn count_proven(
        &mut self,
        proving: &mut Proving<'_>,
        me: &Claimer,
        worst: Option<(Code, Severity)>,
    ) {
        let interval = me.interval;
        self.walked.seen += 1;
        let tally = &mut self.walked.tally;
        match worst {
            Some((Code::DigestMissing, _)) => tally.missing += 1,
            Some((_, Severity::Failed)) => tally.failed += 1,
            Some((_, Severity::Unproven)) => tally.unproven += 1,
            _ => tally.valid += 1,
        }
        for finding in std::mem::take(&mut proving.findings) {
            self.report_over(interval, finding);
        }
        if let Some(reason) = proving.by_successor {
            let (count, time) = self.by_successor.entry(reason).or_insert((0, interval));
            *count += 1;
            time.from = time.from.min(interval.from);
            time.to = time.to.max(interval.to);
        }
        self.note_late(me, proving.generated);
        let sha256 = Some(proving.digest.sha256());
        self.add_evidence("proven", &me.key, sha256, proving.own);
        self.anchor(&proving.digest, proving.own, proving.claims);
        self.walked.keys.extend(proving.keys.iter().cloned());
        self.locate(&proving.digest);
    }

    /// Accounts for the interval of a digest. A starting digest accounts for no time, because
    /// logging began at its end; a backfill digest covers none.
    fn cover(&mut self, digest: &Verified, interval: Window, relocated: bool) {
        match (self.scope.backfill, digest.is_starting()) {
            (true, _) => {}
            (false, true) => self.walked.restarts.push(interval.to),
            (false, false) => {
                self.walked.accounted.insert(interval);
                if !relocated {
                    self.walked.paint.verified.insert(interval);
                }
            }
        }
        self.begins(if digest.is_starting() {
            interval.to
        } else {
            interval.from
        });
    }

    /// Claims the predecessor. Before the window one digest is read for its proof, and its
    /// predecessor is not needed; but where that predecessor is claimed already, both claims must
    /// be known to see a fork.
    fn claim_predecessor(&mut self, digest: &Verified, me: Claimer, inside: bool) {
        let Some(link) = digest.previous().cloned() else {
            return;
        };
        if inside || me.interval.from >= self.scope.to || self.claims.holds(&link) {
            self.claim(link, me);
        }
    }

    /// Reports a backfill digest that was generated too late.
    fn note_late(&mut self, me: &Claimer, generated: Option<Timestamp>) {
        if let Some(at) = generated
            && at > shift(me.interval.to, self.scope.backfill_grace)
        {
            let message = "this backfill digest reports that it was generated later than --backfill-grace after \
                           its interval";
            let finding = Finding::new(Code::BackfillLate, message)
                .at(Some(&me.bucket), &me.key)
                .over(me.interval);
            self.report(Finding {
                actual: Some(at.to_string()),
                ..finding
            });
        }
    }

    /// Keeps the oldest and the newest proven digest.
    fn anchor(&mut self, digest: &Verified, own: &OwnSignature, claims: &[Claim]) {
        let signature = match own {
            OwnSignature::Present(hex, _) => Some(hex),
            OwnSignature::Absent => claims.first().map(|c| &c.link.signature),
        };
        let (bucket, key) = digest.place();
        let anchor = Anchor {
            bucket: bucket.into(),
            key: key.into(),
            sha256: digest.sha256(),
            signature: signature.and_then(|hex| hex::decode(hex).ok().map(Into::into)),
            start: digest.interval().from,
            end: digest.interval().to,
        };
        let newest = self
            .walked
            .anchors
            .take()
            .map_or_else(|| anchor.clone(), |anchors| anchors.1);
        self.walked.anchors = Some(Box::new((anchor, newest)));
    }

    /// Adds the digest's time to the location that it was written to.
    fn locate(&mut self, digest: &Verified) {
        let Some(root) = digest.root() else { return };
        let (bucket, _) = digest.place();
        let time = digest.interval();
        let locations = &mut self.walked.locations;
        match locations
            .iter_mut()
            .find(|l| l.bucket == bucket && l.root == *root)
        {
            Some(l) => {
                l.time = Window {
                    from: l.time.from.min(time.from),
                    to: l.time.to.max(time.to),
                };
            }
            None => {
                // Most chains have one location.
                locations.reserve_exact(1);
                locations.push(Location {
                    bucket: bucket.into(),
                    root: root.clone(),
                    time,
                });
            }
        }
    }
}

/// The result for a proven digest.
fn placed(proving: Proving<'_>, worst: Option<Finding>, inside: bool) -> PlacedDigest {
    let Proving {
        digest,
        keys,
        own,
        relocated,
        ..
    } = proving;
    let passed_over = match inside && relocated {
        true => digest.log_files().len() as u64,
        false => 0,
    };
    let (proven, beyond) = match (relocated, inside) {
        (true, _) => (None, None),
        (false, true) => (Some(digest), None),
        (false, false) => (None, Some(digest)),
    };
    PlacedDigest {
        proven,
        beyond,
        claimed: None,
        proof: Some(Proof {
            own: matches!(own, OwnSignature::Present(_, SignatureCheck::Valid(_))),
            keys,
        }),
        finding: worst,
        passed_over,
        inside,
    }
}

#[cfg(test)]
mod tests;
