//! Answers of CloudTrail's API, byte by byte as they came.

use jiff::Timestamp;
use serde_json::Value;
use trailproof::base::time::Window;
use trailproof::cloudtrail::answers::{
    AnswerPage, MalformedAnswer, event_selectors, events, history, home_regions, in_order,
    insight_types, join, public_keys, status, trails,
};
use trailproof::cloudtrail::event::record;

use super::outcome::Outcome;
use super::targets::FuzzTarget;
use crate::support::forge::deeds::cloudtrail_event;
use crate::support::forge::ts;

pub const API_ANSWERS: FuzzTarget = FuzzTarget::new(
    "api-answers",
    answers,
    seeds,
    &[
        "\"Events\":[",
        "{\"CloudTrailEvent\":\"",
        "\"NextToken\":\"",
        "\"PublicKeyList\":[",
        "\"Value\":",
        "\"ValidityStartTime\":",
        "\"trailList\":[",
        "\"TrailARN\":",
        "\"S3BucketName\":",
        "\"Trails\":[",
        "\"HomeRegion\":",
        "\"IsLogging\":true",
        "\"LatestDigestDeliveryTime\":1772323200.5",
        "\"EventSelectors\":[",
        "\"AdvancedEventSelectors\":[",
        "\"FieldSelectors\":[",
        "\"Equals\":[",
        "\"InsightSelectors\":[",
        "null",
        "1e300",
        "-1e300",
    ],
);

/// The most values that the selectors of a trail may have.
const MOST_VALUES: usize = 2_000;

fn seeds() -> Vec<Vec<u8>> {
    let at = ts("2026-03-01T05:00:00Z");
    let arn = "arn:aws:cloudtrail:us-east-1:111111111111:trail/main";
    let event = cloudtrail_event(
        "StopLogging",
        arn,
        at,
        None,
        serde_json::json!({"name": arn}),
    );
    let event = event.compact();
    let found = serde_json::json!({"Events": [{"EventId": "1", "EventName": "StopLogging", "CloudTrailEvent": event}],
        "NextToken": "a"});
    let advanced = serde_json::json!({"TrailARN": arn, "AdvancedEventSelectors": [{"Name": "n", "FieldSelectors":
        [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "NotStartsWith": ["t"]}]}]});
    let basic = serde_json::json!({"TrailARN": arn, "EventSelectors": [{"ReadWriteType": "All",
        "IncludeManagementEvents": true, "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::b/"]}],
        "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]});
    let others = [
        serde_json::json!({"trailList": [{"Name": "main", "TrailARN": arn, "S3BucketName": "b", "S3KeyPrefix": "p",
            "IsMultiRegionTrail": true, "LogFileValidationEnabled": true, "KmsKeyId": ""}]}),
        serde_json::json!({"Trails": [{"TrailARN": arn, "HomeRegion": "us-east-1"}], "NextToken": ""}),
        serde_json::json!({"IsLogging": true, "LatestDigestDeliveryTime": 1_772_323_200.75, "StartLoggingTime": 1.0,
            "LatestDigestDeliveryError": "AccessDenied"}),
        serde_json::json!({"InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]}),
        serde_json::json!({"PublicKeyList": [{"Value": "MIIB", "ValidityStartTime": 1_767_225_600.0,
            "ValidityEndTime": 1_798_761_600.0, "Fingerprint": "ab"}], "NextToken": null}),
        found,
        advanced,
        basic,
    ];
    others
        .iter()
        .map(|answer| answer.to_string().into_bytes())
        .collect()
}

/// A page, with what must hold of any: its token leads on, and as the only page it is all of an answer or not.
fn page<T: Clone>(
    input: &[u8],
    read: impl Fn(&[u8]) -> Result<AnswerPage<T>, MalformedAnswer>,
    outcome: &mut Outcome,
) -> Vec<T> {
    let page = read(input);
    let joined = join([input], &read);
    outcome.add(page.is_ok());
    let Ok(page) = page else {
        assert!(joined.is_err());
        return Vec::new();
    };
    assert!(page.next.as_deref() != Some(""), "an empty token");
    match (&joined, &page.items) {
        (Ok(all), Some(items)) => {
            assert_eq!(all.items.len(), items.len());
            assert_eq!(all.is_complete, page.next.is_none());
            let twice = join([input, input], &read);
            assert_eq!(
                twice.is_ok(),
                page.next.is_some(),
                "a page after the last one"
            );
        }
        (Err(_), None) => {}
        _ => panic!("a page lacks its list, and an answer of it does not"),
    }
    outcome.add((page.next.is_some(), page.items.is_some()));
    let items = page.items.unwrap_or_default();
    assert!(items.len() <= input.len(), "more items than bytes");
    outcome.size(items.len());
    items
}

/// The records in an answer of LookupEvents, as any JSON parser finds them.
fn records(input: &[u8]) -> Vec<String> {
    let answer: Value = serde_json::from_slice(input).unwrap_or_default();
    let listed = answer["Events"].as_array().cloned().unwrap_or_default();
    let record = |event: &Value| Some(event["CloudTrailEvent"].as_str()?.to_owned());
    listed.iter().filter_map(record).collect()
}

fn answers(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let window = Window::new(ts("2026-03-01T00:00:00Z"), ts("2026-03-02T00:00:00Z"));
    let found = page(input, |page| events(page, window), &mut outcome);
    let is_within = |at: Timestamp| window.from <= at && at < window.to;
    assert!(
        found.iter().all(|event| is_within(event.time)),
        "outside the window"
    );
    let expected = records(input)
        .into_iter()
        .filter_map(|text| record::read_one(&text));
    let expected: Vec<_> = expected.filter(|event| is_within(event.time)).collect();
    assert!(
        events(input, window).is_err() || found == expected,
        "{found:?}"
    );
    let ordered = in_order([found.clone(), found].concat());
    assert!(ordered.is_sorted() && ordered.len() <= expected.len());
    let all = page(input, history, &mut outcome);
    assert!(
        all.iter().flatten().count() >= ordered.len(),
        "fewer events than found"
    );
    let keys = page(input, public_keys, &mut outcome);
    for key in keys {
        assert!(key.valid.is_none_or(|(from, to)| from <= to), "{key:?}");
        outcome.add((
            key.der.is_some(),
            key.valid.is_some(),
            key.fingerprint.is_some(),
        ));
    }
    page(input, home_regions, &mut outcome);
    let trails = trails(input);
    if let Ok(Some(trails)) = &trails {
        for trail in trails {
            assert_eq!(
                trail.kms_key.as_deref().map(str::is_empty),
                trail.kms_key.as_ref().map(|_| false)
            );
            let arn = trail.arn.to_string();
            assert_eq!(arn.parse().as_ref(), Ok(&trail.arn), "{arn}");
        }
        outcome.size(trails.len());
    }
    let status = status(input);
    if let Ok(Some(status)) = &status {
        let error = status.digest_error.as_deref();
        assert!(
            error.is_none_or(|error| (1..=200).contains(&error.chars().count())),
            "{error:?}"
        );
        outcome.add((
            status.last_digest.is_some(),
            status.stopped.is_some(),
            status.logging,
        ));
    }
    let selectors = event_selectors(input);
    if let Ok(Some(selectors)) = &selectors {
        assert!(selectors.basic.len() + selectors.advanced.len() <= MOST_VALUES);
        outcome
            .size(selectors.basic.len())
            .size(selectors.advanced.len());
    }
    let insights = insight_types(input);
    assert!(
        insights
            .as_ref()
            .is_ok_and(|kinds| kinds.len() <= MOST_VALUES)
            || insights.is_err()
    );
    outcome.add((
        trails.is_ok(),
        status.is_ok(),
        selectors.is_ok(),
        insights.is_ok(),
    ));
    outcome.number()
}
