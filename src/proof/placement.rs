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

#[cfg(test)]
mod tests {
    use super::{Placement, RecordedPlace, is_another, placement};
    use crate::base::text::quoted;
    use crate::cloudtrail::digest::Claims;
    use crate::cloudtrail::object_key::{DigestName, DigestObjectKey};
    use crate::proof::finding::ReadFrom;
    use crate::proof::fixtures::{BUCKET, HOME, digest, digest_key, span};

    fn named(key: &str) -> DigestName {
        let key = DigestObjectKey::parse(key).expect("the key of a digest");
        key.name
    }

    fn place(bucket: Option<&str>, key: &str) -> RecordedPlace {
        RecordedPlace {
            bucket: bucket.map(Into::into),
            key: key.into(),
        }
    }

    #[test]
    fn a_digest_is_another_one_if_its_name_its_account_or_its_time_differs() {
        let key = digest_key(HOME, "10:00");
        type Claiming = fn(&mut Claims);
        // Per row: what it claims other than its place, and whether that makes it another one.
        let rows: [(&str, Claiming, bool); 5] = [
            ("nothing", |_| {}, false),
            (
                "another account",
                |claims| claims.account = "444455556666".parse().expect("an account"),
                true,
            ),
            (
                "another end",
                |claims| claims.interval = span("08:00", "09:00"),
                true,
            ),
            (
                "another name",
                |claims| claims.name = DigestObjectKey::parse(&digest_key(HOME, "09:00")),
                true,
            ),
            ("a key of no digest", |claims| claims.name = None, true),
        ];
        for (what, claim, expected) in rows {
            let mut digest = digest("09:00", "10:00");
            claim(&mut digest.claims);
            assert_eq!(is_another(&digest, &named(&key), &key), expected, "{what}");
            let here = [place(Some(BUCKET), &key)];
            let placement = placement(&digest, &named(&key), &key, &here, false);
            let is_other = matches!(placement, Placement::Other(_));
            assert_eq!(is_other, expected, "{what}");
        }
    }

    #[test]
    fn a_copy_is_the_same_digest_only_in_a_folder_of_its_account_and_day() {
        let key = digest_key(HOME, "10:00");
        let (_, file) = key.rsplit_once('/').expect("a folder");
        let digest = digest("09:00", "10:00");
        for (found, expected) in [
            (format!("copies/{key}"), false),
            (format!("copies/{file}"), true),
        ] {
            let is_other = is_another(&digest, &named(&key), &found);
            assert_eq!(is_other, expected, "{found}");
        }
    }

    #[test]
    fn the_rule_for_a_copy_in_a_folder_without_a_bucket_takes_the_bucket_that_is_signed() {
        let digest = digest("09:00", "10:00");
        let key = format!("copies/{}", digest_key(HOME, "10:00"));
        for (bucket, rule) in [
            (None, "logs/copies=logs"),
            (Some("archive"), "archive/copies=logs"),
        ] {
            let here = [place(bucket, &key)];
            let placement = placement(&digest, &named(&key), &key, &here, false);
            let Placement::Relocated(finding) = placement else {
                panic!("{rule}: not relocated");
            };
            let hint = finding.hint.expect("a hint").words(ReadFrom::Copy);
            let rule = format!("--map {}", quoted(rule));
            assert!(hint.ends_with(&rule), "{hint}");
        }
    }
}
