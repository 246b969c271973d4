use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ComparedChain, Logged, NotCompared, missing_from};
use crate::base::time::Window;
use crate::cloudtrail::event::HistoryEvent;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::selectors::{Basic, ReadWrite, Selectors};
use crate::proof::coverage::Spans;

const LAG: i64 = 2 * 3600;

fn ts(hour: &str) -> Timestamp {
    format!("2026-03-01T{hour}Z").parse().expect("a time")
}

fn window(from: &str, to: &str) -> Window {
    Window::new(ts(from), ts(to))
}

fn spans(all: &[(&str, &str)]) -> Spans {
    let mut spans = Spans::default();
    all.iter()
        .for_each(|(from, to)| spans.insert(window(from, to)));
    spans
}

/// An event at 04:00, with some members of its record replaced.
fn event(change: Value) -> HistoryEvent {
    let mut record = json!({
        "eventTime": "2026-03-01T04:00:00Z", "eventName": "RunInstances", "eventSource": "ec2.amazonaws.com",
        "eventID": "11111111-2222-4333-8444-555555555555", "awsRegion": "us-east-1", "readOnly": false,
        "recipientAccountId": "111111111111", "eventCategory": "Management", "eventType": "AwsApiCall",
    });
    for (name, value) in change.as_object().expect("an object") {
        record[name] = value.clone();
    }
    HistoryEvent::of_record(&record.to_string()).expect("an event")
}

#[test]
fn each_reason_has_a_word_and_a_description_of_its_own() {
    let all = [
        NotCompared::Unreadable,
        NotCompared::OtherCategory,
        NotCompared::OtherAccount,
        NotCompared::OtherRegion,
        NotCompared::NoChain,
        NotCompared::NotSelected,
        NotCompared::SelectorsUnknown,
        NotCompared::SelectorsChanged,
        NotCompared::LoggingOff,
        NotCompared::TimeNotProven,
        NotCompared::TooRecent,
    ];
    let words = BTreeSet::from(all.map(NotCompared::as_str));
    let descriptions = BTreeSet::from(all.map(NotCompared::words));
    assert_eq!((words.len(), descriptions.len()), (all.len(), all.len()));
}

fn all() -> Selectors {
    Selectors {
        basic: Vec::new(),
        advanced: Vec::new(),
        insights: Ok(Vec::new()),
    }
}

fn chain(name: &str) -> ChainId {
    let text = format!("111111111111/us-east-1/us-east-1/{name}");
    text.parse().expect("a chain")
}

/// The answer for one chain from 00:00 to 12:00, as `change` makes it.
fn of_one(
    event: &HistoryEvent,
    selectors: &Selectors,
    change: impl FnOnce(&mut ComparedChain<'_>),
) -> Result<usize, NotCompared> {
    let id = chain("main");
    let off = Spans::default();
    let mut chain = ComparedChain {
        id: &id,
        window: window("00:00:00", "12:00:00"),
        proven: spans(&[("00:00:00", "12:00:00")]),
        logged: Some(Logged {
            selectors,
            global_events: true,
            since: Timestamp::MIN,
            off: &off,
        }),
    };
    change(&mut chain);
    let place = (
        "111111111111".parse().expect("an account"),
        id.region.clone(),
    );
    missing_from(event, (&place.0, &place.1), &[chain], LAG)
}

#[test]
fn an_event_of_proven_time_that_a_selector_admits_is_missing() {
    assert_eq!(of_one(&event(json!({})), &all(), |_| {}), Ok(0));
    // Records of old versions have no category.
    let old = event(json!({"eventCategory": null}));
    assert_eq!(of_one(&old, &all(), |_| {}), Ok(0));
}

#[test]
fn what_the_event_is_may_keep_it_out() {
    let table = [
        (json!({"eventID": null}), NotCompared::Unreadable),
        (
            json!({"eventCategory": "Insight"}),
            NotCompared::OtherCategory,
        ),
        (json!({"eventCategory": "Data"}), NotCompared::OtherCategory),
        (
            json!({"recipientAccountId": "222222222222"}),
            NotCompared::OtherAccount,
        ),
        (json!({"awsRegion": "eu-west-1"}), NotCompared::OtherRegion),
        (
            json!({"eventTime": "2026-03-01T12:00:00Z"}),
            NotCompared::NoChain,
        ),
        (
            json!({"eventTime": "2026-02-28T23:59:59Z"}),
            NotCompared::NoChain,
        ),
    ];
    for (change, why) in table {
        assert_eq!(of_one(&event(change), &all(), |_| {}), Err(why));
    }
}

#[test]
fn what_the_trail_does_not_log_is_not_missing() {
    let reads = Basic {
        read_write: ReadWrite::Read,
        ..Basic::default()
    };
    let reads = Selectors {
        basic: vec![reads],
        ..all()
    };
    let write = event(json!({}));
    assert_eq!(
        of_one(&write, &reads, |_| {}),
        Err(NotCompared::NotSelected)
    );
    let read = event(json!({"readOnly": true}));
    assert_eq!(of_one(&read, &reads, |_| {}), Ok(0));
    let none = |chain: &mut ComparedChain<'_>| chain.logged = None;
    assert_eq!(
        of_one(&write, &all(), none),
        Err(NotCompared::SelectorsUnknown)
    );
    let iam = event(json!({"eventSource": "iam.amazonaws.com"}));
    let regional = |chain: &mut ComparedChain<'_>| {
        chain.logged.as_mut().expect("known").global_events = false;
    };
    assert_eq!(
        of_one(&iam, &all(), regional),
        Err(NotCompared::NotSelected)
    );
    assert_eq!(of_one(&write, &all(), regional), Ok(0));
    let since = |at: &'static str| {
        move |chain: &mut ComparedChain<'_>| {
            chain.logged.as_mut().expect("known").since = ts(at);
        }
    };
    assert_eq!(
        of_one(&write, &all(), since("04:00:00")),
        Err(NotCompared::SelectorsChanged)
    );
    assert_eq!(of_one(&write, &all(), since("03:59:59")), Ok(0));
}

#[test]
fn only_time_that_is_proven_for_as_long_as_delivery_takes_counts() {
    let proven = |all: &'static [(&'static str, &'static str)]| {
        move |chain: &mut ComparedChain<'_>| chain.proven = spans(all)
    };
    let at = event(json!({}));
    let table = [
        (&[("04:00:00", "06:00:00")][..], Ok(0)),
        (&[("04:00:01", "12:00:00")], Err(NotCompared::TimeNotProven)),
        (&[("00:00:00", "05:59:59")], Err(NotCompared::TimeNotProven)),
        (
            &[("00:00:00", "05:00:00"), ("05:30:00", "12:00:00")],
            Err(NotCompared::TimeNotProven),
        ),
        (&[], Err(NotCompared::TimeNotProven)),
    ];
    for (spans, expected) in table {
        assert_eq!(of_one(&at, &all(), proven(spans)), expected, "{spans:?}");
    }
    let ends = |at: &'static str| {
        move |chain: &mut ComparedChain<'_>| chain.window = window("00:00:00", at)
    };
    assert_eq!(
        of_one(&at, &all(), ends("05:59:59")),
        Err(NotCompared::TooRecent)
    );
    assert_eq!(of_one(&at, &all(), ends("06:00:00")), Ok(0));
}

#[test]
fn any_trail_that_must_hold_it_makes_it_missing() {
    let (first, second) = (chain("first"), chain("second"));
    let elsewhere = ChainId {
        region: "eu-west-1".parse().expect("a region"),
        ..chain("first")
    };
    let of_another_account = ChainId {
        account: "222222222222".parse().expect("an account"),
        ..chain("first")
    };
    let (selectors, off) = (all(), Spans::default());
    let logged = Some(Logged {
        selectors: &selectors,
        global_events: true,
        since: Timestamp::MIN,
        off: &off,
    });
    let of = |id, logged| ComparedChain {
        id,
        window: window("00:00:00", "12:00:00"),
        proven: spans(&[("00:00:00", "12:00:00")]),
        logged,
    };
    let place = (&first.account, &first.region);
    let one = event(json!({}));
    let both = [of(&first, None), of(&second, logged)];
    assert_eq!(missing_from(&one, place, &both, LAG), Ok(1));
    let neither = [of(&first, None), of(&second, None)];
    assert_eq!(
        missing_from(&one, place, &neither, LAG),
        Err(NotCompared::SelectorsUnknown)
    );
    assert_eq!(
        missing_from(&one, place, &[], LAG),
        Err(NotCompared::NoChain)
    );
    for other in [&elsewhere, &of_another_account] {
        let answer = missing_from(&one, place, &[of(other, logged)], LAG);
        assert_eq!(answer, Err(NotCompared::NoChain), "{other}");
    }
}

#[test]
fn the_first_instant_of_the_window_is_compared() {
    let begins = |at: &'static str| {
        move |chain: &mut ComparedChain<'_>| chain.window = window(at, "12:00:00")
    };
    let one = event(json!({}));
    assert_eq!(of_one(&one, &all(), begins("04:00:00")), Ok(0));
    assert_eq!(
        of_one(&one, &all(), begins("04:00:01")),
        Err(NotCompared::NoChain)
    );
}

#[test]
fn an_event_of_time_in_which_logging_was_off_is_not_missing() {
    let id = chain("main");
    let place = (&id.account, &id.region);
    let selectors = all();
    let table = [
        (("03:50:00", "04:20:00"), Err(NotCompared::LoggingOff)),
        (("04:00:00", "04:20:00"), Err(NotCompared::LoggingOff)),
        (("03:50:00", "04:00:00"), Err(NotCompared::LoggingOff)),
        (("04:00:01", "04:20:00"), Ok(0)),
        (("03:00:00", "03:59:59"), Ok(0)),
    ];
    for (span, expected) in table {
        let off = spans(&[span]);
        let chain = ComparedChain {
            id: &id,
            window: window("00:00:00", "12:00:00"),
            proven: spans(&[("00:00:00", "12:00:00")]),
            logged: Some(Logged {
                selectors: &selectors,
                global_events: true,
                since: Timestamp::MIN,
                off: &off,
            }),
        };
        let answer = missing_from(&event(json!({})), place, &[chain], LAG);
        assert_eq!(answer, expected, "{span:?}");
    }
}
