//! Fetching a version of an object, to see whether it is the original that a proof refers to. None of it counts
//! in a report's bytes: those are of the current objects.

use std::sync::atomic::Ordering;

use super::{Fetcher, Size};
use crate::base::gzip::inflate::Container;
use crate::base::sha256::Sha256;
use crate::cloudtrail::digest::Unverified;
use crate::cloudtrail::object_key::DigestObjectKey;
use crate::proof::digest_object::{Content, NotDigest, Reading};
use crate::proof::finding::Severity;
use crate::proof::judge::OwnSignature;
use crate::proof::log;
use crate::proof::placement::{Placement, placement};
use crate::proof::reason::Reason;
use crate::proof::signature::SignatureCheck;
use crate::source::{GetError, RootId, SourceObject, Versions};

/// Whether a version is the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VersionMatch {
    /// It has the content that was delivered, in one intact gzip member.
    Original,
    /// It has another content.
    Other,
    /// It could not be compared.
    Unknown(Reason),
}

impl Fetcher<'_> {
    /// The versions of a key; `None` if the source has none.
    pub fn versions(&self, root: RootId, key: &str) -> Option<Result<Versions, GetError>> {
        let versions = self.source.versions(root, key)?;
        self.listed(versions.as_ref().map_or(1, |versions| versions.requests));
        let versions = versions.map(Versions::bounded);
        Some(versions.map_err(|error| self.failed(error)))
    }

    /// Whether a version of a log has this hash.
    pub(crate) fn log_version(
        &self,
        (root, key, version): (RootId, &str, &str),
        expected: Sha256,
    ) -> VersionMatch {
        let compare = |mut object: SourceObject<'_>| {
            let inflated = self.inflate_uncounted(&mut object.body, &mut |_| {})?;
            Ok(match log::compare(expected, &inflated) {
                Ok(()) => VersionMatch::Original,
                Err(_) if inflated.container == Container::TooLarge => {
                    VersionMatch::Unknown(Reason::TooLarge)
                }
                // Something on the way may have given its bytes.
                Err(_) => object.doubt.map_or(VersionMatch::Other, |doubt| {
                    VersionMatch::Unknown(doubt.reason())
                }),
            })
        };
        let opened = self.version((root, key, version), false);
        let compared = opened.and_then(compare);
        compared.unwrap_or_else(|error| VersionMatch::Unknown(error.reason()))
    }

    /// Whether a version of a digest has this hash. Without one, whether its own signature verifies, for the
    /// place and time of its key.
    pub(crate) fn digest_version(
        &self,
        (root, key, version): (RootId, &str, &str),
        expected: Option<Sha256>,
    ) -> VersionMatch {
        let Some(name) = DigestObjectKey::parse(key).map(|key| key.name) else {
            return VersionMatch::Other;
        };
        let opened = self.version((root, key, version), true);
        let reading = self.reading(root, key, name, opened, &mut Size::default());
        match &reading.content {
            Content::Other(NotDigest::Unread { reason, .. }) => VersionMatch::Unknown(*reason),
            Content::Other(NotDigest::TooLarge { .. }) => VersionMatch::Unknown(Reason::TooLarge),
            Content::Other(NotDigest::Bytes { .. }) => VersionMatch::Other,
            Content::Digest { digest, whole } => is_original(&reading, (digest, *whole), expected),
        }
    }

    fn version(
        &self,
        (root, key, version): (RootId, &str, &str),
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        self.counts.get.fetch_add(1, Ordering::Relaxed);
        let opened = self.source.get_version(root, key, version, with_metadata);
        let opened = opened.unwrap_or(Err(GetError::NotFound));
        opened.map_err(|error| self.failed(error))
    }
}

/// Judges a digest by the hash that its proven successor recorded, else by its own signature.
fn is_original(
    reading: &Reading,
    (digest, whole): (&Unverified, bool),
    expected: Option<Sha256>,
) -> VersionMatch {
    let own = match &reading.own {
        OwnSignature::Absent => None,
        OwnSignature::Present(_, checked) => Some(checked),
    };
    // The metadata of the original fits its content, too.
    let is_altered = !whole || own == Some(&SignatureCheck::Invalid);
    if let Some(expected) = expected {
        return match !is_altered && digest.sha256() == expected {
            true => VersionMatch::Original,
            false => VersionMatch::Other,
        };
    }
    let placed = placement(
        digest,
        &reading.name,
        &reading.key,
        &reading.recorded,
        false,
    );
    match (own, placed) {
        _ if is_altered => VersionMatch::Other,
        (Some(SignatureCheck::Valid(_)), Placement::InPlace) => VersionMatch::Original,
        // One whose key AWS does not know is forged.
        (Some(SignatureCheck::Unchecked(trouble)), Placement::InPlace)
            if trouble.severity < Severity::Failed =>
        {
            VersionMatch::Unknown(trouble.cause.reason())
        }
        _ => VersionMatch::Other,
    }
}
