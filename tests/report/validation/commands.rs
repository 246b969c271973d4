//! The commands that findings call for: as a script, and at the end of the text report. Names in a saved report
//! come from outside, and none of them may run.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};
use trailproof::report::Format;

use crate::support::program::run;
use crate::support::reports::{everything, parsed, shown};

/// A report with these commands, one for each finding.
fn with(commands: &[Value]) -> Value {
    let mut report = parsed(&everything());
    let mut like = report["findings"][0].clone();
    like["evidence"] = json!([]);
    let of = |command: &Value| {
        let mut finding = like.clone();
        finding["command"] = command.clone();
        finding
    };
    report["findings"] = commands.iter().map(of).collect();
    report
}

fn versions(bucket: &str, key: &str) -> Value {
    json!({"action": "list-object-versions", "bucket": bucket, "key": key, "line": "touch owned"})
}

fn head(key: &str, file: &str) -> Value {
    json!({"action": "head-object", "bucket": "my-logs", "key": key, "file": file, "line": "touch owned"})
}

fn keys(region: &str, from: &str, to: &str) -> Value {
    json!({"action": "list-public-keys", "region": region, "from": from, "to": to, "line": "touch owned"})
}

/// Runs a script in an empty folder, with an `aws` that writes its arguments to `calls`, one per line. Returns
/// what the script said, its calls, and the names of the files that it left.
fn ran(script: &str) -> (Output, Vec<String>, Vec<String>) {
    let (bin, folder) = (tempfile::tempdir(), tempfile::tempdir());
    let (bin, folder) = (bin.expect("a folder"), folder.expect("a folder"));
    let calls = bin.path().join("calls");
    let aws = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >> {}\necho '{{}}'\n",
        calls.display()
    );
    let program = bin.path().join("aws");
    fs::write(&program, aws).expect("a script");
    let chmod = Command::new("chmod").arg("+x").arg(&program).status();
    assert!(chmod.expect("chmod").success());
    fs::write(bin.path().join("script"), script).expect("a script");
    let path = format!(
        "{}:{}",
        bin.path().display(),
        std::env::var("PATH").expect("PATH")
    );
    let said = Command::new("sh")
        .arg(bin.path().join("script"))
        .env("PATH", path)
        .current_dir(folder.path())
        .output()
        .expect("a shell");
    let calls = fs::read_to_string(calls).unwrap_or_default();
    let files = fs::read_dir(folder.path()).expect("a folder");
    let files = files.map(|file| file.expect("a file").file_name());
    let mut files: Vec<String> = files.map(|f| f.into_string().expect("UTF-8")).collect();
    files.sort();
    (said, calls.lines().map(Into::into).collect(), files)
}

#[test]
fn hostile_names_stay_words_or_are_left_out() {
    let hostile = [
        "$(touch owned)",
        "`touch owned`",
        "'; touch owned; '",
        "a' \"b\" \\c !d * ~ {e,f}",
        "# x",
    ];
    let commands: Vec<Value> = hostile.iter().map(|key| versions("my-logs", key)).collect();
    let (said, calls, files) = ran(&shown(&with(&commands), Format::Commands));
    assert!(said.status.success(), "{said:?}");
    assert_eq!(files, Vec::<String>::new());
    for key in hostile {
        assert!(calls.iter().any(|word| word == key), "{key}: {calls:?}");
    }

    let refused = [
        versions("my-logs", "--endpoint-url=http://evil.example/"),
        versions("my-logs", "file:///etc/passwd"),
        versions("my-logs", "a\ntouch owned"),
        versions("my-logs\ntouch owned", "a"),
        versions("$(touch owned)", "a"),
        head("a", "../owned.head.json"),
        head("a", "/tmp/owned.head.json"),
        head("a", ".bashrc"),
        keys(
            "x; touch owned",
            "2026-03-01T00:00:00Z",
            "2026-03-02T00:00:00Z",
        ),
        json!({"action": "touch", "key": "owned", "line": "touch owned"}),
    ];
    let report = with(&refused);
    let script = shown(&report, Format::Commands);
    let (said, calls, files) = ran(&script);
    assert!(said.status.success(), "{said:?}");
    assert_eq!((calls, files), (vec![], vec![]), "{script}");
    assert!(script.contains("# 10 commands left out"), "{script}");
    let text = shown(&report, Format::Text);
    assert!(!text.contains("\n  aws "), "{text}");
    assert!(text.contains("  # 10 commands left out"), "{text}");
}

#[test]
fn each_command_runs_once_and_keys_of_one_region_are_looked_up_once() {
    let report = with(&[
        keys("eu-west-1", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"),
        keys("eu-west-1", "2026-03-01T00:00:00Z", "2026-03-02T12:00:00Z"),
        keys("us-east-1", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
        versions("my-logs", "AWSLogs/"),
        versions("my-logs", "AWSLogs/"),
        head("a b", "a b.head.json"),
    ]);
    let (said, calls, files) = ran(&shown(&report, Format::Commands));
    assert!(said.status.success(), "{said:?}");
    let expected = [
        "cloudtrail list-public-keys --output json --region eu-west-1 --start-time 2026-03-01T00:00:00Z --end-time \
         2026-03-03T00:00:00Z",
        "cloudtrail list-public-keys --output json --region us-east-1 --start-time 2026-03-01T00:00:00Z --end-time \
         2026-03-02T00:00:00Z",
        "s3api head-object --output json --bucket my-logs --key a b",
        "s3api list-object-versions --output json --bucket my-logs --prefix AWSLogs/",
    ];
    assert_eq!(calls.join(" "), expected.join(" "));
    assert_eq!(files, ["a b.head.json", "eu-west-1.json", "us-east-1.json"]);
    let text = shown(&report, Format::Text);
    let lines = text
        .lines()
        .filter(|line| line.starts_with("  aws ") || line.starts_with("  [ -s "));
    assert_eq!(lines.count(), 4, "{text}");
}

#[test]
fn a_script_without_commands_says_so() {
    let (said, calls, files) = ran(&shown(&with(&[json!(null)]), Format::Commands));
    assert!(said.status.success(), "{said:?}");
    assert_eq!((calls, files), (vec![], vec![]));
    assert_eq!(
        said.stdout,
        b"No finding of this report calls for a command.\n"
    );
}

/// The script is written as reports are: beside them, never over an input, and never twice to one file.
#[test]
fn the_option_writes_the_script_beside_the_report() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("saved.json"), everything()).expect("a file");
    let saved = ["report", "saved.json", "--commands"];
    let done = run(dir.path(), &[&saved[..], &["cure.sh"]].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(done.stdout, shown(&parsed(&everything()), Format::Text));
    let script = fs::read_to_string(dir.path().join("cure.sh")).expect("a script");
    assert_eq!(script, shown(&parsed(&everything()), Format::Commands));
    let twice = ["same", "--format", "text", "--out", "same"];
    assert_eq!(run(dir.path(), &[&saved[..], &twice].concat()).code, 2);

    let accept = dir.path().join("accept.toml");
    fs::write(&accept, "").expect("a file");
    let over = [
        "validate",
        "--path",
        ".",
        "--accept",
        "accept.toml",
        "--commands",
        "accept.toml",
    ];
    let refused = run(dir.path(), &over);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert_eq!(fs::read(&accept).expect("a file"), b"");
}
