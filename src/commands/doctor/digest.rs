//! The newest digest itself: whether it can be read and decrypted. What it shows is checked in
//! [`super::digest_age`], [`super::storage`] and [`super::public_keys`].

use super::chart::CheckChart;
use super::newest_digest::NewestDigest;
use super::public_keys::NO_FINGERPRINT;
use super::trail::TrailFacts;
use super::{DoctorContext, digest_age, public_keys, storage};
use crate::base::gzip::inflate::Container;
use crate::base::limits::Limits;
use crate::base::text::quoted;
use crate::base::time::shift;
use crate::cloudtrail::digest::{LogEntry, Unverified};
use crate::proof::digest_object::{Content, NotDigest};
use crate::report::doctor::check::{Check, Status};
use crate::source::bucket::ObjectStorage;
use crate::source::places::Places;
use crate::source::{GetError, Metadata};
use crate::validate::fetch::{Fetcher, container_damage};

/// The newest digest, as its bucket gives it out.
pub struct DigestFacts {
    /// What a HEAD request shows.
    pub head: Result<ObjectStorage, GetError>,
    /// What a GET request shows; `None` if it failed, which is reported already.
    pub read: Option<ReadDigest>,
}

/// A digest that was read.
pub struct ReadDigest {
    pub metadata: Metadata,
    /// The digest, or why its bytes are not one.
    digest: Result<Unverified, String>,
}

impl ReadDigest {
    /// The newest log that the digest lists. Nothing of it is proven.
    pub fn last_log(&self) -> Option<&LogEntry> {
        self.digest.as_ref().ok()?.claims.logs.last()
    }
}

/// Checks the newest digest of a trail. Without a digest, checks only whether public keys may be listed.
pub fn check(
    context: DoctorContext<'_>,
    newest: Option<&NewestDigest>,
    trail: &TrailFacts,
    chart: &mut CheckChart,
) {
    let now = context.request.now;
    let Some(newest) = newest else {
        let region = &trail.region;
        let lookup = public_keys::look_up(context, region, NO_FINGERPRINT, (now, now));
        return public_keys::check_permission(&lookup, region, chart);
    };
    digest_age::check(context, newest, trail, chart);
    let head = context.access.buckets.stored(newest.root, &newest.key);
    let read = read(context, newest);
    check_reading(newest, &head, read.as_ref().err(), chart);
    let facts = DigestFacts {
        head,
        read: read.ok(),
    };
    storage::check_signature(newest, &facts, chart);
    storage::check_class(context, newest, &facts, chart);
    check_key(context, newest, facts.read.as_ref(), chart);
}

/// Reads a digest with the code that a validation reads it with.
fn read(context: DoctorContext<'_>, newest: &NewestDigest) -> Result<ReadDigest, GetError> {
    let DoctorContext {
        access, request, ..
    } = context;
    // A validation reads an object that is too large to its end, for its hash. Nothing here needs the hash.
    let limits = Limits {
        log_inflated: request.limits.digest_inflated,
        ..request.limits.clone()
    };
    let places = Places::new(Vec::new(), Vec::new());
    let lag = request.delivery_lag;
    let fetcher = Fetcher::new(access.source, &places, access.keys, &limits, lag);
    let stored = fetcher.stored_digest(newest.root, &newest.key)?;
    let (content, container) = stored.content?;
    Ok(ReadDigest {
        metadata: stored.metadata,
        digest: understood(content, container),
    })
}

/// The digest, if its container is not damaged either.
fn understood(content: Content, container: Container) -> Result<Unverified, String> {
    const TOO_LARGE: &str = "it is too large";
    if container == Container::TooLarge {
        return Err(TOO_LARGE.into());
    }
    match (content, container_damage(container)) {
        (Content::Other(NotDigest::TooLarge { .. }), _) => Err(TOO_LARGE.into()),
        (_, Some(damage)) => Err(damage.into()),
        (Content::Digest { digest, .. }, None) => Ok(*digest),
        (Content::Other(NotDigest::Bytes { why, .. }), None) => Err(why),
        (Content::Other(NotDigest::Unread { answer, .. }), None) => Err(answer),
    }
}

/// Reports whether the digest may be read, and whether the key that encrypts it may be used.
fn check_reading(
    newest: &NewestDigest,
    head: &Result<ObjectStorage, GetError>,
    error: Option<&GetError>,
    chart: &mut CheckChart,
) {
    let subject = &newest.subject;
    let allowed = "s3:GetObject is allowed";
    let Some(error) = error else {
        chart.note(Check::ReadPermission, subject, Status::Ok, allowed);
        let found = match head.as_ref().map(|s| s.encryption.as_deref()) {
            Ok(Some(how)) => format!("it could be decrypted: {how}"),
            Ok(None) => "it is not encrypted".into(),
            Err(_) => "it could be read, whatever encrypts it".into(),
        };
        return chart.note(Check::Kms, subject, Status::Ok, found);
    };
    if error.is_of_key() {
        match head {
            Ok(_) => chart.note(Check::ReadPermission, subject, Status::Ok, allowed),
            Err(_) => {
                let why = "the key that encrypts it stood before it";
                chart.unknown(&[Check::ReadPermission], subject, why);
            }
        }
        return chart.advise(
            Check::Kms,
            subject,
            Status::Failed,
            error.detail(),
            "allow kms:Decrypt on the key, in the caller's policy and the key's own, and see that it \
             is enabled: aws kms describe-key --key-id KEY",
        );
    }
    let (check, detail) = (Check::ReadPermission, error.detail());
    match error {
        // S3 checks the permission before the storage class.
        GetError::Archived(_) => chart.note(check, subject, Status::Ok, allowed),
        GetError::Denied(_) => chart.advise(
            check,
            subject,
            Status::Failed,
            detail,
            format!(
                "allow s3:GetObject on the bucket's objects, in the caller's policy and the \
                 bucket's: aws s3api get-bucket-policy --bucket {}",
                quoted(&newest.bucket)
            ),
        ),
        _ => chart.note(check, subject, Status::Unknown, detail),
    }
    chart.unknown(&[Check::Kms], subject, "the digest could not be read");
}

/// Reports whether public keys may be listed, and whether the key of the digest is among them.
fn check_key(
    context: DoctorContext<'_>,
    newest: &NewestDigest,
    read: Option<&ReadDigest>,
    chart: &mut CheckChart,
) {
    let region = &newest.digest.name.chain.region;
    let end = newest.digest.name.end;
    let signed = (end, shift(end, context.request.delivery_lag));
    let fingerprint = match read.map(|read| &read.digest) {
        Some(Ok(digest)) => digest.claims.fingerprint.as_str(),
        Some(Err(why)) => {
            let found = format!("the digest cannot be understood, so it names no key: {why}");
            chart.advise(
                Check::KeyKnown,
                &newest.subject,
                Status::Unknown,
                found,
                "run trailproof validate: it tells what is the matter with this digest",
            );
            NO_FINGERPRINT
        }
        None => NO_FINGERPRINT,
    };
    let lookup = public_keys::look_up(context, region, fingerprint, signed);
    public_keys::check_permission(&lookup, region, chart);
    public_keys::check_known(&lookup, fingerprint, newest, chart);
}
