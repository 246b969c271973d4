//! Findings on digests that are not proven, or whose container was altered.

use super::claims::Claim;
use crate::cloudtrail::ids::Region;
use crate::proof::digest_object::NotDigest;
use crate::proof::finding::{Code, CopiedObject, FATE_UNKNOWN, Finding, Hint, Severity};
use crate::proof::finding::{Detail, UnreadObject};
use crate::proof::reason::Reason;

/// What to do about a digest whose copy has no metadata. The copy may have another key than the object.
pub(super) fn keep_metadata(bucket: &str, key: &str, copy: &str) -> Hint {
    Hint::KeepMetadata(Box::new(CopiedObject {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        copy: copy.to_owned(),
    }))
}

/// What to do about a missing key: get the keys of its region, unless they were looked up in AWS.
pub(super) fn keys_hint(finding: &Finding, region: &Region) -> Hint {
    match finding.reason {
        Some(Reason::KeysNotGiven) => return Hint::GiveKeys(region.clone()),
        Some(Reason::NotCollected) => {
            return format!(
                "give the public keys of {region} for the time these digests were signed (--keys FILE): those that \
                 were given when the bundle was collected, or those of aws cloudtrail list-public-keys"
            )
            .into();
        }
        None | Some(Reason::KeyUnknown) => {}
        Some(reason) => return reason.into(),
    }
    if finding.severity == Severity::Failed {
        return Hint::OlderVersion;
    }
    Hint::GetKeys(region.clone())
}

/// The content of a digest is proven, but its container is not what was delivered.
pub(super) fn container_altered() -> Finding {
    let message = "this digest's content equals what was delivered; the container was altered (it is not \
                   exactly one complete gzip member)";
    Finding::new(Code::DigestMalformed, message).hint(Hint::Recopy)
}

/// A digest is not proven, and its container cannot be what was delivered.
pub(super) fn container_altered_too(finding: Finding) -> Finding {
    let message = format!(
        "this digest is not exactly one complete gzip member; also, {}",
        finding.message
    );
    Finding {
        code: Code::DigestMalformed,
        severity: Code::DigestMalformed.severity(),
        message,
        detail: None,
        ..finding
    }
}

/// The finding on an object that is not a digest, in the place of one.
pub(super) fn not_a_digest(content: NotDigest, claims: &[Claim]) -> Finding {
    let recorded = claims
        .iter()
        .filter(|c| c.by.proven)
        .find_map(|c| c.link.sha256);
    match content {
        NotDigest::Unread { reason, answer } => Finding::detailed(Detail::Unread {
            object: UnreadObject::Digest,
            answer: answer.into(),
        })
        .reason(reason)
        .hint(reason),
        NotDigest::TooLarge { sha256, limit } => match (recorded, sha256) {
            (Some(expected), Some(actual)) if expected != actual => Finding::new(
                Code::DigestMalformed,
                "this is not the digest that its proven successor recorded, and its inflated size exceeds the \
                 limit",
            )
            .compared(expected, actual)
            .hint(Hint::OlderVersion),
            _ => Finding::new(
                Code::DigestUnreadable,
                format!(
                    "this digest inflates to more than {limit} bytes (--max-digest-size): its content was not \
                     checked"
                ),
            )
            .reason(Reason::TooLarge)
            .hint("give a larger --max-digest-size, and run again"),
        },
        NotDigest::Bytes { sha256, why } if recorded == Some(sha256) => Finding::new(
            Code::DigestUnreadable,
            format!("this digest is the one that its proven successor recorded, but this program does not know \
                     its format: {why}"),
        )
        .reason(Reason::Format),
        NotDigest::Bytes { why, sha256 } => {
            let finding =
                Finding::new(Code::DigestMalformed, format!("this is not a valid digest, so it proves nothing: \
                                                             {why}"))
                    .hint(Hint::OlderVersion);
            match recorded {
                Some(expected) => finding.compared(expected, sha256),
                None => finding,
            }
        }
    }
}

/// A proven digest links to a digest that is missing.
pub(super) fn named_and_missing() -> Finding {
    Finding::new(
        Code::DigestMissing,
        format!(
            "a digest that its successor refers to is missing{FATE_UNKNOWN}: the logs of its interval cannot be \
             proven"
        ),
    )
    .hint(Hint::LookForMissing)
}

/// A digest whose key AWS does not know, in a region where AWS's answer fits no digest at all: more likely
/// these are not the keys of the region than that all of it is forged.
pub(super) fn no_key_fits(finding: Finding) -> Finding {
    let message = "none of the keys that ListPublicKeys returned fits any digest of this region, so they may be \
                   those of another region: the signature of this digest could not be checked";
    Finding {
        code: Code::KeyUnavailable,
        severity: Severity::Unproven,
        message: message.into(),
        reason: Some(Reason::KeyUnknown),
        ..finding.hint(
            "check that the endpoint is the region's own (--endpoint-url, \
                        AWS_ENDPOINT_URL_CLOUDTRAIL)",
        )
    }
}

/// A digest is missing at its recorded place, and a copy that `--map` gives is present.
pub(super) fn original_missing((bucket, key): &(String, String)) -> Finding {
    Finding::new(
        Code::DigestMissing,
        format!(
            "this digest is missing at its recorded place{FATE_UNKNOWN}; only a copy that --map refers to is \
             present, and a copy does not replace the original"
        ),
    )
    .at(Some(bucket), key)
    .hint(Hint::LookForMissing)
}

#[cfg(test)]
mod tests;
