//! What is said of digests that are not proven, or not whole.

use super::claims::Claim;
use crate::finding::{Code, Finding, LOOK_FOR_MISSING};
use crate::reading::Content;
use crate::trail::Region;

/// The command that keeps an object's metadata beside its copy.
pub(super) fn keep_metadata(bucket: &str, key: &str) -> String {
    let quoted =
        |text: &str| shlex::try_quote(text).map_or_else(|_| "?".into(), |q| q.into_owned());
    format!(
        "in the folder given with --path: aws s3api head-object --bucket {} --key {} > {}",
        quoted(bucket),
        quoted(key),
        quoted(&format!("{key}.head.json"))
    )
}

/// The command that gets a region's keys.
pub(super) fn get_keys(region: &Region) -> String {
    format!(
        "get the keys of the time these digests were signed, and give them with --keys: aws cloudtrail \
         list-public-keys --region {region} --start-time FIRST --end-time LAST > {region}.json"
    )
}

pub(super) fn container_altered(finding: Finding) -> Finding {
    if finding.message.is_empty() {
        let message = "content equals what was delivered; the container was altered (it is not one \
                       whole gzip member and nothing else)";
        return Finding {
            message: message.into(),
            ..finding
        };
    }
    Finding {
        code: Code::DigestMalformed,
        severity: Code::DigestMalformed.severity(),
        message: format!(
            "it is not one whole gzip member and nothing else; besides, {}",
            finding.message
        ),
        ..finding
    }
}

pub(super) fn not_a_digest(content: Content, claims: &[Claim]) -> Finding {
    let recorded = claims
        .iter()
        .filter(|c| c.by.proven)
        .find_map(|c| c.link.sha256);
    match content {
        Content::Unread { reason, detail } => Finding::new(
            Code::DigestUnreadable,
            format!("this digest could not be read: {detail}"),
        )
        .reason(reason)
        .hint(if reason == "refused" {
            "copy the object itself: links, pipes and devices are not followed"
        } else {
            "see that it may be read, and run again"
        }),
        Content::TooLarge { sha256 } => match (recorded, sha256) {
            (Some(expected), Some(actual)) if expected != actual => Finding::new(
                Code::DigestMalformed,
                "this is not the digest that its proven successor recorded, and it inflates to more \
                 than is read of one",
            )
            .compared(expected, actual),
            _ => Finding::new(
                Code::DigestUnreadable,
                "this digest inflates to more than is read of one; what it says was not looked at",
            )
            .reason("too-large"),
        },
        Content::NotADigest { sha256, why } if recorded == Some(sha256) => Finding::new(
            Code::DigestUnreadable,
            format!("this digest is what its proven successor recorded, and its form is not known here: {why}"),
        )
        .reason("format"),
        Content::NotADigest { why, sha256 } => {
            let finding =
                Finding::new(Code::DigestMalformed, format!("this is no digest: {why}"));
            match recorded {
                Some(expected) => finding.compared(expected, sha256),
                None => finding,
            }
        }
        Content::Digest { .. } => Finding::new(Code::DigestMalformed, "this is no digest"),
    }
}

/// A digest that a proven link names and that is not there.
pub(super) fn named_and_missing() -> Finding {
    Finding::new(
        Code::DigestMissing,
        "a digest that its successor names is not there (deleted, expired or never delivered); the \
         logs of its interval cannot be proven",
    )
    .hint(LOOK_FOR_MISSING)
}
