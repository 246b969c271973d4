//! Files that the manual shows are what the program takes, and what it prints.

use std::collections::BTreeSet;
use std::fs;

use super::documents::{all_blocks, block};
use crate::support::program::{root, run};

fn page(name: &str) -> String {
    fs::read_to_string(root().join("src/manual").join(name)).expect("a topic")
}

/// The actions that an IAM policy allows.
fn actions(policy: &str) -> BTreeSet<String> {
    let text: serde_json::Value = serde_json::from_str(policy).expect("JSON");
    let statements = match &text["Statement"] {
        serde_json::Value::Array(statements) => statements.clone(),
        _ => vec![text],
    };
    let actions = statements.iter().flat_map(|of| match &of["Action"] {
        serde_json::Value::Array(actions) => actions.clone(),
        action => vec![action.clone()],
    });
    let text = |action: serde_json::Value| action.as_str().expect("an action").to_owned();
    actions.map(text).collect()
}

/// The policy allows each call of the table: HEAD and LIST have the permissions of other calls, and two calls
/// need none or are made only on request.
#[test]
fn the_policy_allows_the_calls_of_the_table() {
    let page = page("in-s3.md");
    let rows = page.lines().filter(|line| {
        line.starts_with("| `s3:")
            || line.contains("| what it is for |")
            || line.starts_with("| `cloudtrail:")
    });
    let calls = rows.flat_map(|row| {
        let cell = row.split(" | ").next().unwrap_or_default();
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    let mut needed: BTreeSet<String> = calls
        .map(|call| match call.as_str() {
            "s3:ListObjectsV2" => "s3:ListBucket".to_owned(),
            "s3:HeadObject" => "s3:GetObject".to_owned(),
            _ => call,
        })
        .collect();
    needed.insert("kms:Decrypt".to_owned());
    assert_eq!(actions(&block("in-s3.md", "json policy")), needed);
    assert_eq!(actions(&block("doctor.md", "json policy")).len(), 3);
}

/// An entry of the example is read, and accepts the gap of its chain.
#[test]
fn the_accepted_finding_is_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("accept.toml");
    fs::write(&file, block("options.md", "toml accept")).expect("a file");
    let case = root().join("testdata/gap--logging-stopped");
    let copy = [
        "validate",
        "--path",
        "bucket",
        "--keys",
        "keys",
        "--s3-bucket",
        "trail-logs",
    ];
    let accepted = ["--accept", file.to_str().expect("UTF-8")];
    assert_eq!(run(&case, &copy).code, 3);
    let run = run(&case, &[&copy[..], &accepted].concat());
    assert!([0, 3].contains(&run.code), "{}", run.stderr);
    assert!(run.stdout.contains("audit@example.com"), "{}", run.stdout);
}

/// The entry for a closed account is read, and ends the chain of the account that it is about.
#[test]
fn the_entry_for_a_closed_account_is_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("accept.toml");
    let entry = block("options.md", "toml ended");
    let entry = entry.replace("444455556666", "999999999999");
    let entry = entry.replace("2026-03-05T14:00:00Z", "2026-03-01T03:12:34Z");
    fs::write(&file, entry).expect("a file");
    let accepted = ["--accept", file.to_str().expect("UTF-8")];
    let window = ["--end-time", "2026-03-01T08:12:34Z"];
    let copy = ["validate", "--path", "bucket", "--keys", "keys"];
    let case = root().join("testdata/coverage-tail--ended-before-the-window");
    let args = [&copy[..], &window].concat();
    assert_ne!(run(&case, &args).code, 0);
    let run = run(&case, &[&args[..], &accepted].concat());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

/// Every metric that a run prints is in the manual.
#[test]
fn the_metrics_are_those_that_a_run_prints() {
    let sample = [
        "--path",
        "testdata/sample/bucket",
        "--keys",
        "testdata/sample/keys",
    ];
    let args = [&["validate", "--format", "prometheus"], &sample[..]].concat();
    let printed = run(&root(), &args).stdout;
    let page = page("formats.md");
    for line in printed
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE trailproof_"))
    {
        let metric = line.split(' ').next().expect("a name");
        assert!(page.contains(&format!("`{metric}")), "{metric}");
    }
}

/// The arguments of the action for GitHub are arguments of `validate`: only the bucket cannot be reached.
#[cfg(feature = "aws")]
#[test]
fn the_arguments_of_the_action_are_parsed() {
    let workflow = block("install.md", "yaml action");
    let (_, args) = workflow.split_once("args: |\n").expect("arguments");
    let args: Vec<&str> = args.split_whitespace().collect();
    assert!(args.len() > 1, "{workflow}");
    let stage = crate::support::short_trail::stage();
    let run = stage.run(&[&["validate"], &args[..]].concat());
    assert_eq!(run.code, 4, "{}", run.stderr);
}

/// The event of the example is answered.
#[cfg(feature = "aws")]
#[test]
fn the_event_for_lambda_is_answered() {
    let scene = super::scene::Scene::new();
    let mut function = crate::support::lambda::Function::start(&scene.stage);
    let answer = function.invoke(block("lambda.md", "json event")).response();
    assert_eq!(answer["verdict"], "verified", "{answer:#}");
    let page = page("lambda.md");
    for field in answer.as_object().expect("an answer").keys() {
        assert!(page.contains(&format!("`{field}`")), "{field}");
    }
}

/// Every option of `validate` that a document mentions exists.
#[test]
fn every_option_that_is_mentioned_exists() {
    let mut help = String::new();
    for command in [
        "validate", "collect", "doctor", "explain", "events", "trails", "report", "history",
    ] {
        help += &run(&root(), &[command, "--help"]).stdout;
    }
    let rows = page("options.md");
    let rows = rows.lines().filter(|line| line.starts_with("| `--"));
    for row in rows {
        let cell = row.split(" | ").next().expect("a cell");
        for word in cell.split('`').filter(|word| word.starts_with("--")) {
            let option = word.split([' ', '=']).next().expect("an option");
            assert!(help.contains(option), "{option}");
        }
    }
    assert!(!all_blocks().is_empty());
}
