//! Judges the outcome of a damaged world by the second opinion: what must be found, what cannot be seen, and what must
//! not be said. `missing` judges chains without a digest, and `unlisted` objects that no digest lists.

use std::collections::BTreeMap;

use trailproof::proof::finding::{Severity, Verdict};
use trailproof::validate::outcome::{ChainOutcome, Outcome};
use trailproof::{Finding, State, Timestamp, Window};

use super::damage::Damaged;
use super::scene::{Scene, id, interval};
use super::standing::{Shape, Standing, Stored, successor};
use super::unseen::Unseen;
use crate::support::forge::{Chain, DigestRecord, Place};

/// What is wrong with an outcome.
#[derive(Default)]
pub struct Judgement {
    pub missed: Vec<String>,
    pub false_alarms: Vec<String>,
    /// Damage that cannot be seen, counted by what it is.
    pub unseen: BTreeMap<Unseen, u64>,
    /// Damage that was found.
    pub seen: u64,
}

/// Judges an outcome; `honest` is that of the world before its damage.
pub fn judge(scene: &Scene, damaged: &Damaged, outcome: &Outcome, honest: &Outcome) -> Judgement {
    let mut judge = Judge {
        scene,
        damaged,
        outcome,
        standing: Standing::of(scene, damaged),
        judgement: Judgement::default(),
    };
    for chain in &scene.chains {
        let of = outcome.chains.iter().find(|c| c.id == id(chain));
        match of {
            Some(found) => judge.chain(chain, found),
            None => judge.missing(chain),
        }
    }
    judge.unlisted();
    judge.planted();
    judge.accusations();
    judge.bystanders(honest);
    judge.verdict(honest.verdict);
    judge.judgement
}

/// What the findings say about an object, at worst.
fn worst_at(outcome: &Outcome, place: &Place) -> Option<Severity> {
    let is_it = |f: &&Finding| {
        f.key.as_deref() == Some(&place.key)
            && f.bucket
                .as_deref()
                .is_none_or(|bucket| bucket == place.bucket)
    };
    outcome
        .findings
        .iter()
        .filter(is_it)
        .map(|f| f.severity)
        .max()
}

/// The first instant of some time that a chain calls verified.
fn verified_in(chain: &ChainOutcome, time: Window) -> Option<Timestamp> {
    let mut verified = chain.coverage.iter().filter(|s| s.state == State::Verified);
    verified.find_map(|s| {
        let both = s.time.clip(&time);
        (!both.is_empty()).then_some(both.from)
    })
}

/// Whether the interval of a digest meets a window: then the digest counts.
pub(super) fn meets(interval: Window, window: Window) -> bool {
    interval.to > window.from && interval.from < window.to
}

pub(super) struct Judge<'a> {
    pub(super) scene: &'a Scene,
    pub(super) damaged: &'a Damaged,
    pub(super) outcome: &'a Outcome,
    pub(super) standing: Standing<'a>,
    pub(super) judgement: Judgement,
}

impl Judge<'_> {
    pub(super) fn miss(&mut self, what: String) {
        self.judgement.missed.push(what);
    }

    pub(super) fn excuse(&mut self, unseen: Unseen) {
        *self.judgement.unseen.entry(unseen).or_default() += 1;
    }

    /// Counts a damage as found if it was.
    pub(super) fn found(&mut self, is_found: bool, what: &str, place: &Place) {
        match is_found {
            true => self.judgement.seen += 1,
            false => self.miss(format!("{what} and not found: {}", place.key)),
        }
    }

    pub(super) fn is_reported(&self, place: &Place, at_least: Severity) -> bool {
        worst_at(self.outcome, place).is_some_and(|worst| worst >= at_least)
    }

    fn chain(&mut self, chain: &Chain, found: &ChainOutcome) {
        for at in 0..chain.digests.len() {
            self.digest(chain, found, at);
        }
        for late in &chain.backfills {
            self.backfill(chain, found, late);
        }
    }

    /// A digest that covers time, and its logs.
    fn digest(&mut self, chain: &Chain, found: &ChainOutcome, at: usize) {
        let digest = &chain.digests[at];
        // Without a given window all digests count that are present.
        let counts = |window| meets(interval(digest), window);
        if !self.scene.window.is_none_or(counts) {
            return self.outside(digest);
        }
        let (shape, stored) = (self.standing.shape_of(digest), self.standing.stored(digest));
        let is_provable = self.standing.is_provable(chain, digest);
        // A damaged successor may still carry its signature, or not: only a proven one must prove it (contract, "Proof of a
        // digest").
        let is_doubted = !self.standing.is_sure(chain, digest)
            && self.is_reported(&digest.place, Severity::Unproven);
        if shape == Shape::Intact && stored != Stored::Wrong && is_provable && !is_doubted {
            if stored != Stored::Intact {
                self.excuse(Unseen::SignatureOfAProvenDigest);
            }
            return self.logs(found, digest);
        }
        // A starting digest covers none of its hour. An earlier segment may cover the beginning of it.
        let before = at.checked_sub(1).filter(|_| digest.starting);
        let from = before.map_or(digest.start, |n| chain.digests[n].end.max(digest.start));
        let time = Window::new(from, digest.end);
        self.not_verified(found, digest, time);
        if shape != Shape::Gone {
            let is_reported = self.is_reported(&digest.place, Severity::Unproven);
            self.found(is_reported, "a digest was damaged", &digest.place);
        }
        if shape != Shape::Gone || meets(interval(digest), found.window) {
            self.accused(chain, digest);
        } else if time.to <= found.window.from {
            self.excuse(Unseen::BeforeTheFirst);
        } else {
            self.excuse(Unseen::AfterTheLast);
        }
    }

    /// A digest outside the window, which counts in nothing: it is read only for the proof of its neighbour.
    fn outside(&mut self, digest: &DigestRecord) {
        let is_untouched = |place: &Place| self.standing.is_untouched(place);
        let logs = digest.logs.iter().map(|log| &log.place);
        if !logs.chain([&digest.place]).all(is_untouched) {
            self.excuse(Unseen::OutsideTheWindow);
        }
    }

    /// Each log of a proven digest in the window that is not as it was delivered is reported, and the time of its
    /// digest is not verified.
    fn logs(&mut self, found: &ChainOutcome, digest: &DigestRecord) {
        for log in &digest.logs {
            if self.standing.shape(&log.place, &log.json) != Shape::Intact {
                let is_reported = self.is_reported(&log.place, Severity::Failed);
                self.found(is_reported, "a log was damaged", &log.place);
                if !digest.backfill {
                    self.not_verified(found, digest, interval(digest));
                }
            }
        }
    }

    /// No instant of the time of a digest may be verified, if it or a log of it is damaged.
    fn not_verified(&mut self, found: &ChainOutcome, digest: &DigestRecord, time: Window) {
        if let Some(at) = verified_in(found, time) {
            let key = &digest.place.key;
            self.miss(format!("damaged, and {at} is called verified: {key}"));
        } else if !digest.starting && !time.clip(&found.window).is_empty() {
            self.judgement.seen += 1;
        }
    }

    /// What a proven successor, or a wrong signature, shows of a damaged digest is reported as that, by its name.
    fn accused(&mut self, chain: &Chain, digest: &DigestRecord) {
        let (shape, stored) = (self.standing.shape_of(digest), self.standing.stored(digest));
        let is_sure = |later: &&DigestRecord| self.standing.is_sure(chain, later);
        let later = successor(chain, digest).filter(is_sure);
        let is_contradicted = later.is_some() && shape != Shape::Intact;
        let is_forged = shape <= Shape::Container
            && stored == Stored::Wrong
            && self.standing.has_key(digest)
            && self.fits(&digest.region);
        if is_contradicted || is_forged {
            let is_failed = self.is_reported(&digest.place, Severity::Failed);
            self.found(is_failed, "shown to be damaged", &digest.place);
        }
    }

    /// Whether the keys of a region fit one of its digests in the window. Where none does, the keys are doubted, and
    /// not the digests: contract, decision 19.
    fn fits(&self, region: &str) -> bool {
        let chains = self.scene.chains.iter().filter(|c| c.spec.region == region);
        let mut digests = chains.flat_map(|c| c.digests.iter().chain(&c.backfills));
        digests.any(|d| {
            let counts = |window| meets(interval(d), window);
            self.scene.window.is_none_or(counts) && self.standing.is_sound(d)
        })
    }

    /// A backfill digest, which covers no time, and its logs.
    fn backfill(&mut self, chain: &Chain, found: &ChainOutcome, late: &DigestRecord) {
        let window = self.scene.window.unwrap_or(found.window);
        if !meets(interval(late), window) {
            return self.outside(late);
        }
        let (shape, stored) = (self.standing.shape_of(late), self.standing.stored(late));
        let is_provable = self.standing.is_provable(chain, late);
        if shape == Shape::Intact && stored != Stored::Wrong && is_provable {
            if stored != Stored::Intact {
                self.excuse(Unseen::SignatureOfAProvenDigest);
            }
            return self.logs(found, late);
        }
        if shape == Shape::Gone {
            // If a log of it is left, `unlisted` judges that.
            let is_left = |place: &Place| self.damaged.world.get(place).is_some();
            if !late.logs.iter().any(|log| is_left(&log.place)) {
                self.excuse(Unseen::BackfillWithItsLogs);
            }
        } else {
            let is_reported = self.is_reported(&late.place, Severity::Unproven);
            self.found(is_reported, "a backfill digest was damaged", &late.place);
        }
        self.accused(chain, late);
    }

    /// Nothing that is as it was delivered may be called altered, missing or forged.
    fn accusations(&mut self) {
        for finding in &self.outcome.findings {
            let (Some(bucket), Some(key)) = (&finding.bucket, &finding.key) else {
                continue;
            };
            let place = Place::new(bucket, key);
            if finding.severity == Severity::Failed && self.standing.is_untouched(&place) {
                let said = format!("{}: {key}: {}", finding.code.as_str(), finding.message);
                self.judgement
                    .false_alarms
                    .push(format!("intact, and {said}"));
            }
        }
    }

    /// Where nothing was done to any chain of an account and region, what is said of them is what was said before.
    fn bystanders(&mut self, honest: &Outcome) {
        for chain in &self.scene.chains {
            let group = |c: &Chain| (c.spec.account.clone(), c.spec.region.clone());
            let is_beside = |c: &&Chain| group(c) == group(chain);
            if !self
                .scene
                .chains
                .iter()
                .filter(is_beside)
                .all(|c| self.is_left_alone(c))
            {
                continue;
            }
            let of = |outcome: &Outcome| {
                let found = outcome.chains.iter().find(|c| c.id == id(chain))?;
                Some((found.verdict, format!("{:?}", found.coverage)))
            };
            if of(honest) != of(self.outcome) {
                let said = format!("nothing was done to {}: {:?}", id(chain), of(self.outcome));
                self.judgement.false_alarms.push(said);
            }
        }
    }

    /// Whether nothing was done to a chain: not to its objects, not to its keys, and nothing was planted beside it.
    fn is_left_alone(&self, chain: &Chain) -> bool {
        let mut digests = chain.digests.iter().chain(&chain.backfills);
        let is_whole = |d: &DigestRecord| {
            let mut logs = d.logs.iter();
            self.standing.is_untouched(&d.place)
                && self.standing.has_key(d)
                && logs.all(|log| self.standing.is_untouched(&log.place))
        };
        let mut planted = self.damaged.planted.iter();
        digests.all(is_whole) && !planted.any(|p| id(&self.scene.chains[p.chain]) == id(chain))
    }

    /// The verdict itself: it shows what was found, and is that of the honest world if nothing counts.
    fn verdict(&mut self, honest: Verdict) {
        let verdict = self.outcome.verdict;
        if self.judgement.seen > 0 && verdict == Verdict::Verified {
            self.miss("damage was found, and the verdict is verified".into());
        }
        let mut unseen = self.judgement.unseen.keys();
        let is_kept = self.judgement.seen == 0
            && self.judgement.missed.is_empty()
            && !unseen.any(|unseen| unseen.may_show_elsewhere());
        if is_kept && verdict > honest {
            let all = self.judgement.unseen.keys();
            let said = format!("{verdict:?} instead of {honest:?}: {all:?}");
            self.judgement.false_alarms.push(said);
        }
    }
}
