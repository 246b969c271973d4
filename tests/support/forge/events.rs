//! CloudTrail records and the logs that hold them.

use jiff::Timestamp;
use rand::RngExt;
use serde_json::{Value, json};

use super::calls::{Call, ERRORS, call, long_call};
use super::identity::{TYPES, identity};
use super::json::{Fields, Json};
use super::text::{iso, pick, random, uuid};
use super::world::Rng;

pub use super::deeds::{
    cloudtrail_event, cloudtrail_event_by, delivery_event, kms_event, s3_event,
};

/// The record versions in use; each adds fields to the one before.
pub const VERSIONS: [&str; 4] = ["1.08", "1.09", "1.10", "1.11"];

pub(super) const AGENTS: [&str; 5] = [
    "aws-cli/2.27.41 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.4 cfg/retry-mode#standard",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Boto3/1.38.0 md/Botocore#1.38.0 ua/2.0 os/linux lang/python#3.12.8",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io)",
    "AWS Internal",
];

/// The parameter that pads a record to a wanted size.
const PADDING: &str = "resourceArnFilter";

/// A log with `n_events` events (1 to 500 in practice) between `from` and `to`, padded with
/// long parameters to exactly `pad_to` bytes if it would be shorter.
pub fn log_json(
    rng: &mut Rng,
    account: &str,
    region: &str,
    n_events: u32,
    from: Timestamp,
    to: Timestamp,
    pad_to: Option<usize>,
) -> Vec<u8> {
    let records = records(rng, account, region, n_events, from, to);
    render(rng, records, pad_to)
}

/// `n_events` records with times between `from` and `to`, both included, oldest first.
pub fn records(
    rng: &mut Rng,
    account: &str,
    region: &str,
    n_events: u32,
    from: Timestamp,
    to: Timestamp,
) -> Vec<Fields> {
    let mut times: Vec<i64> = (0..n_events)
        .map(|_| rng.random_range(from.as_second()..=to.as_second()))
        .collect();
    times.sort_unstable();
    times
        .into_iter()
        .map(|second| {
            let at = Timestamp::from_second(second).expect("an instant in range");
            record(rng, account, region, at)
        })
        .collect()
}

/// One record of the everyday mix.
pub fn record(rng: &mut Rng, account: &str, region: &str, at: Timestamp) -> Fields {
    let call = if rng.random_bool(0.03) {
        long_call(rng)
    } else {
        call(rng, account, region)
    };
    // Roles and users make most calls; the other types appear too.
    let kind = match rng.random_range(0..10_u32) {
        0..4 => "AssumedRole",
        4..6 => "IAMUser",
        _ => pick(rng, &TYPES),
    };
    let mut fields = Fields::new().with("eventVersion", pick(rng, &VERSIONS));
    fields.push("userIdentity", identity(rng, kind, account, at));
    fields.push("eventTime", iso(at));
    fields.push("eventSource", call.source);
    fields.push("eventName", call.name);
    fields.push("awsRegion", region);
    let (address, agent) = origin(rng, kind);
    fields.push("sourceIPAddress", address);
    fields.push("userAgent", agent);
    let error = rng.random_bool(0.05).then(|| {
        let (code, message) = ERRORS[rng.random_range(0..ERRORS.len())];
        fields.push("errorCode", code);
        fields.push("errorMessage", message);
    });
    fields.push("requestParameters", call.params.clone());
    let response = match error {
        Some(()) => Value::Null,
        None => call.response.clone(),
    };
    fields.push("responseElements", response);
    tail(rng, fields, &call, account, region)
}

/// The fields after the parameters and the response.
fn tail(rng: &mut Rng, fields: Fields, call: &Call, account: &str, region: &str) -> Fields {
    let shared = rng.random_bool(0.05).then(|| uuid(rng));
    let endpoint = rng
        .random_bool(0.05)
        .then(|| format!("vpce-{}", random(rng, b"0123456789abcdef", 17)));
    let category = if call.data { "Data" } else { "Management" };
    let tls = rng.random_bool(0.6).then(|| {
        let host = call
            .source
            .replace(".amazonaws", &format!(".{region}.amazonaws"));
        json!({
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": host,
        })
    });
    let console = rng.random_bool(0.1).then_some("true");
    fields
        .with_some("additionalEventData", call.additional.clone())
        .with("requestID", uuid(rng))
        .with("eventID", uuid(rng))
        .with("readOnly", call.read_only)
        .with_some("resources", call.resources.clone())
        .with("eventType", call.kind)
        .with("managementEvent", !call.data)
        .with("recipientAccountId", account)
        .with_some("sharedEventID", shared)
        .with_some("vpcEndpointId", endpoint)
        .with("eventCategory", category)
        .with_some("tlsDetails", tls)
        .with_some("sessionCredentialFromConsole", console)
}

/// Source address and user agent; services call from a name instead of an address.
fn origin(rng: &mut Rng, kind: &str) -> (String, String) {
    if kind == "AWSService" {
        let service = "autoscaling.amazonaws.com".to_owned();
        return (service.clone(), service);
    }
    let address = if rng.random_bool(0.1) {
        format!("2001:db8::{:x}", rng.random_range(1..0xffff_u32))
    } else {
        format!("198.51.100.{}", rng.random_range(1..255_u32))
    };
    (address, pick(rng, &AGENTS).to_owned())
}

/// The event time of a record.
pub fn event_time(record: &Fields) -> Timestamp {
    record
        .text("eventTime")
        .and_then(|text| text.parse().ok())
        .expect("a record with an eventTime")
}

/// The bytes of a log with these records. A log shorter than `pad_to` is padded to exactly that
/// size with long parameters, spread over its records.
pub fn render(rng: &mut Rng, mut records: Vec<Fields>, pad_to: Option<usize>) -> Vec<u8> {
    let plain = compact(&records);
    let wanted = pad_to.unwrap_or(0);
    if plain.len() >= wanted || records.is_empty() {
        return plain.into_bytes();
    }
    for record in &mut records {
        pad(record, "");
    }
    // The empty parameters alone may already exceed the size.
    let missing = wanted.saturating_sub(compact(&records).len());
    let each = missing / records.len();
    let rest = missing % records.len();
    for (index, record) in records.iter_mut().enumerate() {
        let text = filler(rng, each + usize::from(index < rest));
        pad(record, &text);
    }
    compact(&records).into_bytes()
}

fn compact(records: &[Fields]) -> String {
    let list: Vec<String> = records.iter().map(Fields::compact).collect();
    format!(r#"{{"Records":[{}]}}"#, list.join(","))
}

/// Adds `text` as a request parameter.
fn pad(record: &mut Fields, text: &str) {
    let Some(Json::Leaf(params)) = record.get_mut("requestParameters") else {
        panic!("a record has requestParameters");
    };
    match params {
        Value::Object(map) => {
            map.insert(PADDING.to_owned(), Value::from(text));
        }
        other => *other = json!({ PADDING: text }),
    }
}

/// A list of ARNs, `length` bytes long, without characters that JSON escapes: it compresses about
/// as well as real parameters do.
fn filler(rng: &mut Rng, length: usize) -> String {
    let mut text = String::with_capacity(length + 64);
    while text.len() < length {
        text.push_str("arn:aws:s3:::data-");
        text.push_str(&random(rng, b"abcdefghijklmnopqrstuvwxyz0123456789", 8));
        text.push_str("/*,");
    }
    text.truncate(length);
    text
}
