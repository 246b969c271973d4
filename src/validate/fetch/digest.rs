//! Fetching a digest: its content, and its own signature checked.

use std::sync::atomic::Ordering;

use super::{Fetcher, Size};
use crate::base::gzip::inflate::{Container, ContentChunk};
use crate::cloudtrail::digest_stream::{DigestStream, NotParsed};
use crate::cloudtrail::object_key::DigestName;
use crate::proof::digest_object::{Content, NotDigest, Reading, signed_within};
use crate::proof::finding::{ObjectFacts, Severity};
use crate::proof::judge::OwnSignature;
use crate::proof::placement::is_another;
use crate::proof::reason::Reason;
use crate::proof::signature::{SignatureCheck, WrittenSignature, check};
use crate::source::{GetError, Metadata, RootId, SourceObject};

/// The result of reading an object under the name of a digest.
pub struct StoredDigest {
    /// The metadata of the object.
    pub metadata: Metadata,
    /// Size, entity tag and the like.
    pub facts: ObjectFacts,
    /// The content, and the state of the gzip container around them; an error if the body could not be
    /// read to its end.
    pub content: Result<(Content, Container), GetError>,
}

/// How a gzip container is damaged, for a message; `None` if all of it could be inflated.
pub fn container_damage(container: Container) -> Option<&'static str> {
    match container {
        Container::CutOff => Some("it is cut off"),
        Container::Broken => Some("its bytes are broken"),
        _ => None,
    }
}

/// Whether a digest's own signature proves it, and its container is intact.
fn is_proven(reading: &Reading) -> bool {
    let is_valid = matches!(
        reading.own,
        OwnSignature::Present(_, SignatureCheck::Valid(_))
    );
    is_valid && matches!(reading.content, Content::Digest { whole: true, .. })
}

/// Whether an answer, taken at its word, accuses somebody: an object that is missing or is no digest or
/// another one, a broken container, a wrong signature, an unknown key. Also a body that broke off.
fn is_accusing(reading: &Reading) -> bool {
    match &reading.content {
        Content::Digest { whole: false, .. } | Content::Other(NotDigest::Bytes { .. }) => true,
        Content::Digest { digest, .. } if is_another(digest, &reading.name, &reading.key) => true,
        Content::Digest { .. } => match &reading.own {
            OwnSignature::Present(_, SignatureCheck::Invalid) => true,
            OwnSignature::Present(_, SignatureCheck::Unchecked(trouble)) => {
                trouble.severity == Severity::Failed
            }
            _ => false,
        },
        Content::Other(NotDigest::Unread { reason, .. }) => {
            matches!(reason, Reason::NotFound | Reason::Changed | Reason::Io)
        }
        Content::Other(NotDigest::TooLarge { .. }) => false,
    }
}

impl Fetcher<'_> {
    /// Reads the object found under a digest's name, and checks its own signature. What would count as altered
    /// or missing is read once more.
    pub fn digest(&self, root: RootId, key: &str, name: DigestName) -> Reading {
        self.counts.get.fetch_add(1, Ordering::Relaxed);
        let opened = self.source.get(root, key, true);
        let is_doubtful = matches!(opened, Ok(_) | Err(GetError::NotFound));
        let mut size = Size::default();
        let mut reading = self.reading(root, key, name, opened, &mut size);
        if is_doubtful && is_accusing(&reading) {
            reading = self.read_again(root, reading, &mut size);
        }
        self.count(size);
        reading
    }

    /// Reads a digest once more, if its source may answer otherwise the next time. Its bytes were counted.
    pub fn digest_again(&self, root: RootId, reading: Reading) -> Reading {
        self.read_again(root, reading, &mut Size::default())
    }

    fn read_again(&self, root: RootId, reading: Reading, size: &mut Size) -> Reading {
        match self.again(root, &reading.key, true) {
            Some(again) => self.reading(root, &reading.key, reading.name, again, size),
            None => reading,
        }
    }

    pub(super) fn reading(
        &self,
        root: RootId,
        key: &str,
        name: DigestName,
        opened: Result<SourceObject<'_>, GetError>,
        size: &mut Size,
    ) -> Reading {
        let mut reading = Reading {
            bucket: self.places.bucket(root).map(Into::into),
            key: key.into(),
            recorded: self.places.recorded(root, key),
            content: Content::Other(NotDigest::TooLarge {
                sha256: None,
                limit: self.limits.digest_inflated,
            }),
            own: OwnSignature::Absent,
            facts: ObjectFacts::default(),
            generated: None,
            signed: signed_within(&name, None, self.delivery_lag),
            metadata_trouble: None,
            without_original: false,
            name,
        };
        let read = opened.and_then(|mut object| {
            let content = self.content(&mut object, size);
            reading.facts = object.facts;
            Ok((content?.0, object.metadata, object.doubt))
        });
        let read = read.and_then(|(content, metadata, doubt)| {
            self.check_metadata(&mut reading, &content, metadata);
            reading.content = content;
            match doubt {
                Some(GetError::Changed) if !is_accusing(&reading) => Ok(()),
                Some(doubt) if !is_proven(&reading) => Err(doubt),
                _ => Ok(()),
            }
        });
        if let Err(error) = read {
            let error = self.failed(error);
            let (reason, answer) = (error.reason(), error.detail());
            reading.content = Content::Other(NotDigest::Unread { reason, answer });
            reading.own = OwnSignature::Absent;
        }
        reading
    }

    /// Reads the object under the name of a digest, without checking anything that it claims.
    ///
    /// # Errors
    /// If the object cannot be opened.
    pub fn stored_digest(&self, root: RootId, key: &str) -> Result<StoredDigest, GetError> {
        self.counts.get.fetch_add(1, Ordering::Relaxed);
        let mut object = self.source.get(root, key, true)?;
        let mut size = Size::default();
        let content = self.content(&mut object, &mut size);
        self.count(size);
        Ok(StoredDigest {
            content,
            metadata: object.metadata,
            facts: object.facts,
        })
    }

    /// Takes over the metadata, and checks the signature in it over the content.
    fn check_metadata(&self, reading: &mut Reading, content: &Content, metadata: Metadata) {
        reading.metadata_trouble = metadata.trouble;
        if reading.name.backfill {
            reading.generated = metadata.backfill_generated.and_then(|t| t.parse().ok());
            reading.signed = signed_within(&reading.name, reading.generated, self.delivery_lag);
        }
        if let (Some(hex), Content::Digest { digest, .. }) = (metadata.signature, content) {
            let algorithm = metadata.signature_algorithm.as_deref();
            let written = WrittenSignature {
                hex: &hex,
                algorithm,
            };
            let region = &reading.name.chain.region;
            let checked = check(digest, written, region, self.keys, reading.signed);
            reading.own = OwnSignature::Present(hex, checked);
        }
    }

    fn content(
        &self,
        object: &mut SourceObject<'_>,
        size: &mut Size,
    ) -> Result<(Content, Container), GetError> {
        let mut digest = DigestStream::new(self.limits.digest_inflated);
        let mut large = None;
        let mut sink = |chunk: ContentChunk<'_>| {
            digest.push(chunk.bytes());
            if large.is_none() && digest.is_large() {
                large = Some(self.large.lock().unwrap_or_else(|e| e.into_inner()));
            }
        };
        let inflated = self.inflate(&mut object.body, &mut sink, size)?;
        let (container, sha256) = (inflated.container, inflated.sha256);
        let content = match digest.finish(sha256) {
            Ok(digest) => Content::Digest {
                digest: Box::new(digest),
                whole: container == Container::Complete,
            },
            Err(NotParsed::TooLarge) => Content::Other(NotDigest::TooLarge {
                sha256: (container != Container::TooLarge).then_some(sha256),
                limit: self.limits.digest_inflated,
            }),
            Err(NotParsed::Malformed(why)) => Content::Other(NotDigest::Bytes {
                why: container_damage(container).map_or(why, str::to_owned),
                sha256,
            }),
            Err(NotParsed::Spool(error)) => return Err(GetError::temporary_file(&error)),
        };
        Ok((content, container))
    }
}
