//! Faults of the newest digest.

use super::{Trouble, denied, trouble, with};
use crate::commands::doctor::scene::Scene;
use crate::support::aws::{Answer, Fault};
use crate::support::case::{BUCKET, REGION};
use crate::support::forge::Place;

pub fn with_the_digest() -> Vec<Trouble> {
    vec![
        trouble(
            "read-permission",
            "failed",
            1,
            "s3:GetObject on arn:aws:s3:::",
            || {
                with(|s| {
                    s.fault(denied("GetObject"));
                    s.fault(denied("HeadObject"));
                })
            },
        ),
        trouble(
            "kms",
            "failed",
            1,
            "kms:Decrypt is missing or denied",
            || with(|s| s.fault(Fault::new(Answer::kms_denied()).operation("GetObject"))),
        ),
        trouble("kms", "failed", 1, "KMS.DisabledException", || {
            let answer = Answer::error(400, "KMS.DisabledException", "the key is disabled");
            with(|s| s.fault(Fault::new(answer).operation("GetObject")))
        }),
        trouble(
            "storage-class",
            "failed",
            1,
            "the newest digest is archived (GLACIER)",
            || {
                with(|s| {
                    archive(s, &s.newest());
                    s.fault(Fault::new(Answer::archived()).operation("GetObject"));
                })
            },
        ),
        trouble(
            "storage-class",
            "failed",
            1,
            "lists is archived (GLACIER)",
            || with(|s| archive(s, &s.chain.last().logs.last().expect("a log").place)),
        ),
        trouble(
            "storage-class",
            "warning",
            0,
            "could not be checked",
            || {
                with(|s| {
                    let log = s.chain.last().logs.last().expect("a log").place.clone();
                    s.stage.loopback.change(|c| c.remove(&log));
                })
            },
        ),
        trouble("storage-class", "failed", 1, "could not be checked", || {
            with(|s| {
                let log = s.chain.last().logs.last().expect("a log").place.key.clone();
                s.fault(denied("HeadObject").key(&log));
            })
        }),
        trouble(
            "storage-class",
            "unknown",
            4,
            "could not be checked",
            || {
                with(|s| {
                    let log = s.chain.last().logs.last().expect("a log").place.key.clone();
                    let broken = Answer::error(400, "BadRequest", "no");
                    s.fault(Fault::new(broken).operation("HeadObject").key(&log));
                })
            },
        ),
        trouble("storage-class", "unknown", 1, "no log was checked", || {
            with(|s| {
                let key = s.newest().key;
                s.fault(denied("GetObject").key(&key));
            })
        }),
        trouble(
            "signature-metadata",
            "failed",
            1,
            "has no signature",
            || {
                with(|s| {
                    let key = s.newest().key;
                    s.stage.loopback.change(|c| {
                        let object = c.bucket(BUCKET).objects.get_mut(&key).expect("it");
                        object.metadata.clear();
                    });
                })
            },
        ),
        trouble(
            "key-known",
            "failed",
            1,
            "ListPublicKeys returns no key",
            || {
                let none = || (REGION.to_owned(), Vec::new());
                with(|s| {
                    let (region, keys) = none();
                    s.stage
                        .loopback
                        .change(|c| c.published.insert(region, keys));
                })
            },
        ),
    ]
}

pub fn archive(scene: &Scene, place: &Place) {
    scene.stage.loopback.change(|cloud| {
        let objects = &mut cloud.bucket(&place.bucket).objects;
        objects.get_mut(&place.key).expect("an object").class = Some("GLACIER");
    });
}
