//! A proven digest takes its place: it settles what was open, covers its time, and claims its
//! predecessor.

use jiff::Timestamp;

use super::claims::{Claim, Claimer};
use super::{Anchor, Location, PlacedDigest, Walk};
use crate::base::time::{Window, shift};
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::judge::{OwnSignature, Proof, Verified};
use crate::proof::reason::Reason;
use crate::proof::signature::{KeyUse, SignatureCheck};

/// A digest that is proven, with all that was found on the way.
pub(super) struct Proving<'r> {
    pub digest: Box<Verified>,
    pub found: Vec<Finding>,
    pub by_successor: Option<Reason>,
    pub keys: Vec<KeyUse>,
    pub own: &'r OwnSignature,
    pub claims: &'r [Claim],
    pub relocated: bool,
    pub generated: Option<Timestamp>,
}

impl Walk<'_> {
    /// Takes a proven digest into the chain.
    pub(super) fn proven(&mut self, proving: Proving<'_>) -> PlacedDigest {
        let Proving {
            digest,
            found,
            by_successor,
            keys,
            own,
            claims,
            relocated,
            generated,
        } = proving;
        let interval = digest.interval();
        let inside = self.meets(interval);
        let (bucket, key) = digest.place();
        let worst = found.iter().max_by_key(|f| f.severity);
        let (told, worst) = (worst.cloned(), worst.map(|f| f.severity));
        let me = Claimer {
            bucket: bucket.into(),
            key: key.into(),
            interval,
            proven: true,
            in_place: !relocated,
            valid: inside && worst.is_none_or(|w| w == Severity::Note),
        };
        if !relocated {
            self.buckets.insert(me.bucket.clone());
        }
        self.close(Some((&digest, &me)));
        if inside {
            self.walked.seen += 1;
            match worst {
                Some(Severity::Failed) => self.walked.tally.failed += 1,
                Some(Severity::Unproven) => self.walked.tally.unproven += 1,
                _ => self.walked.tally.valid += 1,
            }
            for finding in found {
                self.colour(finding.severity, interval);
                self.report(finding.over(interval));
            }
            if let Some(why) = by_successor {
                let (count, time) = self.by_successor.entry(why).or_insert((0, interval));
                *count += 1;
                time.from = time.from.min(interval.from);
                time.to = time.to.max(interval.to);
            }
            self.late(&me, generated);
            self.witness("proven", key, Some(digest.sha256()), own);
            self.anchor(&digest, own, claims);
            self.walked.keys.extend(keys.iter().cloned());
            self.locate(&digest);
        }
        if self.scope.backfill {
            self.met.insert(me.key.clone(), Some(digest.sha256()));
        } else {
            self.check_overlap(&me, claims);
        }
        // A starting digest says nothing of the hour it spans, a backfill digest covers no time.
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
        if let Some(link) = digest.previous().cloned() {
            // One digest beyond the window is read for its proof; what came before it is not asked.
            // But where two may claim the same predecessor, both claims must be known.
            let rival = || self.claims.holds(&link);
            if inside || interval.from >= self.scope.to || rival() {
                self.claim(link, me);
            }
        }
        let passed_over = if inside && relocated {
            digest.log_files().len() as u64
        } else {
            0
        };
        let (proven, beyond) = match (relocated, inside) {
            (true, _) => (None, None),
            (false, true) => (Some(digest), None),
            (false, false) => (None, Some(digest)),
        };
        PlacedDigest {
            proven,
            beyond,
            proof: Some(Proof {
                own: matches!(own, OwnSignature::Present(_, SignatureCheck::Valid(_))),
                keys,
            }),
            finding: told,
            passed_over,
            stands: !relocated,
            inside,
        }
    }

    fn late(&mut self, me: &Claimer, generated: Option<Timestamp>) {
        if let Some(at) = generated
            && at > shift(me.interval.to, self.scope.backfill_grace)
        {
            let message = "this backfill digest says that it was generated later than the grace \
                           after its interval";
            let finding = Finding::new(Code::BackfillLate, message)
                .at(Some(&me.bucket), &me.key)
                .over(me.interval);
            self.report(Finding {
                actual: Some(at.to_string()),
                ..finding
            });
        }
    }

    fn anchor(&mut self, digest: &Verified, own: &OwnSignature, claims: &[Claim]) {
        let signature = match own {
            OwnSignature::Present(hex, _) => Some(hex),
            OwnSignature::Absent => claims.first().map(|c| &c.link.signature),
        };
        let anchor = Anchor {
            key: digest.place().1.into(),
            sha256: digest.sha256(),
            signature: signature.and_then(|hex| hex::decode(hex).ok().map(Into::into)),
            end: digest.interval().to,
        };
        let newest = self
            .walked
            .anchors
            .take()
            .map_or_else(|| anchor.clone(), |anchors| anchors.1);
        self.walked.anchors = Some(Box::new((anchor, newest)));
    }

    fn locate(&mut self, digest: &Verified) {
        let Some(root) = digest.root() else { return };
        let (bucket, _) = digest.place();
        let time = digest.interval();
        match self
            .walked
            .locations
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
                // Most chains have one.
                self.walked.locations.reserve_exact(1);
                self.walked.locations.push(Location {
                    bucket: bucket.into(),
                    root: root.clone(),
                    time,
                });
            }
        }
    }
}
