//! What an answer rests on: the digests that tell of the object, what proves them, and what was searched.

use super::Explained;
use super::observed::{Proven, SeenObject};
use super::target::TargetName;
use crate::proof::coverage::State;
use crate::proof::keys::KeyOrigin;
use crate::report::explain::v1::{
    By, Digest, Neighbour, Object, Report, SCHEMA, Searched, Step, Unverified,
};
use crate::report::validation::v1::Run;
use crate::validate::view;

impl Explained<'_> {
    /// The report of what was found out.
    pub fn report(self, run: Run) -> Report {
        let answer = match &self.target.name {
            TargetName::Log(_) => self.of_log(),
            TargetName::Digest(_) => self.of_digest(),
        };
        let telling = self.telling();
        let first = telling.first().copied();
        let place = first.or_else(|| self.itself());
        let (previous, next) = place.map_or((None, None), |at| self.neighbours(at));
        let bucket = first.and_then(|at| self.seen[at].bucket.clone());
        let named = first.and_then(|at| self.seen[at].proven.as_ref());
        let keys = self.outcome.keys.iter();
        let mut not_proven: Vec<String> = Vec::new();
        if keys.clone().any(|key| key.origin == KeyOrigin::File) {
            not_proven.push(
                "that the public keys are AWS's own: they come from a file, and a fingerprint shows \
                 only that it is unbroken"
                    .into(),
            );
        }
        if self.unnamed && self.target.bucket.is_none() {
            let written = bucket.as_ref().map_or_else(String::new, |bucket| {
                format!("; the proven digest says {bucket}")
            });
            not_proven.push(format!(
                "that it is from a bucket of yours: no bucket name was given to compare with{written}"
            ));
        }
        if matches!(self.target.name, TargetName::Log(_)) && telling.is_empty() {
            not_proven.push(
                "whether a trail writes logs to this folder without digests: CloudTrail was not asked".into(),
            );
        }
        Report {
            schema: SCHEMA,
            object: Object {
                bucket: self.target.bucket.clone().or(bucket),
                key: self.target.key.clone(),
                kind: self.target.what(),
                sha256: named.map(|p| match self.target.name {
                    TargetName::Log(_) => p.names.clone().unwrap_or_default(),
                    TargetName::Digest(_) => p.sha256.to_string(),
                }),
            },
            verdict: answer.verdict,
            answer: answer.sentence,
            delivered: answer.delivered,
            intact: answer.intact,
            digests: telling
                .iter()
                .filter_map(|at| digest(&self.seen[*at]))
                .collect(),
            path: first.map_or_else(Vec::new, |at| self.path(at)),
            previous,
            next,
            searched: self.searched(),
            findings: self
                .findings()
                .into_iter()
                .cloned()
                .map(view::finding)
                .collect(),
            not_proven,
            run,
        }
    }
    /// How a digest is proven, from one to the next until a key.
    fn path(&self, from: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = Some(from);
        while let Some(seen) = at.map(|at| &self.seen[at]) {
            let Some(Proven { proof, .. }) = &seen.proven else {
                break;
            };
            let successor = at.and_then(|at| self.beside(at, true));
            let recorded_in = successor.map(|at| self.seen[at].key.clone());
            let key = proof.keys.first().map(view::key);
            let by = match (proof.own, &key) {
                (true, _) => By::OwnSignature,
                (false, Some(_)) => By::RecordedSignature,
                (false, None) => By::RecordedHash,
            };
            steps.push(Step {
                digest: seen.key.clone(),
                by,
                recorded_in: recorded_in.filter(|_| by != By::OwnSignature),
                key,
            });
            at = successor.filter(|_| by == By::RecordedHash);
        }
        steps
    }

    fn neighbours(&self, at: usize) -> (Option<Neighbour>, Option<Neighbour>) {
        let neighbour = |at: usize| {
            let seen = &self.seen[at];
            Neighbour {
                key: seen.key.clone(),
                end: seen.end,
                proven: seen.proven.is_some(),
            }
        };
        // A starting digest has none before it.
        let starts = self.seen[at].proven.as_ref().is_some_and(|p| p.starting);
        let before = self.beside(at, false).filter(|_| !starts);
        (before.map(neighbour), self.beside(at, true).map(neighbour))
    }

    /// The digest beside another in its chain: the one after it, or the one before.
    fn beside(&self, at: usize, after: bool) -> Option<usize> {
        let me = &self.seen[at];
        let same = |other: &SeenObject| other.chain == me.chain && other.backfill == me.backfill;
        let seen = self
            .seen
            .iter()
            .enumerate()
            .filter(|(_, other)| same(other));
        match after {
            true => seen
                .filter(|(_, o)| o.end > me.end)
                .min_by_key(|(_, o)| o.end),
            false => seen
                .filter(|(_, o)| o.end < me.end)
                .max_by_key(|(_, o)| o.end),
        }
        .map(|(at, _)| at)
    }
    pub(super) fn searched(&self) -> Searched {
        let backfill_digests = self.seen.iter().filter(|seen| seen.backfill).count() as u64;
        let mut unverified = Vec::new();
        for chain in &self.outcome.chains {
            for stretch in chain.coverage.iter().filter(|s| s.state != State::Verified) {
                let time = stretch
                    .time
                    .clip(&self.target.own_time().unwrap_or(stretch.time));
                if time.is_empty() {
                    continue;
                }
                unverified.push(Unverified {
                    chain: chain.id.to_string(),
                    from: time.from,
                    to: time.to,
                    state: stretch.state,
                });
            }
        }
        Searched {
            from: self.window.from,
            to: self.window.to,
            chains: self
                .outcome
                .chains
                .iter()
                .map(|c| c.id.to_string())
                .collect(),
            digests: self.seen.len() as u64 - backfill_digests,
            backfill_digests,
            unverified,
        }
    }
}

fn digest(seen: &SeenObject) -> Option<Digest> {
    let proven = seen.proven.as_ref()?;
    Some(Digest {
        chain: seen.chain.to_string(),
        bucket: seen.bucket.clone(),
        key: seen.key.clone(),
        sha256: proven.sha256.to_string(),
        from: proven.interval.from,
        to: proven.interval.to,
        backfill: seen.backfill,
    })
}
