//! Rules of a watchlist, in TOML and in Sigma. A rule that a record matches is found although most records are never
//! parsed: a record in which one character is escaped is always parsed, and must match the same rules.

use std::sync::LazyLock;

use trailproof::base::limits::Limits;
use trailproof::cloudtrail::ids::AccountId;
use trailproof::commands::watchlist::{KnownAccounts, SHIPPED, SkippedRule, Watchlist};

use super::outcome::Outcome;
use super::scratch::with_file;
use super::seeds::stored;
use super::targets::FuzzTarget;

pub const OWN_RULES: FuzzTarget = FuzzTarget::new(
    "own-rules",
    rules,
    || {
        let own = b"[[rule]]\nid = \"a\"\ntitle = \"t\"\nrisk = \"high\"\nreason = \"r\"\nevent = [\"StopLogging\", \"Delete*\"]\n\
            source = \"cloudtrail.amazonaws.com\"\nwhen = { \"requestParameters.name\" = \"main*\", readOnly = false }\n\
            any = { \"userIdentity.type\" = [\"Root\", \"IAMUser\"] }\nunless = { errorCode = \"*\" }\noutside = \"requestParameters.principal\"\n";
        let shipped = SHIPPED.split("[[rule]]").skip(1).step_by(6).map(|rule| format!("[[rule]]{rule}").into_bytes());
        let mut seeds: Vec<Vec<u8>> = shipped.collect();
        seeds.push(own.to_vec());
        seeds
    },
    &[
        "[[rule]]\n", "id = \"b\"\n", "title = \"t\"\n", "risk = \"low\"\n", "reason = \"r\"\n", "event = \"", "source = \"",
        "when = { ", "any = { ", "unless = { ", "outside = \"", "\"requestParameters.a.b\" = ", "*", "?", "\\\\*", "100", "true",
        "StopLogging", "Delete*", "\"ü\"", "arn:aws:iam::",
    ],
)
.longest(4 << 10)
.room(256 << 20);

pub const SIGMA_RULES: FuzzTarget = FuzzTarget::new(
    "sigma-rules",
    rules,
    || SIGMA.map(|detection| sigma(detection).into_bytes()).into(),
    &[
        "detection:\n",
        "  a: { eventName: StopLogging }\n",
        "  condition: ",
        "1 of a*",
        "all of them",
        "not ",
        " and ",
        " or ",
        "(",
        ")",
        "|contains",
        "|startswith",
        "|endswith",
        "|all",
        "|re",
        "|cidr",
        "|exists: true",
        "|cased",
        "|neq",
        "null",
        "'*'",
        "- ",
        "---\n",
        "&x ",
        "*x",
        "<<: ",
        "[",
        "{",
        "192.0.2.0/24",
        "'^Stop(.*)$'",
        "\"\\u0041\"",
        "eventName",
        "requestParameters.bucketName",
        "logsource: { product: aws, service: cloudtrail }\n",
    ],
)
.longest(4 << 10)
.room(256 << 20);

const SIGMA: [&str; 10] = [
    "  a: { eventName: StopLogging }\n  condition: a",
    "  a: { eventName|contains|all: [Stop, Logging] }\n  b: { readOnly: true }\n  condition: a and not b",
    "  a:\n    - eventName: DeleteTrail\n    - eventSource|startswith: cloudtrail.\n  condition: 1 of a*",
    "  a: { eventName|re: '^Stop(Logging|It)$' }\n  b: { errorCode: null }\n  condition: all of them",
    "  a: { sourceIPAddress|cidr: [10.0.0.0/8, 192.0.2.0/24] }\n  condition: a",
    "  a: { errorCode|exists: false, requestParameters.name: ['main', 7, true] }\n  condition: a or (a and a)",
    "  k: [AssumedRole, 'green*']\n  condition: k",
    "  a: { eventName|endswith: 'Logging', userIdentity.type|cased: AssumedRole }\n  condition: a",
    "  a: { requestParameters.policy: '*Allow*' }\n  condition: [a, not a]",
    "  a: &x { eventName: 'Put?ucket*' }\n  b: *x\n  condition: a or b",
];

fn sigma(detection: &str) -> String {
    format!(
        "title: A rule\nid: a-{}\nlevel: high\nlogsource: {{ product: aws, service: cloudtrail }}\ndetection:\n{detection}\n",
        detection.len()
    )
}

/// Records of many kinds, on one line each.
static RECORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let own = [
        r#"{"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","errorCode":null,"sourceIPAddress":"192.0.2.10","readOnly":false,"userIdentity":{"type":"AssumedRole","sessionContext":{"attributes":{"mfaAuthenticated":"false"}}},"requestParameters":{"name":"main","tags":["red","green"],"policy":{"Effect":"Allow"},"port":22}}"#,
        r#"{"eventName":"StopLogging","eventSource":"x/y.amazonaws.com","requestParameters":{"name":"a\"b\/c","n":1e2,"m":100,"t":true}}"#,
        r#"{"eventName" : "DeleteTrail", "requestParameters": null, "resources":[{"ARN":"arn:aws:iam::222222222222:role/x"}]}"#,
        r#"{"eventName":7,"errorCode":"AccessDenied"}"#,
        "{}",
    ];
    let stored = stored("tests/commands/watchlist/shipped.jsonl");
    let stored = String::from_utf8(stored).expect("UTF-8");
    let stored = stored
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(str::to_owned);
    own.into_iter()
        .map(str::to_owned)
        .chain(stored.step_by(5))
        .collect()
});

/// The ids of the rules that a record matches.
fn matching(list: &Watchlist, record: &str) -> Vec<String> {
    let known: KnownAccounts = "111111111111".parse::<AccountId>().into_iter().collect();
    let matches = list.matches(record.as_bytes(), &known);
    matches.iter().map(|rule| rule.id.clone()).collect()
}

fn load(input: &[u8]) -> Result<(Watchlist, Vec<SkippedRule>), String> {
    let limits = Limits {
        rules: 50,
        rule_patterns: 8 << 20,
        ..Limits::default()
    };
    let loaded = with_file(input, |path| Watchlist::load(&[path.to_owned()], &limits));
    loaded.map_err(|error| format!("{error} {}", error.causes().join(" ")))
}

fn rules(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let (list, skipped) = match load(input) {
        Ok(loaded) => loaded,
        Err(why) => return outcome.message(&why).number(),
    };
    assert!((1..=50).contains(&list.rules().len()));
    for rule in list.rules() {
        assert!(rule.id.len() <= 100, "{}", rule.id);
        assert!(rule.title.chars().count() <= 201 && rule.reason.chars().count() <= 2_001);
        outcome.add(rule.risk as u8);
    }
    for rule in &skipped {
        outcome.message(&rule.why);
    }
    for record in RECORDS.iter() {
        let found = matching(&list, record);
        // No rule reads the member, and every rule is tried on a record with such an escape.
        let members = record.strip_prefix('{').expect("an object");
        let comma = if members == "}" { "" } else { "," };
        let parsed = format!("{{\"\\u007a\":null{comma}{members}");
        assert_eq!(
            found,
            matching(&list, &parsed),
            "a search of the bytes loses a rule on {record}"
        );
        let may_match = list
            .prefilter()
            .may_match(format!("{{\"Records\":[{record}]}}").as_bytes());
        assert!(
            may_match || found.is_empty(),
            "a search of a log loses a rule on {record}"
        );
        outcome.add(found.len().min(3));
    }
    outcome.number()
}
