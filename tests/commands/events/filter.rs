//! Filters and counts: what they keep is what a reader of the JSON would keep.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{events, lines_of_all};
use crate::support::case::{Case, hour, spec};
use crate::support::forge::{Chain, ts};

/// A chain with some thousand events of an everyday mix, and their lines.
fn busy(name: &'static str) -> (Case, String) {
    let mut case = Case::new(name, 0, "");
    let mut chain = Chain::new(spec().logs(0..=20).events(1..=30));
    chain.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut case.world, hour(6));
    let lines = lines_of_all(&case, &chain);
    (case, lines)
}

fn text<'r>(record: &'r Value, path: &[&str]) -> &'r str {
    let value = path.iter().fold(record, |value, name| &value[name]);
    value.as_str().unwrap_or_default()
}

/// A condition on a record.
type Condition = fn(&Value) -> bool;

/// Options, and which records they keep.
const FILTERS: &[(&[&str], Condition)] = &[
    (&["--event", "GetObject"], |r| r["eventName"] == "GetObject"),
    (&["--event", "Get*", "--event", "?ssumeRole"], |r| {
        let name = text(r, &["eventName"]);
        name.starts_with("Get") || name == "AssumeRole"
    }),
    (&["--source", "s3"], |r| {
        r["eventSource"] == "s3.amazonaws.com"
    }),
    (&["--error"], |r| {
        !text(r, &["errorCode"]).is_empty()
            || !text(r, &["errorMessage"]).is_empty()
            || text(r, &["responseElements", "ConsoleLogin"]) == "Failure"
    }),
    (&["--error", "Access*", "--read-only"], |r| {
        text(r, &["errorCode"]).starts_with("Access") && r["readOnly"] == true
    }),
    (&["--read-only", "false"], |r| r["readOnly"] == false),
    (&["--actor", "*:user/*"], |r| {
        text(r, &["userIdentity", "arn"]).contains(":user/")
    }),
    (&["--ip", "0.0.0.0/0", "--ip", "::/0"], |r| {
        text(r, &["sourceIPAddress"])
            .parse::<std::net::IpAddr>()
            .is_ok()
    }),
    (
        &[
            "--since",
            "2026-03-01T02:00:00Z",
            "--until",
            "2026-03-01T03:00:00Z",
        ],
        |r| text(r, &["eventTime"]).starts_with("2026-03-01T02:"),
    ),
    (&["--grep", "\"eventCategory\":\"Data\""], |r| {
        r["eventCategory"] == "Data"
    }),
    (&["--event-region", "*-*-*", "--account", "*"], |_| true),
    (&["--event", "Nothing*"], |_| false),
];

#[test]
fn filters_keep_what_a_reader_of_the_json_would_keep() {
    let (case, all) = busy("events-filters");
    let mut kept = 0;
    for (args, wanted) in FILTERS {
        let is_wanted = |line: &&str| wanted(&serde_json::from_str(line).expect("JSON"));
        let expected: Vec<&str> = all.lines().filter(is_wanted).collect();
        let run = events(&case, args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
        let found: Vec<&str> = run.stdout.lines().collect();
        assert!(
            found == expected,
            "{args:?}: {} of {}",
            found.len(),
            expected.len()
        );
        kept += found.len();
    }
    assert!(kept > all.lines().count(), "{kept}");
}

#[test]
fn an_actor_is_found_by_each_name() {
    let (case, all) = busy("events-actor");
    let records = all
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let records: Vec<Value> = records.collect();
    let role = |r: &&Value| r["userIdentity"]["type"] == "AssumedRole";
    let record = records.iter().find(role).expect("an assumed role");
    let arn = text(record, &["userIdentity", "arn"]);
    let session = arn.rsplit('/').next().expect("a session");
    let who = [
        arn,
        session,
        text(record, &["userIdentity", "accessKeyId"]),
        text(record, &["userIdentity", "principalId"]),
        text(
            record,
            &[
                "userIdentity",
                "sessionContext",
                "sessionIssuer",
                "userName",
            ],
        ),
    ];
    let id = text(record, &["eventID"]);
    for name in who {
        let run = events(&case, &["--actor", name]);
        assert!(run.stdout.contains(id), "{name}");
        assert!(run.stdout.lines().count() < records.len(), "{name}");
    }
}

#[test]
fn counts_are_those_of_the_records() {
    let (case, all) = busy("events-counts");
    let mut expected: BTreeMap<(String, String), u64> = BTreeMap::new();
    for line in all.lines() {
        let record: Value = serde_json::from_str(line).expect("JSON");
        let values = ["eventName", "errorCode"].map(|name| text(&record, &[name]).to_owned());
        *expected.entry(values.into()).or_default() += 1;
    }
    for jobs in ["1", "16"] {
        let fields = ["--count-by", "eventName,errorCode"];
        let args = [&fields[..], &["--format", "jsonl", "--jobs", jobs]].concat();
        let run = events(&case, &args);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let lines = run
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        let lines: Vec<Value> = lines.collect();
        let of = |line: &Value| {
            let values = ["eventName", "errorCode"].map(|name| text(line, &[name]).to_owned());
            (values.into(), line["events"].as_u64().expect("a number"))
        };
        assert_eq!(lines.iter().map(of).collect::<BTreeMap<_, _>>(), expected);
        let counts: Vec<u64> = lines.iter().map(|line| of(line).1).collect();
        assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
    }
    let table = events(&case, &["--count-by", "eventName", "--top", "3"]);
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert_eq!(lines.len(), 5, "{}", table.stdout);
    assert!(lines[4].contains("other groups"), "{}", table.stdout);
    let mistyped = events(&case, &["--count-by", "eventname,log"]);
    assert!(
        mistyped.stderr.contains("eventName?"),
        "{}",
        mistyped.stderr
    );
    assert!(mistyped.stdout.contains("s3://"), "{}", mistyped.stdout);
}

#[test]
fn a_filter_that_cannot_be_is_refused() {
    let (case, _) = busy("events-bad-filters");
    for args in [
        &["--ip", "10.0.0.0/40"][..],
        &["--event", ""],
        &["--since", "yesterday"],
        &["--since", "2026-03-02", "--until", "2026-03-01"],
        &["--since", "2026-03-02", "--until", "2026-03-02"],
        &["--read-only", "maybe"],
        &["--top", "3"],
        &["--count-by", "a..b"],
        &["--count-by", "eventName", "--include-unproven"],
        &["--format", "xml"],
    ] {
        let run = events(&case, args);
        assert_eq!((run.code, &*run.stdout), (2, ""), "{args:?}");
    }
}
