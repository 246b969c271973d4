//! The outcome of `explain` as its frozen report type: the answer, the digests that vouch for the object, how
//! they are proven, and the searched time.

use super::ExplainOutcome;
use super::observed::ObservedDigest;
use super::target::TargetName;
use crate::proof::finding::{Finding, Hint};
use crate::proof::keys::KeyOrigin;
use crate::report::explain::v1::{By, Digest, Neighbour, Object, Report, SCHEMA, Searched, Step};
use crate::report::validation::v1::{self, Run};
use crate::validate::view;

impl ExplainOutcome<'_> {
    /// The report.
    pub fn report(self, run: Run) -> Report {
        let answer = self.answer();
        let vouching = self.vouching();
        let first = vouching.first().copied();
        let place = first.or_else(|| self.target_digest());
        let findings = self.findings().into_iter();
        Report {
            schema: SCHEMA,
            object: self.object(first),
            verdict: answer.verdict(),
            answer: self.sentence(&answer),
            delivered: answer.delivered(),
            intact: answer.intact(),
            digests: vouching.iter().copied().filter_map(digest).collect(),
            path: first.map_or_else(Vec::new, |digest| self.path(digest)),
            previous: place
                .and_then(|digest| self.predecessor(digest))
                .map(neighbour),
            next: place
                .and_then(|digest| self.successor(digest))
                .map(neighbour),
            searched: self.searched(),
            findings: findings.map(|f| self.finding(f)).collect(),
            not_proven: self.not_proven(first),
            run,
        }
    }

    /// A finding. Explain searches no logs for calls, so its advice on damage says what does.
    fn finding(&self, found: &Finding) -> v1::Finding {
        let is_damage = matches!(found.hint, Some(Hint::OlderVersion | Hint::LookForMissing));
        let mut finding = view::finding(found.clone(), self.from);
        if let Some(hint) = finding.hint.as_mut().filter(|_| is_damage) {
            *hint += "; trailproof validate with the same source shows the calls on it, if any are recorded";
        }
        finding
    }

    /// The object, with what the first vouching digest records of it.
    fn object(&self, vouching: Option<&ObservedDigest>) -> Object {
        let recorded_bucket = vouching.and_then(|digest| digest.bucket.clone());
        let proven = vouching.and_then(|digest| digest.proven.as_ref());
        Object {
            bucket: self.target.bucket.clone().or(recorded_bucket),
            key: self.target.key.clone(),
            kind: self.target.kind(),
            sha256: proven.map(|proven| match self.target.name {
                TargetName::Log(_) => proven.recorded_hash.clone().unwrap_or_default(),
                TargetName::Digest(_) => proven.sha256.to_string(),
            }),
        }
    }

    /// What the answer does not prove, in sentences.
    fn not_proven(&self, vouching: Option<&ObservedDigest>) -> Vec<String> {
        let mut sentences: Vec<String> = Vec::new();
        if self
            .validation
            .keys
            .iter()
            .any(|key| key.origin == KeyOrigin::File)
        {
            sentences.push(
                "that the public keys are those of AWS: they come from a file, and a fingerprint shows only that a \
                 key is not damaged"
                    .into(),
            );
        }
        if self.has_unnamed_root && self.target.bucket.is_none() {
            let bucket = vouching.and_then(|digest| digest.bucket.as_ref());
            let recorded = bucket.map_or_else(String::new, |bucket| {
                format!("; the proven digest records {bucket}")
            });
            sentences.push(format!(
                "that it is from your bucket: no bucket name was given to compare with{recorded}"
            ));
        }
        if matches!(self.target.name, TargetName::Log(_)) && vouching.is_none() {
            sentences.push(
                "that every trail that writes logs to this folder has log file validation on: trails were not looked up \
                 in AWS"
                    .into(),
            );
        }
        sentences
    }

    /// How a digest is proven: a step from each digest to the one after it, until a key is reached.
    fn path(&self, from: &ObservedDigest) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut next = Some(from);
        while let Some(digest) = next {
            let Some(proven) = &digest.proven else {
                break;
            };
            let successor = self.successor(digest);
            let key = proven.proof.keys.first().map(view::key);
            let by = match (proven.proof.own, &key) {
                (true, _) => By::OwnSignature,
                (false, Some(_)) => By::RecordedSignature,
                (false, None) => By::RecordedHash,
            };
            let recorded_in = successor.filter(|_| by != By::OwnSignature);
            steps.push(Step {
                digest: digest.key.clone(),
                by,
                recorded_in: recorded_in.map(|digest| digest.key.clone()),
                key,
            });
            next = successor.filter(|_| by == By::RecordedHash);
        }
        steps
    }

    /// The digest after another one in its chain.
    fn successor(&self, digest: &ObservedDigest) -> Option<&ObservedDigest> {
        let later = self.of_same_chain(digest).filter(|d| d.end > digest.end);
        later.min_by_key(|d| d.end)
    }

    /// The digest before another one in its chain. A starting digest has none.
    fn predecessor(&self, digest: &ObservedDigest) -> Option<&ObservedDigest> {
        if digest.proven.as_ref().is_some_and(|proven| proven.starting) {
            return None;
        }
        let earlier = self.of_same_chain(digest).filter(|d| d.end < digest.end);
        earlier.max_by_key(|d| d.end)
    }

    fn of_same_chain(&self, digest: &ObservedDigest) -> impl Iterator<Item = &ObservedDigest> {
        let digests = self.observed.digests.iter();
        digests.filter(|d| d.chain == digest.chain && d.backfill == digest.backfill)
    }

    fn searched(&self) -> Searched {
        let chains = self.validation.chains.iter();
        let digests = self.observed.digests.iter();
        let backfill_digests = digests.filter(|digest| digest.backfill).count() as u64;
        Searched {
            from: self.window.from,
            to: self.window.to,
            chains: chains.map(|chain| chain.id.to_string()).collect(),
            digests: self.observed.digests.len() as u64 - backfill_digests,
            backfill_digests,
            unverified: self.unverified(),
        }
    }
}

fn neighbour(digest: &ObservedDigest) -> Neighbour {
    Neighbour {
        key: digest.key.clone(),
        end: digest.end,
        proven: digest.proven.is_some(),
    }
}

fn digest(digest: &ObservedDigest) -> Option<Digest> {
    let proven = digest.proven.as_ref()?;
    Some(Digest {
        chain: digest.chain.to_string(),
        bucket: digest.bucket.clone(),
        key: digest.key.clone(),
        sha256: proven.sha256.to_string(),
        from: proven.interval.from,
        to: proven.interval.to,
        backfill: digest.backfill,
    })
}
