//! What the evidence says about an object: which answer is true of it.

use super::ExplainOutcome;
use super::observed::ObservedDigest;
use super::target::TargetName;
use crate::cloudtrail::object_key::DigestObjectKey;
use crate::proof::coverage::State;
use crate::proof::finding::{Code, Finding, Severity, Verdict};
use crate::report::explain::v1::Unverified;
use crate::validate::outcome::ChainOutcome;

/// The answer about an object.
pub(super) enum Answer<'o> {
    Log(LogAnswer<'o>),
    Digest(DigestAnswer<'o>),
}

/// The answer about a log. In all but the last case, a proven digest lists it.
pub(super) enum LogAnswer<'o> {
    /// It has the recorded SHA-256.
    Intact,
    /// The validation did not get as far as reading it.
    NotRead,
    /// It is missing.
    Missing,
    /// It was read or requested, and there is a finding on it.
    Found(&'o Finding),
    /// No proven digest lists it.
    NotListed(NotListed),
}

/// Why no proven digest lists a log.
pub(super) enum NotListed {
    /// No digest was found in the window.
    NoDigest,
    /// Some folders could not be listed, and the others hold no digest.
    NotListable,
    /// All digests that could list it are proven, and none does.
    AllProven,
    /// Some digests that could list it are not proven: the first period in the worst state, and the number of other
    /// periods that are not verified.
    Unverified(Unverified, usize),
    /// A digest that could list it could not be checked, although the complete window is verified.
    NotChecked,
    /// A backfill digest that could list it is damaged, missing or not proven.
    BackfillNotProven,
    /// All existing digests were checked, but one that could list it may still be delivered.
    NotAllDue,
}

/// The answer about a digest.
pub(super) enum DigestAnswer<'o> {
    /// It is proven, without a finding.
    Intact,
    /// It is proven, with a finding.
    Proven(&'o Finding),
    /// It is not proven, with a finding.
    NotProven(&'o Finding),
    /// Neither it nor a proven link to it was found.
    NotFound,
}

impl Answer<'_> {
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Answer::Log(LogAnswer::Intact) | Answer::Digest(DigestAnswer::Intact) => {
                Verdict::Verified
            }
            Answer::Log(LogAnswer::Missing) => Verdict::Failed,
            Answer::Log(LogAnswer::Found(finding))
            | Answer::Digest(DigestAnswer::Proven(finding) | DigestAnswer::NotProven(finding)) => {
                finding.severity.verdict()
            }
            Answer::Log(LogAnswer::NotRead | LogAnswer::NotListed(_))
            | Answer::Digest(DigestAnswer::NotFound) => Verdict::Unproven,
        }
    }

    /// Whether CloudTrail delivered an object with this key; `None` if that is not known.
    pub(super) fn delivered(&self) -> Option<bool> {
        let known = match self {
            Answer::Log(log) => !matches!(log, LogAnswer::Missing | LogAnswer::NotListed(_)),
            Answer::Digest(DigestAnswer::Intact | DigestAnswer::Proven(_)) => true,
            // A proven link refers to it.
            Answer::Digest(DigestAnswer::NotProven(finding)) => finding.code == Code::DigestMissing,
            Answer::Digest(DigestAnswer::NotFound) => false,
        };
        known.then_some(true)
    }

    /// Whether the object is what CloudTrail delivered; `None` if that is not known.
    pub(super) fn intact(&self) -> Option<bool> {
        match self {
            Answer::Log(LogAnswer::Intact) | Answer::Digest(DigestAnswer::Intact) => Some(true),
            Answer::Log(LogAnswer::Missing) => Some(false),
            Answer::Log(LogAnswer::Found(finding))
            | Answer::Digest(DigestAnswer::Proven(finding) | DigestAnswer::NotProven(finding)) => {
                (finding.severity == Severity::Failed).then_some(false)
            }
            Answer::Log(LogAnswer::NotRead | LogAnswer::NotListed(_))
            | Answer::Digest(DigestAnswer::NotFound) => None,
        }
    }
}

impl ExplainOutcome<'_> {
    pub(super) fn answer(&self) -> Answer<'_> {
        match self.target.name {
            TargetName::Log(_) => Answer::Log(self.log_answer()),
            TargetName::Digest(_) => Answer::Digest(self.digest_answer()),
        }
    }

    /// Whether a search of more time can be left out: a proven digest lists the log, or the digest in
    /// question was read.
    pub(super) fn has_evidence(&self) -> bool {
        !self.vouching().is_empty() || self.target_digest().is_some()
    }

    /// The proven digests that list the log, or the digest in question if it is proven.
    pub(super) fn vouching(&self) -> Vec<&ObservedDigest> {
        let vouches = |digest: &&ObservedDigest| match (&digest.proven, &self.target.name) {
            (None, _) => false,
            (Some(proven), TargetName::Log(_)) => proven.recorded_hash.is_some(),
            (Some(_), TargetName::Digest(_)) => self.is_target(digest),
        };
        self.observed.digests.iter().filter(vouches).collect()
    }

    /// The digest in question, proven or not.
    pub(super) fn target_digest(&self) -> Option<&ObservedDigest> {
        self.observed
            .digests
            .iter()
            .find(|digest| self.is_target(digest))
    }

    fn is_target(&self, digest: &ObservedDigest) -> bool {
        self.target.matches(digest.bucket.as_deref(), &digest.key)
    }

    fn log_answer(&self) -> LogAnswer<'_> {
        if self.vouching().is_empty() {
            return LogAnswer::NotListed(self.not_listed());
        }
        match self.log_findings().max_by_key(|finding| finding.severity) {
            None if self.observed.logs.is_empty() => LogAnswer::NotRead,
            None => LogAnswer::Intact,
            Some(finding) if finding.code == Code::LogMissing => LogAnswer::Missing,
            Some(finding) => LogAnswer::Found(finding),
        }
    }

    fn not_listed(&self) -> NotListed {
        let chains = &self.validation.chains;
        if chains.is_empty() {
            return match self.validation.complete && !self.has_no_root {
                true => NotListed::NoDigest,
                false => NotListed::NotListable,
            };
        }
        let unverified = self.unverified();
        let others = unverified.len().saturating_sub(1);
        // A pending period explains nothing if another one is damaged, so the worst state counts.
        let worst = unverified.into_iter().rev().max_by_key(|time| time.state);
        match worst {
            Some(time) if time.state != State::Pending => NotListed::Unverified(time, others),
            _ if !self.validation.complete => NotListed::NotChecked,
            _ if !chains.iter().all(|c| has_proven_backfill(c)) => NotListed::BackfillNotProven,
            Some(pending) => NotListed::Unverified(pending, others),
            None if !self.window_is_final => NotListed::NotAllDue,
            None => NotListed::AllProven,
        }
    }

    /// The first finding on what could be evidence and could not be checked, or else on a digest that is not
    /// proven.
    pub(super) fn obstacle(&self) -> Option<(Obstacle, &Finding)> {
        let findings = self.validation.findings.iter();
        findings
            .filter_map(|finding| Some((obstacle(finding)?, finding)))
            .min_by_key(|(obstacle, _)| *obstacle)
    }

    fn digest_answer(&self) -> DigestAnswer<'_> {
        let findings = self.findings().into_iter();
        let own = findings.filter(|f| f.key.as_deref() == Some(&*self.target.key));
        let worst = own.max_by_key(|f| f.severity);
        let worst = worst.filter(|f| f.severity > Severity::Note);
        match (worst, self.vouching().is_empty()) {
            (None, false) => DigestAnswer::Intact,
            (Some(finding), false) => DigestAnswer::Proven(finding),
            (Some(finding), true) => DigestAnswer::NotProven(finding),
            (None, true) => DigestAnswer::NotFound,
        }
    }

    /// The parts of the window that are not verified, by chain. For a digest, only its own interval counts:
    /// the window also meets the intervals of its neighbours.
    pub(super) fn unverified(&self) -> Vec<Unverified> {
        let mut unverified = Vec::new();
        for chain in &self.validation.chains {
            for stretch in chain.coverage.iter().filter(|s| s.state != State::Verified) {
                let own_interval = self.target.interval().unwrap_or(stretch.time);
                let time = stretch.time.clip(&own_interval);
                if !time.is_empty() {
                    unverified.push(Unverified {
                        chain: chain.id.to_string(),
                        from: time.from,
                        to: time.to,
                        state: stretch.state,
                    });
                }
            }
        }
        unverified
    }

    /// The findings on the object and on the digests that vouch for it. If none does, the findings on digests
    /// that could.
    pub(super) fn findings(&self) -> Vec<&Finding> {
        let vouching = self.vouching();
        let mut findings: Vec<&Finding> = Vec::new();
        for finding in &self.validation.findings {
            let key = finding.key.as_deref();
            let is_of_evidence = key.is_some_and(|key| {
                key == self.target.key || vouching.iter().any(|digest| digest.key == key)
            });
            let is_of_search = vouching.is_empty() && finding.severity > Severity::Note;
            let keep = match finding.code {
                // These end where the search ends. The searched time is reported with its states instead.
                Code::Gap | Code::CoverageHead | Code::CoverageTail => false,
                // Its hint is to check the spelling, which is not the cause if a bucket could not be listed. One
                // is made for each term of the filter, but the user gave one key.
                Code::NothingFound => {
                    let known = findings.iter().any(|f| f.code == Code::NothingFound);
                    let unlisted = finding.reason.is_none() && self.is_unlisted();
                    is_of_evidence || is_of_search && !known && !unlisted
                }
                Code::ChainMissing => is_of_evidence,
                code if is_of_logs(code) => is_of_evidence,
                _ => is_of_evidence || is_of_search,
            };
            if keep {
                findings.push(finding);
            }
        }
        // If only a digest beyond the window lists the log, no chain has a finding on it.
        let is_of_target = |f: &&Finding| f.key.as_deref() == Some(&*self.target.key);
        if !findings.iter().any(is_of_target) {
            findings.extend(self.log_findings());
        }
        findings
    }

    /// Whether a bucket or a folder could not be listed.
    fn is_unlisted(&self) -> bool {
        let mut findings = self.validation.findings.iter();
        findings.any(|finding| finding.code == Code::SourceUnreadable)
    }

    fn log_findings(&self) -> impl Iterator<Item = &Finding> {
        let logs = self.observed.logs.iter();
        logs.filter_map(|log| log.finding.as_ref())
    }
}

/// Why evidence may exist that was not found. The first variants hide the most evidence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Obstacle {
    /// A bucket or a folder could not be listed, or the run ended early.
    NotListed,
    /// It could not be looked up where the trail writes.
    NotLocated,
    /// A digest could not be read.
    NotRead,
    /// The public keys could not be obtained.
    NoKeys,
    /// A digest is damaged, missing or not signed.
    NotProven,
}

fn obstacle(finding: &Finding) -> Option<Obstacle> {
    let is_of_digest = || {
        let key = finding.key.as_deref().and_then(DigestObjectKey::parse);
        key.is_some() && finding.severity > Severity::Note
    };
    match finding.code {
        Code::SourceUnreadable => Some(Obstacle::NotListed),
        Code::NothingFound if finding.reason.is_some() => Some(Obstacle::NotLocated),
        Code::DigestUnreadable => Some(Obstacle::NotRead),
        Code::KeyUnavailable => Some(Obstacle::NoKeys),
        _ if is_of_digest() => Some(Obstacle::NotProven),
        _ => None,
    }
}

/// Whether no backfill digest is damaged, missing or not proven: such a digest could list the log.
fn has_proven_backfill(chain: &ChainOutcome) -> bool {
    let tally = &chain.backfill;
    tally.failed + tally.missing + tally.unproven == 0
}

/// Whether a finding of this code is about a log. Such a finding does not affect the proof of a digest.
fn is_of_logs(code: Code) -> bool {
    matches!(
        code,
        Code::LogMissing
            | Code::LogModified
            | Code::LogMalformed
            | Code::LogTrailingData
            | Code::LogUnreadable
            | Code::LogUnreferenced
    )
}
