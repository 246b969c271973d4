//! What the environment and the profiles say: each value that the SDK reads is of use, counts as not set, or is
//! refused by its name. None makes the program panic.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::process::Command;

use crate::support::aws::{Answer, Fault};
use crate::support::orderly::{in_parallel, orderly};
use crate::support::profiles::{command, write_profiles};
use crate::support::program::finish;
use crate::support::short_trail::{assert_refused, of_trail, stage};
use crate::support::six_hours::{WINDOW, six_hours};
use crate::support::stage::Stage;
use crate::support::thorough::times_more;

/// Variables that the SDK or the program reads.
const VARIABLES: [&str; 52] = [
    "ALL_PROXY",
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCOUNT_ID",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "AWS_AUTH_SCHEME_PREFERENCE",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULTS_MODE",
    "AWS_DEFAULT_REGION",
    "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
    "AWS_DISABLE_REQUEST_COMPRESSION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_CLOUDTRAIL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_SIGNIN",
    "AWS_ENDPOINT_URL_SSO",
    "AWS_ENDPOINT_URL_SSO_OIDC",
    "AWS_ENDPOINT_URL_STS",
    "AWS_EXECUTION_ENV",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LOGIN_CACHE_DIRECTORY",
    "AWS_MAX_ATTEMPTS",
    "AWS_NEW_RETRIES_2026",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_REQUEST_CHECKSUM_CALCULATION",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
    "AWS_RESPONSE_CHECKSUM_VALIDATION",
    "AWS_RETRY_MODE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
    "AWS_S3_USE_ARN_REGION",
    "AWS_SDK_UA_APP_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_SIGV4A_SIGNING_REGION_SET",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
];

/// A run of a short window, with one request in flight and few attempts.
fn short(stage: &Stage) -> Command {
    let mut command = stage.command(&of_trail(&["--logs", "none", "--cli-read-timeout", "2"]));
    // What an empty endpoint of one service falls back to.
    command.env("AWS_ENDPOINT_URL", stage.loopback.cloudtrail_url());
    command.env("AWS_MAX_ATTEMPTS", "2");
    command.env("HOME", stage.dir.path());
    command
}

/// Variables without which there are no credentials.
const KEYS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// Each name with one of four values, or with `TRAILPROOF_TRIALS=4` with all.
fn in_turn<V: Copy>(names: &[&'static str], values: &[V; 4]) -> Vec<(&'static str, V)> {
    let mut cases = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let values = values.iter().cycle().skip(number);
        let some = values.take(times_more().min(4));
        cases.extend(some.map(|value| (*name, *value)));
    }
    cases
}

#[test]
fn every_variable_with_an_odd_value_is_of_use_or_refused_by_its_name() {
    let stage = stage();
    let long = vec![b'A'; 100_000];
    let values: [&[u8]; 4] = [b"x", b"a\n\x1b[31mred", b"\xff\xfe", &long];
    in_parallel(&in_turn(&VARIABLES, &values), |(name, value)| {
        let value = OsString::from_vec(value.to_vec());
        let run = finish(short(&stage).env(name, &value));
        let what = format!("{name}={}", shown(&value));
        match orderly(&run, &what) {
            0 => {}
            2 => assert!(run.stderr.contains(name), "{what}: {}", run.stderr),
            // A key that nobody knows: every answer is a refusal.
            code => assert!(code == 4 && KEYS.contains(name), "{what}: {}", run.stderr),
        }
    });
}

#[test]
fn every_empty_variable_counts_as_not_set() {
    let stage = stage();
    let mut cases: Vec<(&str, &str)> = VARIABLES.map(|name| (name, "")).to_vec();
    let blank = [
        "AWS_RETRY_MODE",
        "AWS_MAX_ATTEMPTS",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
    ];
    cases.extend(blank.map(|name| (name, " \n")));
    in_parallel(&cases, |(name, value)| {
        let mut command = short(&stage);
        if *name == "AWS_ENDPOINT_URL_S3" {
            command.env("AWS_ENDPOINT_URL", stage.loopback.s3_url());
        }
        let run = finish(command.env(name, value));
        match orderly(&run, name) {
            2 => assert!(
                KEYS.contains(name) && run.stderr.contains(name),
                "{}",
                run.stderr
            ),
            code => assert_eq!(code, 0, "{name}: {}", run.stderr),
        }
    });
}

/// A value in a message: its beginning.
fn shown(value: &OsStr) -> String {
    let text = value.to_string_lossy();
    format!("{:?}", text.chars().take(20).collect::<String>())
}

#[test]
fn every_key_of_a_profile_with_an_odd_value_is_of_use_or_refused_by_its_name() {
    let stage = stage();
    let names = [
        "account_id_endpoint_mode",
        "auth_scheme_preference",
        "aws_account_id",
        "ca_bundle",
        "defaults_mode",
        "disable_clock_skew_correction",
        "disable_request_compression",
        "duration_seconds",
        "ec2_metadata_service_endpoint",
        "ec2_metadata_service_endpoint_mode",
        "endpoint_url",
        "ignore_configured_endpoint_urls",
        "max_attempts",
        "region",
        "request_checksum_calculation",
        "request_min_compression_size_bytes",
        "response_checksum_validation",
        "retry_mode",
        "s3",
        "s3_disable_express_session_auth",
        "sdk_ua_app_id",
        "services",
        "sigv4a_signing_region_set",
        "use_dualstack_endpoint",
        "use_fips_endpoint",
    ];
    let long = "A".repeat(1 << 20);
    let values = ["", "x", "a\n  \u{1b}[31mred = b", &long];
    let cases = in_turn(&names, &values);
    let numbered: Vec<(usize, &(&str, &str))> = cases.iter().enumerate().collect();
    in_parallel(&numbered, |(number, (name, value))| {
        let config = stage.dir.path().join(format!("config-{number}"));
        fs::write(&config, format!("[default]\n{name} = {value}\n")).expect("a config");
        let mut command = short(&stage);
        for variable in ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_MAX_ATTEMPTS"] {
            command.env_remove(variable);
        }
        let run = finish(command.env("AWS_CONFIG_FILE", &config));
        let what = format!("{name} = {}", shown(OsStr::new(value)));
        match orderly(&run, &what) {
            0 => {}
            code => {
                assert_eq!(code, 2, "{what}: {}", run.stderr);
                let place = format!("{name} in the profile default (");
                assert!(run.stderr.contains(&place), "{what}: {}", run.stderr);
                assert!(run.stderr.contains("config-"), "{what}: {}", run.stderr);
                assert!(run.stderr.len() < 1000, "{what}: {}", run.stderr.len());
            }
        }
    });
}

#[test]
fn a_retry_mode_of_the_aws_cli_is_taken_for_the_standard_one() {
    let stage = stage();
    for mode in ["legacy", "standard", "Adaptive", ""] {
        let run = finish(short(&stage).env("AWS_RETRY_MODE", mode));
        assert_eq!(run.code, 0, "{mode}: {}", run.stderr);
    }
    write_profiles(
        &stage,
        "[profile audit]\nretry_mode = legacy\nmax_attempts = 4\n",
    );
    let run = finish(&mut command(&stage, &of_trail(&["--profile", "audit"])));
    assert_eq!(run.code, 0, "{}", run.stderr);

    let hint = "hint: set it to standard, or remove it; nothing was checked";
    let mut odd = short(&stage);
    assert_refused(
        odd.env("AWS_RETRY_MODE", "fast"),
        &["error: AWS_RETRY_MODE is not a retry mode: fast\n", hint],
    );
    write_profiles(&stage, "[profile audit]\nretry_mode = fast\n");
    let mut odd = command(&stage, &of_trail(&["--profile", "audit"]));
    assert_refused(
        &mut odd,
        &[
            "error: retry_mode in the profile audit (",
            "config or ",
            hint,
        ],
    );
    write_profiles(
        &stage,
        "[profile audit]\nservices = s\n[services s]\ns3 =\n  endpoint_url = x\n",
    );
    let mut odd = command(&stage, &of_trail(&["--profile", "audit"]));
    assert_refused(
        &mut odd,
        &["error: endpoint_url of S3 in the profile audit ("],
    );
}

#[test]
fn an_endpoint_that_is_given_has_to_be_an_address() {
    let stage = stage();
    for url in [
        "http://a b",
        "http://[",
        "http://127.0.0.1:1/?x",
        "http://127.0.0.1:99999",
        "http://a\nb",
    ] {
        let mut odd = stage.command(&of_trail(&["--endpoint-url", url]));
        assert_refused(
            &mut odd,
            &["error: --endpoint-url is not an address: http://"],
        );
    }
}

#[test]
fn a_file_of_profiles_that_has_no_end_is_refused() {
    let stage = stage();
    for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        for (value, code) in [("/dev/zero", 2), ("/tmp", 2), ("/dev/null", 0)] {
            let run = finish(short(&stage).env(variable, value));
            assert_eq!(run.code, code, "{variable}={value}: {}", run.stderr);
            assert!(code == 0 || run.stderr.contains(variable), "{}", run.stderr);
        }
    }
}

#[test]
fn a_number_of_attempts_is_kept_to_wherever_it_is_set() {
    let six = six_hours();
    let key = six.log(5).key;
    let refused = Answer::error(503, "SlowDown", "Please reduce your request rate.");
    six.fault(Fault::new(refused).operation("GetObject").key(&key));
    let args = [&["validate", "--format", "json"], &WINDOW[..]].concat();
    let config = six.stage.dir.path().join("attempts");
    fs::write(&config, "[default]\nmax_attempts = 3\n").expect("a config");
    let none = OsStr::new("");
    for (variable, config, attempts) in [
        ("1", none, 1),
        (" 3 ", none, 3),
        ("4", config.as_os_str(), 4),
        ("", config.as_os_str(), 3),
    ] {
        six.stage.loopback.clear_calls();
        let mut command = six.stage.command(&args);
        command.env("AWS_MAX_ATTEMPTS", variable);
        command.env("HOME", six.stage.dir.path());
        let run = finish(command.env("AWS_CONFIG_FILE", config));
        assert_eq!(run.code, 4, "{}", run.stderr);
        let asked = six.stage.calls("GetObject").into_iter();
        let asked = asked
            .filter(|call| call.key.as_deref() == Some(&key))
            .count();
        assert_eq!(asked, attempts, "{variable:?} {config:?}");
    }
}
