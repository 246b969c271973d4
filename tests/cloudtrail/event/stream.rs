//! Logs that are long, arrive in pieces, or hold arbitrary bytes.

use std::io::{self, Read};

use proptest::prelude::*;
use serde_json::{Value, json};
use trailproof::cloudtrail::event::record::{Records, read, read_one};
use trailproof::cloudtrail::event::{Call, Event, RemovedObject, TrailChange, TrailRef};

use crate::cloudtrail::event::{ARN, KEY, changed, log, object, one, record, start};
use crate::support::forge::{events, ts};
use crate::support::records::read_events;

#[test]
fn every_text_is_shortened() {
    let long = "ü".repeat(600_000);
    let mut record = record(
        "s3",
        "DeleteObjects",
        json!({"bucketName": "logs", "key": long}),
        json!([]),
    );
    for field in ["eventID", "sourceIPAddress", "userAgent", "errorCode"] {
        record[field] = json!(long);
    }
    record["userIdentity"]["arn"] = json!(long);
    let event = one(&record).unwrap();
    let Call::Remove(_, keys) = &event.call else {
        panic!("{event:?}");
    };
    assert_eq!(keys, &[RemovedObject::current(&long[..2048])]);
    let parameters = event.parameters.as_deref().unwrap();
    assert!(
        parameters.len() < 1_100 && parameters.ends_with('…'),
        "{parameters}"
    );
    for text in [
        &event.id,
        &event.source_ip,
        &event.user_agent,
        &event.error_code,
    ] {
        assert_eq!(text.as_deref(), Some(&long[..512]));
    }
    // Every list is bounded too.
    let keys: Vec<Value> = (0..3_000)
        .map(|n| json!({"key": format!("k{n}")}))
        .collect();
    let mut delete = start();
    delete["eventSource"] = json!("s3.amazonaws.com");
    delete["eventName"] = json!("DeleteObjects");
    delete["requestParameters"] = json!({"bucketName": "logs", "delete": {"objects": keys}});
    let (odd, events) = changed(delete, "eventVersion", json!("1.11"));
    let Call::Remove(_, keys) = &events[0].call else {
        panic!("{events:?}");
    };
    assert_eq!((odd, keys.len()), (1, 1_000));
}

/// Yields its parts one after another, each as often as given, in pieces of any size.
struct Repeated<'a> {
    parts: Vec<(&'a [u8], usize)>,
    at: usize,
    piece: usize,
}

impl Read for Repeated<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let Some((part, left)) = self.parts.first_mut() {
            if *left == 0 {
                self.parts.remove(0);
                continue;
            }
            let rest = &part[self.at..];
            let n = rest.len().min(buf.len()).min(self.piece);
            buf[..n].copy_from_slice(&rest[..n]);
            self.at += n;
            if self.at == part.len() {
                self.at = 0;
                *left -= 1;
            }
            return Ok(n);
        }
        Ok(0)
    }
}

#[test]
fn a_log_of_hundreds_of_megabytes_is_a_stream() {
    let wanted = format!("{},", start());
    let filler = "x".repeat(1 << 20);
    let other =
        format!(r#"{{"userAgent":"{filler}","requestParameters":{{"policy":"{filler}"}}}},"#);
    let mut log = Repeated {
        parts: vec![
            (br#"{"Records":["#, 1),
            (wanted.as_bytes(), 1),
            (other.as_bytes(), 50),
            (wanted.as_bytes(), 1),
            // One text of a hundred megabytes, in a member that we read.
            (br#"{"eventName":""#, 1),
            (filler.as_bytes(), 100),
            (br#""},"#, 1),
            (b"{},", 9),
            (&wanted.as_bytes()[..wanted.len() - 1], 1),
            (b"]}", 1),
        ],
        at: 0,
        piece: usize::MAX,
    };
    let mut events = 0;
    let records = read(&mut log, &mut |_| events += 1);
    let expected = Records {
        seen: 63,
        odd: 0,
        broken: false,
    };
    assert_eq!((records, events), (expected, 3));
}

#[test]
fn a_log_read_in_any_pieces_gives_the_same_events() {
    let long = "\\ud83d\\udca9\\\\".repeat(3_000);
    let text = start().to_string().replace("aws-cli/2.13.5", &long);
    let json = format!(r#"{{"Records":[{text},{{}},5,{text}]}}"#);
    let in_one_piece = read_events(json.as_bytes());
    assert_eq!((in_one_piece.0.odd, in_one_piece.1.len()), (1, 2));
    for piece in [1, 2, 3, 7, 64, 1_000] {
        let parts = vec![(json.as_bytes(), 1)];
        let mut events = Vec::new();
        let mut log = Repeated {
            parts,
            at: 0,
            piece,
        };
        let records = read(&mut log, &mut |event| events.push(event));
        assert_eq!((records, &events), (in_one_piece.0, &in_one_piece.1));
    }
    // A reader that fails counts as a log that ends early.
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let mut log = format!(r#"{{"Records":[{text},"#);
    log.push(' ');
    let mut events = 0;
    let records = read(&mut log.as_bytes().chain(Failing), &mut |_| events += 1);
    assert_eq!((records.seen, records.broken, events), (1, true, 1));
}

/// Any JSON, which often includes the names and texts that we read.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        Just("cloudtrail.amazonaws.com".to_owned()),
        Just("s3.amazonaws.com".to_owned()),
        Just("StopLogging".to_owned()),
        Just("DeleteObjects".to_owned()),
        Just("PutObject".to_owned()),
        Just("2026-01-01T10:00:00Z".to_owned()),
        Just(ARN.to_owned()),
        Just("AWS::S3::Object".to_owned()),
        Just("arn:aws:s3:::b/k".to_owned()),
        ".{0,8}",
    ];
    let name = proptest::sample::select(vec![
        "Records",
        "eventTime",
        "eventSource",
        "eventName",
        "userIdentity",
        "requestParameters",
        "resources",
        "errorCode",
        "name",
        "bucketName",
        "key",
        "delete",
        "objects",
        "ARN",
        "type",
        "arn",
        "principalId",
        "recipientAccountId",
        "other",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..8).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(n, v)| (n.to_owned(), v))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let (records, _) = read_events(&bytes);
        prop_assert!(records.broken);
        let _ = read_one(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_records_are_read(list in proptest::collection::vec(any_json(), 0..6)) {
        let (records, events) = read_events(&log(&list));
        prop_assert_eq!((records.seen, records.broken), (list.len() as u64, false));
        let alone: Vec<Event> = list.iter().filter_map(|r| read_one(&r.to_string())).collect();
        prop_assert_eq!(events, alone);
    }

    #[test]
    fn a_log_with_a_byte_changed_or_cut_off_is_read(at in 0_usize..4_000, byte: u8, cut: bool) {
        let who = json!({"bucketName": "logs", "key": KEY, "delete": {"objects": [{"key": "a"}]}});
        let delete = record("s3", "DeleteObjects", who, object(KEY));
        let mut json = log(&[start(), delete.clone(), delete]);
        let at = at % json.len();
        if cut {
            json.truncate(at);
        } else {
            json[at] = byte;
        }
        let (records, events) = read_events(&json);
        prop_assert!(records.seen <= 3 && events.len() as u64 <= records.seen);
        prop_assert!(!cut || records.broken);
    }
}

#[test]
fn every_event_that_the_forge_writes_is_read() {
    let at = ts("2026-01-01T10:00:00Z");
    let event = events::cloudtrail_event("StopLogging", ARN, at, None, json!({"name": ARN}));
    let event = read_one(&event.compact()).unwrap();
    assert_eq!(
        event.call,
        Call::Trail(TrailRef::Arn(ARN.parse().unwrap()), TrailChange::Stop)
    );
    let actor = event.actor.unwrap();
    assert_eq!(actor.session.as_deref(), Some("mallory"));
    assert_eq!(event.time, at);
}
