//! A state that was damaged, or forged: an error or a finding, never a false `verified`, never a panic.

use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use trailproof::base::limits::Limits;
use trailproof::base::sha256::Sha256;
use trailproof::commands::state::load::load;

use super::worlds::{Days, check_at};
use crate::support::forge::damage::modify_log;
use crate::support::growing::Growing;
use crate::support::orderly::{in_parallel, note, orderly};

/// A trail of which a digest came late, so that a part of the state was open.
fn late() -> Days {
    let mut days = Days::of_hours(40);
    days.deliver_late(31, 115);
    days
}

/// A trail that was checked three times, an hour before now.
fn checked(days: &Days) -> Growing {
    let mut growing = days.served();
    for at in 30..=32 {
        growing.advance(check_at(at));
        assert_eq!(growing.check(&[]).code, 0);
    }
    growing.advance(check_at(33));
    growing
}

fn loads(path: &Path, bytes: &[u8]) -> bool {
    fs::write(path, bytes).expect("a file");
    load(path, None, &Limits::default()).is_ok()
}

/// What is done to the bytes of a state at a place. The last one cuts them there.
const DAMAGE: [fn(&mut Vec<u8>, usize); 6] = [
    |bytes, at| bytes[at] ^= 1,
    |bytes, at| bytes[at] ^= 1 << 5,
    |bytes, at| bytes[at] ^= 1 << 7,
    |bytes, at| _ = bytes.remove(at),
    |bytes, at| bytes.insert(at, b'0'),
    Vec::truncate,
];

#[test]
fn a_state_damaged_at_any_byte_or_cut_at_any_length_is_refused() {
    let state = checked(&late()).state_bytes();
    let dir = tempfile::tempdir().expect("a folder");
    assert!(loads(&dir.path().join("intact"), &state));
    let damage: Vec<usize> = (0..DAMAGE.len()).collect();
    in_parallel(&damage, |&number| {
        let path = dir.path().join(number.to_string());
        for at in 0..state.len() {
            let mut damaged = state.clone();
            DAMAGE[number](&mut damaged, at);
            assert!(!loads(&path, &damaged), "damage {number} at byte {at}");
        }
    });
}

#[test]
fn a_damaged_state_ends_a_check_with_an_error_and_stays_as_it_is() {
    let growing = checked(&late());
    let state = growing.state_bytes();
    let every = |step: usize| (0..state.len()).step_by(step);
    let cut = every(state.len() / 10).map(|length| state[..length].to_vec());
    let changed = every(state.len() / 40).map(|at| {
        let mut damaged = state.clone();
        damaged[at] ^= 1;
        damaged
    });
    let damaged: Vec<Vec<u8>> = cut.chain(changed).collect();
    in_parallel(&damaged, |damaged| {
        let growing = growing.fork();
        fs::write(growing.state(), damaged).expect("a state");
        let run = growing.run(&[]);
        assert_eq!(orderly(&run, "a damaged state"), 2, "{}", run.stderr);
        assert_eq!(run.stdout, "", "no report");
        assert!(run.stderr.contains("state.json"), "{}", run.stderr);
        assert!(
            growing.state_bytes() == *damaged,
            "it is kept for whoever wants to know"
        );
        assert!(
            growing
                .stage
                .loopback
                .calls()
                .iter()
                .all(|call| call.key.is_none())
        );
    });
}

/// A state with another value somewhere and a checksum that fits: whoever may write the file can make that.
struct Forged {
    what: String,
    bytes: Vec<u8>,
}

impl Forged {
    /// Each value changed in several ways, and each element of a list removed.
    fn all(state: &[u8]) -> Vec<Forged> {
        let state: Value = serde_json::from_slice(state).expect("JSON");
        let mut all = Vec::new();
        let mut pointers = vec![String::new()];
        while let Some(pointer) = pointers.pop() {
            let value = state.pointer(&pointer).expect("a value");
            match value {
                Value::Object(fields) => {
                    pointers.extend(fields.keys().map(|name| format!("{pointer}/{name}")));
                }
                Value::Array(elements) => {
                    pointers.extend((0..elements.len()).map(|at| format!("{pointer}/{at}")));
                    all.extend((0..elements.len()).map(|at| {
                        let mut fewer = elements.clone();
                        fewer.remove(at);
                        Forged::with(&state, &pointer, Value::Array(fewer))
                    }));
                }
                leaf => {
                    let others = others(leaf).into_iter();
                    all.extend(others.map(|other| Forged::with(&state, &pointer, other)));
                }
            }
        }
        all
    }

    fn with(state: &Value, pointer: &str, value: Value) -> Forged {
        let what = format!("{pointer}: {value}");
        let mut state = state.clone();
        *state.pointer_mut(pointer).expect("a value") = value;
        state.as_object_mut().expect("an object").remove("checksum");
        let mut text = state.to_string();
        text.pop();
        let checksum = Sha256::of(text.as_bytes());
        let bytes = format!("{text},\"checksum\":\"{checksum}\"}}\n").into_bytes();
        Forged { what, bytes }
    }
}

/// Other values than this one, of the same kind.
fn others(leaf: &Value) -> Vec<Value> {
    match leaf {
        Value::String(text) => match text.parse::<Timestamp>() {
            Ok(at) => [-48, -1, 1, 48]
                .map(|hours| json!(at + SignedDuration::from_hours(hours)))
                .into(),
            Err(_) => {
                let turned: String = text.chars().rev().collect();
                let other_digit = match text.strip_prefix('0') {
                    Some(rest) => format!("1{rest}"),
                    None => format!("0{}", text.get(1..).unwrap_or_default()),
                };
                vec![json!(""), json!(turned), json!(other_digit), Value::Null]
            }
        },
        Value::Number(number) => {
            let number = number.as_i64().expect("a whole number");
            vec![json!(number + 1), json!(0), json!(-1), Value::Null]
        }
        Value::Bool(is) => vec![json!(!is)],
        _ => vec![json!(0), json!("2026-03-02T08:00:00Z"), json!(3_600)],
    }
}

#[test]
fn whatever_a_forged_state_says_a_log_altered_since_then_is_found() {
    let mut days = late();
    let altered = days.digest(33).logs[0].place.clone();
    modify_log(&mut days.world, &altered);
    let growing = checked(&days);
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("state.json");
    let accepted: Vec<Forged> = Forged::all(&growing.state_bytes())
        .into_iter()
        .filter(|forged| loads(&path, &forged.bytes))
        .collect();
    note(&format!(
        "{} forged states are accepted as states",
        accepted.len()
    ));
    assert!(accepted.len() > 10, "{}", accepted.len());
    in_parallel(&accepted, |forged| {
        let growing = growing.fork();
        fs::write(growing.state(), &forged.bytes).expect("a state");
        let run = growing.run(&[]);
        let code = if run.code == 1 {
            1
        } else {
            orderly(&run, &forged.what)
        };
        // Only the beginning of the window can hide an hour, and the report says where the window began.
        let hides =
            forged.what.contains("/next_from: ") || forged.what.contains("/waiting_since: ");
        assert!(
            matches!(code, 1 | 2) || hides,
            "{}: {code}: {}",
            forged.what,
            run.stdout
        );
    });
}
