//! The oldest object that was not judged yet: a scheduled check reads again from there.

use jiff::{SignedDuration, Timestamp};
use trailproof::proof::finding::Code;
use trailproof::validate::outcome::ChainOutcome;
use trailproof::validate::request::Request;

use super::{REGION_FOLDER, name, plant};
use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{Case, REGION, hour};
use crate::support::forge::{World, damage, ts};

/// The usual chain with an object that no digest lists, among the logs of its first hours.
fn world() -> World {
    let mut case = Case::new("waiting", 0, "");
    case.chain(30);
    plant(&mut case.world, &planted());
    case.world
}

fn planted() -> String {
    format!("{REGION_FOLDER}2026/03/01/{}", name("0500"))
}

fn minute() -> Timestamp {
    ts("2026-03-01T05:00:00Z")
}

/// The outcome of the chain up to some hour, as its bucket is once the digest of that hour was delivered.
fn chain(world: &World, to: i64) -> (Vec<Code>, Box<ChainOutcome>) {
    let now = hour(to) + SignedDuration::from_mins(30);
    let request = Request {
        from: Some(hour(0)),
        to: Some(hour(to)),
        now: Some(now),
        as_of: Some(now),
        ..request()
    };
    let then = world.as_of(now);
    let mut outcome = prove(&source(&then), &ring(world, &[REGION]), &request);
    let codes = codes(&outcome);
    (codes, outcome.chains.remove(0))
}

#[test]
fn an_object_that_a_digest_may_still_list_waits() {
    let world = world();
    let (codes, one) = chain(&world, 10);
    assert_eq!((codes, one.waiting_since), (Vec::new(), Some(minute())));
    // Once no digest can list it any more, it is a finding.
    let (codes, one) = chain(&world, 30);
    assert_eq!(codes, [Code::LogUnreferenced]);
    assert_eq!(one.waiting_since, None);
}

#[test]
fn an_object_in_time_that_is_not_verified_waits() {
    let mut world = world();
    let chain_of = Case::new("waiting", 0, "").chain(30);
    damage::tamper_digest(&mut world, &chain_of.digests[5].place);
    let (codes, one) = chain(&world, 30);
    assert_eq!(codes, [Code::DigestSignatureInvalid]);
    // The logs that the altered digest listed wait too, and the oldest of them counts.
    let since = one.waiting_since.expect("an object");
    assert!(hour(4) <= since && since <= minute(), "{since}");
}

#[test]
fn nothing_waits_where_every_object_is_listed() {
    let mut world = world();
    let bucket = world.buckets.values_mut().next().expect("a bucket");
    bucket.remove(&planted());
    assert_eq!(chain(&world, 30).1.waiting_since, None);
}

#[test]
fn logs_after_the_last_digest_wait() {
    let mut world = world();
    let mut case = Case::new("waiting", 0, "");
    let chain_of = case.chain(30);
    let bucket = world.buckets.values_mut().next().expect("a bucket");
    bucket.remove(&planted());
    bucket.remove(&chain_of.digests[30].place.key);
    let (codes, one) = chain(&world, 30);
    assert_eq!(codes, Vec::new());
    let since = one.waiting_since.expect("an object");
    // A log in the last minutes of proven time may belong to the next digest, and then waits too.
    assert!(since >= hour(29) - SignedDuration::from_mins(5), "{since}");
}
