//! Sigma rules: what is supported matches as the specification says, and what is not is named.

use std::fs;
use std::path::PathBuf;

use trailproof::base::limits::Limits;
use trailproof::commands::watchlist::{KnownAccounts, WatchRisk, Watchlist};

/// A rule with this detection.
fn rule(detection: &str) -> String {
    format!(
        "title: A rule\nid: 6c0a2a52-0000-4000-8000-000000000001\nlevel: high\nstatus: test\n\
         description: Why\nreferences: [https://example.com]\ntags: [attack.t1562.008, attack.defense-evasion]\n\
         logsource:\n  product: aws\n  service: cloudtrail\ndetection:\n{detection}\n"
    )
}

fn load(text: &str) -> Result<Watchlist, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join("rule.yml");
    fs::write(&path, text).expect("written");
    match Watchlist::load(&[path], &Limits::default()) {
        Ok((list, _)) => Ok(list),
        Err(error) => Err(error.causes().join(": ")),
    }
}

const RECORD: &str = r#"{
    "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging", "errorCode": null,
    "sourceIPAddress": "192.0.2.10", "readOnly": false,
    "userIdentity": {"type": "AssumedRole", "sessionContext": {"attributes": {"mfaAuthenticated": "false"}}},
    "requestParameters": {"name": "main", "tags": ["red", "green"], "policy": {"Effect": "Allow"}, "port": 22}
}"#;

#[test]
fn selections_and_conditions_match_as_specified() {
    for (detection, expected) in [
        ("  a: { eventName: StopLogging }\n  condition: a", true),
        ("  a: { eventName: stoplogging }\n  condition: a", true),
        (
            "  a: { eventName|cased: stoplogging }\n  condition: a",
            false,
        ),
        (
            "  a: { eventName: [DeleteTrail, StopLogging] }\n  condition: a",
            true,
        ),
        (
            "  a: { eventName: StopLogging, eventSource: s3.amazonaws.com }\n  condition: a",
            false,
        ),
        (
            "  a:\n    - eventName: DeleteTrail\n    - eventSource|startswith: cloudtrail.\n  condition: a",
            true,
        ),
        ("  a: { eventName|contains: pLog }\n  condition: a", true),
        (
            "  a: { eventName|contains|all: [Stop, Logging] }\n  condition: a",
            true,
        ),
        (
            "  a: { eventName|contains|all: [Stop, Start] }\n  condition: a",
            false,
        ),
        ("  a: { eventName|endswith: Logging }\n  condition: a", true),
        ("  a: { eventName: 'Stop*' }\n  condition: a", true),
        ("  a: { eventName: 'Stop\\*' }\n  condition: a", false),
        (
            "  a: { eventName|re: '^Stop(Logging|It)$' }\n  condition: a",
            true,
        ),
        ("  a: { eventName|re: '^stop' }\n  condition: a", false),
        ("  a: { eventName|re|i: '^stop' }\n  condition: a", true),
        ("  a: { eventName|neq: StartLogging }\n  condition: a", true),
        (
            "  a: { sourceIPAddress|cidr: [10.0.0.0/8, 192.0.2.0/24] }\n  condition: a",
            true,
        ),
        (
            "  a: { sourceIPAddress|cidr: '2001:db8::/32' }\n  condition: a",
            false,
        ),
        ("  a: { errorCode: null }\n  condition: a", true),
        ("  a: { errorCode|exists: false }\n  condition: a", true),
        (
            "  a: { sourceIPAddress|exists: true }\n  condition: a",
            true,
        ),
        ("  a: { readOnly: false }\n  condition: a", true),
        (
            "  a: { userIdentity.sessionContext.attributes.mfaAuthenticated: 'False' }\n  condition: a",
            true,
        ),
        (
            "  a: { userIdentity.sessionContext.attributes.mfaAuthenticated: false }\n  condition: a",
            true,
        ),
        (
            "  a: { requestParameters.tags: green }\n  condition: a",
            true,
        ),
        ("  a: { requestParameters.port: 22 }\n  condition: a", true),
        (
            "  a: { requestParameters.policy|contains: '\"Effect\":\"Allow\"' }\n  condition: a",
            true,
        ),
        (
            "  keywords: [absent, 'assumed?ole']\n  condition: keywords",
            true,
        ),
        (
            "  keywords:\n    '|all': [main, green]\n  condition: keywords",
            true,
        ),
        (
            "  keywords:\n    '|all': [main, blue]\n  condition: keywords",
            false,
        ),
        (
            "  a: { eventName: StopLogging }\n  f_1: { readOnly: true }\n  f_2: { errorCode: x }\n  condition: a and not 1 of f_*",
            true,
        ),
        (
            "  a: { eventName: StopLogging }\n  f_1: { readOnly: false }\n  f_2: { errorCode: x }\n  condition: a and not 1 of f_*",
            false,
        ),
        (
            "  a: { eventName: StopLogging }\n  f_1: { readOnly: false }\n  f_2: { errorCode: x }\n  condition: a AND NOT all of f_*",
            true,
        ),
        (
            "  a: { eventName: x }\n  b: { readOnly: false }\n  _c: { eventName: x }\n  condition: 1 of them",
            true,
        ),
        (
            "  a: { eventName: x }\n  b: { readOnly: true }\n  _c: { readOnly: false }\n  condition: any of them",
            false,
        ),
        (
            "  a: { eventName: x }\n  b: { readOnly: false }\n  c: { eventName: x }\n  condition: b or a and c",
            true,
        ),
        (
            "  a: { eventName: x }\n  b: { readOnly: false }\n  c: { eventName: x }\n  condition: (b or a) and c",
            false,
        ),
        (
            "  a: { eventName: x }\n  b: { readOnly: false }\n  condition:\n    - a\n    - b",
            true,
        ),
        ("  a: { eventName: No }\n  condition: not a", true),
    ] {
        let list = load(&rule(detection)).unwrap_or_else(|why| panic!("{detection}: {why}"));
        let found = list.matches(RECORD.as_bytes(), &KnownAccounts::default());
        assert_eq!(!found.is_empty(), expected, "{detection}");
    }
}

#[test]
fn what_is_not_supported_is_named_with_the_reason() {
    let of = |detection: &str| rule(detection);
    let plain = "  a: { eventName: StopLogging }\n  condition: a";
    for (text, expected) in [
        (
            of("  a: { eventName: x }\n  timeframe: 5m\n  condition: a"),
            "timeframe",
        ),
        (
            of("  a: { eventName: x }\n  condition: a | count() > 5"),
            "counts or relates",
        ),
        (
            of("  a: { eventName: x }\n  condition: 2 of them"),
            "\"2\" of several",
        ),
        (
            of("  a: { eventName: x }\n  condition: b"),
            "\"b\", which is not a selection",
        ),
        (
            of("  a: { eventName: x }\n  condition: 1 of b*"),
            "which no selection matches",
        ),
        (of("  a: { eventName: x }\n  condition: a and"), "not valid"),
        (of("  a: { eventName: x }\n  condition: (a"), "not valid"),
        (of("  a: { eventName: x }\n  condition: a a"), "not valid"),
        (
            of(&format!(
                "  a: {{ eventName: x }}\n  condition: {}a",
                "(".repeat(100)
            )),
            "parentheses",
        ),
        (
            of(&format!(
                "  a: {{ eventName: x }}\n  condition: {}a",
                "not ".repeat(1_000)
            )),
            "words",
        ),
        (of("  a: { eventName: x }"), "no `condition`"),
        (
            of("  a: { eventName|base64: x }\n  condition: a"),
            "modifier \"base64\"",
        ),
        (
            of("  a: { eventName|expand: '%x%' }\n  condition: a"),
            "modifier \"expand\"",
        ),
        (
            of("  a: { eventName|re: '(?=x)' }\n  condition: a"),
            "regular expression",
        ),
        (
            of("  a: { eventName|re: '(a{1000}){1000}' }\n  condition: a"),
            "too large",
        ),
        (
            of("  a: { sourceIPAddress|cidr: x }\n  condition: a"),
            "cidr",
        ),
        (
            of("  a: { errorCode|exists: maybe }\n  condition: a"),
            "exists",
        ),
        (of("  a: {}\n  condition: a"), "empty selection"),
        (
            of("  a: { eventName: { b: c } }\n  condition: a"),
            "not text",
        ),
        (
            of(plain).replace("product: aws", "product: windows"),
            "for \"windows\", \"cloudtrail\"",
        ),
        (of(plain).replace("level: high", "level: odd"), "level"),
        (of(plain) + "correlation: {}\n", "relates several events"),
        (of(plain) + "action: global\n", "collection"),
    ] {
        let error = match load(&text) {
            Ok(_) => panic!("{text}"),
            Err(error) => error,
        };
        assert!(error.contains(expected), "{error}: {text}");
    }
}

#[test]
fn a_rule_keeps_what_its_author_wrote_and_other_rules_of_a_file_are_used() {
    let plain = rule("  a: { eventName: StopLogging }\n  condition: a");
    let second =
        rule("  a: { eventName: x }\n  timeframe: 5m\n  condition: a").replace("0001", "0002");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules.yml");
    fs::write(&path, format!("{plain}---\n{second}")).expect("written");
    let (list, skipped) = Watchlist::load(&[path], &Limits::default()).expect("a watchlist");
    let [rule] = list.rules() else {
        panic!("{} rules", list.rules().len());
    };
    assert_eq!(
        (rule.title.as_str(), rule.risk),
        ("A rule", WatchRisk::High)
    );
    assert_eq!(
        (rule.reason.as_str(), &rule.techniques[..]),
        ("Why", &["T1562.008".to_owned()][..])
    );
    assert_eq!(rule.references, ["https://example.com"]);
    assert_eq!(skipped.len(), 1);
    assert_eq!(
        skipped[0].rule.as_deref(),
        Some("6c0a2a52-0000-4000-8000-000000000002")
    );
}
