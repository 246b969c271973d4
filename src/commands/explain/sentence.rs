//! An answer in words: one sentence, or a few short ones.

use super::answer::{Answer, DigestAnswer, LogAnswer, NotListed, Obstacle};
use super::{Existence, ExplainOutcome};
use crate::base::text::{one_or_many, s3_uri};
use crate::proof::coverage::State;
use crate::proof::finding::{Code, Finding, ReadFrom, Severity};
use crate::report::explain::v1::Unverified;
use crate::source::GetError;

impl ExplainOutcome<'_> {
    /// The answer in words.
    pub(super) fn sentence(&self, answer: &Answer<'_>) -> String {
        joined(match answer {
            Answer::Log(answer) => self.log_sentences(answer),
            Answer::Digest(answer) => self.digest_sentences(answer),
        })
    }

    fn log_sentences(&self, answer: &LogAnswer<'_>) -> Vec<String> {
        match answer {
            LogAnswer::NotRead => {
                let first = "CloudTrail delivered this log, because a proven digest lists it; it could not be \
                             read, so it is not known whether it is intact";
                with(first, self.obstacle_sentence())
            }
            LogAnswer::Intact => vec![
                "CloudTrail delivered this log, and it is intact: a proven digest lists it, and its content has \
                 the SHA-256 that the digest records"
                    .into(),
            ],
            LogAnswer::Missing => vec![
                "a proven digest lists this log, but it is missing (deleted, expired or never delivered)".into(),
            ],
            LogAnswer::Found(Finding {
                severity, message, ..
            }) => {
                let state = match severity {
                    Severity::Failed => "but it is no longer intact",
                    _ => "but it is not known whether it is intact",
                };
                vec![format!("CloudTrail delivered this log, {state}: {message}")]
            }
            LogAnswer::NotListed(why) => self.not_listed_sentences(why),
        }
    }

    fn not_listed_sentences(&self, why: &NotListed) -> Vec<String> {
        let exists = self.existence();
        let (from, to) = (self.window.from, self.window.to);
        let because = self.obstacle_sentence();
        let mut sentences = match why {
            NotListed::NoDigest => {
                let none =
                    format!("No digest of its account and region was found for {from} to {to}");
                vec![exists, none]
            }
            NotListed::NotListable => {
                let unknown = format!(
                    "It is not known whether a digest lists this log, because not all folders with digests for {from} \
                     to {to} could be listed"
                );
                with(exists, [vec![unknown], because].concat())
            }
            NotListed::AllProven => {
                let unlisted = format!(
                    "{exists}, {} no digest of any trail in its folder lists it, although every digest that could \
                     ({from} to {to}) is proven",
                    self.and_or_but()
                );
                let added = "It may have been added".to_owned();
                let seen = matches!(self.existence, Existence::Exists);
                with(unlisted, seen.then_some(added).into_iter().collect())
            }
            NotListed::Unverified(first, others) => {
                let unproven = format!(
                    "Not all digests that could list it ({from} to {to}) are proven: {}",
                    unverified(first, *others)
                );
                with(self.unlisted(), [vec![unproven], because].concat())
            }
            NotListed::NotChecked => {
                let unchecked =
                    format!("Not all digests that could list it ({from} to {to}) could be checked");
                with(self.unlisted(), [vec![unchecked], because].concat())
            }
            NotListed::BackfillNotProven => {
                let unproven = format!(
                    "Not all backfill digests that could list it ({from} to {to}) are proven"
                );
                with(self.unlisted(), [vec![unproven], because].concat())
            }
            NotListed::NotAllDue => {
                let due = "A digest that lists it may still be delivered".to_owned();
                with(self.unlisted(), vec![due])
            }
        };
        sentences.extend(self.other_bucket());
        sentences
    }

    /// Whether the object was seen, and that no proven digest lists it.
    fn unlisted(&self) -> String {
        format!(
            "{}, {} no proven digest lists this log",
            self.existence(),
            self.and_or_but()
        )
    }

    /// Whether the object was seen. "Exists" and "does not exist" are said only of what the source answered.
    fn existence(&self) -> String {
        const UNKNOWN: &str = "it could not be checked whether the object exists";
        match (&self.existence, self.from) {
            (Existence::Exists, ReadFrom::Buckets | ReadFrom::Bundle) => "the object exists".into(),
            (Existence::Exists, ReadFrom::Copy) => "the file exists in this copy".into(),
            (Existence::Missing, ReadFrom::Buckets | ReadFrom::Bundle) => {
                "the object does not exist".into()
            }
            (Existence::Missing, ReadFrom::Copy) => "this copy does not contain the file".into(),
            (Existence::Unknown(Some(GetError::NoBucket(bucket))), _) => {
                format!("bucket {bucket} does not exist")
            }
            (Existence::Unknown(Some(why)), _) => format!("{UNKNOWN} ({})", why.detail()),
            (Existence::Unknown(None), _) => match &self.target.bucket {
                Some(bucket) if !self.has_no_root => {
                    format!("{UNKNOWN} (bucket {bucket} was not read)")
                }
                _ => format!("{UNKNOWN} (no bucket was read)"),
            },
            (Existence::NotChecked, _) => "it was not checked whether the object exists".into(),
        }
    }

    fn and_or_but(&self) -> &'static str {
        match self.existence {
            Existence::Exists => "but",
            _ => "and",
        }
    }

    /// That the digest lists this key in another bucket than the one that was given.
    fn other_bucket(&self) -> Option<String> {
        let digests = self.observed.digests.iter();
        let mut listed = digests.filter_map(|digest| digest.proven.as_ref()?.other_bucket.as_ref());
        let other = s3_uri(Some(listed.next()?), &self.target.key);
        Some(format!(
            "A proven digest lists {other}. If that log is meant, explain it"
        ))
    }

    /// What could be the evidence and could not be checked, or is not proven, and why.
    fn obstacle_sentence(&self) -> Vec<String> {
        let Some((obstacle, finding)) = self.obstacle() else {
            return Vec::new();
        };
        let message = &finding.message;
        let what = match (&finding.bucket, &finding.key) {
            (None, None) => return vec![capital(message)],
            (Some(bucket), None) => format!("bucket {bucket}"),
            (bucket, Some(key)) => s3_uri(bucket.as_deref(), key),
        };
        let mut sentences = vec![match obstacle {
            Obstacle::NotProven => format!("Not proven: {what}: {message}"),
            _ => format!("Not checked: {what}: {message}"),
        }];
        if let Some(place) = written_elsewhere(finding) {
            sentences.push(format!("That digest was written to {place}"));
            sentences.extend(self.target.bucket.as_ref().map(|given| {
                format!("If that bucket is meant, give its name in KEY instead of {given}")
            }));
        }
        sentences
    }

    fn digest_sentences(&self, answer: &DigestAnswer<'_>) -> Vec<String> {
        match answer {
            DigestAnswer::Intact => vec![
                "CloudTrail delivered this digest, and it is intact: its content is what was signed for this place"
                    .into(),
            ],
            DigestAnswer::Proven(finding) => {
                let message = &finding.message;
                vec![format!(
                    "CloudTrail delivered the content of this digest, but: {message}"
                )]
            }
            DigestAnswer::NotProven(finding) => vec![finding.message.clone()],
            DigestAnswer::NotFound => {
                let first = format!(
                    "{}, {} no proven digest next to it refers to it",
                    self.existence(),
                    self.and_or_but()
                );
                with(first, self.obstacle_sentence())
            }
        }
    }
}

/// The bucket and prefix to which a digest was written, if it was found in another place.
fn written_elsewhere(finding: &Finding) -> Option<String> {
    let expected = finding.expected.as_ref();
    let written = expected.filter(|_| finding.code == Code::DigestRelocated)?;
    let place = written.strip_suffix(finding.key.as_deref()?)?;
    Some(format!("s3://{place}"))
}

/// The first period that is not verified, and the number of others.
fn unverified(first: &Unverified, others: usize) -> String {
    let Unverified {
        chain,
        from,
        to,
        state,
    } = first;
    let state = match state {
        State::Verified => "verified",
        State::Pending => "pending (its digests may still be delivered)",
        State::Gap => "not covered by any digest",
        State::Unproven => "unproven",
        State::Failed => "failed",
    };
    let more = match others {
        0 => String::new(),
        n => {
            let more = one_or_many(n, "1 further period is", "further periods are");
            format!("; {more} not verified either")
        }
    };
    format!("{chain} is {state} from {from} to {to}{more}")
}

fn with(first: impl Into<String>, rest: Vec<String>) -> Vec<String> {
    let mut sentences = vec![first.into()];
    sentences.extend(rest);
    sentences
}

/// Sentences in a row. A single one ends without a full stop, as every message does.
fn joined(sentences: Vec<String>) -> String {
    match sentences.len() {
        0 | 1 => sentences.concat(),
        _ => sentences.join(". ") + ".",
    }
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
