//! Sessions: which credentials sign which requests.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::aws::{ACCESS_KEY, Answer, Fault, SECRET_KEY, Service};
use crate::support::case::BUCKET;
use crate::support::profiles::{command, reasons, write_keys, write_profiles};
use crate::support::program::{finish, reported, severity_codes};
use crate::support::short_trail::{
    ARN, WINDOW, assert_refused, calls, of_trail, serving, stage, world,
};
use crate::support::six_hours::{field, finding, on_object, six_hours};

#[test]
fn a_profile_signs_in_from_option_or_environment_with_any_source_of_keys() {
    let stage = stage();
    let script = format!(
        "echo '{{\"Version\": 1, \"AccessKeyId\": \"{ACCESS_KEY}\", \"SecretAccessKey\": \
         \"{SECRET_KEY}\"}}'\n"
    );
    let path = stage.dir.path().join("keys.sh");
    fs::write(&path, script).expect("a script");
    let process = format!(
        "[profile process]\ncredential_process = /bin/sh {}\n",
        path.display()
    );
    write_profiles(&stage, &process);
    let runs: [(&[&str], Option<&str>); 4] = [
        (&["--profile", "audit"], None),
        (&[], Some("audit")),
        (&["--profile", "process"], None),
        // The option wins over the environment.
        (&["--profile", "audit"], Some("stranger")),
    ];
    for (args, profile) in runs {
        stage.loopback.clear_calls();
        let mut command = command(&stage, &of_trail(args));
        command.envs(profile.map(|name| ("AWS_PROFILE", name)));
        let (code, report) = reported(finish(&mut command));
        assert_eq!(
            (code, &report["verdict"]),
            (0, &json!("verified")),
            "{args:?}"
        );
        let calls = stage.loopback.calls();
        assert!(!calls.is_empty() && calls.iter().all(|c| c.region.is_some()));
    }
}

#[test]
fn a_profile_that_is_given_wins_over_keys_in_the_environment() {
    let stage = stage();
    write_profiles(&stage, "");
    let with_key = |key: &str, profile: &'static str, args: &[&'static str]| {
        let args = [args, &["--profile", profile]].concat();
        let mut command = command(&stage, &of_trail(&args));
        command
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
        command
    };
    let (code, _) = reported(finish(&mut with_key("AKIASTRANGER", "audit", &[])));
    assert_eq!(code, 0);
    let (code, report) = reported(finish(&mut with_key(ACCESS_KEY, "stranger", &[])));
    assert_eq!((code, &report["complete"]), (4, &json!(false)), "{report}");
    let side = ["--trail-profile", "stranger"];
    let (code, _) = reported(finish(&mut with_key(ACCESS_KEY, "audit", &side)));
    assert_eq!(code, 4);
    assert_refused(&mut with_key(ACCESS_KEY, "nobody", &[]), &["nobody"]);

    // A profile in the environment does not win over keys in the environment, as in the AWS CLI.
    let mut both = command(&stage, &of_trail(&[]));
    both.env("AWS_PROFILE", "stranger")
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    assert_eq!(reported(finish(&mut both)).0, 0);
}

#[test]
fn archive_and_trail_are_signed_in_to_each_with_a_profile_of_its_own() {
    let stage = stage();
    write_profiles(&stage, "");
    let both = |s3: &'static str, trail: &'static str| {
        let args = of_trail(&["--s3-profile", s3, "--trail-profile", trail]);
        reported(finish(&mut command(&stage, &args)))
    };

    let (code, report) = both("stranger", "audit");
    assert_eq!((code, &report["complete"]), (4, &json!(false)), "{report}");
    assert_eq!(
        reasons(&report, "source-unreadable"),
        [&json!("credentials")]
    );
    let trails = calls(&stage, Service::CloudTrail);
    assert!(!trails.is_empty() && trails.iter().all(|c| c.status == Some(200)));
    let s3 = calls(&stage, Service::S3);
    assert!(!s3.is_empty() && s3.iter().all(|c| c.status == Some(403)));

    stage.loopback.clear_calls();
    let named = ["--s3-bucket", BUCKET];
    let args = ["--s3-profile", "audit", "--trail-profile", "stranger"];
    let args = of_trail(&[&named[..], &args].concat());
    let (code, report) = reported(finish(&mut command(&stage, &args)));
    assert_eq!((code, &report["verdict"]), (4, &json!("unproven")));
    assert_eq!(
        severity_codes(&report),
        ["unproven key-unavailable"],
        "{report}"
    );
    assert_eq!(reasons(&report, "key-unavailable"), [&json!("credentials")]);
    let s3 = calls(&stage, Service::S3);
    assert!(!s3.is_empty() && s3.iter().all(|c| c.status != Some(403)));

    let (code, _) = both("audit", "audit");
    assert_eq!(code, 0);
}

#[test]
fn one_profile_may_be_given_for_all_and_another_for_one_side() {
    let stage = stage();
    write_profiles(&stage, "");
    for (all, side) in [("--s3-profile", "S3"), ("--trail-profile", "CloudTrail")] {
        let args = of_trail(&["--profile", "stranger", all, "audit"]);
        let (code, report) = reported(finish(&mut command(&stage, &args)));
        assert_eq!(code, 4, "{side}: {report}");
    }
    let both = ["--s3-profile", "audit", "--trail-profile", "audit"];
    let args = of_trail(&[&both[..], &["--profile", "stranger"]].concat());
    let (code, _) = reported(finish(&mut command(&stage, &args)));
    assert_eq!(code, 0, "neither side asks for the profile of the rest");
}

#[test]
fn without_credentials_a_run_is_refused_quickly() {
    let stage = stage();
    write_profiles(&stage, "[profile empty]\nregion = eu-west-1\n");
    let begun = Instant::now();
    let mut nobody = command(&stage, &of_trail(&[]));
    assert_refused(&mut nobody, &["there are no credentials", "hint: sign in"]);
    let similar = "hint: use a profile that exists, such as audit, ";
    for (name, message, hint) in [
        ("audti", "profile audti does not exist in ", similar),
        ("empty", "in the profile empty", "hint: sign in"),
    ] {
        let mut unknown = command(&stage, &of_trail(&["--profile", name]));
        let message = ["there are no credentials", message, hint];
        assert_refused(&mut unknown, &message);
        let mut unknown = command(&stage, &of_trail(&["--trail-profile", name]));
        unknown.env("AWS_PROFILE", "audit");
        assert_refused(&mut unknown, &message);
    }
    let mut unknown = command(&stage, &of_trail(&[]));
    let selected = ["does not exist in ", "and AWS_PROFILE selects it", similar];
    assert_refused(unknown.env("AWS_PROFILE", "audti"), &selected);
    assert!(begun.elapsed() < Duration::from_secs(10), "six runs");
    assert!(stage.loopback.calls().is_empty(), "nothing was asked for");
}

#[test]
fn a_public_bucket_needs_neither_credentials_nor_cloudtrail() {
    let world = world(6);
    let stage = serving(&world);
    write_keys(&stage, &world);
    let args = ["--no-sign-request", "--keys", "keys", "--s3-bucket", BUCKET];
    let args = [
        &["validate", "--format", "json"],
        &WINDOW[..],
        &args,
        &["--trail-arn", ARN],
    ]
    .concat();

    stage.loopback.change(|c| c.bucket(BUCKET).public = true);
    let (code, report) = reported(finish(&mut command(&stage, &args)));
    assert_eq!(
        (code, &report["verdict"]),
        (0, &json!("verified")),
        "{report}"
    );
    let calls_made = stage.loopback.calls();
    assert!(!calls_made.is_empty());
    for call in calls_made {
        assert_eq!((call.service, call.region), (Service::S3, None));
    }

    stage.loopback.change(|c| c.bucket(BUCKET).public = false);
    let (code, report) = reported(finish(&mut command(&stage, &args)));
    assert_eq!((code, &report["complete"]), (4, &json!(false)));
    assert_eq!(reasons(&report, "source-unreadable"), [&json!("denied")]);
}

#[test]
fn credentials_that_expire_on_the_way_leave_a_report_that_is_not_complete() {
    let six = six_hours();
    // Digests are read newest first: from the middle of the window on, every call is refused.
    for at in 0..5 {
        let key = six.digest(at).key;
        six.fault(
            Fault::new(Answer::expired_token())
                .operation("GetObject")
                .key(&key),
        );
    }
    for log in six.chain.digests[..5].iter().flat_map(|d| &d.logs) {
        six.fault(on_object(&log.place, Answer::expired_token()));
    }
    let (code, report) = six.report(&["--jobs", "1"]);
    assert_eq!(
        (code, &report["complete"]),
        (4, &json!(false)),
        "{report:#}"
    );
    let found = finding(&report, "digest-unreadable");
    assert_eq!(found["reason"], "credentials");
    assert!(field(found, "hint").contains("sign in again"), "{found:#}");
    assert_eq!(report["chains"][0]["digests"]["valid"], 3);
    let coverage = report["chains"][0]["coverage"]
        .as_array()
        .expect("coverage");
    let states: Vec<&str> = coverage.iter().map(|s| field(s, "state")).collect();
    // Nothing is asked for any more, so no log is read.
    assert_eq!(states, ["unproven"]);
}
