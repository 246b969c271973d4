//! What is wrong, and how it is told: at least one for each row of README's table.

use super::scene::{Scene, ended, well};
use crate::support::aws::{Answer, Fault, Service};
use crate::support::case::{BUCKET, REGION};
use crate::support::forge::Place;
use crate::support::hours::ARN;

pub const OF_TRAIL: &[&str] = &["--trail-arn", ARN];
pub const OF_BUCKET: &[&str] = &["--s3-bucket", BUCKET];

pub fn denied(operation: &str) -> Fault {
    Fault::new(Answer::access_denied()).operation(operation)
}

pub fn denied_by_cloudtrail(operation: &str) -> Fault {
    let message = format!("User: auditor is not authorized to perform: cloudtrail:{operation}");
    Fault::new(Answer::error(400, "AccessDeniedException", &message)).operation(operation)
}

/// Something that is wrong, and how it is told.
pub struct Trouble {
    pub check: &'static str,
    pub status: &'static str,
    pub exit: i32,
    pub words: &'static str,
    pub args: &'static [&'static str],
    pub env: &'static [(&'static str, &'static str)],
    pub scene: fn() -> Scene,
}

/// What is wrong with the trail, which is asked for by its ARN.
pub fn trouble(
    check: &'static str,
    status: &'static str,
    exit: i32,
    words: &'static str,
    scene: fn() -> Scene,
) -> Trouble {
    Trouble {
        check,
        status,
        exit,
        words,
        args: OF_TRAIL,
        env: &[],
        scene,
    }
}

pub fn with(change: impl FnOnce(&Scene)) -> Scene {
    let scene = well();
    change(&scene);
    scene
}

pub fn signing() -> Vec<Trouble> {
    vec![
        Trouble {
            env: &[("AWS_ACCESS_KEY_ID", "AKIAWRONG")],
            ..trouble(
                "credentials",
                "failed",
                1,
                "the credentials were not accepted",
                well,
            )
        },
        trouble(
            "credentials",
            "failed",
            1,
            "The provided token has expired",
            || with(|s| s.fault(Fault::new(Answer::expired_token()))),
        ),
        trouble(
            "credentials",
            "unknown",
            0,
            "who they are could not be asked",
            || {
                let answer = Answer::error(400, "InvalidAction", "Could not find it.");
                with(|s| s.fault(Fault::new(answer).service(Service::Sts)))
            },
        ),
        Trouble {
            args: &["--s3-bucket", BUCKET, "--no-sign-request"],
            ..trouble(
                "credentials",
                "warning",
                4,
                "requests are not signed",
                || with(|s| s.stage.loopback.change(|c| c.bucket(BUCKET).public = true)),
            )
        },
        trouble("clock-skew", "failed", 1, "s ahead of that of AWS", || {
            with(|s| s.stage.loopback.change(|c| c.clock_ahead = -600))
        }),
        trouble("clock-skew", "warning", 0, "s behind that of AWS", || {
            with(|s| s.stage.loopback.change(|c| c.clock_ahead = 120))
        }),
    ]
}

pub fn in_the_bucket() -> Vec<Trouble> {
    vec![
        Trouble {
            args: &["--s3-bucket", "nowhere"],
            ..trouble(
                "bucket-exists",
                "failed",
                1,
                "there is no such bucket",
                well,
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
                well,
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
            "names is archived (GLACIER)",
            || with(|s| archive(s, &s.chain.last().logs.last().expect("a log").place)),
        ),
        trouble(
            "storage-class",
            "warning",
            0,
            "could not be asked for",
            || {
                with(|s| {
                    let log = s.chain.last().logs.last().expect("a log").place.clone();
                    s.stage.loopback.change(|c| c.remove(&log));
                })
            },
        ),
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
            "ListPublicKeys knows no key",
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

pub fn with_the_trail() -> Vec<Trouble> {
    vec![
        trouble(
            "key-permission",
            "failed",
            1,
            "cloudtrail:ListPublicKeys on * in eu-west-1",
            || with(|s| s.fault(denied_by_cloudtrail("ListPublicKeys"))),
        ),
        trouble(
            "describe-permission",
            "failed",
            1,
            "cloudtrail:DescribeTrails",
            || with(|s| s.fault(denied_by_cloudtrail("DescribeTrails"))),
        ),
        Trouble {
            args: OF_BUCKET,
            ..trouble(
                "describe-permission",
                "warning",
                0,
                "cloudtrail:DescribeTrails",
                || with(|s| s.fault(denied_by_cloudtrail("DescribeTrails"))),
            )
        },
        trouble(
            "trail-found",
            "failed",
            1,
            "DescribeTrails knows no trail",
            || with(|s| s.stage.loopback.change(|c| c.cloudtrail.trails.clear())),
        ),
        Trouble {
            args: OF_BUCKET,
            ..trouble(
                "trail-found",
                "unknown",
                0,
                "these credentials see no trail",
                || with(|s| s.stage.loopback.change(|c| c.cloudtrail.trails.clear())),
            )
        },
        Trouble {
            args: &["--trail-arn", ARN, "--s3-bucket", BUCKET],
            ..trouble(
                "trail-found",
                "warning",
                0,
                "and not to the bucket that was given",
                || {
                    let moved = || "elsewhere".to_owned();
                    with(|s| {
                        s.stage
                            .loopback
                            .change(|c| c.cloudtrail.trails[0].bucket = moved())
                    })
                },
            )
        },
        trouble(
            "validation-on",
            "failed",
            1,
            "log file validation is off",
            || {
                with(|s| {
                    s.stage
                        .loopback
                        .change(|c| c.cloudtrail.trails[0].validation = false)
                })
            },
        ),
        trouble(
            "status-permission",
            "warning",
            0,
            "cloudtrail:GetTrailStatus on",
            || with(|s| s.fault(denied_by_cloudtrail("GetTrailStatus"))),
        ),
        trouble(
            "logging",
            "failed",
            1,
            "it is not logging in eu-west-1",
            || with(|s| s.status(|status| status.logging = false)),
        ),
        trouble(
            "delivery",
            "failed",
            1,
            "could not be delivered: AccessDenied",
            || {
                let error = Some("AccessDenied".to_owned());
                with(|s| s.status(|status| status.latest_digest_delivery_error = error))
            },
        ),
        trouble("delivery", "warning", 0, "knows of no digest", || {
            with(|s| s.status(|status| status.latest_digest_delivery = None))
        }),
    ]
}

pub fn all_troubles() -> Vec<Trouble> {
    let all = [
        signing(),
        in_the_bucket(),
        with_the_digest(),
        with_the_trail(),
    ];
    all.into_iter().flatten().collect()
}
