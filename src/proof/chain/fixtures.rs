//! What the tests beside this code hand to a walk: the hourly digests of one day, named by the hour of their end.
//! Whether the signature of a digest is valid is given, not computed.

use super::{Walk, WalkScope, Walked};
use crate::base::time::HOUR;
use crate::cloudtrail::digest::{Link, Unverified};
use crate::cloudtrail::object_key::DigestObjectKey;
use crate::proof::coverage::Spans;
use crate::proof::digest_object::{Content, Reading};
use crate::proof::finding::{Code, Finding, ObjectFacts};
use crate::proof::fixtures::{BUCKET, HOME, at, chain, digest, digest_key, link, valid};
use crate::proof::judge::OwnSignature;
use crate::proof::keys::NoKeys;
use crate::proof::look::Look;
use crate::proof::placement::RecordedPlace;
use crate::proof::signature::SignatureCheck;

/// A full hour of the day.
pub fn hour(hour: u8) -> String {
    format!("{hour:02}:00")
}

/// The chain of the home region from 02:00 to 22:00, without keys.
pub fn scope() -> WalkScope<'static> {
    WalkScope {
        chain: chain(HOME),
        backfill: false,
        from: Some(at("02:00")),
        to: at("22:00"),
        keys: &NoKeys,
        hidden: Spans::default(),
        backfill_grace: HOUR,
        look: Look::default(),
    }
}

/// The digest that ends at an hour. It links to the one that ends at `previous`, whose hash it does not know.
pub fn hourly(end: u8, previous: Option<u8>) -> Unverified {
    let digest = digest(&hour(end - 1), &hour(end));
    match previous {
        Some(previous) => linked(link(&hour(previous), None), digest),
        None => digest,
    }
}

/// The same digest with this link.
pub fn linked(link: Link, mut digest: Unverified) -> Unverified {
    digest.claims.previous = Some(link);
    digest
}

/// The same digest as a backfill digest, which links to another one.
pub fn backfill(mut digest: Unverified) -> Unverified {
    let named = |key: &str| key.replace(".json.gz", "_backfill.json.gz");
    let claims = &mut digest.claims;
    claims.key = named(&claims.key);
    claims.name = DigestObjectKey::parse(&claims.key);
    if let Some(link) = &mut claims.previous {
        link.key = named(&link.key);
    }
    digest
}

/// A digest found where it was written, with this signature in its metadata.
pub fn reading(digest: Unverified, own: OwnSignature) -> Reading {
    let (bucket, key) = digest.claimed_place_unverified();
    let (bucket, key) = (bucket.to_owned(), key.to_owned());
    let name = DigestObjectKey::parse(&key)
        .expect("a key of a digest")
        .name;
    Reading {
        bucket: Some(bucket.clone()),
        recorded: vec![RecordedPlace {
            bucket: Some(bucket),
            key: key.clone(),
        }],
        key,
        signed: (name.end, name.end),
        name,
        content: Content::Digest {
            digest: Box::new(digest),
            whole: true,
        },
        own,
        facts: ObjectFacts::default(),
        generated: None,
        metadata_trouble: None,
        without_original: false,
    }
}

/// The same object, found in another bucket.
pub fn found_in(bucket: &str, reading: Reading) -> Reading {
    let bucket = Some(bucket.to_owned());
    let recorded = vec![RecordedPlace {
        bucket: bucket.clone(),
        key: reading.key.clone(),
    }];
    Reading {
        bucket,
        recorded,
        ..reading
    }
}

/// A digest that its own signature proves.
pub fn proven(digest: Unverified) -> Reading {
    reading(digest, OwnSignature::Present("aa".into(), valid("a")))
}

/// A signature that no key fits.
pub fn wrong() -> OwnSignature {
    OwnSignature::Present("aa".into(), SignatureCheck::Invalid)
}

/// A digest without metadata.
pub fn unsigned(digest: Unverified) -> Reading {
    reading(digest, OwnSignature::Absent)
}

/// A walk that has met these objects, newest first.
pub fn met(scope: WalkScope<'_>, readings: Vec<Reading>) -> Walk<'_> {
    let mut walk = Walk::new(scope);
    for reading in readings {
        walk.place(reading, None);
    }
    walk
}

/// The result for these objects, newest first.
pub fn walked(scope: WalkScope<'_>, readings: Vec<Reading>) -> Walked {
    met(scope, readings).finish()
}

/// Tells a walk that the digest that ends at an hour does not exist.
pub fn not_found(walk: &mut Walk<'_>, end: u8) {
    let end = hour(end);
    walk.absent((BUCKET, &digest_key(HOME, &end)), at(&end), None);
}

/// The codes of findings, in the order they were made.
pub fn codes(findings: &[Finding]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}
