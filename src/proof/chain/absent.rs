//! Digests that a link refers to and that could not be read.

use jiff::Timestamp;

use super::Walk;
use super::messages::named_and_missing;
use super::open::OpenDigest;
use crate::proof::finding::{Code, Finding, Hint, Original, Severity};
use crate::proof::finding::{Detail, UnreadObject};
use crate::proof::reason::Reason;

impl Walk<'_> {
    /// Reports that the digest that a link refers to could not be read. `trouble` is the reason and
    /// the answer of the source; `None` if the digest does not exist. Without a claim by a proven
    /// digest nothing is reported.
    pub fn absent(
        &mut self,
        (bucket, key): (&str, &str),
        end: Timestamp,
        trouble: Option<(Reason, String)>,
    ) {
        let claims = self.claims.take(end, bucket, key);
        self.check_fork(&claims);
        let Some(claim) = claims.iter().find(|c| c.by.proven) else {
            return;
        };
        let in_place = claims.iter().any(|c| c.by.proven && c.by.in_place);
        let finding = finding_of(trouble, in_place);
        let mut finding = finding.at(Some(bucket), key);
        finding.digest = Some(claim.by.key.clone());
        finding.expected = claim.link.sha256.map(|hash| hash.to_string());
        finding.original = Some(Box::new(Original::Digest(claim.link.sha256)));
        let elsewhere = finding.reason == Some(Reason::Elsewhere);
        if elsewhere {
            finding.hint = Some(match in_place {
                true => Hint::OtherBucket(bucket.to_owned()),
                false => {
                    "first give the --map that the findings on the digests found elsewhere show"
                        .into()
                }
            });
        }
        // One that belongs elsewhere waits: its bucket may turn out to be part of the source.
        if finding.severity == Severity::Unproven && !elsewhere {
            self.keep_unread(end, &finding);
        }
        self.open.push(OpenDigest {
            end,
            older: None,
            missing: finding.code == Code::DigestMissing,
            elsewhere: elsewhere.then(|| bucket.to_owned()),
            finding,
        });
    }
}

/// The finding on a digest that could not be read. In a copy whose digests are elsewhere than they
/// were written to, an object that does not exist is no evidence that the digest is missing.
fn finding_of(trouble: Option<(Reason, String)>, in_place: bool) -> Finding {
    match trouble {
        None if in_place => named_and_missing(),
        None => Finding::new(
            Code::DigestUnreadable,
            "a digest that its successor refers to is missing from this copy, whose digests are in another \
             place than they were written to",
        )
        .reason(Reason::Elsewhere),
        Some((reason, answer)) => Finding::detailed(Detail::Unread {
            object: UnreadObject::LinkedDigest,
            answer: answer.into(),
        })
        .reason(reason),
    }
}

#[cfg(test)]
mod tests;
