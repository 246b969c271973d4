//! `doctor` and the session: the clock, profiles and credentials.

use std::fs;

use super::rows::OF_BUCKET;
use super::scene::{Scene, healthy, row, statuses};

use crate::support::aws::{ACCESS_KEY, Answer, Fault, SECRET_KEY, Service};
use crate::support::case::BUCKET;
use crate::support::short_trail::assert_refused;

/// S3 and STS refuse requests because of a wrong clock.
fn refuse_the_clock(scene: &Scene, times: usize) {
    let message = "The difference between the request time and the current time is too large.";
    let skewed = Answer::error(403, "RequestTimeTooSkewed", message);
    let listing = Fault::new(skewed).operation("ListObjectsV2");
    scene.fault(listing.times(times));
    let expired = Answer::error(403, "SignatureDoesNotMatch", "Signature expired");
    scene.fault(Fault::new(expired).service(Service::Sts).times(times));
}

#[test]
fn a_refused_clock_is_reported_as_the_cause() {
    let scene = healthy();
    scene.stage.loopback.change(|c| c.clock_ahead = -600);
    refuse_the_clock(&scene, 1_000);
    let (code, report) = scene.doctor(OF_BUCKET, &[("AWS_MAX_ATTEMPTS", "1")]);
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(row(&report, "clock-skew")["status"], "failed");
    let credentials = row(&report, "credentials");
    let advice = credentials["advice"].as_str().expect("words");
    assert!(advice.starts_with("set the clock first"), "{advice}");
    // A missing permission is not the cause.
    assert_eq!(row(&report, "list-permission")["status"], "unknown");
}

#[test]
fn a_wrong_clock_is_reported_even_if_the_sdk_corrects_it() {
    let scene = healthy();
    scene.stage.loopback.change(|c| c.clock_ahead = -600);
    // The SDK signs again with the time from the error response.
    refuse_the_clock(&scene, 1);
    let (code, report) = scene.doctor(OF_BUCKET, &[]);
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(row(&report, "clock-skew")["status"], "failed");
    for check in ["credentials", "list-permission", "read-permission"] {
        assert_eq!(row(&report, check)["status"], "ok", "{report:#}");
    }
}

#[test]
fn two_profiles_have_separate_rows() {
    let scene = healthy();
    let config = scene.stage.dir.path().join("config");
    let keys = |name: &str, key: &str| {
        let secret = SECRET_KEY;
        format!("[profile {name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    };
    let text = keys("archive", ACCESS_KEY) + &keys("prod", "AKIAWRONG");
    fs::write(&config, text).expect("a file");
    let config = config.to_str().expect("UTF-8");
    let args = [
        "--s3-bucket",
        BUCKET,
        "--s3-profile",
        "archive",
        "--trail-profile",
        "prod",
    ];
    let (code, report) = scene.doctor(&args, &[("AWS_CONFIG_FILE", config)]);
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(
        statuses(&report, "credentials"),
        [("for CloudTrail", "failed"), ("for S3", "ok")]
    );
    assert_eq!(row(&report, "read-permission")["status"], "ok");
}

#[test]
fn without_credentials_or_a_scope_doctor_is_refused() {
    let scene = healthy();
    let mut command = scene.stage.command(&["doctor", "--s3-bucket", BUCKET]);
    command.env_remove("AWS_ACCESS_KEY_ID");
    assert_refused(&mut command, &["there are no credentials"]);
    let mut command = scene.stage.command(&["doctor"]);
    assert_refused(&mut command, &["nothing to check", "--trail-arn"]);
    assert!(scene.stage.loopback.calls().is_empty());
}
