//! How the newest digest is stored, and the last log that it lists: with a signature in the metadata, and not in an
//! archive.

use super::DoctorContext;
use super::chart::CheckChart;
use super::digest_facts::DigestFacts;
use super::newest_digest::NewestDigest;
use crate::base::text::quoted;
use crate::cloudtrail::log_list::LogEntry;
use crate::report::doctor::check::{Check, Status};
use crate::source::GetError;

/// Checks that the metadata of the digest has a signature.
pub fn check_signature(newest: &NewestDigest, facts: &DigestFacts, chart: &mut CheckChart) {
    let subject = &newest.subject;
    let of_get = facts.read.as_ref().map(|r| r.metadata.signature.is_some());
    let of_head = facts.head.as_ref().ok().map(|s| s.signed);
    match of_get.or(of_head) {
        Some(true) => {
            let found = "the digest has its signature";
            chart.note(Check::SignatureMetadata, subject, Status::Ok, found);
        }
        Some(false) => chart.advise(
            Check::SignatureMetadata,
            subject,
            Status::Failed,
            "the digest has no signature in its metadata: the object was copied or written again without it",
            format!(
                "check its metadata, and read the bucket that CloudTrail wrote to: aws s3api \
                 head-object --bucket {} --key {}",
                quoted(&newest.bucket),
                quoted(&newest.key)
            ),
        ),
        None => {
            let why = "could not be checked: the digest could not be read";
            chart.unknown(&[Check::SignatureMetadata], subject, why);
        }
    }
}

/// Checks that neither the digest nor the last log that it lists has to be restored before it can be read.
pub fn check_class(
    context: DoctorContext<'_>,
    newest: &NewestDigest,
    facts: &DigestFacts,
    chart: &mut CheckChart,
) {
    let (check, subject) = (Check::StorageClass, &newest.subject);
    let head = match &facts.head {
        Ok(head) => head,
        Err(error) => return chart.note(check, subject, Status::Unknown, error.detail()),
    };
    let class = &head.class;
    if head.archived && facts.read.is_none() {
        let found = format!("the newest digest is archived ({class})");
        let advice = restore(&newest.bucket, &newest.key);
        return chart.advise(check, subject, Status::Failed, found, advice);
    }
    let log = facts.read.as_ref().and_then(|read| read.last_log());
    // A log in another bucket would need other permissions.
    if let Some(log) = log.filter(|log| log.bucket == newest.bucket) {
        return check_log(context, newest, (class, &log), chart);
    }
    let (status, why) = match facts.read.as_ref().map(|read| &read.digest) {
        Some(Ok(_)) => (Status::Ok, "it lists no log in this bucket"),
        Some(Err(_)) | None => (
            Status::Unknown,
            "it could not be read, so no log was checked",
        ),
    };
    let found = format!("{class} (digest; {why})");
    chart.note(check, subject, status, found);
}

/// Checks a log that the digest lists. The result also says the storage class of the digest.
fn check_log(
    context: DoctorContext<'_>,
    newest: &NewestDigest,
    (digest_class, log): (&str, &LogEntry),
    chart: &mut CheckChart,
) {
    let (check, subject) = (Check::StorageClass, &newest.subject);
    match context.access.buckets.stored(newest.root, &log.key) {
        Ok(stored) if stored.archived => {
            let found = format!(
                "a log that the newest digest lists is archived ({}): {}",
                stored.class, log.key
            );
            let advice = restore(&newest.bucket, &log.key);
            chart.advise(check, subject, Status::Failed, found, advice);
        }
        Ok(stored) => {
            let found = format!(
                "{digest_class} (digest), {} (a log that it lists)",
                stored.class
            );
            chart.note(check, subject, Status::Ok, found);
        }
        Err(error) => {
            let found = format!(
                "{digest_class} (digest); a log that it lists could not be checked: {}: {}",
                log.key,
                error.detail()
            );
            let (status, advice) = match error {
                GetError::NotFound => (
                    Status::Warning,
                    "run trailproof validate: it reports which logs are missing",
                ),
                GetError::Denied(_) => (
                    Status::Failed,
                    "allow s3:GetObject on the logs too, in the caller's policy and in the bucket policy",
                ),
                _ => return chart.note(check, subject, Status::Unknown, found),
            };
            chart.advise(check, subject, status, found, advice);
        }
    }
}

fn restore(bucket: &str, key: &str) -> String {
    format!(
        "aws s3api restore-object --bucket {} --key {} --restore-request Days=7",
        quoted(bucket),
        quoted(key)
    )
}
