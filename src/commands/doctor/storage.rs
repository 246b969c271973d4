//! How the newest digest, and a log that it names, are kept: with a signature, and out of archives.

use super::DoctorAccess;
use super::newest_digest::Newest;
use crate::base::text::quoted;
use crate::cloudtrail::digest::LogEntry;
use crate::report::doctor::check::{Check, CheckChart, Status};
use crate::source::bucket::ObjectStorage;
use crate::source::{GetError, Metadata};

/// Says whether its signature is there.
pub fn signature(
    newest: &Newest,
    metadata: Option<&Metadata>,
    stored: Option<&ObjectStorage>,
    chart: &mut CheckChart,
) {
    let subject = &newest.subject;
    let read = metadata.map(|m| m.signature.is_some());
    match read.or(stored.map(|s| s.signed)) {
        Some(true) => {
            let found = "its metadata has the signature";
            chart.note(Check::SignatureMetadata, subject, Status::Ok, found);
        }
        Some(false) => chart.advise(
            Check::SignatureMetadata,
            subject,
            Status::Failed,
            "its metadata has no signature: the object was copied or written again without it",
            format!(
                "see what its metadata is, and read the bucket that CloudTrail wrote to: aws s3api \
                 head-object --bucket {} --key {}",
                quoted(&newest.bucket),
                quoted(&newest.key)
            ),
        ),
        None => {
            let why = "the digest could not be asked for";
            chart.unknown(&[Check::SignatureMetadata], subject, why);
        }
    }
}

/// Says whether it, and the last log that it names, can be read as they are.
pub fn storage(
    reach: &DoctorAccess<'_>,
    newest: &Newest,
    stored: &Result<ObjectStorage, GetError>,
    read: bool,
    log: Option<&LogEntry>,
    chart: &mut CheckChart,
) {
    let subject = &newest.subject;
    let restore = |key: &str| {
        format!(
            "aws s3api restore-object --bucket {} --key {} --restore-request Days=7",
            quoted(&newest.bucket),
            quoted(key)
        )
    };
    let stored = match stored {
        Ok(stored) => stored,
        Err(error) => {
            let detail = error.detail();
            return chart.note(Check::StorageClass, subject, Status::Unknown, detail);
        }
    };
    if stored.archived && !read {
        return chart.advise(
            Check::StorageClass,
            subject,
            Status::Failed,
            format!("the newest digest is archived ({})", stored.class),
            restore(&newest.key),
        );
    }
    let class = &stored.class;
    let here = log.filter(|log| log.bucket == newest.bucket);
    let Some(log) = here else {
        let why = if read {
            "it names no log here"
        } else {
            "no log was looked at"
        };
        let found = format!("{class} (of the digest; {why})");
        return chart.note(Check::StorageClass, subject, Status::Ok, found);
    };
    match reach.buckets.stored(newest.root, &log.key) {
        Ok(of_log) if of_log.archived => chart.advise(
            Check::StorageClass,
            subject,
            Status::Failed,
            format!(
                "a log that the newest digest names is archived ({}): {}",
                of_log.class, log.key
            ),
            restore(&log.key),
        ),
        Ok(of_log) => {
            let found = format!(
                "{class} (of the digest), {} (of a log that it names)",
                of_log.class
            );
            chart.note(Check::StorageClass, subject, Status::Ok, found);
        }
        Err(error) => {
            let found = format!(
                "{class} (of the digest); a log that it names could not be asked for: {}: {}",
                log.key,
                error.detail()
            );
            let advice = "run trailproof validate: it tells which logs are not there";
            chart.advise(Check::StorageClass, subject, Status::Warning, found, advice);
        }
    }
}
