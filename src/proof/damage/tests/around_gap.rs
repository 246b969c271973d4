//! Calls on the objects of a gap.

use super::*;
use crate::proof::damage::{GapCalls, on_gap};
use crate::proof::fixtures::log_key;
use crate::proof::gap::{Certainty, Gap, GapPlace};

/// Digests end at 10:00, and none follows until 13:00.
fn gap() -> Gap {
    Gap::after_the_last(span("10:00", "13:00"))
}

fn around(gap: &Gap, calls: &[Evidence]) -> GapCalls {
    DamageCalls::new(calls).around_gap(gap, &chain(HOME), &here(), Some(KEY))
}

/// A removal whose record lacks the keys.
fn unnamed(time: &str) -> Evidence {
    let call = Call::Remove(BUCKET.into(), Vec::new());
    event(at(time), "DeleteObjects", call)
}

#[test]
fn a_call_may_have_led_to_a_gap_from_two_hours_before_it() {
    let lifecycle = |time| set(time, BucketChange::Lifecycle);
    let policy = |time| set(time, BucketChange::Policy);
    let key = |time| key_call(time, KEY);
    let rows = [
        ("a lifecycle, too early", lifecycle("07:59"), false),
        ("a lifecycle", lifecycle("08:00"), true),
        ("a lifecycle afterwards", lifecycle("14:00"), true),
        ("a removal, too early", unnamed("07:59"), false),
        ("a removal", unnamed("08:00"), true),
        ("a removal afterwards", unnamed("14:00"), true),
        ("a policy, too early", policy("07:59"), false),
        ("a policy", policy("08:00"), true),
        ("a policy at the end", policy("13:00"), true),
        ("a policy afterwards", policy("13:01"), false),
        ("the key, too early", key("07:59"), false),
        ("the key", key("08:00"), true),
        ("the key at the end", key("13:00"), true),
        ("the key afterwards", key("13:01"), false),
        ("another key", key_call("11:00", "9999"), false),
        ("grants on objects", set("11:00", BucketChange::Acl), false),
    ];
    for (name, call, expected) in rows {
        let found = around(&gap(), &[call]);
        assert_eq!(!found.indirect.is_empty(), expected, "{name}");
        assert!(found.on_objects.is_empty(), "{name}");
    }
}

#[test]
fn nothing_else_led_to_a_gap_that_is_explained_or_before_the_first_digest() {
    let calls = [set("11:00", BucketChange::Lifecycle), unnamed("11:10")];
    assert_eq!(around(&gap(), &calls).indirect, calls);
    let head = Gap {
        place: GapPlace::Head,
        since: None,
        ..gap()
    };
    let explained = Gap {
        certainty: Certainty::Signed,
        ..gap()
    };
    for other in [head, explained] {
        let indirect = around(&other, &calls).indirect;
        assert!(indirect.is_empty(), "{other:?}: {indirect:?}");
    }
}

#[test]
fn calls_on_digests_and_logs_of_its_time_are_on_objects_of_a_gap() {
    let (digest, log) = (digest_key(HOME, "11:00"), log_key(HOME, "11:30"));
    let rows = [
        ("a digest removed", removed("12:00", &digest), true),
        ("a log removed", removed("12:00", &log), true),
        ("a log written", written("12:00", &log), true),
        (
            "a log before it",
            removed("12:00", &log_key(HOME, "10:00")),
            false,
        ),
        (
            "a log of another region",
            removed("12:00", &log_key("us-west-2", "11:30")),
            false,
        ),
        ("a log not yet delivered", removed("11:29", &log), false),
    ];
    for (name, call, expected) in rows {
        let found = around(&gap(), &[call]).on_objects;
        assert_eq!(!found.is_empty(), expected, "{name}");
    }
}

#[test]
fn what_the_calls_on_a_gap_do_not_show_is_said_of_one_object_or_of_several() {
    let log = || removed("12:00", LOG);
    let one = "The event does not show whether the object existed";
    let several = "No event shows whether the objects existed";
    for (calls, expected) in [
        (vec![log()], one),
        (vec![log(), removed("12:10", "another")], several),
    ] {
        let text = on_gap(&calls).expect("a sentence");
        assert!(text.ends_with(expected), "{text}");
    }
    let expected = "an unknown caller called PutObject on s3://logs/a/log at 2026-03-01T12:00:00Z \
                    (PutObject, in a proven log)";
    assert_eq!(on_gap(&[written("12:00", LOG)]).as_deref(), Some(expected));
}
