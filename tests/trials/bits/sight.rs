//! What there is to see of one object after an edit, compared with what CloudTrail wrote.

use serde_json::Value;
use trailproof::Metadata;

use super::container::{Container, GzipReaders};
use super::scene::{DigestItem, Item, Scene};
use super::standing::Sure;

/// The only signature algorithm of CloudTrail.
const ALGORITHM: &str = "SHA256withRSA";

/// The content of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// As it was delivered, in one complete gzip member.
    Same,
    /// Something else, in one complete gzip member.
    Other {
        /// It may pass for the digest of this place: it refers to no other.
        may_be_own: bool,
        /// It claims the known signature algorithm, or none.
        usual_algorithm: bool,
    },
    /// It is not one complete gzip member.
    Broken,
    /// Readers of gzip disagree on it.
    Disputed,
}

/// The signature beside a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    Absent,
    /// The one that CloudTrail made for this digest.
    Right,
    Wrong,
    /// Its algorithm or its key is not known.
    Unchecked,
}

#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub content: Content,
    pub own: Own,
    /// The digests whose signatures are in its content, one bit each, if it is not as it was delivered.
    pub carries: u32,
}

impl Seen {
    pub fn of(
        readers: &mut GzipReaders,
        (scene, item): (&Scene, &Item),
        body: &[u8],
        own: Own,
    ) -> Self {
        let (content, carries) = match readers.read(body) {
            Container::Broken => (Content::Broken, 0),
            Container::Disputed => (Content::Disputed, 0),
            Container::Complete(content) if content == item.content => (Content::Same, 0),
            Container::Complete(content) => (other(item, &content), carried(scene, &content)),
        };
        Seen {
            content,
            own,
            carries,
        }
    }
}

/// What other content claims to be.
fn other(item: &Item, content: &[u8]) -> Content {
    let json: Option<Value> = serde_json::from_slice(content).ok();
    let claims = |name: &str, value: &str| json.as_ref().is_none_or(|json| json[name] == value);
    Content::Other {
        may_be_own: claims("digestS3Object", &item.key),
        usual_algorithm: claims("digestSignatureAlgorithm", ALGORITHM),
    }
}

/// The digests whose signatures are in some content.
fn carried(scene: &Scene, content: &[u8]) -> u32 {
    let content = content.to_ascii_lowercase();
    let digests = scene.items.iter().enumerate();
    let signatures = digests.filter_map(|(at, item)| Some((at, &item.digest()?.signature)));
    signatures.fold(0, |carries, (at, signature)| {
        let is_in = content
            .windows(signature.len())
            .any(|part| part == signature.as_bytes());
        carries | u32::from(is_in) << at
    })
}

/// Checks the signature in the metadata of a digest: nobody else can make one, so it is CloudTrail's or wrong.
pub fn own(digest: &DigestItem, metadata: &Metadata, key_usable: Sure) -> Own {
    let Some(signature) = &metadata.signature else {
        return Own::Absent;
    };
    let algorithm = metadata.signature_algorithm.as_deref();
    if algorithm.is_some_and(|algorithm| algorithm != ALGORITHM) || key_usable != Sure::Yes {
        return Own::Unchecked;
    }
    match signature.eq_ignore_ascii_case(&digest.signature) {
        true => Own::Right,
        false => Own::Wrong,
    }
}
