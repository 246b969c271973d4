//! Copies of digests alone, and logs that are not read: what was not copied is not missing, and an empty
//! object is no log.

use serde_json::Value;

use crate::support::case::{BUCKET, spec};
use crate::support::disk::{copy_of, running};
use crate::support::forge::{Chain, World, damage};
use crate::support::program::{report, severity_codes};

const ARGS: [&str; 4] = ["--path", "trail-logs=trail-logs", "--keys", "keys"];

/// A copy of a chain, after `change`.
fn copy(seed: u64, change: impl FnOnce(&mut World, &Chain)) -> tempfile::TempDir {
    let mut world = World::new(seed);
    let chain = running(&mut world, spec(), 5);
    change(&mut world, &chain);
    copy_of(&world)
}

/// A copy without the folder of logs.
fn digests_alone(seed: u64) -> (tempfile::TempDir, usize) {
    let mut logs = 0;
    let dir = copy(seed, |_, chain| {
        logs = chain.digests.iter().map(|d| d.logs.len()).sum()
    });
    let folder = dir
        .path()
        .join(BUCKET)
        .join("AWSLogs/111111111111/CloudTrail");
    std::fs::remove_dir_all(folder).expect("the folder of logs");
    (dir, logs)
}

fn run(dir: &tempfile::TempDir, more: &[&str]) -> (i32, Value) {
    report(dir.path(), &[&ARGS[..], more].concat())
}

#[test]
fn a_copy_of_the_digests_alone_was_not_looked_at_once_per_chain() {
    let (dir, logs) = digests_alone(1);
    let (code, report) = run(&dir, &[]);
    assert_eq!(severity_codes(&report), ["unproven log-unreadable"]);
    let finding = &report["findings"][0];
    assert_eq!((code, &finding["reason"]), (4, &"not-copied".into()));
    assert_eq!(finding["count"], logs);
    let key = finding["key"].as_str().expect("a folder");
    assert!(key.ends_with("/CloudTrail/eu-west-1/"), "{key}");
    let chain = &report["chains"][0];
    assert_eq!(
        (&chain["logs"]["unproven"], &chain["logs"]["missing"]),
        (&logs.into(), &0.into())
    );
    let (code, sample) = run(&dir, &["--logs", "1/2"]);
    assert_eq!(
        (code, severity_codes(&sample)),
        (4, vec!["unproven log-unreadable".to_owned()])
    );
}

#[test]
fn without_logs_on_request_the_digests_alone_are_proven() {
    let (dir, logs) = digests_alone(2);
    let (code, report) = run(&dir, &["--logs", "none"]);
    assert_eq!(code, 0, "{:#}", report["findings"]);
    assert_eq!(report["chains"][0]["logs"]["not_read"], logs);
    let not_proven = report["not_proven"].to_string();
    assert!(
        not_proven.contains("the copy lacks their folders"),
        "{not_proven}"
    );
}

#[test]
fn an_empty_folder_or_one_with_other_logs_was_copied() {
    let (dir, _) = digests_alone(3);
    let folder = dir
        .path()
        .join(BUCKET)
        .join("AWSLogs/111111111111/CloudTrail/eu-west-1");
    std::fs::create_dir_all(folder).expect("a folder");
    for args in [&["--logs", "none"][..], &[]] {
        let (code, report) = run(&dir, args);
        assert_eq!(code, 1, "{:#}", report["findings"]);
        assert!(severity_codes(&report).contains(&"failed log-missing".to_owned()));
    }
    let dir = copy(4, |world, chain| {
        for digest in &chain.digests[..5] {
            for log in &digest.logs {
                damage::delete(world, &log.place);
            }
        }
    });
    assert_eq!(run(&dir, &[]).0, 1);
}

#[test]
fn an_empty_object_is_no_log_that_is_present() {
    let dir = copy(5, |world, chain| {
        damage::empty(world, &chain.digests[3].logs[0].place)
    });
    for args in [&["--logs", "none"][..], &[]] {
        let (code, report) = run(&dir, args);
        assert_eq!((code, verdict_codes(&report)), (1, malformed()));
    }
}

/// The findings that the empty object gives.
fn malformed() -> Vec<String> {
    vec!["failed log-malformed".to_owned()]
}

/// The findings of a report without its notes.
fn verdict_codes(report: &Value) -> Vec<String> {
    let mut codes = severity_codes(report);
    codes.retain(|code| !code.starts_with("note "));
    codes
}

#[cfg(feature = "aws")]
#[test]
fn in_s3_a_folder_that_is_empty_is_missing_and_an_empty_object_is_no_log() {
    use crate::support::six_hours::six_hours;
    for args in [&["--logs", "none"][..], &[]] {
        let six = six_hours();
        let place = six.log(4);
        six.stage.loopback.change(|c| {
            let log = c.bucket(BUCKET).objects.get_mut(&place.key).expect("a log");
            log.body = Vec::new().into();
        });
        let (code, report) = six.report(args);
        assert_eq!((code, verdict_codes(&report)), (1, malformed()));
        six.stage.loopback.change(|c| {
            c.bucket(BUCKET)
                .objects
                .retain(|key, _| !key.contains("/CloudTrail/"));
        });
        let (code, report) = six.report(args);
        assert_eq!(code, 1);
        assert!(severity_codes(&report).contains(&"failed log-missing".to_owned()));
    }
}
