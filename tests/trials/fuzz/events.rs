//! The events of a log: those that concern trails, filters, and how they are printed.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;
use trailproof::base::text::is_unsafe;
use trailproof::cloudtrail::event::prefilter::{CallPrefilter, PossibleCalls};
use trailproof::cloudtrail::event::{Call, Event, record};
use trailproof::cloudtrail::records::fields::RecordFields;
use trailproof::cloudtrail::records::split::split;
use trailproof::commands::events::csv::CsvRows;
use trailproof::commands::events::filter::{QueryConditions, RecordQuery};
use trailproof::commands::events::lines::JsonLines;
use trailproof::commands::events::sink::{EventFormat, LogInHand, RecordFilter, RecordOrigin};
use trailproof::commands::events::table::EventTable;
use trailproof::validate::records::LogStanding;

use super::markup;
use super::outcome::Outcome;
use super::seeds::{files, inflated, is_object};
use super::targets::FuzzTarget;

/// Words of logs.
pub const WORDS: &[&str] = &[
    "{\"Records\":[",
    "]}",
    "},{",
    "\"eventName\":\"StopLogging\"",
    "\"eventName\":\"DeleteObject\"",
    "\"eventName\":\"PutBucketPolicy\"",
    "\"eventName\":\"LeaveOrganization\"",
    "\"eventSource\":\"s3.amazonaws.com\"",
    "\"eventSource\":\"cloudtrail.amazonaws.com\"",
    "\"eventTime\":\"2026-03-01T00:00:00Z\"",
    "\"errorCode\":null",
    "\"requestParameters\":{",
    "\"bucketName\":\"b\"",
    "\"key\":\"k\"",
    "\"userIdentity\":{",
    "\"arn\":",
    "\\u0041",
    "\\\"",
    "\"resources\":[{\"ARN\":",
    "null",
    "[[[[",
    "\"Records\":null",
    "1e999",
    "\u{1b}",
    "=1+1",
    "\"\\ud800\"",
];

pub const EVENT_SCAN: FuzzTarget =
    FuzzTarget::new("event-scan", event_scan, texts, WORDS).longest(12 << 10);

pub const EVENT_FILTERS: FuzzTarget = FuzzTarget::new(
    "event-filters",
    event_filters,
    || {
        let conditions = [
            "e=StopLogging",
            "e=Put*Policy",
            "s=s3",
            "a=*role/*",
            "i=192.0.2.0/24",
            "i=192.0.2.1",
            "x=Access*",
            "r=*",
            "c=111111111111",
            "g=us-east-1",
            "o=true",
            "t=Logging",
            "f=2026-03-01T00:00:00Z",
            "u=2026-03-02T00:00:00Z",
        ];
        let texts = texts();
        let seed = |(at, text): (usize, &Vec<u8>)| {
            let two = [conditions[at % 14], conditions[(at / 3) % 14], ""];
            [two.join("\n").as_bytes(), text].concat()
        };
        texts.iter().enumerate().map(seed).collect()
    },
    WORDS,
);

pub const EVENT_OUTPUT: FuzzTarget =
    FuzzTarget::new("event-output", event_output, texts, WORDS).longest(12 << 10);

/// The texts of logs.
pub fn texts() -> Vec<Vec<u8>> {
    let mut texts = inflated(&files(|path| is_object(path, "CloudTrail")));
    texts.push(br#"{"Records" : [ {"a":"\"}"} , {} ], "x": [{"Records":[]}]}"#.to_vec());
    texts
}

/// The events of a log, and how well it was read.
fn events_of(input: &[u8], is_stream: bool) -> (Vec<Event>, record::Records) {
    let mut events = Vec::new();
    let mut take = |event| events.push(event);
    let records = match is_stream {
        true => record::read(&mut { input }, &mut take),
        false => record::read_in_place(&mut input.to_vec(), &mut take),
    };
    (events, records)
}

fn event_scan(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let (events, records) = events_of(input, true);
    let (in_memory, others) = events_of(input, false);
    assert_eq!(
        (&events, records),
        (&in_memory, others),
        "read otherwise in memory"
    );
    assert!(events.len() as u64 <= records.seen && records.odd <= records.seen);
    let possible = PossibleCalls::of(input);
    let mut prefilter = CallPrefilter::default();
    let piece = 1 + input.len() % 131;
    for some in input.chunks(piece) {
        prefilter.push(some);
    }
    assert!(
        possible.changes || !prefilter.found(),
        "found in pieces alone"
    );
    // CloudTrail writes names as they are, and few blanks. The search relies on both.
    let has_blanks = input
        .windows(20)
        .any(|part| part.iter().all(u8::is_ascii_whitespace));
    if !input.contains(&b'\\') && !has_blanks {
        assert_eq!(
            possible.changes,
            prefilter.found(),
            "lost between two pieces"
        );
        for event in &events {
            let found = match &event.call {
                Call::Account(_) => possible.accounts,
                Call::Remove(..) | Call::Write(..) => possible.objects,
                Call::Trail(..) | Call::Bucket(..) | Call::Key(..) => possible.changes,
                Call::Other => true,
            };
            assert!(found, "a search of the bytes loses {event:?}");
        }
    }
    for event in &events {
        outcome
            .add(std::mem::discriminant(&event.call))
            .add(event.error_code.is_some());
        outcome.add((
            event.actor.is_some(),
            event.parameters.is_some(),
            event.account.is_some(),
        ));
    }
    outcome
        .size(records.seen)
        .size(records.odd)
        .add(records.broken);
    outcome.add((possible.changes, possible.accounts, possible.objects));
    outcome.number()
}

/// The conditions in the first two lines.
fn conditions(lines: &[&str]) -> QueryConditions {
    let mut conditions = QueryConditions::default();
    for line in lines {
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let glob = value.parse();
        match (name, glob) {
            ("e", Ok(glob)) => conditions.events.push(glob),
            ("s", Ok(glob)) => conditions.sources.push(glob),
            ("a", Ok(glob)) => conditions.actors.push(glob),
            ("x", Ok(glob)) => conditions.errors.push(glob),
            ("r", Ok(glob)) => conditions.resources.push(glob),
            ("c", Ok(glob)) => conditions.accounts.push(glob),
            ("g", Ok(glob)) => conditions.regions.push(glob),
            ("i", _) => {
                let address = || value.parse::<IpAddr>().ok().map(IpNet::from);
                let network = value.parse::<IpNet>().ok().or_else(address);
                conditions.addresses.extend(network);
            }
            ("o", _) => conditions.read_only = value.parse().ok(),
            ("f", _) => conditions.since = value.parse().ok(),
            ("u", _) => conditions.until = value.parse().ok(),
            ("t", _) if !value.is_empty() => conditions.texts.push(value.to_owned()),
            _ => {}
        }
    }
    conditions
}

fn event_filters(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let mut lines = input.splitn(3, |byte| *byte == b'\n');
    let mut next = || lines.next().unwrap_or_default();
    let (one, two, text) = (next(), next(), next());
    let (one, two) = (String::from_utf8_lossy(one), String::from_utf8_lossy(two));
    let Some(query) = RecordQuery::new(conditions(&[&one, &two])) else {
        return outcome.number();
    };
    for record in split(text) {
        let matches = RecordFields::parse(record).is_some_and(|fields| query.matches(&fields));
        assert!(
            !matches || query.may_match(record),
            "a search of a record loses it"
        );
        assert!(
            !matches || query.may_match(text),
            "a search of a log loses a record"
        );
        assert_eq!(query.keeps(record, &mut Vec::new()), matches);
        outcome.add(matches);
    }
    outcome
        .add(query.may_match(text))
        .add((one.get(..2), two.get(..2)));
    outcome.number()
}

fn event_output(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let mut found = split(input);
    let records: Vec<&[u8]> = found.by_ref().collect();
    for standing in [LogStanding::Proven, LogStanding::Altered] {
        let origin = RecordOrigin {
            log: "s3://b/k".into(),
            digest: None,
            standing,
        };
        // What somebody altered is written only as far as it is JSON.
        let is_json = |record: &&&[u8]| serde_json::from_slice::<Value>(record).is_ok();
        let count = match standing {
            LogStanding::Proven => records.len(),
            _ => records.iter().take_while(is_json).count(),
        };
        let is_broken = found.is_broken() || count < records.len();
        let encoded = |format: &dyn EventFormat| {
            let mut text = input.to_vec();
            let mut log = LogInHand::new(&origin, &[], &mut text);
            let bytes = format.encode(&mut log).bytes().to_vec();
            let expected = (count as u64, is_broken);
            assert_eq!(
                (log.count().kept, log.count().is_broken),
                expected,
                "{standing:?}"
            );
            bytes
        };
        for provenance in [false, true] {
            let lines = encoded(&JsonLines { provenance });
            assert_eq!(
                lines.iter().filter(|byte| **byte == b'\n').count(),
                count,
                "one line per record"
            );
            let is_control = |byte: &u8| *byte < b' ' && *byte != b'\n';
            assert!(!lines.iter().any(is_control), "a control character");
            for (line, record) in lines
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .zip(&records)
            {
                let read: Option<Value> = serde_json::from_slice(line).ok();
                let value: Option<Value> = serde_json::from_slice(record).ok();
                assert!(
                    provenance || value.is_none() || value == read,
                    "another record than the one in the log"
                );
                let state = read
                    .as_ref()
                    .filter(|_| provenance)
                    .map(|read| &read["trailproof"]["state"]);
                assert!(
                    state.is_none_or(
                        |state| *state == origin.state() || standing == LogStanding::Proven
                    ),
                    "a record calls itself {state:?}"
                );
            }
        }
        let rows = String::from_utf8(encoded(&CsvRows)).expect("UTF-8");
        let rows = markup::cells(&rows).expect("CSV");
        assert_eq!(rows.len(), count, "one row per record");
        rows.iter()
            .flatten()
            .for_each(|cell| markup::is_inert(cell));
        for width in [None, Some(80)] {
            let table =
                String::from_utf8(encoded(&EventTable::new(width, true, true))).expect("UTF-8");
            assert_eq!(table.lines().count(), count, "one line per record");
            assert!(
                !table.chars().any(|c| c != '\n' && is_unsafe(c)),
                "{table:?}"
            );
        }
        outcome.size(rows.iter().flatten().map(String::len).sum::<usize>());
    }
    outcome.size(records.len()).add(found.is_broken());
    outcome.number()
}
