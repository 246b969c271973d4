//! The shipped rules: each matches what it is for, and not what is close to it.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value, json};
use trailproof::commands::watchlist::{KnownAccounts, SHIPPED, Watchlist};

use crate::support::program::root;

/// A record for which most rules have no use.
fn record(members: &Value) -> Vec<u8> {
    let mut record: Map<String, Value> = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLEAAAAAAAAAA",
            "arn": "arn:aws:iam::111111111111:user/operator",
            "accountId": "111111111111",
            "accessKeyId": "AKIAEXAMPLEAAAAAAAAA",
            "userName": "operator",
        },
        "eventTime": "2026-01-01T00:00:00Z",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.10",
        "userAgent": "aws-cli/2.31",
        "eventType": "AwsApiCall",
        "recipientAccountId": "111111111111",
    })
    .as_object()
    .expect("an object")
    .clone();
    record.extend(members.as_object().expect("members").clone());
    serde_json::to_vec(&record).expect("JSON")
}

fn known() -> KnownAccounts {
    let own = ["111111111111".parse().expect("an account")];
    own.into_iter().collect()
}

fn matched<'l>(list: &'l Watchlist, record: &[u8]) -> Vec<&'l str> {
    let rules = list.matches(record, &known());
    assert!(rules.is_empty() || list.prefilter().may_match(record));
    rules.into_iter().map(|rule| rule.id.as_str()).collect()
}

#[test]
fn every_rule_matches_its_record_and_not_one_that_is_close() {
    let list = Watchlist::shipped().expect("the shipped rules");
    let path = root().join("tests/commands/watchlist/shipped.jsonl");
    let lines = fs::read_to_string(path).expect("records");
    let mut tried = Vec::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let rule = line["rule"].as_str().expect("a rule").to_owned();
        let found = matched(&list, &record(&line["matches"]));
        assert!(found.contains(&&*rule), "{rule} is not in {found:?}");
        let found = matched(&list, &record(&line["not"]));
        assert!(!found.contains(&&*rule), "{rule} is in {found:?}");
        tried.push(rule);
    }
    let rules: Vec<&str> = list.rules().iter().map(|rule| &*rule.id).collect();
    assert_eq!(tried, rules);
}

#[test]
fn a_letter_that_is_escaped_does_not_hide_a_call() {
    let list = Watchlist::shipped().expect("the shipped rules");
    let record = record(&json!({
        "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging",
    }));
    let text = String::from_utf8(record).expect("UTF-8");
    let hidden = text.replace("StopLogging", r"\u0053topLogging");
    assert_eq!(matched(&list, text.as_bytes()), ["trail-stopped"]);
    assert_eq!(matched(&list, hidden.as_bytes()), ["trail-stopped"]);
    for broken in ["", "StopLogging", "[\"StopLogging\"]", &text[1..]] {
        assert!(matched(&list, broken.as_bytes()).is_empty(), "{broken}");
    }
}

#[test]
fn without_a_known_account_none_is_outside() {
    let list = Watchlist::shipped().expect("the shipped rules");
    let record = record(&json!({
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "userIdentity": {"type": "AWSAccount", "accountId": "222222222222"},
    }));
    assert_eq!(matched(&list, &record), ["role-assumed-from-outside"]);
    assert!(list.matches(&record, &KnownAccounts::default()).is_empty());
}

#[test]
fn every_rule_has_a_reference_and_a_technique() {
    let list = Watchlist::shipped().expect("the shipped rules");
    let technique = regex::Regex::new(r"^T1[0-9]{3}(\.[0-9]{3})?$").expect("a pattern");
    for rule in list.rules() {
        let is_of_aws = |text: &String| text.starts_with("https://docs.aws.amazon.com/");
        assert!(
            !rule.references.is_empty() && rule.references.iter().all(is_of_aws),
            "{}",
            rule.id
        );
        let is_technique = |text: &String| technique.is_match(text);
        assert!(rule.techniques.iter().all(is_technique), "{}", rule.id);
        assert!(
            rule.reason.ends_with('.') && !rule.title.ends_with('.'),
            "{}",
            rule.id
        );
    }
}

/// The row of the manual for a rule, from its entry in the shipped file.
fn row(rule: &toml::Table) -> String {
    let texts = |name: &str| -> Vec<String> {
        match rule.get(name) {
            Some(toml::Value::String(text)) => vec![text.clone()],
            Some(toml::Value::Array(values)) => {
                let texts = values.iter().filter_map(toml::Value::as_str);
                texts.map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    };
    let text = |name: &str| texts(name).join("");
    let mut calls = texts("event")
        .iter()
        .map(|call| format!("`{call}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if calls.is_empty() {
        calls = "any call".into();
    }
    if let Some(service) = text("source").strip_suffix(".amazonaws.com") {
        calls += &format!(" of `{service}`");
    }
    let reference = |address: String| {
        let page = address.rsplit_once('/').map_or("", |(_, page)| page);
        format!("`{}`", page.trim_end_matches(".html"))
    };
    let references = texts("reference").into_iter().map(reference);
    let references = references.chain(texts("technique"));
    let references = references.collect::<Vec<_>>().join(", ");
    let (id, risk, title, reason) = (text("id"), text("risk"), text("title"), text("reason"));
    format!("| `{id}` | {risk} | {calls} | {title}. {reason} | {references} |")
}

#[test]
fn the_manual_shows_every_rule() {
    let shipped: BTreeMap<String, Vec<toml::Table>> = toml::from_str(SHIPPED).expect("TOML");
    let manual = fs::read_to_string(root().join("src/manual/watchlist.md")).expect("a topic");
    let shown: Vec<&str> = manual
        .lines()
        .filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 4)
        .collect();
    let rules: Vec<String> = shipped["rule"].iter().map(row).collect();
    assert_eq!(shown, rules);
}
