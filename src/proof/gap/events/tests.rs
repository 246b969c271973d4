use super::KnownEvents;
use crate::base::limits::Limits;
use crate::cloudtrail::event::record::{FoundEvents, Records};
use crate::cloudtrail::event::{
    AccountChange, BucketChange, Call, Event, Evidence, KeyChange, TrailChange, Turn, Via,
};
use crate::proof::fixtures::{
    ACCOUNT, BUCKET, HOME, at, event, in_log_of, lead, refused, trail_call,
};

fn stop() -> Evidence {
    trail_call(ACCOUNT, "10:00", TrailChange::Stop)
}

fn written() -> Call {
    Call::Write(BUCKET.into(), "an object".into())
}

fn key_disabled() -> Call {
    Call::Key("a key".into(), KeyChange::Disabled)
}

#[test]
fn each_kind_of_call_has_a_limit_of_its_own() {
    let limits = Limits {
        events: 20,
        ..Limits::default()
    };
    let of = |call| event(at("10:00"), "a call", call);
    // First what anybody can do as often as they like.
    let rows = [
        ("leads", lead(stop()), 2),
        ("refused calls", refused(stop()), 2),
        ("calls on keys", of(key_disabled()), 2),
        ("calls on trails", stop(), 20),
        ("other calls", of(written()), 20),
    ];
    let mut known = KnownEvents::default();
    for (name, Evidence { event, via }, most) in rows {
        for n in 1..=most + 10 {
            let event = Event {
                name: name.into(),
                id: Some(format!("{n}")),
                ..event.clone()
            };
            known.add(event, via.clone(), &limits);
        }
        let kept = known.all().filter(|(event, _)| event.name == name);
        assert_eq!(kept.count(), most, "{name}");
    }
    assert!(known.more);
}

#[test]
fn a_proven_log_is_named_if_its_records_could_not_all_be_read() {
    let proven = in_log_of(stop(), HOME, "10:00").via;
    let whole = Records::default();
    let odd = Records { odd: 1, ..whole };
    let broken = Records {
        broken: true,
        ..whole
    };
    let rows = [
        ("read", &proven, whole, None, None),
        ("with an odd record", &proven, odd, None, Some("a log")),
        ("broken off", &proven, broken, None, Some("a log")),
        (
            "lost",
            &proven,
            broken,
            Some("no room"),
            Some("a log (no room)"),
        ),
        ("not from a log", &Via::LookupEvents, odd, None, None),
    ];
    for (name, via, records, lost, expected) in rows {
        let found = FoundEvents {
            events: vec![stop().event],
            records,
            lost: lost.map(str::to_owned),
        };
        let mut known = KnownEvents::default();
        known.found(found, via, &Limits::default());
        let named = known.unread.first.first().map(String::as_str);
        assert_eq!(named, expected, "{name}");
        assert_eq!(known.events().count(), 1, "{name}");
    }
}

#[test]
fn what_was_left_out_of_one_collection_is_left_out_of_both_together() {
    let all = [(false, false), (false, true), (true, false), (true, true)];
    let of = |(more, more_leads)| KnownEvents {
        more,
        more_leads,
        ..KnownEvents::default()
    };
    for own in all {
        for other in all {
            let mut known = of(own);
            known.merge(of(other), &Limits::default());
            let expected = (own.0 || other.0, own.1 || other.1);
            let merged = (known.more, known.more_leads);
            assert_eq!(merged, expected, "{own:?} {other:?}");
        }
    }
}

#[test]
fn calls_on_objects_are_those_of_proven_logs_on_neither_trails_nor_accounts() {
    let policy = Call::Bucket(BUCKET.into(), BucketChange::Policy, Turn::Removed);
    let removed = Call::Remove(BUCKET.into(), Vec::new());
    let at_minute = |minute: u8, call| event(at(&format!("10:0{minute}")), "a call", call);
    let proven = |evidence| in_log_of(evidence, HOME, "11:00");
    let on_objects = [
        proven(at_minute(1, removed)),
        proven(at_minute(2, written())),
        proven(at_minute(3, policy)),
        proven(at_minute(4, key_disabled())),
    ];
    let others = [
        proven(stop()),
        proven(at_minute(5, Call::Account(AccountChange::Left))),
        at_minute(6, written()),
        lead(at_minute(7, written())),
    ];
    let mut known = KnownEvents::default();
    for Evidence { event, via } in on_objects.iter().chain(&others).cloned() {
        known.add(event, via, &Limits::default());
    }
    assert_eq!(known.on_objects(), on_objects);
}
