//! What a bucket shows of the newest digest, read with the code of a validation.

use super::DoctorContext;
use super::newest_digest::NewestDigest;
use crate::base::gzip::inflate::Container;
use crate::base::limits::Limits;
use crate::cloudtrail::digest::Unverified;
use crate::cloudtrail::log_list::LogEntry;
use crate::proof::digest_object::{Content, NotDigest};
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
    pub digest: Result<Unverified, String>,
}

impl ReadDigest {
    /// The newest log that the digest lists. Nothing of it is proven.
    pub fn last_log(&self) -> Option<LogEntry> {
        let digest = self.digest.as_ref().ok()?;
        let last = digest.claimed_log_files_unverified().blocks().last()?;
        last.ok()?.last().cloned()
    }
}

/// Reads a digest with the code that a validation reads it with.
///
/// # Errors
/// If the digest cannot be read.
pub fn read(context: DoctorContext<'_>, newest: &NewestDigest) -> Result<ReadDigest, GetError> {
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
    const TOO_LARGE: &str = "it is larger than --max-digest-size";
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
