//! The newest digest: how old it is, whether it can be read, and whether its key is known.

use super::newest_digest::Newest;
use super::public_keys::NO_FINGERPRINT;
use super::trail::Trail;
use super::{DoctorAccess, DoctorRequest, digest_age, public_keys, storage};
use crate::base::gzip::inflate::{Container, Inflater};
use crate::base::text::quoted;
use crate::base::time::shift;
use crate::cloudtrail::digest::Unverified;
use crate::report::doctor::check::{Check, CheckChart, Status};
use crate::source::bucket::ObjectStorage;
use crate::source::{GetError, Metadata};

/// Looks at the newest digest of a trail, and tries to ask for keys also where there is none.
pub fn look(
    reach: &DoctorAccess<'_>,
    wanted: &DoctorRequest,
    newest: Option<&Newest>,
    trail: &Trail,
    chart: &mut CheckChart,
) {
    let Some(newest) = newest else {
        let region = trail.region.as_ref().unwrap_or(&wanted.usual);
        let now = (wanted.now, wanted.now);
        public_keys::permission(
            &public_keys::key(reach, region, NO_FINGERPRINT, now),
            region,
            chart,
        );
        return;
    };
    digest_age::look(wanted, newest, trail, chart);
    let stored = reach.buckets.stored(newest.root, &newest.key);
    let read = read(reach, wanted, newest);
    let seen = DigestContext {
        newest,
        stored: &stored,
        chart,
    };
    let read = seen.told(read);
    let metadata = read.as_ref().map(|r| &r.metadata);
    storage::signature(newest, metadata, stored.as_ref().ok(), chart);
    let digest = read.as_ref().map(|r| &r.digest);
    let log = digest.and_then(|d| d.as_ref().ok()?.claims.logs.last());
    storage::storage(reach, newest, &stored, read.is_some(), log, chart);
    let region = &newest.digest.name.chain.region;
    let end = newest.digest.name.end;
    let signed = (end, shift(end, wanted.delivery_lag));
    let fingerprint = match digest {
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
    let answer = public_keys::key(reach, region, fingerprint, signed);
    public_keys::permission(&answer, region, chart);
    public_keys::known(&answer, fingerprint, newest, chart);
}

/// What reading it gave.
struct ReadDigest {
    metadata: Metadata,
    digest: Result<Unverified, String>,
}

fn read(
    reach: &DoctorAccess<'_>,
    wanted: &DoctorRequest,
    newest: &Newest,
) -> Result<ReadDigest, GetError> {
    let mut object = reach.source.get(newest.root, &newest.key, true)?;
    let limit = wanted.limits.digest_inflated;
    let mut json = Vec::new();
    let mut take = |bytes: &[u8]| {
        let left = usize::try_from(limit).unwrap_or(usize::MAX) - json.len();
        json.extend_from_slice(&bytes[..bytes.len().min(left)]);
    };
    let inflated = Inflater::default().run(&mut object.body, limit, &mut take);
    let inflated = inflated.map_err(GetError::from_body)?;
    Ok(ReadDigest {
        metadata: object.metadata,
        digest: match inflated.container {
            Container::TooLarge => Err("it is too large".into()),
            Container::CutOff => Err("it is cut off".into()),
            Container::Broken => Err("its bytes are broken".into()),
            _ => Unverified::parse(&json),
        },
    })
}

struct DigestContext<'a> {
    newest: &'a Newest,
    stored: &'a Result<ObjectStorage, GetError>,
    chart: &'a mut CheckChart,
}

impl DigestContext<'_> {
    /// Says whether it could be read, and whether its key could be used.
    fn told(self, read: Result<ReadDigest, GetError>) -> Option<ReadDigest> {
        let DigestContext {
            newest,
            stored,
            chart,
        } = self;
        let subject = &newest.subject;
        let allowed = "s3:GetObject is allowed";
        let error = match read {
            Ok(read) => {
                chart.note(Check::ReadPermission, subject, Status::Ok, allowed);
                let found = match stored.as_ref().map(|s| s.encryption.as_deref()) {
                    Ok(Some(how)) => format!("it could be decrypted: {how}"),
                    Ok(None) => "it is not encrypted".into(),
                    Err(_) => "it could be read, whatever encrypts it".into(),
                };
                chart.note(Check::Kms, subject, Status::Ok, found);
                return Some(read);
            }
            Err(error) => error,
        };
        if error.is_of_key() {
            match stored {
                Ok(_) => chart.note(Check::ReadPermission, subject, Status::Ok, allowed),
                Err(_) => {
                    let why = "the key that encrypts it stood before it";
                    chart.unknown(&[Check::ReadPermission], subject, why);
                }
            }
            chart.advise(
                Check::Kms,
                subject,
                Status::Failed,
                error.detail(),
                "allow kms:Decrypt on the key, in the caller's policy and the key's own, and see that it \
                 is enabled: aws kms describe-key --key-id KEY",
            );
            return None;
        }
        let why = "the digest could not be read";
        match &error {
            GetError::Archived(_) => {
                // S3 looks at the permission first.
                chart.note(Check::ReadPermission, subject, Status::Ok, allowed);
            }
            GetError::Denied(_) => chart.advise(
                Check::ReadPermission,
                subject,
                Status::Failed,
                error.detail(),
                format!(
                    "allow s3:GetObject on the bucket's objects, in the caller's policy and the \
                     bucket's: aws s3api get-bucket-policy --bucket {}",
                    quoted(&newest.bucket)
                ),
            ),
            _ => chart.note(
                Check::ReadPermission,
                subject,
                Status::Unknown,
                error.detail(),
            ),
        }
        chart.unknown(&[Check::Kms], subject, why);
        None
    }
}
