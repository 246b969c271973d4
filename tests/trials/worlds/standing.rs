//! What became of each object of a world, and what can still be proven of it: a second opinion, made without a
//! line of the verifier and with the honest world beside it.

use std::collections::HashSet;
use std::io::Read as _;

use flate2::read::DeflateDecoder;

use super::damage::Damaged;
use super::scene::Scene;
use crate::support::forge::{Chain, DigestRecord, Object, Place};

/// What stands before the signature that a digest records of the one before it.
const RECORDED: &[u8] = b"\"previousDigestSignature\":\"";

/// What became of the bytes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// As delivered; apart from fields of the gzip header that do not count.
    Intact,
    /// The content is as delivered, and what it is stored in is not.
    Container,
    /// Another content.
    Altered,
    /// Removed.
    Gone,
}

/// What became of the signature stored with a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    Intact,
    /// Removed, or by an algorithm that is not known: it says nothing.
    Useless,
    Wrong,
}

/// The second opinion on a damaged world.
pub struct Standing<'a> {
    scene: &'a Scene,
    damaged: &'a Damaged,
    /// The content of every object, wherever it is.
    contents: HashSet<Vec<u8>>,
}

impl<'a> Standing<'a> {
    pub fn of(scene: &'a Scene, damaged: &'a Damaged) -> Standing<'a> {
        let objects = damaged.world.buckets.values().flatten();
        let digests = objects.filter(|(key, _)| key.contains("/CloudTrail-Digest/"));
        Standing {
            scene,
            damaged,
            contents: digests.map(|(_, o)| content(&o.body)).collect(),
        }
    }

    /// What became of an object with this content.
    pub fn shape(&self, place: &Place, json: &[u8]) -> Shape {
        match self.damaged.world.get(place) {
            None => Shape::Gone,
            Some(object) if content(&object.body) != json => Shape::Altered,
            Some(object) if is_one_member(&object.body, json) => Shape::Intact,
            Some(_) => Shape::Container,
        }
    }

    /// What became of a digest.
    pub fn shape_of(&self, digest: &DigestRecord) -> Shape {
        self.shape(&digest.place, &digest.json)
    }

    /// What became of the signature stored with a digest.
    pub fn stored(&self, digest: &DigestRecord) -> Stored {
        let delivered = &self.scene.world.object(&digest.place).metadata;
        let Some(Object { metadata, .. }) = self.damaged.world.get(&digest.place) else {
            return Stored::Useless;
        };
        let of = |name: &str| (metadata.get(name), delivered.get(name));
        match (of("signature"), of("signature-algorithm")) {
            ((None, _), _) => Stored::Useless,
            (_, (is, was)) if is != was => Stored::Useless,
            ((is, was), _) if is != was => Stored::Wrong,
            _ => Stored::Intact,
        }
    }

    /// Whether an object is as it was delivered, its metadata too.
    pub fn is_untouched(&self, place: &Place) -> bool {
        let now = self.damaged.world.get(place);
        now.is_some() && now == self.scene.world.get(place)
    }

    /// Whether the key that signed a digest is known.
    pub fn has_key(&self, digest: &DigestRecord) -> bool {
        let key = (digest.region.clone(), digest.key);
        !self.damaged.without.contains(&key)
    }

    /// Whether a digest surely proves itself: nothing was done to it.
    pub fn is_sound(&self, digest: &DigestRecord) -> bool {
        self.shape_of(digest) == Shape::Intact
            && self.stored(digest) == Stored::Intact
            && self.has_key(digest)
    }

    /// Whether anything at all can prove the content of a digest: its own signature, or what a later digest recorded,
    /// wherever that lies now.
    pub fn is_provable(&self, chain: &Chain, digest: &DigestRecord) -> bool {
        let own = self.stored(digest) == Stored::Intact && self.has_key(digest);
        self.shape_of(digest) <= Shape::Container && (own || self.is_recorded(chain, digest))
    }

    /// Whether the content of a digest is proven by digests to which nothing was done: by itself, or by those after it.
    pub fn is_sure(&self, chain: &Chain, digest: &DigestRecord) -> bool {
        let by_later = || successor(chain, digest).is_some_and(|later| self.is_sure(chain, later));
        self.shape_of(digest) == Shape::Intact && (self.is_sound(digest) || by_later())
    }

    fn is_recorded(&self, chain: &Chain, digest: &DigestRecord) -> bool {
        // The recorded signature proves it whoever carries it, in whatever condition.
        let carries = |content: &Vec<u8>| {
            let signature = digest.signature.as_bytes();
            let at = content
                .windows(RECORDED.len())
                .position(|bytes| bytes == RECORDED);
            at.is_some_and(|at| content[at + RECORDED.len()..].starts_with(signature))
        };
        if self.has_key(digest) && self.contents.iter().any(carries) {
            return true;
        }
        // The recorded hash proves it if its carrier is proven.
        let Some(later) = successor(chain, digest) else {
            return false;
        };
        let own = self.stored(later) == Stored::Intact && self.has_key(later);
        let is_somewhere = self.contents.contains(&later.json);
        is_somewhere && (own || self.is_recorded(chain, later))
    }
}

/// The digest that links to this one.
pub fn successor<'a>(chain: &'a Chain, digest: &DigestRecord) -> Option<&'a DigestRecord> {
    let all = match digest.backfill {
        true => &chain.backfills,
        false => &chain.digests,
    };
    let at = all.iter().position(|d| d.place == digest.place)?;
    all.get(at + 1)
        .filter(|later| later.fields.text("previousDigestS3Object").is_some())
}

/// Where the compressed bytes of a gzip member begin; `None` if it is none.
fn deflated(body: &[u8]) -> Option<usize> {
    let flags = *body.get(3).filter(|_| body.starts_with(&[0x1f, 0x8b, 8]))?;
    let mut at = 10;
    if flags & 0x08 != 0 {
        at += body.get(at..)?.iter().position(|byte| *byte == 0)? + 1;
    }
    Some(at)
}

/// The content of an object, whether or not it is a whole gzip member.
fn content(body: &[u8]) -> Vec<u8> {
    let Some(rest) = deflated(body).and_then(|at| body.get(at..)) else {
        return body.to_vec();
    };
    let mut content = Vec::new();
    // What comes before an error is the content.
    let _cut = DeflateDecoder::new(rest).read_to_end(&mut content);
    content
}

/// Whether this is exactly one gzip member of this content.
fn is_one_member(body: &[u8], json: &[u8]) -> bool {
    let Some(rest) = deflated(body).and_then(|at| body.get(at..)) else {
        return false;
    };
    let mut crc = flate2::Crc::new();
    crc.update(json);
    let trailer = [crc.sum().to_le_bytes(), crc.amount().to_le_bytes()].concat();
    let mut decoder = DeflateDecoder::new(rest);
    let read = decoder.read_to_end(&mut Vec::new());
    let used = usize::try_from(decoder.total_in()).expect("a small object");
    read.is_ok() && rest.get(used..) == Some(&trailer[..])
}
