//! LookupEvents: the management events of a region, newest first, a page at a time.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::cloudtrail::instant;
use super::refusal::Refusal;
use super::trails::epoch;

/// The most events that AWS returns in one answer.
const MOST: usize = 50;

fn refuse<T>(code: &str, message: &str) -> Result<T, Refusal> {
    Err(Refusal::new(400, code, message))
}

/// A page of the events that match the attribute `EventName`, if given, and the time range. The
/// token is valid for that name alone, and holds the number of the next event.
pub fn lookup_events(cloud: &Cloud, region: &str, input: &Value) -> Result<Value, Refusal> {
    let attributes = input["LookupAttributes"].as_array();
    let name = match attributes.map_or(&[][..], Vec::as_slice) {
        [] => "",
        [one] if one["AttributeKey"] == "EventName" => {
            one["AttributeValue"].as_str().unwrap_or_default()
        }
        _ => {
            let message = "The lookup attributes are not served here.";
            return refuse("InvalidLookupAttributesException", message);
        }
    };
    let time = |field: &str| instant(&input[field]);
    let (from, to) = (time("StartTime"), time("EndTime"));
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        let message = "The start time is after the end time.";
        return refuse("InvalidTimeRangeException", message);
    }
    let most = input["MaxResults"].as_u64().unwrap_or(MOST as u64) as usize;
    if !(1..=MOST).contains(&most) {
        return refuse("InvalidMaxResultsException", "Invalid max results.");
    }
    let first = match &input["NextToken"] {
        Value::Null => 0,
        token => match token.as_str().and_then(|t| t.rsplit_once('/')) {
            Some((of, number)) if of == name => number.parse().unwrap_or(0),
            _ => return refuse("InvalidNextTokenException", "Invalid token."),
        },
    };
    let kept = cloud.cloudtrail.lookback;
    let oldest = kept.map(|back| Timestamp::now() - back);
    let from = from.max(oldest);
    let meets = |event: &&Value| {
        let at = event_time(event);
        (name.is_empty() || event["eventName"] == name)
            && from.is_none_or(|from| at >= from)
            && to.is_none_or(|to| at <= to)
    };
    let mut events: Vec<&Value> = cloud
        .cloudtrail
        .events
        .get(region)
        .map_or_else(Vec::new, |all| all.iter().filter(meets).collect());
    events.sort_by_key(|event| std::cmp::Reverse(event_time(event)));
    let page = most.min(cloud.event_page);
    let list: Vec<Value> = events
        .iter()
        .skip(first)
        .take(page)
        .map(|e| told(e))
        .collect();
    let next = first + list.len();
    let mut answer = json!({"Events": list});
    if cloud.cloudtrail.endless {
        answer["NextToken"] = json!(format!("{name}/0"));
    } else if next < events.len() {
        answer["NextToken"] = json!(format!("{name}/{next}"));
    }
    Ok(answer)
}

fn event_time(event: &Value) -> Timestamp {
    let text = event["eventTime"].as_str().expect("eventTime");
    text.parse().expect("an RFC 3339 instant")
}

/// A record as an element of `Events`.
fn told(event: &Value) -> Value {
    json!({
        "EventId": event["eventID"],
        "EventName": event["eventName"],
        "ReadOnly": "false",
        "EventTime": epoch(event_time(event)),
        "EventSource": event["eventSource"],
        "Resources": [],
        "CloudTrailEvent": event.to_string(),
    })
}
