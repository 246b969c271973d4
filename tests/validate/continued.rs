//! Runs that continue earlier ones: a window per chain, and the digest that each chain continues from.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use trailproof::base::sha256::Sha256;
use trailproof::base::time::Window;
use trailproof::proof::coverage::State;
use trailproof::proof::finding::{Code, Finding, Verdict};
use trailproof::source::{GetError, Source};
use trailproof::validate::outcome::{ChainOutcome, Outcome};
use trailproof::validate::request::Request;
use trailproof::validate::request::continuation::{Continuation, Continuations, RememberedDigest};

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, HOME, REGION, hour};
use crate::support::forge::damage::{
    append_garbage, append_member, tamper_digest, wrong_metadata_signature,
};
use crate::support::forge::digest::DigestRecord;
use crate::support::forge::{Chain, ChainSpec, Object, Place, Trail, World, ts};
use crate::support::missing_chains::{REGIONS, account_trail, id, remove, run};

/// A chain of the usual trail that ran for some hours.
fn world(hours: i64) -> (World, Chain) {
    let mut world = World::new(21);
    let chain = alone(&mut world, "main", hours);
    (world, chain)
}

/// A chain of a trail of one region, for some hours.
fn alone(world: &mut World, name: &str, hours: i64) -> Chain {
    let trail = Trail::new(ACCOUNT, REGION, name, BUCKET);
    run(world, &trail, ACCOUNT, REGION, hours)
}

fn remembered(digest: &DigestRecord) -> RememberedDigest {
    RememberedDigest {
        bucket: digest.place.bucket.clone(),
        key: digest.place.key.clone(),
        sha256: Sha256::of(&digest.json),
        time: Window::new(digest.start, digest.end),
    }
}

/// Continues a chain from its digest of some hour.
fn at_digest(chain: &Chain, hours: usize) -> Continuation {
    let head = &chain.digests[hours];
    Continuation {
        from: head.end,
        head: Some(remembered(head)),
        looked_at: head.delivered,
    }
}

fn continuing(chains: &[(&Chain, Continuation)], now: Timestamp) -> Request {
    let chains = chains.iter().map(|(chain, continuation)| {
        let id = id(chain).parse().expect("a chain");
        (id, continuation.clone())
    });
    Request {
        to: Some(now),
        now: Some(now),
        continues: Some(Continuations {
            chains: chains.collect::<BTreeMap<_, _>>(),
            complete_at: None,
        }),
        ..request()
    }
}

/// Fifty minutes after an hour: the digest that ends then was delivered, and the next one is not due.
fn look(hours: i64) -> Timestamp {
    hour(hours) + SignedDuration::from_mins(50)
}

/// What a look at the world shows at that time.
fn outcome(world: &World, request: &Request) -> Outcome {
    let then = world.as_of(request.to.expect("a time"));
    prove(&source(&then), &ring(&then, &REGIONS), request)
}

fn of_code(outcome: &Outcome, code: Code) -> &Finding {
    let mut findings = outcome.findings.iter().filter(|f| f.code == code);
    let finding = findings.next().unwrap_or_else(|| panic!("no {code:?}"));
    assert_eq!(findings.next(), None, "reported once");
    finding
}

fn has(outcome: &Outcome, code: Code) -> bool {
    outcome.findings.iter().any(|f| f.code == code)
}

fn states(chain: &ChainOutcome) -> Vec<State> {
    chain.coverage.iter().map(|stretch| stretch.state).collect()
}

#[test]
fn a_run_continues_where_the_last_one_left_off() {
    let (world, chain) = world(60);
    let request = continuing(&[(&chain, at_digest(&chain, 40))], look(41));
    let outcome = outcome(&world, &request);
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Verified, vec![])
    );
    let [proven] = &outcome.chains[..] else {
        panic!("one chain");
    };
    assert_eq!(proven.window, Window::new(hour(40), look(41)));
    assert_eq!(states(proven), [State::Verified, State::Pending]);
    let newest = &proven.anchors.as_ref().expect("a proven digest").1;
    assert_eq!(newest.end, chain.digests[41].end);
}

#[test]
fn a_run_before_anything_new_is_due_is_verified() {
    let (world, chain) = world(60);
    let request = continuing(&[(&chain, at_digest(&chain, 40))], look(40));
    let outcome = outcome(&world, &request);
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Verified, vec![])
    );
    assert_eq!(states(&outcome.chains[0]), [State::Pending]);
}

#[test]
fn requests_do_not_grow_with_the_history() {
    let (world, chain) = world(24 * 12);
    let requests = [30, 24 * 11 + 6].map(|hours: usize| {
        let now = look(hours as i64 + 1);
        let request = continuing(&[(&chain, at_digest(&chain, hours))], now);
        let outcome = outcome(&world, &request);
        assert_eq!(outcome.verdict, Verdict::Verified);
        outcome.requests.list
    });
    assert_eq!(requests[0], requests[1]);
}

#[test]
fn a_digest_removed_behind_the_window_is_noticed() {
    let (mut world, chain) = world(60);
    world.remove(&chain.digests[40].place);
    for hours in [40, 41] {
        let request = continuing(&[(&chain, at_digest(&chain, 40))], look(hours));
        let outcome = outcome(&world, &request);
        assert_eq!(outcome.verdict, Verdict::Failed);
        let finding = of_code(&outcome, Code::StateMismatch);
        assert_eq!(finding.interval, Some(Window::new(hour(39), hour(40))));
        assert_eq!(finding.key.as_ref(), Some(&chain.digests[40].place.key));
        assert!(finding.expected.is_some() && finding.actual.is_none());
    }
}

/// The run that reported it lets the next one begin before it.
#[test]
fn a_digest_removed_within_the_window_is_reported_once() {
    let (mut world, chain) = world(60);
    world.remove(&chain.digests[40].place);
    let mut continuation = at_digest(&chain, 40);
    continuation.from = hour(39);
    let outcome = outcome(&world, &continuing(&[(&chain, continuation)], look(44)));
    of_code(&outcome, Code::StateMismatch);
    of_code(&outcome, Code::DigestMissing);
    let states = states(&outcome.chains[0]);
    assert_eq!(states, [State::Failed, State::Verified, State::Pending]);
}

#[test]
fn everything_deleted_is_not_milder_than_one_digest() {
    for with_logs in [false, true] {
        let (mut world, chain) = world(60);
        remove(&mut world, &chain, with_logs);
        let other = Object::delivered(Vec::new(), hour(0));
        world.put(&Place::new(BUCKET, "README"), other);
        let mut request = continuing(&[(&chain, at_digest(&chain, 40))], look(44));
        request.expect = [id(&chain).parse().expect("a chain")].into();
        let outcome = outcome(&world, &request);
        assert_eq!(outcome.verdict, Verdict::Failed);
        of_code(&outcome, Code::StateMismatch);
        let finding = of_code(&outcome, Code::ChainMissing);
        assert_eq!(finding.interval, Some(Window::new(hour(40), look(44))));
        assert_eq!(
            finding.chain.as_ref().map(ToString::to_string),
            Some(id(&chain))
        );
    }
}

#[test]
fn an_excluded_chain_is_not_missed() {
    let (mut world, chain) = world(60);
    remove(&mut world, &chain, true);
    alone(&mut world, "other", 60);
    let mut request = continuing(&[(&chain, at_digest(&chain, 40))], look(44));
    request.filter.exclude = vec![id(&chain).parse().expect("a pattern")];
    let outcome = outcome(&world, &request);
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Verified, vec![])
    );
}

#[test]
fn other_bytes_are_noticed() {
    let (mut world, chain) = world(60);
    let request = continuing(&[(&chain, at_digest(&chain, 40))], look(44));
    tamper_digest(&mut world, &chain.digests[40].place);
    let outcome = outcome(&world, &request);
    assert_eq!(outcome.verdict, Verdict::Failed);
    let finding = of_code(&outcome, Code::StateMismatch);
    assert!(finding.expected.is_some() && finding.actual.is_some());
    assert_ne!(finding.expected, finding.actual);
}

/// Nobody writes beside the content of a digest by accident, and a validation of its hour fails too.
#[test]
fn another_container_or_signature_of_the_same_content_is_noticed() {
    type Damage = fn(&mut World, &Place);
    let garbage: Damage = |world, place| append_garbage(world, place, b"x");
    let member: Damage = |world, place| append_member(world, place, b"evil");
    for (hours, damage) in [
        (40, garbage),
        (40, member),
        (40, wrong_metadata_signature as Damage),
        (59, garbage),
        (59, wrong_metadata_signature),
    ] {
        let (mut world, chain) = world(60);
        let now = chain.digests[hours].delivered;
        let request = continuing(&[(&chain, at_digest(&chain, hours))], now);
        damage(&mut world, &chain.digests[hours].place);
        let outcome = outcome(&world, &request);
        assert_eq!(outcome.verdict, Verdict::Failed, "{hours}");
        let finding = of_code(&outcome, Code::StateMismatch);
        assert!(finding.actual.is_some(), "{finding:?}");
    }
}

/// As if the history had been written anew: all of it is proven, but it is not what was proven before.
#[test]
fn another_history_is_noticed() {
    let (world, chain) = world(60);
    let mut continuation = at_digest(&chain, 40);
    let head = continuation.head.as_mut().expect("a digest");
    head.sha256 = Sha256::of(b"what stood there before");
    let first = outcome(
        &world,
        &continuing(&[(&chain, continuation.clone())], look(44)),
    );
    assert_eq!(first.verdict, Verdict::Failed);
    of_code(&first, Code::StateMismatch);

    // The remembered one is there, and the chain passes it by.
    let mut world = world;
    let fork = chain.fork(&mut world, 40, 1);
    let mut continuation = at_digest(&chain, 40);
    continuation.head = Some(RememberedDigest {
        time: Window::new(fork.start, chain.digests[41].start),
        ..remembered(&fork)
    });
    let request = continuing(&[(&chain, continuation)], look(44));
    let second = outcome(&world, &request);
    assert_ne!(second.verdict, Verdict::Verified);
}

#[test]
fn a_digest_that_cannot_be_read_is_no_evidence() {
    let (world, chain) = world(60);
    let request = continuing(&[(&chain, at_digest(&chain, 40))], look(40));
    let then = world.as_of(look(40));
    let mut faulty = source(&then);
    let error = GetError::Io("the connection was reset".into());
    faulty.fault(BUCKET, &chain.digests[40].place.key, error);
    let outcome = prove(&faulty as &dyn Source, &ring(&then, &REGIONS), &request);
    assert_eq!(outcome.verdict, Verdict::Unproven);
    assert!(!has(&outcome, Code::StateMismatch));
    of_code(&outcome, Code::DigestUnreadable);
}

/// Whatever the state claims, it is read as a place of this chain, or not at all.
#[test]
fn a_remembered_digest_of_another_chain_is_not_read() {
    let (world, chain) = world(60);
    for key in ["AWSLogs/../../etc/passwd", "", "AWSLogs/x"] {
        let mut continuation = at_digest(&chain, 40);
        let head = continuation.head.as_mut().expect("a digest");
        head.key = key.to_owned();
        let outcome = outcome(&world, &continuing(&[(&chain, continuation)], look(41)));
        assert_eq!(outcome.verdict, Verdict::Unproven);
        of_code(&outcome, Code::DigestUnreadable);
    }
}

#[test]
fn a_chain_that_ended_long_ago_is_a_gap_and_costs_nothing_more() {
    let (world, chain) = world(10);
    let requests = [12, 40].map(|days: i64| {
        let now = look(24 * days);
        let mut continuation = at_digest(&chain, 10);
        continuation.from = now - SignedDuration::from_hours(7 * 24);
        let outcome = outcome(&world, &continuing(&[(&chain, continuation)], now));
        assert_eq!(outcome.verdict, Verdict::Gaps);
        assert_eq!(codes(&outcome), [Code::CoverageTail]);
        assert_eq!(outcome.chains[0].gaps[0].since, Some(hour(10)));
        outcome.requests.list
    });
    assert_eq!(requests[0], requests[1]);
}

/// A chain that ends where its window begins ends in it: others of its trail go on.
#[test]
fn a_chain_that_ends_before_others_is_missed_until_it_is_given_up() {
    let mut world = World::new(22);
    let home = run(&mut world, &account_trail(), ACCOUNT, HOME, 60);
    let ended = run(&mut world, &account_trail(), ACCOUNT, REGIONS[1], 40);
    let of_home = (&home, at_digest(&home, 48));
    let mut continuation = at_digest(&ended, 40);
    let request = continuing(&[of_home.clone(), (&ended, continuation.clone())], look(50));
    let outcome_now = outcome(&world, &request);
    assert_eq!(outcome_now.verdict, Verdict::Unproven);
    let finding = of_code(&outcome_now, Code::ChainMissing);
    assert_eq!(
        finding.chain.as_ref().map(ToString::to_string),
        Some(id(&ended))
    );

    continuation.from = hour(48);
    let request = continuing(&[of_home, (&ended, continuation)], look(50));
    let later = outcome(&world, &request);
    assert_eq!(
        (later.verdict, codes(&later)),
        (Verdict::Gaps, vec![Code::CoverageTail])
    );
}

#[test]
fn a_new_chain_is_a_note_and_begins_with_its_first_digest() {
    let (mut world, chain) = world(60);
    let trail = Trail::new(ACCOUNT, REGION, "second", BUCKET);
    let mut new = Chain::new(ChainSpec::new(trail, REGION).logs(1..=1).events(1..=1));
    let begun = ts("2026-03-02T20:00:00Z");
    new.start(&mut world, begun);
    new.run_until(&mut world, hour(60));
    let mut request = continuing(&[(&chain, at_digest(&chain, 43))], look(47));
    request.from = Some(hour(0));
    // No run listed all chains before it began, so one of them may have missed digests before its first one.
    let unsure = outcome(&world, &request);
    assert_eq!(
        (unsure.verdict, codes(&unsure)),
        (Verdict::Gaps, vec![Code::CoverageHead])
    );
    if let Some(continues) = &mut request.continues {
        continues.complete_at = Some(begun);
    }
    let outcome = outcome(&world, &request);
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Verified, vec![])
    );
    let note = of_code(&outcome, Code::ChainNew);
    assert_eq!(note.chain.as_ref().map(ToString::to_string), Some(id(&new)));
    let mut chains = outcome.chains.iter();
    let found = chains.find(|c| c.id.to_string() == id(&new));
    assert_eq!(found.expect("the new chain").window.from, begun);
}

/// Two trails write to the same folders. The digests of one are read before its own window, so that its logs are
/// known where only the other one is judged.
#[test]
fn chains_of_one_folder_begin_at_different_times() {
    let mut world = World::new(23);
    let first = alone(&mut world, "first", 60);
    let second = alone(&mut world, "second", 60);
    let request = continuing(
        &[
            (&first, at_digest(&first, 30)),
            (&second, at_digest(&second, 43)),
        ],
        look(44),
    );
    let outcome = outcome(&world, &request);
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Verified, vec![])
    );
    let begins = outcome.chains.iter().map(|chain| chain.window.from);
    assert_eq!(begins.collect::<Vec<_>>(), [hour(30), hour(43)]);
    assert!(
        outcome
            .chains
            .iter()
            .all(|c| c.logs.unreferenced == Some(0))
    );
}

/// Without a remembered digest, a chain is found by its listing, however old it is.
#[test]
fn a_chain_without_a_proven_digest_is_still_found() {
    let (world, chain) = world(10);
    let continuation = Continuation {
        from: hour(24 * 7),
        head: None,
        looked_at: hour(11),
    };
    let outcome = outcome(
        &world,
        &continuing(&[(&chain, continuation)], look(24 * 14)),
    );
    assert!(!has(&outcome, Code::ChainMissing));
    assert_ne!(outcome.verdict, Verdict::Verified);
}
