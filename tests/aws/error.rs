//! Errors of AWS: retried, reported with the missing permission, and never taken for damage.

use serde_json::Value;

use crate::support::aws::{Answer, Fault, Service};
use crate::support::forge::Place;
use crate::support::program::severity_codes;
use crate::support::six_hours::{ARN, on_object, six_hours};

#[test]
fn transient_errors_do_not_reach_the_report() {
    let six = six_hours();
    let (code, quiet) = six.report(&[]);
    assert_eq!((code, severity_codes(&quiet)), (0, Vec::new()), "{quiet:#}");
    six.fault(on_object(&six.log(3), Answer::slow_down()).times(12))
        .fault(on_object(&six.log(4), Answer::CutOff(100)).times(2))
        .fault(on_object(&six.digest(5), Answer::CutOff(0)).times(2))
        .fault(on_object(&six.log(5), Answer::Stall(50)).times(1))
        .fault(on_object(&six.digest(3), Answer::Close).times(2))
        .fault(
            on_object(
                &six.log(2),
                Answer::error(500, "InternalError", "We encountered an internal error."),
            )
            .times(3),
        )
        .fault(
            Fault::new(Answer::slow_down())
                .operation("ListObjectsV2")
                .times(3),
        )
        .fault(
            Fault::new(Answer::error(400, "ThrottlingException", "Rate exceeded"))
                .operation("ListPublicKeys")
                .times(4),
        );
    six.stage.loopback.clear_calls();
    let (code, report) = six.report(&["--cli-read-timeout", "1"]);
    let without_run = |mut report: Value| {
        report.as_object_mut().expect("an object").remove("run");
        report
    };
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(without_run(report), without_run(quiet));
    let tries = |place: &Place| {
        let gets = six.stage.calls("GetObject").into_iter();
        gets.filter(|c| c.key.as_ref() == Some(&place.key)).count()
    };
    assert_eq!(tries(&six.log(3)), 13);
    // The bytes received before the break are kept; only the rest is requested again.
    let rest = six.stage.calls("GetObject").into_iter();
    let rest: Vec<_> = rest
        .filter(|c| c.key.as_ref() == Some(&six.log(5).key))
        .collect();
    assert_eq!(rest.len(), 2);
    assert_eq!(rest[1].range.as_deref(), Some("bytes=50-"));
    assert_eq!(six.stage.calls("ListPublicKeys").len(), 5);
}

/// The program only ever sends reading calls, whatever goes wrong.
#[test]
fn only_reading_calls_are_made() {
    let six = six_hours();
    six.fault(
        Fault::new(Answer::error(400, "ThrottlingException", "Rate exceeded"))
            .service(Service::CloudTrail)
            .times(2),
    );
    let (code, _) = six.report(&["--logs", "none", "--trail-arn", ARN]);
    assert_eq!(code, 0);
    // The listing of a day already shows which logs exist.
    assert!(six.stage.calls("HeadObject").is_empty());
    assert!(six.stage.calls("GetObject").iter().all(|c| {
        let key = c.key.as_deref().expect("a key");
        key.contains("/CloudTrail-Digest/")
    }));
    six.stage.assert_only_reads();
}
