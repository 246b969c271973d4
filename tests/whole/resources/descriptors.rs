//! Few open files: a command works, or says what it lacks. No verdict becomes another one.

use serde_json::Value;

use crate::support::case::BUCKET;
use crate::support::forge::{World, damage};
use crate::support::program::{Run, finish};
use crate::support::short_trail::{ARN, serving, world};
use crate::support::stage::Stage;

use super::{Site, assert_ends, shell};

/// How many files may be open.
const LIMITS: [u32; 3] = [16, 32, 64];

/// A run with few open files, of a command over S3.
fn over_s3(stage: &Stage, files: u32, args: &str) -> Run {
    let line = format!("ulimit -n {files}; exec \"$0\" {args}");
    let mut bash = shell(stage.dir.path(), &line);
    finish(bash.envs(stage.loopback.env()))
}

fn damaged() -> World {
    let mut damaged = world(6);
    let keys: Vec<String> = damaged.buckets[BUCKET].keys().cloned().collect();
    let log = keys.iter().find(|key| key.contains("/CloudTrail/"));
    let place = crate::support::forge::Place::new(BUCKET, log.expect("a log"));
    damage::modify_log(&mut damaged, &place);
    damaged
}

#[test]
fn over_s3_few_open_files_give_no_other_verdict() {
    let window = "--start-time 2026-03-01T00:12:34Z --end-time 2026-03-01T06:12:34Z";
    let args = format!("validate --format json --trail-arn {ARN} {window} --jobs 64");
    for (world, right) in [(world(6), 0), (damaged(), 1)] {
        let stage = serving(&world);
        let mut worked = 0;
        for files in LIMITS {
            let what = format!("{files} files, exit status {right} is right");
            let run = over_s3(&stage, files, &args);
            assert_ends(&run, &[right, 2, 4], &what);
            if run.code != 2 {
                let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
                let failed = &report["totals"]["findings"]["failed"];
                assert!(*failed == 0 || right == 1, "{what}: {report:#}");
            }
            worked += u32::from(run.code == right);
            for command in [
                "trails --s3-bucket trail-logs",
                "doctor --s3-bucket trail-logs",
            ] {
                let run = over_s3(&stage, files, command);
                assert_ends(&run, &[0, 1, 2, 3, 4], &format!("{command}: {files} files"));
            }
        }
        assert!(worked > 0, "with 64 files it works");
    }
}

#[test]
fn on_disk_few_open_files_give_no_other_verdict() {
    let site = Site::new();
    let packed = "tar -czf copy.tar.gz -C bucket .";
    assert_eq!(site.line(packed).code, 0);
    for files in LIMITS {
        for command in [
            "validate --path bucket --s3-bucket trail-logs --keys keys --jobs 32",
            "validate --path trail-logs=copy.tar.gz --keys keys --jobs 32",
            "events --path bucket --s3-bucket trail-logs --keys keys --jobs 32",
            "shard run --plan plan.jsonl --out parts/ --jobs 32",
            "shard merge --plan plan.jsonl parts",
        ] {
            let run = site.line(&format!("ulimit -n {files}; exec \"$0\" {command}"));
            let what = format!("{command}: {files} files");
            match files {
                64 => assert_ends(&run, &[0], &what),
                _ => assert_ends(&run, &[0, 2, 4], &what),
            }
        }
    }
}
