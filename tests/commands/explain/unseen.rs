//! What `explain` could not see: the answer says so and why, and calls nothing missing or unlisted for it.

use std::fs;

use serde_json::{Value, json};

use super::{explain_key, explained};
use crate::support::case::Case;
#[cfg(feature = "aws")]
use crate::support::{
    aws::{Answer, Fault},
    forge::Place,
    short_trail::{ARN, stage},
    stage::Stage,
};

/// A key beside a log that nothing lists.
fn unlisted(log: &str) -> String {
    log.replace(".json.gz", "") + "0000.json.gz"
}

fn answer(report: &Value) -> &str {
    report["answer"].as_str().expect("a sentence")
}

#[test]
fn a_damaged_backfill_digest_is_the_reason_and_not_one_that_may_come() {
    let mut case = Case::new("late", 1, "");
    let mut chain = case.chain(8);
    let (third, generated) = (chain.digests[3].end, chain.digests[7].end);
    chain.backfill(&mut case.world, third, generated, 2, false);
    let dir = case.copied();
    let key = unlisted(&chain.digests[2].logs[0].place.key);
    let backfill = &chain.backfills[0].place.key;
    let path = dir.path().join("bucket").join(backfill);
    let body = fs::read(&path).expect("a digest");
    let explain = || {
        // The window ends before the last digest, so that all of it is verified.
        let (code, report) = explain_key(dir.path(), &key, &["--backfill-grace", "4h"]);
        assert_eq!(
            (code, &report["verdict"]),
            (4, &json!("unproven")),
            "{report:#}"
        );
        report
    };
    assert!(answer(&explain()).contains("although every digest that could"));
    let damage: [&dyn Fn(); 2] = [
        &|| fs::write(&path, &body[..body.len() / 2]).expect("cut"),
        &|| {
            fs::remove_file(&path).expect("a file");
            std::os::unix::fs::symlink("/nowhere", &path).expect("a link");
        },
    ];
    for damage in damage {
        damage();
        let report = explain();
        let answer = answer(&report);
        assert!(!answer.contains("may still be delivered"), "{answer}");
        assert!(!answer.contains("although every digest"), "{answer}");
        assert!(answer.contains(backfill.as_str()), "{answer}");
    }
}

#[cfg(feature = "aws")]
mod in_s3 {
    use super::*;

    /// The first log of the third hour.
    fn log(stage: &Stage) -> String {
        let is_log = |key: &&String| key.contains("/CloudTrail/eu-west-1/") && key.contains("T03");
        let objects = stage.loopback.change(|cloud| {
            let objects = &cloud.bucket(crate::support::case::BUCKET).objects;
            objects.keys().cloned().collect::<Vec<String>>()
        });
        objects.iter().find(is_log).expect("a log").clone()
    }

    /// Explains a key under a fault: it is exit status 4, and nothing is said of what was not seen.
    fn unseen(key: impl Fn(&str) -> String, fault: Fault) -> Value {
        let stage = stage();
        let key = key(&log(&stage));
        stage.loopback.fault(fault);
        let uri = format!("s3://{}/{key}", crate::support::case::BUCKET);
        let args = [
            "explain",
            &uri,
            "--format",
            "json",
            "--as-of",
            "2026-03-01T06:00:00Z",
        ];
        let (code, report) = explained(stage.run(&args));
        assert_eq!(
            (code, &report["verdict"]),
            (4, &json!("unproven")),
            "{report:#}"
        );
        let answer = answer(&report);
        for never in [
            "no digest of any trail",
            "may have been added",
            "it is missing",
            "may still be delivered",
        ] {
            assert!(!answer.contains(never), "{answer}");
        }
        report
    }

    fn same(key: &str) -> String {
        key.to_owned()
    }

    fn denied(operation: &str) -> Fault {
        Fault::new(Answer::access_denied()).operation(operation)
    }

    const DIGESTS: &str = "AWSLogs/111111111111/CloudTrail-Digest/";

    #[test]
    fn digests_that_may_not_be_read_or_listed_are_named_with_the_reason() {
        for key in [same as fn(&str) -> String, unlisted] {
            let report = unseen(key, denied("GetObject").under(DIGESTS));
            let answer = answer(&report);
            assert!(
                answer.contains("Not checked: s3://trail-logs/AWSLogs/"),
                "{answer}"
            );
            assert!(answer.contains("access was denied"), "{answer}");

            let report = unseen(key, denied("ListObjectsV2"));
            let answer = super::answer(&report);
            assert!(answer.contains("not all folders with digests"), "{answer}");
            assert!(answer.contains("access was denied"), "{answer}");

            let report = unseen(key, denied("ListObjectsV2").under(DIGESTS));
            let answer = super::answer(&report);
            assert!(answer.contains("Not checked: "), "{answer}");
            assert!(answer.contains("access was denied"), "{answer}");
        }
    }

    #[test]
    fn keys_that_may_not_be_asked_for_are_the_reason() {
        let message = "User: auditor is not authorized to perform: cloudtrail:ListPublicKeys";
        let refused = Answer::error(400, "AccessDeniedException", message);
        let report = unseen(same, Fault::new(refused).operation("ListPublicKeys"));
        let answer = answer(&report);
        assert!(answer.contains("cloudtrail:ListPublicKeys"), "{answer}");
    }

    #[test]
    fn an_object_that_may_not_be_asked_for_is_not_called_missing() {
        let report = unseen(unlisted, denied("HeadObject"));
        let answer = answer(&report);
        let words = "it could not be checked whether the object exists (access was denied";
        assert!(answer.contains(words), "{answer}");
    }

    /// Spelling is not the cause.
    #[test]
    fn where_a_bucket_cannot_be_listed_nothing_is_said_of_what_it_holds() {
        let report = unseen(same, denied("ListObjectsV2"));
        let findings = report["findings"].as_array().expect("findings").iter();
        let codes: Vec<&Value> = findings.map(|f| &f["code"]).collect();
        assert!(codes.contains(&&json!("source-unreadable")), "{codes:?}");
        assert!(!codes.contains(&&json!("nothing-found")), "{codes:?}");

        let stage = stage();
        let uri = format!("s3://nowhere/{}", log(&stage));
        let (code, report) = explained(stage.run(&["explain", &uri, "--format", "json"]));
        assert_eq!(code, 4, "{report:#}");
        let answer = super::answer(&report);
        assert!(
            answer.starts_with("bucket nowhere does not exist"),
            "{answer}"
        );
    }

    #[test]
    fn a_trail_that_could_not_be_looked_up_is_the_reason() {
        let refused = Answer::error(400, "AccessDeniedException", "not authorized");
        let stage = stage();
        let key = log(&stage);
        stage
            .loopback
            .fault(Fault::new(refused).operation("DescribeTrails"));
        let args = ["explain", &key, "--format", "json", "--trail-arn", ARN];
        let (code, report) = explained(stage.run(&args));
        assert_eq!(
            (code, &report["verdict"]),
            (4, &json!("unproven")),
            "{report:#}"
        );
        let answer = answer(&report);
        assert!(
            answer.contains("it could not be checked whether the object exists"),
            "{answer}"
        );
        assert!(!answer.contains("No digest of its account"), "{answer}");
        assert!(answer.contains("could not be looked up in AWS"), "{answer}");
    }

    #[test]
    fn what_the_deadline_left_unread_is_said() {
        let hang = Answer::Delay(std::time::Duration::from_secs(600));
        let stage = stage();
        let key = log(&stage);
        stage
            .loopback
            .fault(Fault::new(hang).operation("GetObject").under(DIGESTS));
        let uri = format!("s3://{}/{key}", crate::support::case::BUCKET);
        let args = ["explain", &uri, "--format", "json", "--deadline", "1s"];
        let run = stage.run(&args);
        let note = "note: the deadline of 1s ended the run: the report is partial: it holds the results until then";
        assert!(run.stderr.contains(note), "{}", run.stderr);
        let (code, report) = explained(run);
        assert_eq!(
            (code, &report["verdict"]),
            (4, &json!("unproven")),
            "{report:#}"
        );
        assert!(answer(&report).contains("the deadline of 1s"), "{report:#}");
        assert_eq!(report["findings"][0]["reason"], "deadline", "{report:#}");
    }

    /// An answer that rests on evidence stands beside what could not be read.
    #[test]
    fn what_is_proven_stands_beside_what_could_not_be_read() {
        let stage = stage();
        let key = log(&stage);
        let place = Place {
            bucket: crate::support::case::BUCKET.into(),
            key,
        };
        let later = format!("{DIGESTS}eu-west-1/2026/03/01/");
        let last = stage.loopback.change(|cloud| {
            let objects = &cloud.bucket(&place.bucket).objects;
            let digests = objects.keys().filter(|key| key.starts_with(&later));
            digests.cloned().next_back().expect("a digest")
        });
        stage.loopback.fault(denied("GetObject").key(&last));
        let uri = format!("s3://{}/{}", place.bucket, place.key);
        let (code, report) = explained(stage.run(&["explain", &uri, "--format", "json"]));
        assert_eq!((code, &report["intact"]), (0, &json!(true)), "{report:#}");
    }
}
