//! What happens to the objects: damage, removal, and objects that nobody delivered.

use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

use super::{ACCOUNTS, BUCKET, REGIONS, account, organization_trail};
use crate::support::forge::deeds::s3_event;
use crate::support::forge::json::Fields;
use crate::support::forge::{Chain, Object, Place, Rng, World, damage as harm, gzip, ts};

/// Removes a few logs of members. Returns the calls, which the owner's account records.
pub fn remove_by_calls(world: &mut World, rng: &mut Rng, chains: &[Chain]) -> Vec<Fields> {
    let mut calls = Vec::new();
    for _ in 0..4 {
        let logs: Vec<_> = chains.choose(rng).expect("a chain").all_logs().collect();
        let Some(log) = logs.choose(rng) else {
            continue;
        };
        if world.remove(&log.place).is_some() {
            let at = log.newest + SignedDuration::from_hours(2);
            let of = (account(0), REGIONS[0]);
            let Place { bucket, key } = &log.place;
            let of = (of.0.as_str(), of.1);
            calls.push(s3_event(of, "DeleteObject", bucket, Some(key), at, None));
        }
    }
    calls
}

/// Damages or removes objects of a third of the chains, and all digests of one.
pub fn damage(world: &mut World, rng: &mut Rng, chains: &[Chain]) {
    let removed = rng.random_range(0..chains.len() - 1);
    for (number, chain) in chains.iter().enumerate() {
        if number == removed {
            for digest in &chain.digests {
                world.remove(&digest.place);
            }
        } else if number + 1 < chains.len() && rng.random_bool(0.33) {
            for _ in 0..rng.random_range(1..=2) {
                damage_one(world, rng, chain);
            }
        }
    }
}

/// Damages an object of a chain, unless it was removed.
fn damage_one(world: &mut World, rng: &mut Rng, chain: &Chain) {
    let digest = &chain.digests.choose(rng).expect("a digest").place;
    let logs: Vec<_> = chain.all_logs().collect();
    let log = logs.choose(rng).map(|log| &log.place);
    let kind = rng.random_range(0..10);
    let place = if kind < 5 { Some(digest) } else { log };
    let Some(place) = place.filter(|place| world.get(place).is_some_and(|o| o.body.len() > 100))
    else {
        return;
    };
    match kind {
        0 | 5 => _ = harm::delete(world, place),
        1 => harm::tamper_digest(world, place),
        2 | 6 => harm::truncate_gzip(world, place),
        3 => harm::wrong_metadata_signature(world, place),
        4 => harm::drop_metadata(world, place),
        7 => harm::modify_log(world, place),
        8 => harm::append_member(world, place, br#"{"Records":[]}"#),
        _ => harm::regzip_with_name(world, place, "log.json"),
    }
}

/// Adds logs that no digest lists: in the folder of a day, and above the folders of regions.
pub fn add(world: &mut World, rng: &mut Rng) {
    let trail = organization_trail();
    for number in 0..8 {
        let of = account(rng.random_range(0..ACCOUNTS));
        let region = REGIONS.choose(rng).expect("a region");
        let minute = begin() + SignedDuration::from_secs(rng.random_range(7_200..80_000));
        let key = trail.log_key(&of, region, minute, &format!("Injected{number:08}"));
        let name = key.rsplit('/').next().expect("a name");
        let root = trail.root(&of);
        let key = match number {
            0 => format!("{root}CloudTrail/{name}"),
            1 => format!("{root}{name}"),
            _ => key,
        };
        let object = Object::delivered(gzip(br#"{"Records":[]}"#), minute);
        world.put(&Place::new(BUCKET, &key), object);
    }
    world.litter(&trail, &account(3), REGIONS[1], begin());
}

fn begin() -> Timestamp {
    ts("2026-03-01T00:07:21Z")
}
