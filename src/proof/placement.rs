//! Where a digest lies against where it says it was written (pure).

use crate::base::text::quoted;
use crate::cloudtrail::digest::Unverified;
use crate::cloudtrail::object_key::{DigestName, from_aws_logs};
use crate::proof::finding::{Code, Finding};

/// A place as signed content names it; the bucket is `None` where a folder was given no name, and
/// stands for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedPlace {
    /// The bucket, where it is known.
    pub bucket: Option<String>,
    /// The key.
    pub key: String,
}

impl RecordedPlace {
    /// Whether this is the place that signed content names.
    pub fn is(&self, bucket: &str, key: &str) -> bool {
        self.key == key && self.bucket.as_deref().is_none_or(|b| b == bucket)
    }
}

/// Where a digest lies, against where it says it was written.
pub enum Placement {
    /// Where it was written.
    InPlace,
    /// The same below another bucket or prefix.
    Relocated(Finding),
    /// As another digest than it says it is.
    Other(Finding),
}

/// Compares the place a digest was found at with the place it claims. `named` says that a link of
/// a proven digest names the claimed place.
pub fn placement(
    digest: &Unverified,
    name: &DigestName,
    key: &str,
    recorded: &[RecordedPlace],
    named: bool,
) -> Placement {
    let c = &digest.claims;
    let same = c.name.as_ref().is_some_and(|signed| signed.name == *name)
        && c.account == name.chain.account
        && c.interval.to == name.end;
    // A bucket that a link of a proven digest names is a place of the chain, whatever this copy is called.
    let named = named && recorded.iter().any(|r| r.key == c.key);
    if same && (named || recorded.iter().any(|r| r.is(&c.bucket, &c.key))) {
        return Placement::InPlace;
    }
    let signed = format!("{}/{}", c.bucket, c.key);
    let found = match recorded.first() {
        Some(RecordedPlace {
            bucket: Some(bucket),
            key,
        }) => format!("{bucket}/{key}"),
        _ => key.to_owned(),
    };
    if same && from_aws_logs(key).is_some_and(|rest| from_aws_logs(&c.key) == Some(rest)) {
        let finding = Finding::new(
            Code::DigestRelocated,
            "this digest was written to another bucket or prefix than it was found under",
        );
        let before = |place: &str| {
            let rest = from_aws_logs(place.split_once('/').map_or(place, |(_, k)| k)).unwrap_or("");
            place
                .strip_suffix(rest)
                .unwrap_or(place)
                .trim_end_matches('/')
                .to_owned()
        };
        let here = match recorded.first() {
            Some(RecordedPlace { bucket: None, key }) => before(&format!("{}/{key}", c.bucket)),
            _ => before(&found),
        };
        let rule = quoted(&format!("{here}={}", before(&signed)));
        let hint = format!("if this is a copy of what was written there: --map {rule}");
        return Placement::Relocated(finding.compared(signed, found).hint(hint));
    }
    let finding = Finding::new(
        Code::DigestIdentityMismatch,
        "this digest says that it was written as another one than it was found as: another account, \
         region, trail, time or place",
    );
    Placement::Other(finding.compared(signed, found).hint(
        "look for the object that belongs there among older versions (aws s3api \
         list-object-versions), and for who put this one there",
    ))
}
