//! Answers of CloudTrail are read from their bytes (`cloudtrail::answers`). Whatever the SDK reads in an answer,
//! our reader finds there too: the SDK checks every answer before us, and reads with code generated from AWS's
//! own model. Answers with any part replaced by something else are compared as well.

use std::fmt::Debug;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use jiff::Timestamp;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use trailproof::cloudtrail::answers::{self, AnswerPage, ListedKey};
use trailproof::cloudtrail::event::record;
use trailproof::{TrailConfig, TrailStatus, Window};

use crate::support::forge::ts;

/// How many answers of each kind are compared.
const ANSWERS: usize = 200;

/// A service that gives one answer to everything.
#[derive(Debug)]
struct OneAnswer(Vec<u8>);

impl HttpConnector for OneAnswer {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let status = 200_u16.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.0.clone()))))
    }
}

fn client(answer: &[u8]) -> Client {
    let connector = SharedHttpConnector::new(OneAnswer(answer.to_vec()));
    let config = aws_sdk_cloudtrail::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .build();
    Client::from_conf(config)
}

/// Replaces a part of an answer, drawn at random, by something else.
fn spoil(value: &mut Value, random: &mut ChaCha8Rng) {
    let deeper = random.random_bool(0.75);
    match value {
        Value::Array(items) if deeper && !items.is_empty() => {
            let at = random.random_range(0..items.len());
            spoil(&mut items[at], random);
        }
        Value::Object(members) if deeper && !members.is_empty() => {
            let at = random.random_range(0..members.len());
            let (name, member) = members.iter_mut().nth(at).expect("a member");
            if random.random_bool(0.2) {
                let name = name.clone();
                members.remove(&name);
            } else {
                spoil(member, random);
            }
        }
        other => {
            let others = [
                json!(null),
                json!(true),
                json!(false),
                json!(0),
                json!(-1.5),
                json!(1_772_323_200.999),
                json!(1e300),
                json!(""),
                json!("ReadOnly"),
                json!("arn:aws:s3"),
                json!("\u{e9}\u{1f600}\n"),
                json!([]),
                json!([null]),
                json!(["a", "b"]),
                json!({}),
                json!({"Unknown": [[[{}]]]}),
            ];
            *other = others.choose(random).expect("a value").clone();
        }
    }
}

/// Compares both readers on an answer and on many like it.
fn compare<T: Debug + PartialEq, E: Debug>(
    answer: &Value,
    sdk: impl AsyncFn(Client) -> Option<T>,
    ours: impl Fn(&[u8]) -> Result<T, E>,
) {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().expect("a runtime");
    let mut random = ChaCha8Rng::seed_from_u64(20);
    let (mut read, mut refused) = (0, 0);
    for number in 0..ANSWERS {
        let mut answer = answer.clone();
        // The first answer is as AWS gives it.
        for _ in 0..number.min(3) {
            spoil(&mut answer, &mut random);
        }
        let bytes = match number {
            1 => Vec::new(),
            _ => answer.to_string().into_bytes(),
        };
        match runtime.block_on(sdk(client(&bytes))) {
            Some(expected) => {
                let found = ours(&bytes);
                assert_eq!(found.as_ref().ok(), Some(&expected), "{found:?} {answer}");
                read += 1;
            }
            None => refused += 1,
        }
        assert!(number > 0 || read == 1, "{answer}");
    }
    assert!(read > 10 && refused > 10, "{read} {refused}");
}

fn time(at: Option<&DateTime>) -> Option<Timestamp> {
    Timestamp::from_second(at?.secs()).ok()
}

const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";

#[test]
fn trails_are_read_as_the_sdk_reads_them() {
    let trail = json!({
        "Name": "main", "S3BucketName": "logs", "S3KeyPrefix": "p", "IncludeGlobalServiceEvents": false,
        "IsMultiRegionTrail": true, "HomeRegion": "eu-west-1", "TrailARN": ARN, "KmsKeyId": "k",
        "LogFileValidationEnabled": true, "IsOrganizationTrail": true,
    });
    let small = json!({"S3BucketName": "logs", "TrailARN": ARN});
    let answer = json!({"trailList": [trail, small]});
    let sdk = async |client: Client| {
        let answer = client.describe_trails().send().await.ok()?;
        let trails = answer.trail_list.map(|list| {
            let config = |t: &aws_sdk_cloudtrail::types::Trail| {
                Some(TrailConfig {
                    arn: t.trail_arn()?.parse().ok()?,
                    bucket: t.s3_bucket_name()?.to_owned(),
                    prefix: t.s3_key_prefix().unwrap_or_default().to_owned(),
                    organization: t.is_organization_trail().unwrap_or(false),
                    multi_region: t.is_multi_region_trail().unwrap_or(false),
                    validation: t.log_file_validation_enabled().unwrap_or(false),
                    global_events: t.include_global_service_events().unwrap_or(true),
                    kms_key: t.kms_key_id().filter(|k| !k.is_empty()).map(Into::into),
                })
            };
            list.iter().filter_map(config).collect::<Vec<_>>()
        });
        Some(trails)
    };
    compare(&answer, sdk, answers::trails);
    let homes = json!({"Trails": [{"TrailARN": ARN, "HomeRegion": "eu-west-1"}], "NextToken": "n"});
    let sdk = async |client: Client| {
        let answer = client.list_trails().send().await.ok()?;
        let home = |t: &aws_sdk_cloudtrail::types::TrailInfo| t.home_region()?.parse().ok();
        Some(AnswerPage {
            items: answer.trails.map(|l| l.iter().filter_map(home).collect()),
            next: answer.next_token.filter(|next| !next.is_empty()),
        })
    };
    compare(&homes, sdk, answers::home_regions);
}

#[test]
fn a_status_is_read_as_the_sdk_reads_it() {
    let answer = json!({
        "IsLogging": true, "LatestDeliveryTime": 1_772_323_200.0, "LatestDigestDeliveryTime": 1_772_326_800.25,
        "LatestDigestDeliveryError": "NoSuchBucket", "StartLoggingTime": 1_772_000_000, "StopLoggingTime": 5,
    });
    let sdk = async |client: Client| {
        let answer = client.get_trail_status().name("main").send().await.ok()?;
        let error = answer.latest_digest_delivery_error();
        let error = error.filter(|e| !e.is_empty()).map(str::to_owned);
        Some(answer.is_logging().map(|logging| TrailStatus {
            logging,
            last_digest: time(answer.latest_digest_delivery_time()),
            digest_error: error,
            started: time(answer.start_logging_time()),
            stopped: time(answer.stop_logging_time()),
        }))
    };
    compare(&answer, sdk, answers::status);
}

#[test]
fn keys_are_read_as_the_sdk_reads_them() {
    let key = json!({
        "Value": "MIIBCgKCAQEA", "ValidityStartTime": 1_772_323_200.5, "ValidityEndTime": 1_775_000_000,
        "Fingerprint": "67b9fa73676d86966b449dd677850753",
    });
    let answer = json!({"PublicKeyList": [key, key], "NextToken": "n"});
    let sdk = async |client: Client| {
        let answer = client.list_public_keys().send().await.ok()?;
        let listed = |key: &aws_sdk_cloudtrail::types::PublicKey| ListedKey {
            der: key.value().map(|value| value.as_ref().to_vec()),
            valid: time(key.validity_start_time())
                .zip(time(key.validity_end_time()))
                .filter(|(from, to)| from <= to),
            fingerprint: key.fingerprint().map(str::to_owned),
        };
        Some(AnswerPage {
            items: Some(answer.public_key_list().iter().map(listed).collect()),
            next: answer.next_token.filter(|next| !next.is_empty()),
        })
    };
    compare(&answer, sdk, answers::public_keys);
}

#[test]
fn events_are_read_as_the_sdk_reads_them() {
    let record = json!({
        "eventVersion": "1.08", "eventTime": "2026-03-01T05:00:00Z", "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging", "awsRegion": "eu-west-1", "requestParameters": {"name": ARN},
        "eventID": "e", "recipientAccountId": "111111111111",
    });
    let event =
        json!({"EventId": "e", "EventTime": 1_772_341_200, "CloudTrailEvent": record.to_string()});
    let answer = json!({"Events": [event, event], "NextToken": "n"});
    let window = Window {
        from: ts("2026-03-01T00:00:00Z"),
        to: ts("2026-03-02T00:00:00Z"),
    };
    let sdk = async |client: Client| {
        let answer = client.lookup_events().send().await.ok()?;
        let event = |e: &aws_sdk_cloudtrail::types::Event| record::read_one(e.cloud_trail_event()?);
        Some(AnswerPage {
            items: answer.events.map(|l| l.iter().filter_map(event).collect()),
            next: answer.next_token.filter(|next| !next.is_empty()),
        })
    };
    compare(&answer, sdk, |page| answers::events(page, window));
    let page = answers::events(answer.to_string().as_bytes(), window).expect("a page");
    assert_eq!(
        page.items
            .map_or(0, |events| answers::in_order(events).len()),
        1
    );
    let later = Window {
        from: ts("2026-03-01T05:00:01Z"),
        ..window
    };
    let page = answers::events(answer.to_string().as_bytes(), later).expect("a page");
    assert_eq!(page.items, Some(Vec::new()));
}

#[test]
fn selectors_are_read_as_the_sdk_reads_them() {
    use trailproof::cloudtrail::selectors::{
        Advanced, Basic, DataResource, ReadWrite, SelectorField,
    };
    let answer = json!({
        "TrailARN": ARN,
        "EventSelectors": [{
            "ReadWriteType": "WriteOnly", "IncludeManagementEvents": false,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::b/", "arn:aws:s3"]}],
            "ExcludeManagementEventSources": ["kms.amazonaws.com"],
        }],
        "AdvancedEventSelectors": [{"Name": "n", "FieldSelectors": [{
            "Field": "eventCategory", "Equals": ["Data"], "StartsWith": ["a"], "EndsWith": ["b"],
            "NotEquals": ["c"], "NotStartsWith": ["d"], "NotEndsWith": ["e"],
        }]}],
    });
    let sdk = async |client: Client| {
        let answer = client.get_event_selectors().send().await.ok()?;
        let basic = |s: &aws_sdk_cloudtrail::types::EventSelector| Basic {
            read_write: match s.read_write_type().map(|t| t.as_str()) {
                Some("ReadOnly") => ReadWrite::Read,
                Some("WriteOnly") => ReadWrite::Write,
                _ => ReadWrite::All,
            },
            management: s.include_management_events().unwrap_or(true),
            data: s
                .data_resources()
                .iter()
                .map(|d| DataResource::new(d.r#type().unwrap_or_default().into(), d.values()))
                .collect(),
            excluded: s.exclude_management_event_sources().to_vec(),
        };
        let advanced = |s: &aws_sdk_cloudtrail::types::AdvancedEventSelector| Advanced {
            fields: s
                .field_selectors()
                .iter()
                .map(|f| SelectorField {
                    name: f.field().to_owned(),
                    equals: f.equals().to_vec(),
                    not_equals: f.not_equals().to_vec(),
                    starts_with: f.starts_with().to_vec(),
                    not_starts_with: f.not_starts_with().to_vec(),
                    ends_with: f.ends_with().to_vec(),
                    not_ends_with: f.not_ends_with().to_vec(),
                })
                .collect(),
        };
        Some(answer.trail_arn().map(|_| {
            answers::EventSelectors {
                basic: answer.event_selectors().iter().map(basic).collect(),
                advanced: answer
                    .advanced_event_selectors()
                    .iter()
                    .map(advanced)
                    .collect(),
            }
        }))
    };
    compare(&answer, sdk, answers::event_selectors);
    let insights = json!({
        "TrailARN": ARN,
        "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}],
    });
    let sdk = async |client: Client| {
        let answer = client.get_insight_selectors().send().await.ok()?;
        let selectors = answer.insight_selectors().iter();
        let kinds = selectors.filter_map(|s| Some(s.insight_type()?.as_str().to_owned()));
        Some(kinds.collect::<Vec<_>>())
    };
    compare(&insights, sdk, answers::insight_types);
}

#[test]
fn a_hostile_answer_is_refused_in_little_time() {
    let text = |n: usize| "x".repeat(n);
    let deep = "[".repeat(1_000_000);
    let number = format!(
        "{{\"IsLogging\": true, \"StartLoggingTime\": {}}}",
        "9".repeat(1_000_000)
    );
    for bad in ["nul", "[", "{\"IsLogging\": 1}", &deep, &number, "{} {}"] {
        assert!(answers::status(bad.as_bytes()).is_err(), "{bad:.60}");
    }
    assert!(answers::status(b"{\"IsLogging\": true, \"IsLogging\": false}").is_err());
    assert!(answers::trails(b"{\"trailList\": [{\"S3BucketName\": \"\xff\"}]}").is_err());
    let values = json!(vec!["v"; 3_000]);
    let many =
        json!({"TrailARN": ARN, "EventSelectors": [{"ExcludeManagementEventSources": values}]});
    assert!(answers::event_selectors(many.to_string().as_bytes()).is_err());
    let long = json!({"InsightSelectors": vec![json!({"InsightType": text(5_000)}); 5_000]});
    let kinds = answers::insight_types(long.to_string().as_bytes()).expect("kinds");
    assert!(kinds.len() <= 2_000 && kinds.iter().all(|kind| kind.len() <= 1_200));
    let error = json!({"IsLogging": false, "LatestDigestDeliveryError": text(5_000)});
    let status = answers::status(error.to_string().as_bytes()).expect("a status");
    assert_eq!(
        status.and_then(|s| s.digest_error).map(|e| e.len()),
        Some(200)
    );
    // The answer of a trail without Insights is an error, which lists none.
    let none = br#"{"__type": "InsightNotEnabledException", "message": "no"}"#;
    assert_eq!(answers::insight_types(none), Ok(Vec::new()));
}
