//! The selections of a Sigma rule: what each says about a record.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Map, Value};

use super::super::field_path::FieldPath;
use super::super::pattern_room::PatternRoom;
use super::super::record_test::RecordTest;
use super::super::text_pattern::TextPattern;
use super::super::text_test::{Letters, TextTest};
use crate::base::text::cited;

/// How a value is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueComparison {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
    Exists,
    Network,
    Regex,
}

/// What the modifiers of a member say.
struct Modifiers {
    comparison: ValueComparison,
    /// All values must match, not one of them.
    all: bool,
    letters: Letters,
    /// Flags of a regular expression.
    flags: String,
    not: bool,
}

/// The test of a selection: a mapping of which all members match, or a list of which one entry matches. Texts alone
/// are keywords, which may occur anywhere.
///
/// # Errors
/// What is not supported, as the predicate of a sentence.
pub(super) fn selection(value: &Value, room: &PatternRoom) -> Result<RecordTest, String> {
    match value {
        Value::Object(members) if members.is_empty() => Err("has an empty selection".into()),
        Value::Object(members) => all_members(members, room),
        Value::Array(entries) if entries.is_empty() => Err("has an empty selection".into()),
        Value::Array(entries) => {
            let tests = entries.iter().map(|entry| match entry {
                Value::Object(_) => selection(entry, room),
                entry => keywords(std::slice::from_ref(entry), false, room),
            });
            Ok(RecordTest::Any(tests.collect::<Result<_, _>>()?))
        }
        value => keywords(std::slice::from_ref(value), false, room),
    }
}

fn all_members(members: &Map<String, Value>, room: &PatternRoom) -> Result<RecordTest, String> {
    let tests = members
        .iter()
        .map(|(name, value)| member(name, value, room));
    Ok(RecordTest::All(tests.collect::<Result<_, _>>()?))
}

/// The test of one member: `NAME|MODIFIER|…: VALUES`.
fn member(name: &str, value: &Value, room: &PatternRoom) -> Result<RecordTest, String> {
    let mut parts = name.split('|');
    let path = parts.next().unwrap_or_default();
    let modifiers = modifiers(parts)?;
    let values = match value {
        Value::Array(values) if values.is_empty() => {
            return Err(format!("has no value for {}", cited(path)));
        }
        Value::Array(values) => &values[..],
        value => std::slice::from_ref(value),
    };
    if path.is_empty() {
        return match modifiers.comparison {
            ValueComparison::Equals | ValueComparison::Contains => {
                keywords(values, modifiers.all, room)
            }
            _ => Err(format!(
                "compares keywords by {}, which is not supported",
                cited(name)
            )),
        };
    }
    let path = FieldPath::of(path)?;
    let test = match modifiers.all {
        false => compared(&path, values, &modifiers, room)?,
        true => {
            let each = values
                .iter()
                .map(|value| compared(&path, std::slice::from_ref(value), &modifiers, room));
            RecordTest::All(each.collect::<Result<_, _>>()?)
        }
    };
    Ok(match modifiers.not {
        true => RecordTest::Not(Box::new(test)),
        false => test,
    })
}

/// What the modifiers of a member say.
fn modifiers<'n>(names: impl Iterator<Item = &'n str>) -> Result<Modifiers, String> {
    let mut modifiers = Modifiers {
        comparison: ValueComparison::Equals,
        all: false,
        letters: Letters::AnyCase,
        flags: String::new(),
        not: false,
    };
    for name in names {
        let comparison = match name {
            "contains" => ValueComparison::Contains,
            "startswith" => ValueComparison::StartsWith,
            "endswith" => ValueComparison::EndsWith,
            "exists" => ValueComparison::Exists,
            "cidr" => ValueComparison::Network,
            "re" => ValueComparison::Regex,
            "all" => {
                modifiers.all = true;
                continue;
            }
            "cased" => {
                modifiers.letters = Letters::SameCase;
                continue;
            }
            "neq" => {
                modifiers.not = true;
                continue;
            }
            "i" | "m" | "s" if modifiers.comparison == ValueComparison::Regex => {
                modifiers.flags.push_str(name);
                continue;
            }
            other => {
                return Err(format!(
                    "has the modifier {}, which is not supported",
                    cited(other)
                ));
            }
        };
        if modifiers.comparison != ValueComparison::Equals {
            return Err(format!(
                "has the modifier {} after another, which is not supported",
                cited(name)
            ));
        }
        modifiers.comparison = comparison;
    }
    Ok(modifiers)
}

/// The test that one of several values matches.
fn compared(
    path: &FieldPath,
    values: &[Value],
    modifiers: &Modifiers,
    room: &PatternRoom,
) -> Result<RecordTest, String> {
    let mut tests = match modifiers.comparison {
        ValueComparison::Exists => return exists(path, values),
        ValueComparison::Network => {
            let networks = texts(values)?
                .iter()
                .map(|text| network(text))
                .collect::<Result<_, _>>()?;
            return Ok(RecordTest::Network(path.clone(), networks));
        }
        ValueComparison::Regex => {
            let test = |text: &String| TextTest::regex(text, &modifiers.flags, room);
            let tests = texts(values)?
                .iter()
                .map(test)
                .collect::<Result<Vec<_>, _>>();
            let tests = tests.map_err(|why| format!("has a `re` of which {why}"))?;
            let test = |test| RecordTest::Text(path.clone(), test);
            return Ok(RecordTest::Any(tests.into_iter().map(test).collect()));
        }
        ValueComparison::Equals if values.iter().any(Value::is_null) => {
            vec![RecordTest::Not(Box::new(RecordTest::Exists(path.clone())))]
        }
        _ => Vec::new(),
    };
    let is_equals = modifiers.comparison == ValueComparison::Equals;
    let values: Vec<Value> = values
        .iter()
        .filter(|v| !is_equals || !v.is_null())
        .cloned()
        .collect();
    let pattern = |text: &String| {
        let pattern = TextPattern::of(text);
        match modifiers.comparison {
            ValueComparison::Contains => pattern.begins_a_text().ends_a_text(),
            ValueComparison::StartsWith => pattern.begins_a_text(),
            ValueComparison::EndsWith => pattern.ends_a_text(),
            _ => pattern,
        }
    };
    let patterns: Vec<TextPattern> = texts(&values)?.iter().map(pattern).collect();
    if !patterns.is_empty() {
        tests.push(RecordTest::Text(
            path.clone(),
            TextTest::any_of(&patterns, modifiers.letters, room)?,
        ));
    }
    Ok(RecordTest::Any(tests))
}

/// The test that a member exists, or that it does not.
fn exists(path: &FieldPath, values: &[Value]) -> Result<RecordTest, String> {
    match values {
        [Value::Bool(true)] => Ok(RecordTest::Exists(path.clone())),
        [Value::Bool(false)] => Ok(RecordTest::Not(Box::new(RecordTest::Exists(path.clone())))),
        _ => Err("has an `exists` that is neither true nor false".into()),
    }
}

/// The test that keywords occur anywhere in a record: one of them, or all.
fn keywords(values: &[Value], all: bool, room: &PatternRoom) -> Result<RecordTest, String> {
    let texts = texts(values)?;
    let pattern = |text: &String| TextPattern::of(text).begins_a_text().ends_a_text();
    let patterns: Vec<TextPattern> = texts.iter().map(pattern).collect();
    let keyword = |patterns: &[TextPattern]| {
        TextTest::any_of(patterns, Letters::AnyCase, room).map(RecordTest::Keyword)
    };
    match all {
        false => keyword(&patterns),
        true => {
            let each = patterns.chunks(1).map(keyword);
            Ok(RecordTest::All(each.collect::<Result<_, _>>()?))
        }
    }
}

/// Values as text.
fn texts(values: &[Value]) -> Result<Vec<String>, String> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        _ => Err("has a value that is not text, a number, true or false".to_owned()),
    };
    values.iter().map(text).collect()
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let network = text.parse().ok().or_else(address);
    network.ok_or_else(|| format!("has a `cidr` that is not valid, {}", cited(text)))
}
