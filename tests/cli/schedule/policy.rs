//! The IAM policy of a schedule: least, valid, and the same wherever it is shown.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use super::{KINDS, LINTERS, documents, printed, read, texts, written};
use crate::manual::documents::block;
use crate::support::python::both_streams;

/// The policy for some flags.
pub fn policy(flags: &[&str]) -> Value {
    let dir = tempfile::tempdir().expect("a folder");
    written(dir.path(), "systemd", &[], flags);
    serde_json::from_str(&read(dir.path(), "policy.json")).expect("JSON")
}

/// The actions that a policy allows.
pub fn actions(policy: &Value) -> BTreeSet<String> {
    let statements = policy["Statement"].as_array().expect("statements");
    let actions = statements.iter().flat_map(|of| match &of["Action"] {
        Value::String(action) => vec![action.clone()],
        list => texts(list),
    });
    actions.collect()
}

fn resources(policy: &Value, action: &str) -> Vec<String> {
    let statements = policy["Statement"].as_array().expect("statements").iter();
    let mut with = statements.filter(|of| texts(&of["Action"]).contains(&action.to_owned()));
    texts(&with.next().unwrap_or_else(|| panic!("no {action}"))["Resource"])
}

/// The manual lists all calls. Some flags make some of them unnecessary.
#[test]
fn it_allows_the_calls_of_the_manual_that_the_flags_need() {
    let manual: Value = serde_json::from_str(&block("in-s3.md", "json policy")).expect("JSON");
    let manual = actions(&manual);
    assert_eq!(actions(&policy(&["--s3-bucket", "b"])), manual);
    let trail = "--trail-arn=arn:aws:cloudtrail:us-east-1:111111111111:trail/main";
    for (flag, spared) in [
        (trail, "cloudtrail:ListTrails"),
        ("--keys=/etc/keys", "cloudtrail:ListPublicKeys"),
    ] {
        let fewer = actions(&policy(&["--s3-bucket", "b", flag]));
        let spared_now: Vec<&String> = manual.difference(&fewer).collect();
        assert_eq!(spared_now, [spared], "{flag}");
        assert!(fewer.is_subset(&manual), "{flag}");
    }
    let reads = |action: &&String| {
        let (_, call) = action.split_once(':').expect("an action");
        ["Get", "List", "Describe", "Lookup", "Decrypt"]
            .iter()
            .any(|verb| call.starts_with(verb))
    };
    assert_eq!(manual.iter().filter(reads).count(), manual.len());
}

#[test]
fn it_refers_to_the_buckets_that_are_given() {
    let point = "arn:aws-cn:s3:cn-north-1:111111111111:accesspoint/reader";
    let map = format!("--map={point}=c");
    let policy = policy(&[
        "--s3-bucket",
        "b",
        "--s3-bucket",
        point,
        "--s3-bucket=b",
        &map,
        "--region",
        "cn-north-1",
    ]);
    assert_eq!(
        resources(&policy, "s3:ListBucket"),
        ["arn:aws-cn:s3:::b", point]
    );
    let objects = [
        String::from("arn:aws-cn:s3:::b/*"),
        format!("{point}/object/*"),
    ];
    assert_eq!(resources(&policy, "s3:GetObject"), objects);
    assert_eq!(
        resources(&policy, "cloudtrail:GetTrailStatus"),
        ["arn:aws-cn:cloudtrail:*:*:trail/*"]
    );
}

/// Only the summary of a workflow shows the names of accounts.
#[test]
fn the_names_of_accounts_are_looked_up_only_if_they_are_shown() {
    let dir = tempfile::tempdir().expect("a folder");
    let flags = ["--s3-bucket", "b", "--names", "organizations"];
    written(dir.path(), "github-actions", &[], &flags);
    let policy: Value = serde_json::from_str(&read(dir.path(), "policy.json")).expect("JSON");
    assert!(actions(&policy).contains("organizations:ListAccounts"));
}

#[test]
fn parliament_finds_no_fault_in_it() {
    let trail = "--trail-arn=arn:aws:cloudtrail:us-east-1:111111111111:trail/main";
    let keys = "--keys=/etc/trailproof/keys.json";
    for flags in [
        &["--s3-bucket=my-logs"][..],
        &["--s3-bucket=my-logs", trail],
        &["--s3-bucket=my-logs", keys],
    ] {
        let policy = policy(flags).to_string();
        let mut parliament = LINTERS.script("parliament");
        parliament
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut parliament = parliament.spawn().expect("parliament");
        let mut input = parliament.stdin.take().expect("a pipe");
        input.write_all(policy.as_bytes()).expect("written");
        drop(input);
        let output = parliament.wait_with_output().expect("output");
        let said = both_streams(&output);
        assert!(
            output.status.success() && output.stdout.is_empty(),
            "{said}"
        );
    }
}

#[test]
fn every_kind_shows_the_same_policy() {
    let expected = policy(&["--s3-bucket", "b"]);
    for kind in KINDS {
        let text = printed(kind, &["--s3-bucket", "b"]);
        let shown = match kind {
            "systemd" => {
                let (_, json) = text
                    .split_once("# ---- policy.json ----\n")
                    .expect("a policy");
                serde_json::from_str(json).expect("JSON")
            }
            "ecs" => {
                let role = &documents(&text)[0]["Resources"]["TaskRole"]["Properties"];
                role["Policies"][0]["PolicyDocument"].clone()
            }
            _ => {
                let lines = text.lines().filter_map(|line| line.strip_prefix("#    | "));
                let lines: Vec<&str> = lines.collect();
                let json = lines.join("\n");
                let policies = serde_json::Deserializer::from_str(&json).into_iter::<Value>();
                policies.last().expect("a policy").expect("JSON")
            }
        };
        assert_eq!(shown, expected, "{kind}");
    }
}
