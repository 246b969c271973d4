//! S3: how objects are listed and read, and what happens when S3 refuses.

mod access_point;
mod bucket;
mod flight;
mod pages;
mod record;

use std::time::Duration;

use serde_json::json;

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::program::severity_codes;
use crate::support::six_hours::{field, finding, on_object, six_hours};
use crate::support::stage::Stage;
use crate::support::trail_scenes::{add_log, arguments, assert_gives, usual_trail};

#[test]
fn an_object_that_may_not_be_read_is_unreadable_for_a_reason_and_nothing_worse() {
    let table: [(Answer, &str, &str); 3] = [
        (
            Answer::access_denied(),
            "denied",
            "s3:GetObject on arn:aws:s3:::trail-logs/AWSLogs/",
        ),
        (Answer::kms_denied(), "denied", "kms:Decrypt"),
        (Answer::archived(), "archived", "aws s3api restore-object"),
    ];
    for (answer, reason, words) in table {
        let six = six_hours();
        six.fault(on_object(&six.log(3), answer.clone()));
        let (code, report) = six.report(&[]);
        assert_eq!(
            (code, &report["verdict"]),
            (4, &json!("unproven")),
            "{report:#}"
        );
        let found = finding(&report, "log-unreadable");
        assert_eq!(found["reason"], reason);
        let shown = format!("{} {}", field(found, "message"), field(found, "hint"));
        assert!(shown.contains(words), "{shown}");
        assert_eq!(severity_codes(&report).len(), 1, "{report:#}");
        assert_eq!(report["complete"], true);
    }
}

#[test]
fn a_digest_that_may_not_be_read_leaves_its_hour_unproven() {
    let six = six_hours();
    six.fault(on_object(&six.digest(4), Answer::access_denied()));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4, "{report:#}");
    let found = finding(&report, "digest-unreadable");
    assert_eq!(found["reason"], "denied");
    assert_eq!(found["from"], json!(six.chain.digests[4].start.to_string()));
    assert_eq!(report["chains"][0]["digests"]["unproven"], 1);
}

#[test]
fn an_object_throttled_for_ever_is_unreadable_in_bounded_time() {
    let six = six_hours();
    six.fault(on_object(&six.log(3), Answer::slow_down()));
    let began = std::time::Instant::now();
    let (code, report) = six.report(&[]);
    assert!(began.elapsed() < Duration::from_secs(120));
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(finding(&report, "log-unreadable")["reason"], "throttled");
}

#[test]
fn an_object_that_is_changed_while_it_is_read_is_not_judged() {
    let six = six_hours();
    let (one, other) = (six.log(3), six.log(4));
    six.fault(on_object(&one, Answer::CutOff(20)).times(1));
    // Another object replaces this one between its first and its second part.
    six.fault(on_object(
        &one,
        Answer::error(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        ),
    ));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4, "{report:#}");
    let found = finding(&report, "log-unreadable");
    assert!(
        field(found, "message").contains("changed while it was read"),
        "{found:#}"
    );
    assert_eq!(severity_codes(&report).len(), 1, "{} {report:#}", other.key);
}

#[test]
fn a_bucket_that_may_not_be_listed_reports_the_permission() {
    let six = six_hours();
    six.fault(Fault::new(Answer::access_denied()).operation("ListObjectsV2"));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(report["complete"], false);
    let found = &report["findings"][0];
    assert_eq!(found["code"], "source-unreadable");
    assert_eq!(
        (&found["bucket"], &found["key"]),
        (&json!("trail-logs"), &json!(null))
    );
    assert_eq!(found["reason"], "denied");
    let message = field(found, "message");
    assert!(
        message.contains("s3:ListBucket on arn:aws:s3:::trail-logs "),
        "{message}"
    );
}

#[test]
fn an_http_404_of_a_gateway_is_not_a_missing_object() {
    for (name, op, under, code) in [
        (
            "get",
            "GetObject",
            "AWSLogs/111111111111/CloudTrail/",
            "log-unreadable",
        ),
        (
            "list logs",
            "ListObjectsV2",
            "AWSLogs/111111111111/CloudTrail/eu-west-1/",
            "source-unreadable",
        ),
        (
            "list digests",
            "ListObjectsV2",
            "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/",
            "source-unreadable",
        ),
    ] {
        let (mut w, t, _) =
            usual_trail(8, "logs", ["2026-03-01T00:07:21Z", "2026-03-04T00:07:21Z"]);
        if name != "get" {
            add_log(&mut w, &t, "logs", "2026-03-02T05:20:00Z");
        }
        let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
        stage.loopback.fault(
            Fault::new(Answer::error(404, "GatewayNotFound", "no route"))
                .operation(op)
                .under(under),
        );
        let a = arguments(
            &["--trail-arn", &t.arn()],
            [
                "2026-03-01T04:07:21Z",
                "2026-03-03T22:07:21Z",
                "2026-03-04T00:30:00Z",
            ],
        );
        assert_gives(
            &format!("no answer of S3: {name}"),
            &stage.report(&a),
            4,
            Some(code),
        );
    }
}
