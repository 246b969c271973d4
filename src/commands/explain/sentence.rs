//! An answer in one sentence.

use super::answer::{Answer, DigestAnswer, LogAnswer, NotListed, Obstacle};
use super::{Existence, ExplainOutcome};
use crate::base::text::{one_or_many, s3_uri};
use crate::proof::coverage::State;
use crate::proof::finding::{Finding, Severity};
use crate::report::explain::v1::Unverified;

impl ExplainOutcome<'_> {
    /// The answer in words.
    pub(super) fn sentence(&self, answer: &Answer<'_>) -> String {
        match answer {
            Answer::Log(answer) => self.log_sentence(answer),
            Answer::Digest(answer) => self.digest_sentence(answer),
        }
    }

    fn log_sentence(&self, answer: &LogAnswer<'_>) -> String {
        match answer {
            LogAnswer::NotRead => {
                let why = self.obstacle_clause();
                format!(
                    "delivered by CloudTrail, for a proven digest names it; it could not be read{why}"
                )
            }
            LogAnswer::Intact => {
                "delivered by CloudTrail, and intact: a proven digest names it, and its content has the \
                 SHA-256 that is recorded there"
                    .into()
            }
            LogAnswer::Missing => {
                "a proven digest names it, and it is not there (deleted, expired or never delivered)".into()
            }
            LogAnswer::Found(Finding {
                severity, message, ..
            }) => {
                let state = match severity {
                    Severity::Failed => "and not intact any more",
                    _ => "and whether it is intact is not known",
                };
                format!("delivered by CloudTrail, {state}: {message}")
            }
            LogAnswer::NotListed(why) => {
                let (existence, why) = (self.existence_clause(), self.not_listed_clause(why));
                format!("not known to be delivered: {existence}, and {why}")
            }
        }
    }

    /// Whether the object was seen. "Exists" and "missing" are said only of what the source answered.
    fn existence_clause(&self) -> String {
        const UNKNOWN: &str = "whether it is there could not be told";
        match &self.existence {
            Existence::Exists => "it is there".into(),
            Existence::Missing => "it is not there".into(),
            Existence::Unknown(Some(why)) => format!("{UNKNOWN} ({})", why.detail()),
            Existence::Unknown(None) | Existence::NotChecked => UNKNOWN.into(),
        }
    }

    /// What could be the evidence and could not be checked, or is not proven, and why; empty if there is nothing
    /// like that.
    fn obstacle_clause(&self) -> String {
        let Some((obstacle, finding)) = self.obstacle() else {
            return String::new();
        };
        let message = &finding.message;
        let what = match (&finding.bucket, &finding.key) {
            (None, None) => return format!("; {message}"),
            (Some(bucket), None) => format!("bucket {bucket}"),
            (bucket, Some(key)) => s3_uri(bucket.as_deref(), key),
        };
        match obstacle {
            Obstacle::NotProven => format!("; {what}: {message}"),
            _ => format!("; could not check {what}: {message}"),
        }
    }

    fn not_listed_clause(&self, why: &NotListed) -> String {
        let (from, to) = (self.window.from, self.window.to);
        match why {
            NotListed::NoDigest => {
                format!("no digest of its account and region is there that meets {from} to {to}")
            }
            NotListed::NotListable => format!(
                "whether any digest of its account and region meets {from} to {to} could not be told: not all \
                 folders could be listed{}",
                self.obstacle_clause()
            ),
            NotListed::AllProven => format!(
                "no digest of any trail in its folder names it, and every digest that could, from {from} to \
                 {to}, is proven: nobody vouches for it, and it may have been added"
            ),
            NotListed::Unverified(first, others) => {
                let more = match others {
                    0 => String::new(),
                    n => {
                        let more = one_or_many(*n, "one stretch more is", "stretches more are");
                        format!(", and {more} not verified")
                    }
                };
                let Unverified {
                    chain,
                    from: first_from,
                    to: first_to,
                    state,
                } = first;
                format!(
                    "no proven digest names it, and not all that could, from {from} to {to}, are proven: of \
                     {chain} {first_from} to {first_to} is {}{more}{}",
                    in_words(*state),
                    self.obstacle_clause()
                )
            }
            NotListed::NotChecked => format!(
                "no proven digest names it, and not all that could, from {from} to {to}, could be checked{}",
                self.obstacle_clause()
            ),
            NotListed::BackfillNotProven => format!(
                "no proven digest names it, and not all backfill digests that could, from {from} to {to}, are \
                 proven{}",
                self.obstacle_clause()
            ),
            NotListed::NotAllDue => format!(
                "no proven digest names it, and not all that could, from {from} on, were looked at: one may \
                 still come"
            ),
        }
    }

    fn digest_sentence(&self, answer: &DigestAnswer<'_>) -> String {
        match answer {
            DigestAnswer::Intact => {
                "delivered by CloudTrail, and intact: its content is what was signed for this place"
                    .into()
            }
            DigestAnswer::Proven(finding) => {
                let message = &finding.message;
                format!("its content was delivered by CloudTrail, and yet: {message}")
            }
            DigestAnswer::NotProven(finding) => finding.message.clone(),
            DigestAnswer::NotFound => format!(
                "not known to be delivered: {}, and no proven digest beside it names it{}",
                self.existence_clause(),
                self.obstacle_clause()
            ),
        }
    }
}

fn in_words(state: State) -> &'static str {
    match state {
        State::Verified => "verified",
        State::Pending => "pending: its digests may still come",
        State::Gap => "covered by no digest",
        State::Unproven => "unproven",
        State::Failed => "failed",
    }
}
