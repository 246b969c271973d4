//! Faults of the trail.

use super::{OF_BUCKET, Trouble, denied_by_cloudtrail, trouble, with};
use crate::support::case::BUCKET;
use crate::support::short_trail::ARN;

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
            "DescribeTrails does not return",
            || with(|s| s.stage.loopback.change(|c| c.cloudtrail.trails.clear())),
        ),
        Trouble {
            args: OF_BUCKET,
            ..trouble(
                "trail-found",
                "unknown",
                0,
                "does not return the trail of the newest digest",
                || with(|s| s.stage.loopback.change(|c| c.cloudtrail.trails.clear())),
            )
        },
        Trouble {
            args: &["--trail-arn", ARN, "--s3-bucket", BUCKET],
            ..trouble(
                "trail-found",
                "warning",
                0,
                "not to the given bucket",
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
        trouble(
            "delivery",
            "warning",
            0,
            "reports no delivered digest",
            || with(|s| s.status(|status| status.latest_digest_delivery = None)),
        ),
    ]
}
