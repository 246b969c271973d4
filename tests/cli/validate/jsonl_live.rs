//! Lines that are written while the run goes on.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::support::aws::{Answer, Fault};
use crate::support::case::{ACCOUNT, BUCKET, REGION};
use crate::support::forge::Place;
use crate::support::forge::damage::regzip_with_name;
use crate::support::short_trail::{of_trail, serving, world};

#[test]
fn a_finding_is_written_while_logs_are_still_to_be_read() {
    let mut world = world(6);
    let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/");
    let logs = world.buckets[BUCKET].keys();
    let logs: Vec<String> = logs.filter(|k| k.starts_with(&folder)).cloned().collect();
    regzip_with_name(&mut world, &Place::new(BUCKET, &logs[0]), "log.json");
    let stage = serving(&world);
    // The request for the last log is never answered.
    let never = Fault::new(Answer::Delay(Duration::from_secs(600)));
    let last = logs.last().expect("a log");
    stage
        .loopback
        .fault(never.operation("GetObject").under(last));
    let lines = |arg| if arg == "json" { "jsonl" } else { arg };
    let args: Vec<&str> = of_trail(&["--jobs", "2"]).into_iter().map(lines).collect();
    let mut command = stage.command(&args);
    let mut run = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let lines = BufReader::new(run.stdout.take().expect("a pipe")).lines();
    let mut seen = Vec::new();
    for line in lines {
        let line: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        let kind = line["type"].as_str().expect("a type").to_owned();
        seen.push(kind);
        if line["code"] == "gzip-header-changed" {
            break;
        }
    }
    assert_eq!(seen, ["report", "finding"]);
    assert!(run.try_wait().expect("a child").is_none(), "it goes on");
    run.kill().expect("it ends");
    run.wait().expect("it ended");
}
