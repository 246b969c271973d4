//! The answers of CloudTrail's API, as its reference shows them, and as none should be.

use jiff::Timestamp;
use serde_json::{Value, json};
use trailproof::cloudtrail::answers::{
    event_selectors, events, history, home_regions, in_order, insight_types, public_keys, status,
    trails,
};
use trailproof::cloudtrail::selectors::ReadWrite;
use trailproof::{TrailConfig, TrailStatus, Window};

const ARN: &str = "arn:aws:cloudtrail:us-east-1:111111111111:trail/main";

fn bytes(answer: &Value) -> Vec<u8> {
    serde_json::to_vec(answer).expect("JSON")
}

fn second(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a time")
}

#[test]
fn trails_have_the_defaults_of_aws() {
    let bare = json!({"TrailARN": ARN, "S3BucketName": "logs"});
    let full = json!({
        "TrailARN": ARN, "S3BucketName": "logs", "S3KeyPrefix": "p/", "IsOrganizationTrail": true,
        "IsMultiRegionTrail": true, "LogFileValidationEnabled": true,
        "IncludeGlobalServiceEvents": false, "KmsKeyId": "arn:aws:kms:a",
    });
    let no_key = json!({"TrailARN": ARN, "S3BucketName": "logs", "KmsKeyId": ""});
    let none = [
        json!({"TrailARN": ARN}),
        json!({"S3BucketName": "logs"}),
        json!({"TrailARN": "x", "S3BucketName": "b"}),
    ];
    let mut list = vec![bare, full, no_key];
    list.extend(none);
    let read = trails(&bytes(&json!({"trailList": list}))).expect("an answer");
    let usual = TrailConfig {
        arn: ARN.parse().expect("an ARN"),
        bucket: "logs".into(),
        prefix: String::new(),
        organization: false,
        multi_region: false,
        validation: false,
        global_events: true,
        kms_key: None,
    };
    let other = TrailConfig {
        prefix: "p/".into(),
        organization: true,
        multi_region: true,
        validation: true,
        global_events: false,
        kms_key: Some("arn:aws:kms:a".into()),
        ..usual.clone()
    };
    assert_eq!(read, Some(vec![usual.clone(), other, usual]));
    assert_eq!(trails(b""), Ok(None));
    assert!(trails(b"[").is_err());
}

#[test]
fn home_regions_come_in_pages() {
    let page = home_regions(&bytes(&json!({
        "Trails": [{"HomeRegion": "eu-west-1"}, {}, {"HomeRegion": "?"}], "NextToken": "more",
    })));
    let page = page.expect("an answer");
    let regions: Vec<String> = page
        .items
        .expect("a list")
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(regions, ["eu-west-1"]);
    assert_eq!(page.next.as_deref(), Some("more"));
    let last = home_regions(&bytes(&json!({"Trails": [], "NextToken": ""}))).expect("an answer");
    assert_eq!((last.items, last.next), (Some(Vec::new()), None));
    assert_eq!(home_regions(b"{}").expect("an answer").items, None);
    let error = home_regions(b"{").expect_err("no JSON").to_string();
    assert!(
        error.starts_with("an answer that cannot be read: "),
        "{error}"
    );
}

#[test]
fn a_status_says_whether_a_trail_logs() {
    let long = "x".repeat(300);
    let read = status(&bytes(&json!({
        "IsLogging": true, "LatestDigestDeliveryTime": 60.9, "LatestDigestDeliveryError": long,
        "StartLoggingTime": 10, "StopLoggingTime": 20,
    })));
    let expected = TrailStatus {
        logging: true,
        last_digest: Some(second(60)),
        digest_error: Some("x".repeat(200)),
        started: Some(second(10)),
        stopped: Some(second(20)),
    };
    assert_eq!(read, Ok(Some(expected)));
    let off = status(&bytes(
        &json!({"IsLogging": false, "LatestDigestDeliveryError": ""}),
    ));
    assert_eq!(off, Ok(Some(TrailStatus::default())));
    assert_eq!(status(b"{}"), Ok(None));
}

#[test]
fn a_key_is_kept_as_it_is_listed() {
    let page = public_keys(&bytes(&json!({"PublicKeyList": [
        {"Value": "AQID", "ValidityStartTime": 5, "ValidityEndTime": 5, "Fingerprint": "f"},
        {"ValidityStartTime": 6, "ValidityEndTime": 5},
        {"ValidityStartTime": 6},
    ], "NextToken": "t"})));
    let page = page.expect("an answer");
    let keys = page.items.expect("a list");
    assert_eq!(page.next.as_deref(), Some("t"));
    assert_eq!(keys[0].der.as_deref(), Some(&[1, 2, 3][..]));
    assert_eq!(keys[0].valid, Some((second(5), second(5))));
    assert_eq!(keys[0].fingerprint.as_deref(), Some("f"));
    for key in &keys[1..] {
        assert_eq!((key.der.is_some(), key.valid), (false, None));
    }
    // An answer without its list lists no key.
    assert_eq!(
        public_keys(b"{}").expect("an answer").items,
        Some(Vec::new())
    );
    assert!(public_keys(&bytes(&json!({"PublicKeyList": [{"Value": "?"}]}))).is_err());
}

/// An answer of LookupEvents with a StopLogging at each of these seconds.
fn stops(at: &[i64]) -> Vec<u8> {
    let event = |at: &i64| {
        let record = json!({
            "eventVersion": "1.08", "eventTime": second(*at).to_string(), "eventName": "StopLogging",
            "eventSource": "cloudtrail.amazonaws.com", "awsRegion": "us-east-1",
            "eventID": format!("00000000-0000-4000-8000-{at:012}"), "recipientAccountId": "111111111111",
            "userIdentity": {"type": "Root", "accountId": "111111111111"},
            "requestParameters": {"name": ARN},
        });
        json!({"CloudTrailEvent": record.to_string()})
    };
    bytes(&json!({"Events": at.iter().map(event).collect::<Vec<_>>(), "NextToken": "n"}))
}

#[test]
fn events_within_the_window_are_kept_once_and_in_order() {
    let window = Window::new(second(100), second(200));
    let page = events(&stops(&[199, 200, 99, 100]), window).expect("an answer");
    assert_eq!(page.next.as_deref(), Some("n"));
    let found = page.items.expect("a list");
    let times = |events: &[trailproof::Event]| -> Vec<i64> {
        events.iter().map(|event| event.time.as_second()).collect()
    };
    assert_eq!(times(&found), [199, 100]);
    let twice = [found.clone(), found].concat();
    assert_eq!(times(&in_order(twice)), [100, 199]);
    assert_eq!(events(b"{}", window).expect("an answer").items, None);
}

#[test]
fn a_record_beyond_a_mebibyte_is_not_read() {
    let event = |text: String| bytes(&json!({"Events": [{"CloudTrailEvent": text}, {}]}));
    let of = |padding: usize| {
        let record: Value = serde_json::from_slice(&stops(&[150])).expect("JSON");
        let mut text = record["Events"][0]["CloudTrailEvent"]
            .as_str()
            .expect("a text")
            .to_owned();
        text.push_str(&" ".repeat(padding - text.len()));
        event(text)
    };
    let window = Window::new(second(100), second(200));
    for (length, is_read) in [(1 << 20, true), ((1 << 20) + 1, false)] {
        let found = events(&of(length), window)
            .expect("an answer")
            .items
            .expect("a list");
        assert_eq!(found.len(), usize::from(is_read), "{length}");
        let all = history(&of(length))
            .expect("an answer")
            .items
            .expect("a list");
        let read: Vec<bool> = all.iter().map(Option::is_some).collect();
        assert_eq!(read, [is_read, false], "{length}");
    }
    assert_eq!(history(b"{}").expect("an answer").items, None);
}

#[test]
fn selectors_beyond_what_a_trail_can_have_are_refused() {
    let of = |values: usize| {
        bytes(
            &json!({"TrailARN": ARN, "AdvancedEventSelectors": [{"FieldSelectors": [
                {"Field": "eventName", "Equals": vec!["a"; values]},
            ]}]}),
        )
    };
    assert!(event_selectors(&of(1_998)).expect("an answer").is_some());
    assert!(event_selectors(&of(1_999)).is_err());
    let basic = |values: usize| {
        bytes(&json!({"TrailARN": ARN, "EventSelectors": [
            {"DataResources": [{"Type": "AWS::S3::Object", "Values": vec!["a"; values]}],
             "ExcludeManagementEventSources": ["kms.amazonaws.com"]},
        ]}))
    };
    assert!(event_selectors(&basic(1_997)).expect("an answer").is_some());
    assert!(event_selectors(&basic(1_998)).is_err());
    assert_eq!(event_selectors(b"{}"), Ok(None));
}

#[test]
fn a_basic_selector_admits_the_calls_that_read_or_write_or_both() {
    for (said, read_write) in [
        (json!("ReadOnly"), ReadWrite::Read),
        (json!("WriteOnly"), ReadWrite::Write),
        (json!("All"), ReadWrite::All),
        (json!(null), ReadWrite::All),
    ] {
        let answer = bytes(&json!({"TrailARN": ARN, "EventSelectors": [{"ReadWriteType": said}]}));
        let selectors = event_selectors(&answer)
            .expect("an answer")
            .expect("selectors");
        assert_eq!(selectors.basic[0].read_write, read_write, "{said}");
    }
}

#[test]
fn insights_are_listed_by_their_types() {
    let many = vec![json!({"InsightType": "x".repeat(2_000)}); 2_001];
    let types = insight_types(&bytes(&json!({"InsightSelectors": many}))).expect("an answer");
    assert_eq!((types.len(), types[0].len()), (2_000, 1_200));
    let types = insight_types(&bytes(
        &json!({"InsightSelectors": [{"InsightType": "ApiCallRateInsight"}, {}]}),
    ));
    assert_eq!(types, Ok(vec!["ApiCallRateInsight".into()]));
    assert_eq!(insight_types(b""), Ok(Vec::new()));
}
