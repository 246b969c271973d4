//! Faults and how they are reported: at least one for each row of the manual's table.

pub mod bucket;
pub mod digest;
pub mod trail;

use crate::commands::doctor::scene::{Scene, healthy};
use crate::support::aws::{Answer, Fault, Service};
use crate::support::case::BUCKET;
use crate::support::short_trail::ARN;

pub const OF_TRAIL: &[&str] = &["--trail-arn", ARN];

pub const OF_BUCKET: &[&str] = &["--s3-bucket", BUCKET];

pub fn denied(operation: &str) -> Fault {
    Fault::new(Answer::access_denied()).operation(operation)
}

pub fn denied_by_cloudtrail(operation: &str) -> Fault {
    let message = format!("User: auditor is not authorized to perform: cloudtrail:{operation}");
    Fault::new(Answer::error(400, "AccessDeniedException", &message)).operation(operation)
}

/// A fault, and the row that reports it.
pub struct Trouble {
    pub check: &'static str,
    pub status: &'static str,
    pub exit: i32,
    pub words: &'static str,
    pub args: &'static [&'static str],
    pub env: &'static [(&'static str, &'static str)],
    pub scene: fn() -> Scene,
}

/// A fault in the trail, which is given by its ARN.
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
    let scene = healthy();
    change(&scene);
    scene
}

/// Nothing listens at this address.
const NOWHERE: &str = "http://127.0.0.1:1";

pub fn of_the_network() -> Vec<Trouble> {
    let dead = |args, words| Trouble {
        args,
        env: &[
            ("AWS_ENDPOINT_URL_S3", NOWHERE),
            ("AWS_ENDPOINT_URL_CLOUDTRAIL", NOWHERE),
        ],
        ..trouble("network", "failed", 1, words, healthy)
    };
    let half = |env| Trouble {
        args: OF_BUCKET,
        env,
        ..trouble("network", "failed", 1, "it cannot be reached", healthy)
    };
    vec![
        dead(OF_TRAIL, "it cannot be reached"),
        dead(OF_BUCKET, "it cannot be reached"),
        half(&[("AWS_ENDPOINT_URL_CLOUDTRAIL", NOWHERE)]),
        Trouble {
            env: &[(
                "AWS_ENDPOINT_URL_CLOUDTRAIL",
                "https://no-such-host.invalid",
            )],
            ..trouble("network", "failed", 1, "it cannot be reached", healthy)
        },
    ]
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
                healthy,
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
            "whose credentials these are",
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
        trouble("clock-skew", "failed", 1, "s ahead of AWS", || {
            with(|s| s.stage.loopback.change(|c| c.clock_ahead = -600))
        }),
        trouble("clock-skew", "warning", 0, "s behind AWS", || {
            with(|s| s.stage.loopback.change(|c| c.clock_ahead = 120))
        }),
    ]
}

pub fn all_troubles() -> Vec<Trouble> {
    let all = [
        of_the_network(),
        signing(),
        bucket::in_the_bucket(),
        digest::with_the_digest(),
        trail::with_the_trail(),
    ];
    all.into_iter().flatten().collect()
}
