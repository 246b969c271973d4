//! Sigma rules for CloudTrail, as far as their simple form goes: selections and a condition over one record.
//!
//! Sigma is specified at <https://sigmahq.io/sigma-specification/>. What counts or relates several records
//! (`timeframe`, aggregations, correlations) is not supported, and neither are modifiers that need a backend. A
//! rule with any of these is not used at all, and named: half a rule would match too much or too little.

mod condition;
mod selection;

use serde_json::{Map, Value};
use serde_saphyr::{Options, alias_limits, budget, options};

use super::file_rules::FileRules;
use super::pattern_room::PatternRoom;
use super::rule::{WatchRisk, WatchRule};
use crate::base::limits::Limits;
use crate::base::text::{cited, clip, escape};
use condition::compile;

/// Most rules in one file.
const DOCUMENTS: usize = 5_000;

/// Deepest nesting of one rule: a detection needs some five levels.
const DEPTH: usize = 32;

/// Parses a file of one or more YAML documents, each a rule. What cannot be used is skipped with the reason.
pub(super) fn parse(
    text: &str,
    file: &str,
    (limits, room): (&Limits, &PatternRoom),
    rules: &mut FileRules,
) {
    let documents: Vec<Value> = match serde_saphyr::from_multiple_with_options(text, bounds(limits))
    {
        Ok(documents) => documents,
        Err(error) => {
            let error = error.without_snippet().to_string();
            let error = clip(escape(&error).trim(), 200).into_owned();
            rules.skip(file, None, format!("is not YAML that can be read: {error}"));
            return;
        }
    };
    for document in documents {
        match rule(&document, file, room) {
            Ok(rule) => {
                let id = rule.id.clone();
                if let Err(why) = rules.push(rule) {
                    rules.skip(file, Some(id), why);
                }
            }
            Err(why) => rules.skip(file, label(&document), why),
        }
    }
}

/// What a hostile file may cost: a few times its own size. Values keep the text they are written as: an account may
/// begin with a zero, and `No` is a word.
fn bounds(limits: &Limits) -> Options {
    let most = usize::try_from(limits.rule_file).unwrap_or(usize::MAX);
    options! {
        budget: budget! {
            max_events: most / 4,
            max_nodes: most / 4,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_recorded_anchor_events: 100_000,
            max_recorded_anchor_bytes: most,
            max_depth: DEPTH,
            flow_nesting_limit: DEPTH,
            max_documents: DOCUMENTS,
            max_total_scalar_bytes: 2 * most,
            max_merge_keys: 1_000,
        },
        alias_limits: alias_limits! {
            max_total_replayed_events: 100_000,
            max_replay_stack_depth: 8,
            max_alias_expansions_per_anchor: 1_000,
        },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
    }
}

/// What identifies a rule for its author.
fn label(document: &Value) -> Option<String> {
    let text = |name| document.get(name)?.as_str();
    let label = text("id").or_else(|| text("title"))?;
    Some(clip(label, 100).into_owned())
}

/// The rule of a document; or why it cannot be used, as the predicate of a sentence.
fn rule(document: &Value, file: &str, room: &PatternRoom) -> Result<WatchRule, String> {
    let document = document.as_object().ok_or("is not a mapping")?;
    for (name, what) in [
        ("correlation", "relates several events"),
        ("action", "is part of a collection"),
        ("filter", "is a filter of other rules"),
    ] {
        if document.contains_key(name) {
            return Err(format!("{what} (`{name}`), which is not supported"));
        }
    }
    is_for_cloudtrail(document)?;
    let detection = document.get("detection").and_then(Value::as_object);
    let detection = detection.ok_or("has no `detection`")?;
    if detection.contains_key("timeframe") {
        return Err("counts over time (`timeframe`), which is not supported".into());
    }
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    let title = text("title").ok_or("has no `title`")?;
    let risk = match text("level") {
        None => WatchRisk::Medium,
        Some(level) => WatchRisk::of(level)
            .ok_or_else(|| format!("has a `level` that is not valid, {}", cited(level)))?,
    };
    let tags = texts(document.get("tags")).into_iter();
    let techniques = tags.filter_map(|tag| Some(tag.strip_prefix("attack.t")?.to_owned()));
    let rule = WatchRule {
        file: file.to_owned(),
        id: slug(text("id").unwrap_or(title)),
        title: title.to_owned(),
        risk,
        reason: text("description").unwrap_or(title).trim().to_owned(),
        references: texts(document.get("references")),
        techniques: techniques.map(|number| format!("T{number}")).collect(),
        test: compile(detection, room)?,
    };
    Ok(rule.bounded())
}

/// A text as an id: letters, digits, `-`, `_` and `.`.
fn slug(text: &str) -> String {
    let letter = |c: char| match c {
        '-' | '_' | '.' => c,
        c if c.is_ascii_alphanumeric() => c,
        _ => '-',
    };
    text.chars().take(100).map(letter).collect()
}

/// Whether a rule is for the logs of CloudTrail.
fn is_for_cloudtrail(document: &Map<String, Value>) -> Result<(), String> {
    let source = document.get("logsource").and_then(Value::as_object);
    let source = source.ok_or("has no `logsource`")?;
    let text = |name: &str| source.get(name).and_then(Value::as_str);
    let is = |name, expected| text(name).is_some_and(|word| word.eq_ignore_ascii_case(expected));
    if is("product", "aws") && is("service", "cloudtrail") && text("category").is_none() {
        return Ok(());
    }
    let words = ["product", "category", "service"]
        .into_iter()
        .filter_map(text);
    let words: Vec<String> = words.map(cited).collect();
    Err(format!(
        "is for {}, not for \"aws\", \"cloudtrail\"",
        words.join(", ")
    ))
}

/// The texts of a list, or of one text.
fn texts(value: Option<&Value>) -> Vec<String> {
    let values = match value {
        Some(Value::Array(values)) => &values[..],
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    let texts = values.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}
