//! The command line over AWS: that of the AWS CLI unchanged, profiles, endpoints and regions.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::aws::{ACCESS_KEY, Answer, Ca, Fault, SECRET_KEY, Service, TrailConfig};
use crate::support::case::{ACCOUNT, BUCKET, REGION};
use crate::support::forge::{Heads, KeyFileStyle, World, ts};
use crate::support::hours::{
    ARN, CHAIN, WINDOW, add, assert_refused, calls, of_trail, over_tls, serving, stage, trail,
    world,
};
use crate::support::program::{finish, reported, severity_codes};
use crate::support::stage::Stage;

/// What the AWS CLI takes and means nothing here.
const MEANINGLESS: [&str; 10] = [
    "--output",
    "--query",
    "--debug",
    "--v2-debug",
    "--color",
    "--no-verify-ssl",
    "--no-paginate",
    "--no-cli-pager",
    "--no-cli-auto-prompt",
    "--cli-binary-format",
];

/// What is asked of a stage with profiles alone: no keys and no region in the environment.
fn command(stage: &Stage, args: &[impl AsRef<str>]) -> Command {
    let mut command = stage.command(args);
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    ] {
        command.env_remove(name);
    }
    command
        .env("AWS_CONFIG_FILE", stage.dir.path().join("config"))
        .env(
            "AWS_SHARED_CREDENTIALS_FILE",
            stage.dir.path().join("credentials"),
        );
    command
}

/// Writes the AWS CLI's two files, with the key that is known and one that is not.
fn write_profiles(stage: &Stage, config: &str) {
    let keys = |name: &str, key: &str| {
        format!("[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {SECRET_KEY}\n")
    };
    let credentials = keys("audit", ACCESS_KEY) + &keys("stranger", "AKIASTRANGER");
    fs::write(stage.dir.path().join("credentials"), credentials).expect("credentials");
    fs::write(stage.dir.path().join("config"), config).expect("a config");
}

/// Writes the keys of the region as a file.
fn write_keys(stage: &Stage, world: &World) {
    let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-10T00:00:00Z"));
    let dir = stage.dir.path().join("keys");
    world.write_keys(&dir, KeyFileStyle::V2Iso, &[REGION], from, to);
}

/// The chains of a report, by id.
fn chains(report: &Value) -> Vec<&str> {
    let chains = report["chains"].as_array().expect("chains").iter();
    chains.map(|c| c["id"].as_str().expect("an id")).collect()
}

/// The reasons of a report's findings with a code.
fn reasons<'a>(report: &'a Value, code: &str) -> Vec<&'a Value> {
    let findings = report["findings"].as_array().expect("findings").iter();
    findings
        .filter(|f| f["code"] == code)
        .map(|f| &f["reason"])
        .collect()
}

#[test]
fn the_command_line_of_the_aws_cli_works_unchanged() {
    let ca = Ca::new();
    let mut world = World::new(7);
    let prefixed = trail().prefix("audit/logs");
    let described = TrailConfig::from(&prefixed);
    add(&mut world, prefixed, REGION, 6);
    let stage = over_tls(&ca, &world);
    stage
        .loopback
        .change(|cloud| cloud.cloudtrail.trails = vec![described]);
    ca.write(&stage.dir.path().join("ca.pem"));
    write_profiles(&stage, "");
    let control = stage.loopback.cloudtrail_url();
    let line = format!(
        "validate --trail-arn {ARN} --start-time 2026-03-01T00:12:34Z --end-time 20260301T06:12:34Z \
         --s3-bucket {BUCKET} --s3-prefix audit/logs --account-id {ACCOUNT} --verbose --region {REGION} \
         --profile audit --endpoint-url {control} --output json --query x --debug --v2-debug --color \
         off --no-verify-ssl --no-paginate --no-cli-pager --no-cli-auto-prompt --ca-bundle ca.pem \
         --cli-read-timeout 60 --cli-connect-timeout 60 --cli-binary-format base64"
    );
    let line: Vec<&str> = line.split(' ').collect();
    let run = finish(command(&stage, &line).env_remove("AWS_ENDPOINT_URL_CLOUDTRAIL"));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    for line in run.stdout.lines().filter(|l| l.contains(".json.gz")) {
        assert!(line.contains("valid"), "{line}");
    }
    assert!(run.stdout.contains("files, newest digest first"));
    for name in line.iter().filter(|a| a.starts_with("--")) {
        let said = run.stderr.contains(&format!("{name} is accepted"));
        assert_eq!(said, MEANINGLESS.contains(name), "{name}: {}", run.stderr);
    }

    let more = [&line[..], &["--format", "json"]].concat();
    let (code, report) = reported(finish(
        command(&stage, &more).env_remove("AWS_ENDPOINT_URL_CLOUDTRAIL"),
    ));
    assert_eq!((code, &report["verdict"]), (0, &json!("verified")));
    assert_eq!(chains(&report), [CHAIN]);
    let requested = &report["requested"];
    assert_eq!(requested["start"], "2026-03-01T00:12:34Z");
    assert_eq!(requested["end"], "2026-03-01T06:12:34Z");
    assert_eq!(requested["prefixes"], json!(["audit/logs"]));
    stage.assert_only_reads();
}

#[test]
fn a_profile_signs_in_however_it_is_named_and_wherever_its_keys_come_from() {
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
        // What is given wins over the environment.
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

    // One that the environment names as well does not, as for the AWS CLI.
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
        reasons(&report, "digest-unreadable"),
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
fn who_asks_is_told_for_each_side_where_they_are_two() {
    let stage = stage();
    let other = format!(
        "[profile other]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
    );
    write_profiles(&stage, &other);
    // So that it is known before the work is done.
    let later = Fault::new(Answer::Delay(Duration::from_millis(200)));
    stage.loopback.fault(later.operation("ListObjectsV2"));
    let arn = "arn:aws:iam::111111111111:user/auditor";
    for (trail, told) in [
        ("audit", arn.to_owned()),
        ("other", format!("{arn} for S3, {arn} for CloudTrail")),
        ("stranger", format!("{arn} for S3")),
    ] {
        let profiles = ["--s3-profile", "audit", "--trail-profile", trail];
        let args = of_trail(&[&["--s3-bucket", BUCKET][..], &profiles].concat());
        let (_, report) = reported(finish(&mut command(&stage, &args)));
        assert_eq!(report["run"]["caller"], told, "{trail}");
    }
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
fn without_credentials_nothing_is_validated_and_that_is_said_soon() {
    let stage = stage();
    write_profiles(&stage, "[profile empty]\nregion = eu-west-1\n");
    let begun = Instant::now();
    let mut nobody = command(&stage, &of_trail(&[]));
    assert_refused(&mut nobody, &["there are no credentials", "hint: sign in"]);
    for name in ["nobody", "empty"] {
        let mut unknown = command(&stage, &of_trail(&["--profile", name]));
        let message = format!("there are no credentials in the profile {name}");
        assert_refused(&mut unknown, &[&message, "hint: sign in"]);
        let mut unknown = command(&stage, &of_trail(&["--trail-profile", name]));
        unknown.env("AWS_PROFILE", "audit");
        assert_refused(&mut unknown, &[&message, "hint: sign in"]);
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "five runs");
    assert!(stage.loopback.calls().is_empty(), "nothing was asked for");
}

#[test]
fn an_endpoint_serves_every_service_but_those_with_one_of_their_own() {
    let stage = stage();
    let (s3, control) = (stage.loopback.s3_url(), stage.loopback.cloudtrail_url());
    // Nobody listens there: whoever asks there fails.
    let nowhere = "http://127.0.0.1:9";
    let rest = [("AWS_ENDPOINT_URL", nowhere)];
    let given = |url: &str, environment: &[(&str, &str)]| {
        let mut args = of_trail(&[]);
        if !url.is_empty() {
            args.extend(["--endpoint-url", url]);
        }
        let mut command = stage.command(&args);
        for name in ["S3", "CLOUDTRAIL"] {
            command.env_remove(format!("AWS_ENDPOINT_URL_{name}"));
        }
        command.envs(environment.iter().copied());
        reported(finish(&mut command)).0
    };
    let s3_own = ("AWS_ENDPOINT_URL_S3", s3.as_str());
    let control_own = ("AWS_ENDPOINT_URL_CLOUDTRAIL", control.as_str());
    assert_eq!(given(&control, &[s3_own]), 0);
    assert_eq!(given(&s3, &[control_own]), 0);
    assert_eq!(given(nowhere, &[s3_own, control_own]), 0);
    assert_eq!(given(&control, &[s3_own, rest[0]]), 0, "given wins");
    assert_eq!(given("", &[s3_own, ("AWS_ENDPOINT_URL", &control)]), 0);
    assert_eq!(given("", &[control_own, ("AWS_ENDPOINT_URL", &s3)]), 0);
    // The very same for one service and for all is still that service's own.
    let same = [s3_own, ("AWS_ENDPOINT_URL", s3.as_str())];
    assert_eq!(given(&control, &same), 0);
}

#[test]
fn a_profile_may_name_endpoints_too() {
    let stage = stage();
    let (s3, control) = (stage.loopback.s3_url(), stage.loopback.cloudtrail_url());
    let config = format!(
        "[profile audit]\nservices = local\nendpoint_url = {control}\n\n[services local]\ns3 =\n  \
         endpoint_url = {s3}\n"
    );
    write_profiles(&stage, &config);
    let mut command = command(&stage, &of_trail(&["--profile", "audit"]));
    for name in ["S3", "CLOUDTRAIL"] {
        command.env_remove(format!("AWS_ENDPOINT_URL_{name}"));
    }
    assert_eq!(reported(finish(&mut command)).0, 0);
}

#[test]
fn an_endpoint_that_is_none_is_refused() {
    let stage = stage();
    for url in ["nonsense", "ftp://s3.test", "https://", "s3.test:443"] {
        let args = of_trail(&["--endpoint-url", url]);
        assert_refused(&mut stage.command(&args), &["--endpoint-url", "https://"]);
    }
    assert!(stage.loopback.calls().is_empty());
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
    let asked = stage.loopback.calls();
    assert!(!asked.is_empty());
    for call in asked {
        assert_eq!((call.service, call.region), (Service::S3, None));
    }

    stage.loopback.change(|c| c.bucket(BUCKET).public = false);
    let (code, report) = reported(finish(&mut command(&stage, &args)));
    assert_eq!((code, &report["complete"]), (4, &json!(false)));
    assert_eq!(reasons(&report, "digest-unreadable"), [&json!("denied")]);
}

#[test]
fn the_region_of_the_environment_or_a_profile_never_narrows() {
    let mut world = world(6);
    add(&mut world, trail(), "ap-south-1", 6);
    let stage = serving(&world);
    write_profiles(&stage, "[profile audit]\nregion = eu-central-1\n");
    let both = ["111111111111/ap-south-1/eu-west-1/main", CHAIN];
    for region in [None, Some("eu-west-1"), Some("sa-east-1")] {
        let mut command = command(&stage, &of_trail(&["--profile", "audit"]));
        command.envs(region.map(|region| ("AWS_REGION", region)));
        let (code, report) = reported(finish(&mut command));
        assert_eq!(code, 0, "{region:?}: {report}");
        assert_eq!(chains(&report), both, "{region:?}");
    }
    let args = of_trail(&["--profile", "audit", "--region", "ap-south-1"]);
    let (code, report) = reported(finish(&mut command(&stage, &args)));
    assert_eq!((code, chains(&report)), (0, vec![both[0]]), "{report}");
}

#[test]
fn a_copy_on_disk_asks_nobody_whatever_profile_is_given() {
    let stage = stage();
    let world = world(6);
    world.write_tree(BUCKET, &stage.dir.path().join("bucket"), Heads::All);
    write_keys(&stage, &world);
    let args = ["validate", "--path", "bucket", "--keys", "keys"];
    let aws = ["--profile", "nobody", "--no-sign-request"];
    let run = stage.run(&[&args[..], &WINDOW, &aws].concat());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let said = "--profile, --no-sign-request change nothing with --path";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    assert!(stage.loopback.calls().is_empty(), "nobody was asked");
}

#[test]
fn with_nothing_to_validate_there_is_a_hint() {
    let stage = stage();
    for args in [&["validate"][..], &["validate", "--region", REGION]] {
        let said = ["there is nowhere to look", "hint:", "--trail-arn", "--path"];
        assert_refused(&mut stage.command(args), &said);
    }
    assert!(stage.loopback.calls().is_empty());
}

#[test]
fn every_request_says_who_makes_it() {
    let stage = stage();
    let (code, _) = stage.report(&of_trail(&[])[3..]);
    assert_eq!(code, 0);
    for service in [Service::S3, Service::CloudTrail] {
        let calls = calls(&stage, service);
        assert!(!calls.is_empty());
        for call in calls {
            let agent = call.user_agent.expect("a user agent");
            assert!(agent.contains("app/trailproof"), "{agent}");
        }
    }
}
