//! Logs that are altered, planted, unreferenced or otherwise not proven: their events never come unmarked.

use super::{copy, lines, over, parsed};
use crate::support::case::{BUCKET, REGION, hour, spec, trail};
use crate::support::events::records_of;
use crate::support::forge::digest::LogRecord;
use crate::support::forge::{Chain, Object, Place, World, damage, gzip, ts};

/// What stands in every forged log.
const PLANTED: &str = r#"{"eventName":"Planted","eventID":"planted"}"#;

fn planted_log() -> Vec<u8> {
    format!(r#"{{"Records":[{PLANTED}]}}"#).into_bytes()
}

/// A chain with every way to bring in an event, the records of its intact logs, and the objects to be named.
fn forged() -> (World, Vec<String>, Vec<Place>) {
    let mut world = World::new(111);
    let mut chain = Chain::new(spec().logs(2..=3).events(1..=4));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, hour(9));
    let log = |digest: usize, at: usize| chain.digests[digest].logs[at].place.clone();
    let mut lost = vec![log(1, 0), log(1, 1), log(2, 0), log(2, 1), log(4, 0)];
    damage::edit_content(&mut world, &lost[0], |json| *json = planted_log());
    damage::append_member(&mut world, &lost[1], &planted_log());
    damage::delete(&mut world, &lost[2]);
    damage::modify_log(&mut world, &lost[3]);
    // A log of another hour, with events that CloudTrail did deliver once, elsewhere.
    damage::copy(&mut world, &log(5, 0), &lost[4]);
    // A log that no digest lists.
    let key = trail().log_key(&chain.spec.account, REGION, hour(3), "Planted000000001");
    world.put(
        &Place::new(BUCKET, &key),
        Object::delivered(gzip(&planted_log()), hour(3)),
    );
    // The last digest is replaced by one that lists a planted log, and its signature is lost. Nothing follows it.
    let last = chain.last();
    let place = last.logs[0].place.clone();
    let forged = LogRecord::new(place.clone(), planted_log(), (last.start, last.end));
    world.object_mut(&place).body = gzip(&forged.json);
    damage::edit_content(&mut world, &last.place, |json| {
        let text = String::from_utf8(json.clone()).expect("UTF-8");
        *json = text
            .replace(&last.logs[0].sha256, &forged.sha256)
            .into_bytes();
    });
    damage::drop_metadata(&mut world, &last.place);
    let digests = chain.digests[..chain.digests.len() - 1].iter();
    let logs = digests.flat_map(|digest| &digest.logs);
    let kept = logs.filter(|log| !lost.contains(&log.place));
    let kept = kept.flat_map(records_of).collect();
    // The logs of a digest that is not proven are not named: it is.
    lost.push(last.place.clone());
    (world, kept, lost)
}

#[test]
fn logs_that_are_not_proven_give_no_events_and_are_named() {
    let (world, kept, lost) = forged();
    let dir = copy(&world, BUCKET, &[REGION], "2026-03");
    let run = over(dir.path(), "events", BUCKET, &[]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(lines(&run), kept);
    assert!(!run.stdout.contains("Planted"));
    for place in &lost {
        assert!(
            run.stderr.contains(&place.key),
            "{}: {}",
            place.key,
            run.stderr
        );
    }
}

#[test]
fn no_filter_count_or_format_shows_an_event_that_is_not_proven() {
    let (world, ..) = forged();
    let dir = copy(&world, BUCKET, &[REGION], "2026-03");
    let ways: [&[&str]; 5] = [
        &["--event", "Planted"],
        &["--grep", "Planted"],
        &["--count-by", "eventName"],
        &["--format", "csv"],
        &["--format", "table"],
    ];
    for way in ways {
        let run = over(dir.path(), "events", BUCKET, way);
        assert_eq!(run.code, 1, "{way:?}: {}", run.stderr);
        assert!(!run.stdout.contains("Planted"), "{way:?}: {}", run.stdout);
    }
}

#[test]
fn unproven_events_come_only_on_request_and_each_is_marked() {
    let (world, kept, _) = forged();
    let dir = copy(&world, BUCKET, &[REGION], "2026-03");
    // Late digests may still list a log for some time.
    let more = ["--include-unproven", "--backfill-grace", "1h"];
    let run = over(dir.path(), "events", BUCKET, &more);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let records = parsed(&run);
    let state =
        |record: &serde_json::Value| record["trailproof"]["state"].as_str().map(str::to_owned);
    let proven = records
        .iter()
        .filter(|r| state(r).as_deref() == Some("proven"));
    assert_eq!(proven.count(), kept.len());
    let planted = records
        .iter()
        .filter(|record| record["eventName"] == "Planted");
    let mut states: Vec<String> = planted.filter_map(state).collect();
    states.sort();
    assert!(!states.iter().any(|state| state == "proven"), "{states:?}");
    for wanted in ["altered", "digest-unproven", "unreferenced"] {
        assert!(
            states.iter().any(|state| state == wanted),
            "{wanted}: {states:?}"
        );
    }
    assert!(records.iter().all(|record| state(record).is_some()));
}
