//! A test of one record of CloudTrail.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use serde_json::Value;

use super::field_path::FieldPath;
use super::known_accounts::KnownAccounts;
use super::needles::Needles;
use super::text_test::TextTest;

/// A test of a record: what own rules and Sigma rules both become.
#[derive(Debug)]
pub(super) enum RecordTest {
    /// All hold.
    All(Vec<RecordTest>),
    /// At least one holds.
    Any(Vec<RecordTest>),
    /// It does not hold.
    Not(Box<RecordTest>),
    /// A text at a path.
    Text(FieldPath, TextTest),
    /// There is a value at a path. `null` is not a value.
    Exists(FieldPath),
    /// A text at a path is an address in one of these networks.
    Network(FieldPath, Vec<IpNet>),
    /// Any text of the record.
    Keyword(TextTest),
    /// The test of a selection that a condition refers to several times.
    Shared(Arc<RecordTest>),
    /// A text at a path is an account, or an ARN of one, that is not one's own.
    Outside(FieldPath),
}

impl RecordTest {
    /// Whether it holds.
    pub fn holds(&self, record: &Value, known: &KnownAccounts) -> bool {
        match self {
            RecordTest::All(tests) => tests.iter().all(|test| test.holds(record, known)),
            RecordTest::Any(tests) => tests.iter().any(|test| test.holds(record, known)),
            RecordTest::Not(test) => !test.holds(record, known),
            RecordTest::Shared(test) => test.holds(record, known),
            RecordTest::Text(path, test) => path.any(record, &mut |value| {
                // The text of an object is long, and only a wildcard can match it.
                let is_object = value.is_object() && !test.has_wildcards();
                !is_object && text(value).is_some_and(|text| test.holds(&text))
            }),
            RecordTest::Exists(path) => path.any(record, &mut |value| !value.is_null()),
            RecordTest::Network(path, networks) => path.any(record, &mut |value| {
                let address: Option<IpAddr> = value.as_str().and_then(|text| text.parse().ok());
                // An IPv4 address may be written as one of IPv6.
                address.is_some_and(|address| {
                    let plain = address.to_canonical();
                    let is_in = |net: &IpNet| net.contains(&address) || net.contains(&plain);
                    networks.iter().any(is_in)
                })
            }),
            RecordTest::Keyword(test) => any_text(record, test),
            RecordTest::Outside(path) => path.any(record, &mut |value| {
                value.as_str().is_some_and(|text| known.is_outside(text))
            }),
        }
    }

    /// Texts of which one occurs in every record that it holds for, if there are such.
    pub fn needles(&self) -> Option<Needles> {
        match self {
            RecordTest::All(tests) => {
                let call = tests.iter().filter(|test| test.is_of_the_call());
                let of_call = call.filter_map(RecordTest::needles).next();
                of_call.or_else(|| Needles::all(tests.iter().map(RecordTest::needles)))
            }
            RecordTest::Any(tests) => Needles::any(tests.iter().map(RecordTest::needles)),
            RecordTest::Text(_, test) | RecordTest::Keyword(test) => test.needles(),
            RecordTest::Exists(path) | RecordTest::Network(path, _) | RecordTest::Outside(path) => {
                Needles::one_of(path.last().into_iter())
            }
            RecordTest::Shared(test) => test.needles(),
            RecordTest::Not(_) => None,
        }
    }

    /// Whether it is about the name of the call, which says most about a record.
    fn is_of_the_call(&self) -> bool {
        matches!(self, RecordTest::Text(path, _) if path.last() == Some("eventName"))
    }
}

/// A value as text: an object as its JSON. `null` has none.
fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null | Value::Array(_) => None,
        Value::String(text) => Some(text.into()),
        Value::Bool(true) => Some("true".into()),
        Value::Bool(false) => Some("false".into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Object(_) => Some(value.to_string().into()),
    }
}

/// Whether a test holds for a text anywhere in a record. Members have no text.
fn any_text(value: &Value, test: &TextTest) -> bool {
    match value {
        Value::Array(values) => values.iter().any(|value| any_text(value, test)),
        Value::Object(members) => members.values().any(|value| any_text(value, test)),
        value => text(value).is_some_and(|text| test.holds(&text)),
    }
}
