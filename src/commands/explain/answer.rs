//! What the digests tell of an object.

use super::Explained;
use super::observed::SeenObject;
use super::target::TargetName;
use crate::base::text::one_or_many;
use crate::proof::coverage::State;
use crate::proof::finding::{Code, Finding, Severity, Verdict};
use crate::source::GetError;

/// What was found out, in short.
pub(super) struct Answer {
    pub verdict: Verdict,
    pub sentence: String,
    pub delivered: Option<bool>,
    pub intact: Option<bool>,
}

impl Explained<'_> {
    /// Whether a digest tells of the object.
    pub(super) fn is_told(&self) -> bool {
        !self.telling().is_empty()
            || self
                .seen
                .iter()
                .any(|d| self.target.is(d.bucket.as_deref(), &d.key))
    }
    /// The proven digests that name the log, or the digest that is asked about.
    pub(super) fn telling(&self) -> Vec<usize> {
        let tells = |seen: &SeenObject| {
            seen.proven
                .as_ref()
                .is_some_and(|p| match self.target.name {
                    TargetName::Log(_) => p.names.is_some(),
                    TargetName::Digest(_) => self.target.is(seen.bucket.as_deref(), &seen.key),
                })
        };
        let seen = self.seen.iter().enumerate();
        seen.filter(|(_, seen)| tells(seen))
            .map(|(at, _)| at)
            .collect()
    }

    /// The digest that is asked about, proven or not.
    pub(super) fn itself(&self) -> Option<usize> {
        let is_it = |seen: &SeenObject| self.target.is(seen.bucket.as_deref(), &seen.key);
        self.seen.iter().position(is_it)
    }

    pub(super) fn of_log(&self) -> Answer {
        if self.telling().is_empty() {
            return self.of_unnamed();
        }
        let found = self.logs.iter().filter_map(|log| log.finding.as_ref());
        let worst = found.max_by_key(|finding| finding.severity);
        match worst {
            None if self.logs.is_empty() => Answer {
                verdict: Verdict::Unproven,
                sentence: "delivered by CloudTrail, for a proven digest names it; it could not be read".into(),
                delivered: Some(true),
                intact: None,
            },
            None => Answer {
                verdict: Verdict::Verified,
                sentence: "delivered by CloudTrail, and intact: a proven digest names it, and its content has the \
                           SHA-256 that is recorded there"
                    .into(),
                delivered: Some(true),
                intact: Some(true),
            },
            Some(finding) if finding.code == Code::LogMissing => Answer {
                verdict: Verdict::Failed,
                sentence: "a proven digest names it, and it is not there (deleted, expired or never delivered)".into(),
                delivered: None,
                intact: Some(false),
            },
            Some(finding) => {
                let failed = finding.severity == Severity::Failed;
                let state = match failed {
                    true => "and not intact any more",
                    false => "and whether it is intact is not known",
                };
                Answer {
                    verdict: finding.severity.verdict(),
                    sentence: format!("delivered by CloudTrail, {state}: {}", finding.message),
                    delivered: Some(true),
                    intact: failed.then_some(false),
                }
            }
        }
    }

    /// A log that no digest looked at names.
    fn of_unnamed(&self) -> Answer {
        let searched = self.searched();
        let whole = self.whole && self.outcome.complete && searched.unverified.is_empty();
        let backfills = |c: &crate::validate::outcome::ChainOutcome| {
            let tally = &c.backfill;
            tally.failed + tally.missing + tally.unproven == 0
        };
        let chains = &self.outcome.chains;
        let all = whole && !chains.is_empty() && chains.iter().all(|c| backfills(c));
        let (from, to) = (searched.from, searched.to);
        let why = if chains.is_empty() {
            format!("no digest of its account and region is there that meets {from} to {to}")
        } else if all {
            format!(
                "no digest of any trail in its folder names it, and every digest that could, from {from} to \
                 {to}, is proven: nobody vouches for it, and it may have been added"
            )
        } else if let Some(some) = searched.unverified.first() {
            let more = match searched.unverified.len() {
                1 => String::new(),
                n => {
                    let more = one_or_many(n - 1, "one stretch more is", "stretches more are");
                    format!(", and {more} not verified")
                }
            };
            format!(
                "no proven digest names it, and not all that could, from {from} to {to}, are proven: of {} \
                 {} to {} is {}{more}",
                some.chain,
                some.from,
                some.to,
                state(some.state)
            )
        } else {
            format!(
                "no proven digest names it, and not all that could, from {from} on, were looked at: one may \
                     still come"
            )
        };
        let there = match &self.there {
            Some(Ok(())) | None => "it is there, and ",
            Some(Err(GetError::NotFound)) => "it is not there, and ",
            Some(Err(_)) => "whether it is there could not be told, and ",
        };
        Answer {
            verdict: Verdict::Unproven,
            sentence: format!("not known to be delivered: {there}{why}"),
            delivered: None,
            intact: None,
        }
    }

    pub(super) fn of_digest(&self) -> Answer {
        let proven = !self.telling().is_empty();
        let findings = self.findings();
        let own = findings
            .iter()
            .filter(|f| f.key.as_deref() == Some(&*self.target.key));
        let worst = own
            .max_by_key(|f| f.severity)
            .filter(|f| f.severity > Severity::Note);
        let missing = worst.is_some_and(|f| f.code == Code::DigestMissing);
        let (verdict, sentence, delivered, intact) = match (proven, worst) {
            (true, None) => (
                Verdict::Verified,
                "delivered by CloudTrail, and intact: its content is what was signed for this place".into(),
                Some(true),
                Some(true),
            ),
            (true, Some(finding)) => (
                finding.severity.verdict(),
                format!("its content was delivered by CloudTrail, and yet: {}", finding.message),
                Some(true),
                (finding.severity == Severity::Failed).then_some(false),
            ),
            (false, Some(finding)) => (
                finding.severity.verdict(),
                finding.message.clone(),
                missing.then_some(true),
                (finding.severity == Severity::Failed).then_some(false),
            ),
            (false, None) => (
                Verdict::Unproven,
                "not known to be delivered: it is not there, and no proven digest beside it names it".into(),
                None,
                None,
            ),
        };
        Answer {
            verdict,
            sentence,
            delivered,
            intact,
        }
    }

    /// What was found on the object and the digests that tell of it; where none does, on those that could.
    pub(super) fn findings(&self) -> Vec<&Finding> {
        let telling = self.telling();
        let told: Vec<&str> = telling
            .iter()
            .map(|at| self.seen[*at].key.as_str())
            .collect();
        let mut findings: Vec<&Finding> = Vec::new();
        for finding in &self.outcome.findings {
            // They end where the search does; `searched` tells of what time there is no digest.
            if of_no_digest(finding) {
                continue;
            }
            let key = finding.key.as_deref();
            let of_it = key.is_some_and(|key| key == self.target.key || told.contains(&key));
            let could = told.is_empty() && finding.severity > Severity::Note && of_digests(finding);
            // That nothing is there is told once, whatever was asked for.
            let again = |f: &&Finding| f.code == Code::NothingFound && f.code == finding.code;
            if of_it || (could && !findings.iter().any(again)) {
                findings.push(finding);
            }
        }
        // A log that only a digest beyond the window names is in no chain's findings.
        let beyond = self.logs.iter().filter_map(|log| log.finding.as_ref());
        let of_log = |f: &&Finding| f.key.as_deref() == Some(&*self.target.key);
        if !findings.iter().any(of_log) {
            findings.extend(beyond);
        }
        findings
    }
}

/// Whether a finding is about time without digests.
fn of_no_digest(finding: &Finding) -> bool {
    matches!(
        finding.code,
        Code::Gap | Code::CoverageHead | Code::CoverageTail
    )
}

/// Whether a finding is about digests, or keeps them from being proven.
fn of_digests(finding: &Finding) -> bool {
    !finding.code.as_str().starts_with("log-") && finding.code != Code::ChainMissing
}

fn state(state: State) -> &'static str {
    match state {
        State::Verified => "verified",
        State::Pending => "pending: its digests may still come",
        State::Gap => "covered by no digest",
        State::Unproven => "unproven",
        State::Failed => "failed",
    }
}
