//! What a report says about events that the trail did not log, with selectors from CloudTrail.

use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::short_trail::{ARN, WINDOW, stage, trail};
use crate::support::stage::Stage;

const GENERIC: &str = "what the trails were not configured to log: a digest proves which logs were delivered, \
                       not what happened in the account";
const TODAY: &str =
    "always logged what it logs now: its selectors are those of today, not those of the window";

fn report(stage: &Stage, more: &[&str]) -> (i32, Value) {
    stage.report(&[&["--trail-arn", ARN][..], &WINDOW, more].concat())
}

/// The sentences of a report about a trail, which must follow the general sentence.
fn sentences(report: &Value) -> Vec<String> {
    let texts = report["not_proven"].as_array().expect("sentences");
    let texts: Vec<&str> = texts.iter().map(|s| s.as_str().expect("a text")).collect();
    assert_eq!(texts[0], GENERIC);
    let of_trail = |s: &&&str| s.contains(ARN);
    let about_trail: Vec<String> = texts[1..]
        .iter()
        .take_while(of_trail)
        .map(|s| (*s).to_owned())
        .collect();
    assert_eq!(about_trail.len(), texts.iter().filter(of_trail).count());
    about_trail
}

fn lacks(what: &str) -> String {
    format!("what {ARN} does not log: {what}")
}

fn today(more: &str) -> String {
    format!("that {ARN} {TODAY}{more}")
}

#[test]
fn a_trail_with_default_selectors_is_reported_to_log_no_data_events() {
    let stage = stage();
    let (code, report) = report(&stage, &[]);
    assert_eq!(code, 0, "{report:#}");
    let expected = [lacks("data events"), today("; it logs no Insights events")];
    assert_eq!(sentences(&report), expected);
    // One call, in the home region, with the trail's ARN.
    for operation in ["GetEventSelectors", "GetInsightSelectors"] {
        let calls = stage.calls(operation);
        assert_eq!(calls.len(), 1, "{operation}");
        assert_eq!(calls[0].region.as_deref(), Some("eu-west-1"));
        assert_eq!(calls[0].input, json!({"TrailName": ARN}));
    }
    stage.assert_only_reads();
}

#[test]
fn selectors_of_both_kinds_are_reported() {
    let stage = stage();
    let select = |answer: Value| {
        stage.loopback.change(|cloud| {
            cloud.cloudtrail.selectors.insert(ARN.into(), answer);
            let kinds = vec!["ApiErrorRateInsight".to_owned()];
            cloud.cloudtrail.insights.insert(ARN.into(), kinds);
        });
        sentences(&report(&stage, &[]).1)
    };
    let basic = select(json!({"EventSelectors": [{
        "ReadWriteType": "WriteOnly",
        "IncludeManagementEvents": true,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::mine/"]}],
        "ExcludeManagementEventSources": ["kms.amazonaws.com"],
    }]}));
    let types = "data events of resource types other than AWS::S3::Object";
    let expected = [
        lacks("read management events"),
        lacks("write management events of AWS KMS (kms.amazonaws.com)"),
        lacks(types),
        lacks("read data events of AWS::S3::Object"),
        lacks(
            "write data events of AWS::S3::Object other than those where resources.ARN begins with \
             arn:aws:s3:::mine/",
        ),
        today(""),
    ];
    assert_eq!(basic, expected);
    let advanced = select(json!({"AdvancedEventSelectors": [
        {"Name": "management", "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Management"]},
            {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]},
        ]},
        {"Name": "objects", "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::logs/"], "EndsWith": [".csv"]},
        ]},
    ]}));
    let expected = [
        lacks(
            "management events of AWS KMS (kms.amazonaws.com), the RDS Data API (rdsdata.amazonaws.com)",
        ),
        lacks(types),
        lacks(
            "data events of AWS::S3::Object other than those where resources.ARN does not begin with \
             arn:aws:s3:::logs/ and resources.ARN ends with .csv",
        ),
        today(""),
    ];
    assert_eq!(advanced, expected);
}

#[test]
fn one_region_and_missing_global_services_are_reported() {
    let stage = stage();
    let small = TrailConfig {
        multi_region: false,
        global_events: false,
        ..TrailConfig::from(&trail())
    };
    stage
        .loopback
        .change(|cloud| cloud.cloudtrail.trails = vec![small]);
    let about_trail = sentences(&report(&stage, &[]).1);
    let region = "events of regions other than eu-west-1: it is not a multi-region trail";
    let global = "events of global services, such as IAM, STS and CloudFront";
    assert_eq!(about_trail[..2], [lacks(region), lacks(global)]);
}

#[test]
fn denied_selectors_are_reported_and_do_not_change_the_verdict() {
    let denied = || Answer::error(400, "AccessDeniedException", "not authorized");
    let stage = stage();
    stage
        .loopback
        .fault(Fault::new(denied()).operation("GetInsightSelectors"));
    let (code, first) = report(&stage, &[]);
    assert_eq!((code, &first["complete"]), (0, &json!(true)));
    let why = format!(
        "access was denied (cloudtrail:GetInsightSelectors on {ARN} is missing or denied: \
         AccessDeniedException: not authorized)"
    );
    let insights = format!("; it could not be looked up whether it logs Insights events: {why}");
    assert_eq!(sentences(&first), [lacks("data events"), today(&insights)]);

    stage
        .loopback
        .fault(Fault::new(denied()).operation("GetEventSelectors"));
    let (code, second) = report(&stage, &[]);
    assert_eq!((code, &second["complete"]), (0, &json!(true)));
    let why = why.replace("GetInsightSelectors", "GetEventSelectors");
    let unasked = format!("its event selectors could not be looked up: {why}");
    assert_eq!(sentences(&second), [lacks(&unasked)]);
}

/// By then everything that the verdict depends on was read.
#[test]
fn a_session_that_expires_before_the_selectors_does_not_change_the_verdict() {
    let stage = stage();
    let over = Answer::error(
        400,
        "ExpiredTokenException",
        "The security token is expired",
    );
    stage
        .loopback
        .fault(Fault::new(over).operation("GetEventSelectors"));
    let (code, report) = report(&stage, &[]);
    assert_eq!((code, &report["complete"]), (0, &json!(true)), "{report:#}");
    let texts = sentences(&report);
    assert!(
        texts[0].contains("the credentials were not accepted"),
        "{texts:?}"
    );
}

/// CloudTrail is called only for trails that it shows.
#[test]
fn without_a_known_trail_only_the_general_sentence_appears() {
    let stage = stage();
    stage
        .loopback
        .change(|cloud| cloud.cloudtrail.trails.clear());
    let (_, report) =
        stage.report(&[&["--s3-bucket", crate::support::case::BUCKET][..], &WINDOW].concat());
    assert!(sentences(&report).is_empty());
    assert!(stage.calls("GetEventSelectors").is_empty());
}
