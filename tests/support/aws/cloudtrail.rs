//! The operations of CloudTrail.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::forge::PublishedKey;

use super::cloud::Cloud;
use super::lookup::lookup_events;
use super::refusal::Refusal;
use super::trails::{TrailConfig, epoch};

/// The answer to an operation in a region.
pub fn answer(
    cloud: &Cloud,
    operation: &str,
    region: &str,
    input: &Value,
) -> Result<Value, Refusal> {
    match operation {
        "ListPublicKeys" => list_public_keys(cloud, region, input),
        "DescribeTrails" => Ok(describe_trails(cloud, region, input)),
        "GetTrail" => Ok(json!({"Trail": meant(cloud, region, &input["Name"])?.json()})),
        "GetTrailStatus" => get_trail_status(cloud, region, input),
        "ListTrails" => Ok(list_trails(cloud)),
        "LookupEvents" => lookup_events(cloud, region, input),
        "GetEventSelectors" => get_event_selectors(cloud, region, input),
        "GetInsightSelectors" => get_insight_selectors(cloud, region, input),
        _ => Err(Refusal::new(400, "UnknownOperationException", "")),
    }
}

/// A trail by its name or ARN; an error if it does not exist.
fn meant<'a>(cloud: &'a Cloud, region: &str, name: &Value) -> Result<&'a TrailConfig, Refusal> {
    let name = name.as_str().unwrap_or_default();
    let mut trails = cloud.cloudtrail.trails.iter();
    trails
        .find(|trail| trail.is_meant_by(name, region))
        .ok_or_else(|| {
            let message = format!("Unknown trail: {name} for the user: {}", cloud.account);
            Refusal::new(400, "TrailNotFoundException", &message)
        })
}

/// The trails that a region shows. As in AWS, a requested trail that does not exist is left out
/// without an error.
fn describe_trails(cloud: &Cloud, region: &str, input: &Value) -> Value {
    let names = input["trailNameList"].as_array().filter(|n| !n.is_empty());
    let shadows = input["includeShadowTrails"].as_bool().unwrap_or(true);
    let list: Vec<Value> = cloud
        .cloudtrail
        .trails
        .iter()
        .filter(|trail| match names {
            Some(names) => names
                .iter()
                .filter_map(Value::as_str)
                .any(|name| trail.is_meant_by(name, region)),
            None => trail.home_region == region || shadows && trail.shows_in(region),
        })
        .map(TrailConfig::json)
        .collect();
    json!({"trailList": list})
}

fn get_trail_status(cloud: &Cloud, region: &str, input: &Value) -> Result<Value, Refusal> {
    let trail = meant(cloud, region, &input["Name"])?;
    let place = (trail.arn.clone(), region.to_owned());
    let status = cloud.cloudtrail.status.get(&place).cloned();
    Ok(status.unwrap_or_default().json())
}

/// Every trail of the account: only this operation knows all regions.
fn list_trails(cloud: &Cloud) -> Value {
    let list: Vec<Value> = cloud
        .cloudtrail
        .trails
        .iter()
        .map(|t| json!({"TrailARN": t.arn, "Name": t.name, "HomeRegion": t.home_region}))
        .collect();
    json!({"Trails": list})
}

/// The selectors of a trail, in its home region. By default all management events.
fn get_event_selectors(cloud: &Cloud, region: &str, input: &Value) -> Result<Value, Refusal> {
    let trail = meant(cloud, region, &input["TrailName"])?;
    let selectors = cloud.cloudtrail.selectors.get(&trail.arn).cloned();
    let mut answer = selectors.unwrap_or_else(|| {
        json!({
            "EventSelectors": [{
                "ReadWriteType": "All",
                "IncludeManagementEvents": true,
                "DataResources": [],
                "ExcludeManagementEventSources": [],
            }],
        })
    });
    answer["TrailARN"] = json!(trail.arn);
    Ok(answer)
}

fn get_insight_selectors(cloud: &Cloud, region: &str, input: &Value) -> Result<Value, Refusal> {
    let trail = meant(cloud, region, &input["TrailName"])?;
    match cloud.cloudtrail.insights.get(&trail.arn) {
        Some(kinds) => {
            let kinds = kinds.iter().map(|kind| json!({"InsightType": kind}));
            let kinds: Vec<Value> = kinds.collect();
            Ok(json!({"TrailARN": trail.arn, "InsightSelectors": kinds}))
        }
        None => {
            let message = format!("Trail {} does not have Insights enabled.", trail.arn);
            Err(Refusal::new(400, "InsightNotEnabledException", &message))
        }
    }
}

/// The region's keys whose validity meets the range, a page at a time. The token is the number
/// of the next key.
fn list_public_keys(cloud: &Cloud, region: &str, input: &Value) -> Result<Value, Refusal> {
    let now = Timestamp::now();
    let from = instant(&input["StartTime"]).unwrap_or(now);
    let to = instant(&input["EndTime"]).unwrap_or(now);
    if from > to {
        let message = "The start time is after the end time.";
        return Err(Refusal::new(400, "InvalidTimeRangeException", message));
    }
    let first = match &input["NextToken"] {
        Value::Null => 0,
        token => token
            .as_str()
            .and_then(|text| text.strip_prefix("key-")?.parse().ok())
            .ok_or_else(|| Refusal::new(400, "InvalidTokenException", "Invalid token."))?,
    };
    let keys = published(cloud, region, from, to);
    let list: Vec<Value> = keys
        .iter()
        .skip(first)
        .take(cloud.key_page)
        .map(|key| {
            let mut value = cloud.keys.value_der(region, key.index);
            if cloud.broken_keys.contains(&key.index) {
                value.truncate(100);
            }
            json!({
                "Value": STANDARD.encode(value),
                "ValidityStartTime": epoch(key.valid_from),
                "ValidityEndTime": epoch(key.valid_to),
                "Fingerprint": cloud.keys.fingerprint(region, key.index),
            })
        })
        .collect();
    let next = first + list.len();
    let mut answer = json!({"PublicKeyList": list});
    if next < keys.len() {
        answer["NextToken"] = json!(format!("key-{next}"));
    } else if cloud.endless_keys {
        answer["NextToken"] = json!("key-0");
    }
    Ok(answer)
}

fn published(cloud: &Cloud, region: &str, from: Timestamp, to: Timestamp) -> Vec<PublishedKey> {
    match cloud.published.get(region) {
        Some(keys) => keys
            .iter()
            .filter(|key| key.valid_from <= to && key.valid_to >= from)
            .copied()
            .collect(),
        None => cloud.keys.published(region, from, to),
    }
}

/// A number of seconds as an instant.
pub fn instant(number: &Value) -> Option<Timestamp> {
    let duration = jiff::SignedDuration::try_from_secs_f64(number.as_f64()?).ok()?;
    Timestamp::from_duration(duration).ok()
}
