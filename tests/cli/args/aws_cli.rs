//! The command line of `aws cloudtrail validate-logs` works unchanged.

use serde_json::json;

use crate::support::aws::{Ca, TrailConfig};
use crate::support::case::{ACCOUNT, BUCKET, REGION};
use crate::support::forge::World;
use crate::support::profiles::{chains, command, write_profiles};
use crate::support::program::{finish, reported};
use crate::support::short_trail::{ARN, CHAIN, add, over_tls, trail};

/// Options of the AWS CLI that are accepted and have no effect.
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
    // The lines of --verbose, and not those of the calls that made the trail.
    let of_event = |l: &str| {
        ["log ", "digest "]
            .iter()
            .any(|start| l.trim_start().starts_with(start))
    };
    let lines = run.stdout.lines().filter(|l| l.contains(".json.gz"));
    for line in lines.filter(|l| !of_event(l)) {
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
