//! Faults of the bucket.

use super::{Trouble, denied, trouble, with};
use crate::commands::doctor::scene::{ended, healthy};
use crate::support::aws::{Answer, Fault};
use crate::support::case::{ACCOUNT, BUCKET};

pub fn in_the_bucket() -> Vec<Trouble> {
    vec![
        Trouble {
            args: &["--s3-bucket", "nowhere"],
            ..trouble(
                "bucket-exists",
                "failed",
                1,
                "there is no such bucket",
                healthy,
            )
        },
        trouble(
            "bucket-region",
            "ok",
            0,
            "eu-central-1, and not us-east-1",
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
            "there are logs and no digests",
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
                "but not of what was asked for",
                healthy,
            )
        },
        trouble(
            "digests-found",
            "failed",
            1,
            "neither a digest nor a log",
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
            "though the trail is logging",
            || ended(10 * 60),
        ),
        trouble("encryption", "unknown", 0, "no validation needs it", || {
            with(|s| s.fault(denied("GetBucketEncryption")))
        }),
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
        trouble("object-lock", "warning", 0, "there is none", || {
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
