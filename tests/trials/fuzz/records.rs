//! Records of a log as texts: where each begins and ends, and its members, as any JSON parser finds them.

use serde_json::Value;
use trailproof::cloudtrail::records::fields::RecordFields;
use trailproof::cloudtrail::records::json::JsonText;
use trailproof::cloudtrail::records::split::{split, without_member};

use super::events::{WORDS, texts};
use super::outcome::Outcome;
use super::targets::FuzzTarget;

pub const LOG_RECORDS: FuzzTarget =
    FuzzTarget::new("log-records", log_records, texts, WORDS).longest(12 << 10);

/// A log as any JSON parser reads it: its records.
fn read(text: &[u8]) -> Option<Vec<Value>> {
    let log: Value = serde_json::from_slice(text).ok()?;
    log.get("Records")?.as_array().cloned()
}

fn log_records(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let mut records = split(input);
    let found: Vec<&[u8]> = records.by_ref().collect();
    let is_broken = records.is_broken();
    outcome.size(found.len()).add(is_broken);
    // Where the names are plain and no list stands twice, a parser must find the same.
    let lists = input
        .windows(9)
        .filter(|part| part == b"\"Records\"")
        .count();
    let is_plain = lists == 1 && !input.contains(&b'\\');
    let read = read(input).filter(|_| is_plain);
    if let Some(read) = &read
        && read.iter().all(Value::is_object)
    {
        assert_eq!(
            (found.len(), is_broken),
            (read.len(), false),
            "other records"
        );
    }
    for (at, bytes) in found.iter().enumerate() {
        assert!(bytes.starts_with(b"{"));
        let fields = RecordFields::parse(bytes);
        let value: Option<Value> = serde_json::from_slice(bytes).ok();
        outcome.add((fields.is_some(), value.is_some()));
        if let (Some(read), Some(value)) = (&read, &value)
            && read.iter().all(Value::is_object)
        {
            assert_eq!(read[at], *value, "another record");
        }
        if let Some(value) = value {
            let rest = without_member(bytes, "eventName");
            let rest: Value = serde_json::from_slice(&rest).expect("JSON");
            assert!(rest.get("eventName").is_none(), "a member is left: {rest}");
            let fields = fields.expect("what is an object of JSON has fields");
            members(bytes, &value, &fields);
        }
    }
    outcome.number()
}

/// The fields of a record are those that a parser finds.
fn members(bytes: &[u8], value: &Value, fields: &RecordFields<'_>) {
    // Of half a surrogate pair there are several readings.
    let text = |of: &Value| of.as_str().map(str::to_owned);
    for (name, found) in [
        ("eventName", &fields.event_name),
        ("eventSource", &fields.event_source),
        ("awsRegion", &fields.aws_region),
        ("sourceIPAddress", &fields.source_ip),
        ("errorCode", &fields.error_code),
        ("eventID", &fields.event_id),
    ] {
        let expected = text(&value[name]);
        assert!(
            expected.is_none() || found.as_deref() == expected.as_deref(),
            "{name}: {found:?}"
        );
        let is_absent = value[name].is_null() || value[name].is_object() || value[name].is_array();
        assert_eq!(found.is_none(), is_absent, "{name}: {found:?}");
    }
    let json = JsonText::new(bytes).expect("a value");
    let names: Vec<String> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect();
    for name in names {
        let member = json.member(&name).expect("a member");
        let read: Value = serde_json::from_slice(member.bytes()).expect("JSON");
        assert_eq!(read, value[&name], "{name}");
    }
    let strings = json.strings().count();
    assert_eq!(strings, count_strings(value, bytes), "strings");
}

/// The texts of a value that are not names. `bytes` is its JSON: where names stand twice, it has more than the value.
fn count_strings(value: &Value, bytes: &[u8]) -> usize {
    fn count(value: &Value) -> (usize, usize) {
        match value {
            Value::String(_) => (1, 0),
            Value::Array(values) => sum(values.iter()),
            Value::Object(members) => {
                let (texts, names) = sum(members.values());
                (texts, names + members.len())
            }
            _ => (0, 0),
        }
    }
    fn sum<'v>(values: impl Iterator<Item = &'v Value>) -> (usize, usize) {
        let add = |(a, b): (usize, usize), (c, d)| (a + c, b + d);
        values.map(count).fold((0, 0), add)
    }
    let (texts, names) = count(value);
    let mut quotes = 0;
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => drop(rest.next()),
            b'"' => quotes += 1,
            _ => {}
        }
    }
    match quotes == 2 * (texts + names) {
        true => texts,
        false => JsonText::new(bytes).map_or(0, |json| json.strings().count()),
    }
}
