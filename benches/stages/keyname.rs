//! From object keys to their parts.

use std::hint::black_box;

use trailproof::cloudtrail::object_key::{DigestObjectKey, LogObjectKey};

use super::case::{Amount, Case, Named, Size};
use super::data;
use crate::support::text::{after, unique_string};
use crate::support::{World, ts};

pub const CASES: &[Named] = &[("keyname/digest", digests), ("keyname/log", logs)];

const KEYS: i64 = 1_000;

fn digests(_: Size) -> Case {
    let trail = data::trail();
    let key = |hour| {
        trail.digest_key(
            data::ACCOUNT,
            data::REGION,
            after(ts(data::FIRST), hour * 3_600),
        )
    };
    parsed((0..KEYS).map(key).collect(), |key| {
        black_box(DigestObjectKey::parse(black_box(key))).is_some()
    })
}

fn logs(_: Size) -> Case {
    let trail = data::trail();
    let mut world = World::new(9);
    let mut key = |minute| {
        let unique = unique_string(&mut world.rng);
        let at = after(ts(data::FIRST), minute * 60);
        trail.log_key(data::ACCOUNT, data::REGION, at, &unique)
    };
    parsed((0..KEYS).map(&mut key).collect(), |key| {
        black_box(LogObjectKey::parse(black_box(key))).is_some()
    })
}

fn parsed(keys: Vec<String>, parse: fn(&str) -> bool) -> Case {
    Case::new(Amount::Items(keys.len()), move || {
        assert!(keys.iter().all(|key| parse(key)));
    })
}
