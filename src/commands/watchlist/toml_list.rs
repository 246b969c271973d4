//! The shipped rules, and one's own, in TOML (pure).

use serde::Deserialize;

use super::field_path::FieldPath;
use super::pattern_room::PatternRoom;
use super::record_test::RecordTest;
use super::rule::{WatchRisk, WatchRule};
use super::text_pattern::TextPattern;
use super::text_test::{Letters, TextTest};
use crate::base::text::{cited, escape};

/// The file: a list of rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<RuleEntry>,
}

/// One `[[rule]]`. All that it says about a record must hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    id: String,
    title: String,
    risk: String,
    reason: String,
    #[serde(default)]
    reference: OneOrMore,
    #[serde(default)]
    technique: OneOrMore,
    /// `eventSource`.
    #[serde(default)]
    source: OneOrMore,
    /// `eventName`.
    #[serde(default)]
    event: OneOrMore,
    /// Members that all match.
    #[serde(default)]
    when: toml::Table,
    /// Members of which one matches.
    #[serde(default)]
    any: toml::Table,
    /// Members of which none matches.
    #[serde(default)]
    unless: toml::Table,
    /// Members of which one is an account that is not one's own. They count with those of `any`.
    #[serde(default)]
    outside: OneOrMore,
}

/// A text, or a list of texts.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    #[default]
    None,
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn into_vec(self) -> Vec<String> {
        match self {
            OneOrMore::None => Vec::new(),
            OneOrMore::One(text) => vec![text],
            OneOrMore::More(texts) => texts,
        }
    }
}

/// Parses a file of `[[rule]]` tables.
///
/// # Errors
/// What is wrong with the file, in words: which rule, and which field of it.
pub(super) fn parse(text: &str, file: &str, room: &PatternRoom) -> Result<Vec<WatchRule>, String> {
    let entries: RuleFile = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let message = escape(error.message()).into_owned();
        match before {
            Some(before) => format!("line {}: {message}", before.matches('\n').count() + 1),
            None => message,
        }
    })?;
    let rule = |entry: RuleEntry| {
        let id = entry.id.clone();
        rule(entry, file, room).map_err(|why| format!("rule {} {why}", cited(&id)))
    };
    let rules: Vec<WatchRule> = entries
        .rule
        .into_iter()
        .map(rule)
        .collect::<Result<_, _>>()?;
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("two rules have the id {}", cited(pair[0]))),
        None => Ok(rules),
    }
}

/// The rule of an entry; or what is wrong with it, as the predicate of a sentence.
fn rule(entry: RuleEntry, file: &str, room: &PatternRoom) -> Result<WatchRule, String> {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if entry.id.is_empty() || entry.id.len() > 100 || !entry.id.chars().all(is_valid) {
        return Err("has an `id` that is not 1 to 100 of a-z, A-Z, 0-9, `-`, `_` and `.`".into());
    }
    for (field, text) in [("title", &entry.title), ("reason", &entry.reason)] {
        if text.trim().is_empty() {
            return Err(format!("has an empty `{field}`"));
        }
    }
    let risks = WatchRisk::ALL.map(WatchRisk::as_str).join(", ");
    let risk = WatchRisk::of(&entry.risk).ok_or_else(|| {
        let risk = cited(&entry.risk);
        format!("has a `risk` that is not valid, {risk}: expected one of {risks}")
    })?;
    let mut tests = Vec::new();
    for (path, patterns) in [("eventName", entry.event), ("eventSource", entry.source)] {
        let patterns = patterns.into_vec();
        // An `eventSource` is the name of a host, such as `s3.amazonaws.com`.
        let is_source = |text: &String| text.contains(['.', '*', '?']);
        if path == "eventSource" && !patterns.iter().all(is_source) {
            return Err("has a `source` that is not like `s3.amazonaws.com`".into());
        }
        if !patterns.is_empty() {
            tests.push(texts(path, &patterns, room)?);
        }
    }
    tests.extend(members("when", entry.when, room)?);
    let mut any = members("any", entry.any, room)?;
    let outside = entry.outside.into_vec();
    for path in &outside {
        any.push(RecordTest::Outside(FieldPath::of(path)?));
    }
    if !any.is_empty() {
        tests.push(RecordTest::Any(any));
    }
    if tests.is_empty() {
        return Err(
            "matches every record: give `event`, `source`, `when`, `any` or `outside`".into(),
        );
    }
    let unless = members("unless", entry.unless, room)?;
    tests.extend(
        unless
            .into_iter()
            .map(|test| RecordTest::Not(Box::new(test))),
    );
    let rule = WatchRule {
        file: file.to_owned(),
        id: entry.id,
        title: entry.title,
        risk,
        reason: entry.reason,
        references: entry.reference.into_vec(),
        techniques: entry.technique.into_vec(),
        test: RecordTest::All(tests),
    };
    Ok(rule.bounded())
}

/// The tests of a table: one for each member.
fn members(
    table: &str,
    members: toml::Table,
    room: &PatternRoom,
) -> Result<Vec<RecordTest>, String> {
    let test = |(path, value): (String, toml::Value)| {
        let values = match value {
            toml::Value::Array(values) if !values.is_empty() => values,
            other => vec![other],
        };
        let text = |value: toml::Value| match value {
            toml::Value::String(text) => Ok(text),
            toml::Value::Integer(number) => Ok(number.to_string()),
            toml::Value::Boolean(value) => Ok(value.to_string()),
            _ => {
                let path = cited(&path);
                Err(format!(
                    "has a value for {path} in `{table}` that is not text, a number, true or false"
                ))
            }
        };
        let patterns: Vec<String> = values.into_iter().map(text).collect::<Result<_, _>>()?;
        texts(&path, &patterns, room)
    };
    members.into_iter().map(test).collect()
}

/// The test that the text at a path matches one of several patterns.
fn texts(path: &str, patterns: &[String], room: &PatternRoom) -> Result<RecordTest, String> {
    let patterns: Vec<TextPattern> = patterns.iter().map(|text| TextPattern::of(text)).collect();
    let test = TextTest::any_of(&patterns, Letters::AnyCase, room);
    let test =
        test.map_err(|why| format!("has a test of {} that is not valid: {why}", cited(path)))?;
    Ok(RecordTest::Text(FieldPath::of(path)?, test))
}

#[cfg(test)]
mod tests {
    use super::{PatternRoom, parse};

    #[test]
    fn a_mistake_is_named_with_its_rule_and_its_field() {
        let room = PatternRoom::of(1 << 20);
        let with = |more: &str| {
            format!("[[rule]]\nid = \"a\"\ntitle = \"b\"\nrisk = \"low\"\nreason = \"c\"\n{more}\n")
        };
        assert!(parse(&with("event = \"E\""), "own", &room).is_ok());
        for (text, expected) in [
            (with(""), "rule \"a\" matches every record"),
            (with("event = \"E\"\nrisky = 1"), "unknown field `risky`"),
            (with("event = 3"), "line 6"),
            (
                with("when = { \"requestParameter.key\" = \"a\" }"),
                "rule \"a\" has the member \"requestParameter.key\"",
            ),
            (
                with("event = \"E\"\nunless = { eventname = \"E\" }"),
                "`eventName`",
            ),
            (
                with("outside = \"useridentity.accountId\""),
                "`userIdentity`",
            ),
            (with("event = \"E\"\nsource = \"s3\""), "has a `source`"),
            (with("when = { a = 1.5 }"), "value for \"a\" in `when`"),
            (
                with("event = \"E\"").replace("low", "odd"),
                "`risk` that is not valid",
            ),
            (
                with("event = \"E\"").replace("\"a\"", "\"a b\""),
                "has an `id`",
            ),
            (with("event = \"E\"").repeat(2), "two rules have the id"),
            ("[[rules]]".into(), "unknown field `rules`"),
        ] {
            let error = parse(&text, "own", &room).expect_err(&text);
            assert!(error.contains(expected), "{error}");
        }
    }
}
