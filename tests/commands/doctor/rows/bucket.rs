//! Faults of the bucket.

use super::{Trouble, denied, trouble, with};
use crate::commands::doctor::scene::{ended, healthy};
use crate::support::aws::{Answer, Fault};
use crate::support::case::{ACCOUNT, BUCKET};

pub fn in_the_bucket() -> Vec<Trouble> {
    vec![
        Trouble {
            args: &["--s3-bucket", "nowhere"],
            ..trouble("bucket-exists", "failed", 1, "it does not exist", healthy)
        },
        trouble(
            "bucket-region",
            "ok",
            0,
            "eu-central-1 (configured: us-east-1)",
            || {
                let region = || "eu-central-1".to_owned();
                with(|s| {
                    s.stage
                        .loopback
                        .change(|c| c.bucket(BUCKET).region = region())
                })
            },
        ),
        trouble(
            "list-permission",
            "failed",
            1,
            "s3:ListBucket on arn:aws:s3:::",
            || with(|s| s.fault(denied("ListObjectsV2"))),
        ),
        trouble("list-permission", "unknown", 4, "reading failed", || {
            let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail/");
            let broken = Answer::error(400, "BadRequest", "no");
            let broken = Fault::new(broken).operation("ListObjectsV2");
            with(|s| s.fault(broken.under(&folder)))
        }),
        trouble(
            "digests-found",
            "failed",
            1,
            "logs exist, but no digests",
            || {
                with(|s| {
                    s.stage.loopback.change(|c| {
                        let objects = &mut c.bucket(BUCKET).objects;
                        objects.retain(|key, _| !key.contains("/CloudTrail-Digest/"));
                    });
                })
            },
        ),
        Trouble {
            args: &["--s3-bucket", BUCKET, "--region", "us-west-2"],
            ..trouble(
                "digests-found",
                "failed",
                1,
                "only outside the given scope",
                healthy,
            )
        },
        trouble(
            "digests-found",
            "failed",
            1,
            "neither digests nor logs",
            || {
                with(|s| {
                    s.stage
                        .loopback
                        .change(|c| c.bucket(BUCKET).objects.clear())
                })
            },
        ),
        trouble(
            "digest-age",
            "failed",
            1,
            "the trail is logging, and GetTrailStatus reports",
            || ended(10 * 60),
        ),
        trouble(
            "encryption",
            "unknown",
            0,
            "not needed for a validation",
            || with(|s| s.fault(denied("GetBucketEncryption"))),
        ),
        trouble("versioning", "warning", 0, "it is off", || {
            with(|s| {
                s.stage
                    .loopback
                    .change(|c| c.bucket(BUCKET).keeping.versioning = None)
            })
        }),
        trouble("versioning", "warning", 0, "it is suspended", || {
            let off = Some("Suspended");
            with(|s| {
                s.stage
                    .loopback
                    .change(|c| c.bucket(BUCKET).keeping.versioning = off)
            })
        }),
        trouble("versioning", "unknown", 0, "s3:GetBucketVersioning", || {
            with(|s| s.fault(denied("GetBucketVersioning")))
        }),
        trouble("object-lock", "warning", 0, "it is off", || {
            with(|s| {
                s.stage
                    .loopback
                    .change(|c| c.bucket(BUCKET).keeping.lock = None)
            })
        }),
        trouble(
            "object-lock",
            "warning",
            0,
            "without a default retention",
            || {
                with(|s| {
                    s.stage
                        .loopback
                        .change(|c| c.bucket(BUCKET).keeping.lock = Some(None))
                })
            },
        ),
        trouble(
            "object-lock",
            "unknown",
            0,
            "s3:GetBucketObjectLockConfiguration",
            || with(|s| s.fault(denied("GetObjectLockConfiguration"))),
        ),
    ]
}
