//! Whether a digest is in its place: where it was found, against where it claims to have been
//! written (pure).
//!
//! Digests of all accounts in a region are signed with the same keys, so a valid signature alone
//! does not show that a digest belongs to this chain. The signed bucket and key do (user guide,
//! "Custom implementations of CloudTrail log file integrity validation", section A). We depart from
//! the guide for copies: a digest that differs in bucket or prefix only is relocated, and `--map`
//! says where copies were written.

use crate::base::text::quoted;
use crate::cloudtrail::digest::{Claims, Unverified};
use crate::cloudtrail::object_key::{DigestName, from_aws_logs};
use crate::proof::finding::{Code, Finding};

/// A place as recorded in signed content. `None` as bucket means any bucket, because a folder was given
/// without the name of its bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedPlace {
    /// The bucket, if it is known.
    pub bucket: Option<String>,
    /// The key.
    pub key: String,
}

impl RecordedPlace {
    /// Whether signed content with this bucket and key refers to this place.
    pub fn matches(&self, bucket: &str, key: &str) -> bool {
        self.key == key && self.bucket.as_deref().is_none_or(|b| b == bucket)
    }
}

/// Whether a digest is in its place.
pub enum Placement {
    /// It is where it was written.
    InPlace,
    /// It is the same digest under another bucket or prefix.
    Relocated(Finding),
    /// It claims to be another digest.
    Other(Finding),
}

/// Compares the place of a digest with the place it claims. `name` and `key` are those it was found
/// under, `recorded` the places it may represent, and `linked` says that a proven digest links to
/// the claimed place.
pub fn placement(
    digest: &Unverified,
    name: &DigestName,
    key: &str,
    recorded: &[RecordedPlace],
    linked: bool,
) -> Placement {
    let c = &digest.claims;
    let same = has_name(c, name);
    // A bucket that a proven digest links to is a place of the chain, whatever name the copy was
    // given.
    let linked = linked && recorded.iter().any(|r| r.key == c.key);
    if same && (linked || recorded.iter().any(|r| r.matches(&c.bucket, &c.key))) {
        return Placement::InPlace;
    }
    if same && from_aws_logs(key).is_some_and(|rest| from_aws_logs(&c.key) == Some(rest)) {
        return Placement::Relocated(relocated(c, key, recorded));
    }
    let finding = Finding::new(
        Code::DigestIdentityMismatch,
        "this digest was written under another name or in another place than it was found: the account, region, \
         trail, time or place differs",
    );
    let (signed, found) = (signed_place(c), found_place(key, recorded));
    Placement::Other(finding.compared(signed, found).hint(
        "check the older versions for the object that belongs there (aws s3api list-object-versions), and find \
         out who put this one there",
    ))
}

/// Whether a digest claims to be another one than it was found as, wherever copies of it lie.
pub fn is_another(digest: &Unverified, name: &DigestName, key: &str) -> bool {
    let claims = &digest.claims;
    !has_name(claims, name) || from_aws_logs(key) != from_aws_logs(&claims.key)
}

fn has_name(claims: &Claims, name: &DigestName) -> bool {
    claims
        .name
        .as_ref()
        .is_some_and(|signed| signed.name == *name)
        && claims.account == name.chain.account
        && claims.interval.to == name.end
}

fn signed_place(claims: &Claims) -> String {
    format!("{}/{}", claims.bucket, claims.key)
}

fn found_place(key: &str, recorded: &[RecordedPlace]) -> String {
    match recorded.first() {
        Some(RecordedPlace {
            bucket: Some(bucket),
            key,
        }) => format!("{bucket}/{key}"),
        _ => key.to_owned(),
    }
}

/// The finding on a relocated digest, with the `--map` rule for a copy.
fn relocated(claims: &Claims, key: &str, recorded: &[RecordedPlace]) -> Finding {
    let (signed, found) = (signed_place(claims), found_place(key, recorded));
    let here = match recorded.first() {
        Some(RecordedPlace { bucket: None, key }) => {
            above_aws_logs(&format!("{}/{key}", claims.bucket))
        }
        _ => above_aws_logs(&found),
    };
    let rule = quoted(&format!("{here}={}", above_aws_logs(&signed)));
    let hint = format!("if this is a copy of that place, use --map {rule}");
    Finding::new(
        Code::DigestRelocated,
        "this digest was written to another bucket or prefix than the one it was found in",
    )
    .compared(signed, found)
    .hint(hint)
}

/// The part of a place before `AWSLogs/`: the bucket and the prefix.
fn above_aws_logs(place: &str) -> String {
    let key = place.split_once('/').map_or(place, |(_, key)| key);
    let rest = from_aws_logs(key).unwrap_or("");
    let above = place.strip_suffix(rest).unwrap_or(place);
    // One slash only closes the prefix; of `a//AWSLogs/…` the prefix is `a/`, which a rule writes as `a//`.
    let closed = above.strip_suffix('/').unwrap_or(above);
    let prefix = if closed.ends_with('/') { above } else { closed };
    prefix.to_owned()
}
