//! Chains that others of their trail call for: in its home region, of its owner, and beside logs.

use jiff::Timestamp;
use serde_json::json;
use trailproof::proof::finding::{Code, Severity, Verdict};
use trailproof::validate::outcome::Outcome;
use trailproof::validate::request::Request;

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, HOME, hour};
use crate::support::forge::{Chain, Object, Place, Trail, World, ts};
use crate::support::missing_chains::{
    ACCOUNTS, REGIONS, account_trail, id, organization_trail, remove, run, trail_of,
};

fn outcome(world: &World, request: &Request) -> Outcome {
    prove(&source(world), &ring(world, &REGIONS), request)
}

fn over(from: Timestamp, to: Timestamp) -> Request {
    Request {
        from: Some(from),
        to: Some(to),
        ..request()
    }
}

/// The chains that are missing or end early, each once.
fn missed(outcome: &Outcome) -> Vec<String> {
    let findings = outcome.findings.iter();
    let findings =
        findings.filter(|f| f.code == Code::ChainMissing && f.severity != Severity::Note);
    findings
        .map(|f| f.chain.as_ref().expect("a chain").to_string())
        .collect()
}

fn verdict_of(outcome: &Outcome, chain: &str) -> Verdict {
    let mut chains = outcome.chains.iter();
    chains
        .find(|c| c.id.to_string() == chain)
        .expect("the chain")
        .verdict
}

#[test]
fn a_home_chain_is_missed_with_or_without_its_logs() {
    for with_logs in [false, true] {
        let mut world = World::new(1);
        let chains = trail_of(&mut world, &account_trail(), &[ACCOUNT], &REGIONS[..2], 4);
        remove(&mut world, &chains[0], with_logs);
        for request in [request(), over(hour(0), hour(3))] {
            let outcome = outcome(&world, &request);
            assert_eq!(missed(&outcome), [id(&chains[0])], "{with_logs}");
            assert_eq!(outcome.verdict, Verdict::Unproven);
            assert_eq!(verdict_of(&outcome, &id(&chains[1])), Verdict::Verified);
        }
    }
}

/// What the user left out is not called for, and the report says so.
#[test]
fn a_home_chain_outside_the_request_is_only_mentioned() {
    let mut world = World::new(2);
    let chains = trail_of(&mut world, &account_trail(), &[ACCOUNT], &REGIONS[..2], 4);
    remove(&mut world, &chains[0], true);
    let mut request = request();
    request.filter.regions = vec![REGIONS[1].parse().expect("a region")];
    let outcome = outcome(&world, &request);
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Verified, vec![])
    );
    let sentences = outcome.not_proven.join("\n");
    let wanted = format!("outside the request. The first is {}", id(&chains[0]));
    assert!(sentences.contains(&wanted), "{sentences}");
}

#[test]
fn the_owner_of_an_organizations_trail_is_missed_where_it_is_known() {
    let mut world = World::new(3);
    let trail = organization_trail();
    let chains = trail_of(&mut world, &trail, &ACCOUNTS[..2], &REGIONS[..2], 4);
    // Of the owner, a chain outside the home region remains.
    remove(&mut world, &chains[0], true);
    let mut request = request();
    assert_eq!(missed(&outcome(&world, &request)), [id(&chains[0])]);
    request.filter.trail_arns = vec![trail.arn().parse().expect("an arn")];
    assert_eq!(missed(&outcome(&world, &request)), [id(&chains[0])]);
}

#[test]
fn a_member_with_logs_and_no_digests_is_missed() {
    let mut world = World::new(4);
    let chains = trail_of(
        &mut world,
        &organization_trail(),
        &ACCOUNTS,
        &REGIONS[..2],
        4,
    );
    let member: Vec<&Chain> = chains
        .iter()
        .filter(|c| c.spec.account == ACCOUNTS[2])
        .collect();
    member
        .iter()
        .for_each(|chain| remove(&mut world, chain, false));
    let outcome = outcome(&world, &request());
    assert_eq!(missed(&outcome), [id(member[1]), id(member[0])]);
}

#[test]
fn a_member_that_loses_one_of_two_regions_is_missed() {
    let mut world = World::new(5);
    let chains = trail_of(
        &mut world,
        &organization_trail(),
        &ACCOUNTS[..2],
        &REGIONS[..2],
        4,
    );
    remove(&mut world, &chains[3], false);
    assert_eq!(missed(&outcome(&world, &request())), [id(&chains[3])]);
}

/// A trail in its home region alone says nothing of other regions, whoever writes logs there.
#[test]
fn a_trail_of_one_region_calls_for_no_other() {
    let mut world = World::new(6);
    run(&mut world, &account_trail(), ACCOUNT, HOME, 4);
    let other = run(
        &mut world,
        &Trail::new(ACCOUNT, REGIONS[1], "plain", BUCKET),
        ACCOUNT,
        REGIONS[1],
        4,
    );
    remove(&mut world, &other, false);
    let outcome = outcome(&world, &request());
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Verified, vec![])
    );
}

/// Logs of before a trail had digests elsewhere, and folders without logs, call for nothing.
#[test]
fn empty_folders_and_older_logs_call_for_nothing() {
    let mut world = World::new(7);
    let trail = account_trail();
    trail_of(&mut world, &trail, &[ACCOUNT], &REGIONS[..2], 4);
    let region = REGIONS[2];
    world.litter(&trail, ACCOUNT, region, ts("2026-03-01T01:30:00Z"));
    let older = trail.log_key(
        ACCOUNT,
        region,
        ts("2026-02-01T10:00:00Z"),
        "0123456789abcdef",
    );
    world.put(
        &Place::new(BUCKET, &older),
        Object::delivered(Vec::new(), hour(0)),
    );
    let found = outcome(&world, &request());
    assert_eq!((found.verdict, missed(&found)), (Verdict::Verified, vec![]));

    let within = trail.log_key(
        ACCOUNT,
        region,
        ts("2026-03-01T01:30:00Z"),
        "0123456789abcdef",
    );
    world.put(
        &Place::new(BUCKET, &within),
        Object::delivered(Vec::new(), hour(2)),
    );
    let wanted = format!("{ACCOUNT}/{region}/{HOME}/main");
    assert_eq!(missed(&outcome(&world, &request())), [wanted]);
}

/// The home chain goes on, and a call in its proven logs may say why another region does not.
fn confined(world: &mut World, with_call: bool) -> [Chain; 2] {
    let trail = account_trail();
    let other = run(world, &trail, ACCOUNT, REGIONS[1], 3);
    let mut home = run(world, &trail, ACCOUNT, HOME, 3);
    if with_call {
        home.update(
            ts("2026-03-01T03:20:00Z"),
            json!({"isMultiRegionTrail": false}),
        );
    }
    home.run_until(world, hour(12));
    [home, other]
}

#[test]
fn a_chain_that_a_proven_call_ended_is_not_missed() {
    for with_call in [true, false] {
        let mut world = World::new(8);
        let [_, other] = confined(&mut world, with_call);
        let expected = if with_call { vec![] } else { vec![id(&other)] };
        for (request, explained) in [
            (request(), Verdict::Verified),
            (over(hour(0), hour(10)), Verdict::Gaps),
        ] {
            let outcome = outcome(&world, &request);
            assert_eq!(missed(&outcome), expected, "{:#?}", outcome.findings);
            let verdict = if with_call {
                explained
            } else {
                Verdict::Unproven
            };
            assert_eq!(outcome.verdict, verdict);
            // It counts in the verdict of the chain itself.
            assert_eq!(verdict_of(&outcome, &id(&other)), verdict);
        }
    }
}

/// In its home region a trail goes on as long as it does anywhere: a stop that the home chain records
/// explains nothing there if other regions of its account go on.
#[test]
fn a_stop_does_not_excuse_a_home_chain_while_other_regions_go_on() {
    let mut world = World::new(9);
    let trail = account_trail();
    run(&mut world, &trail, ACCOUNT, REGIONS[1], 12);
    let mut home = run(&mut world, &trail, ACCOUNT, HOME, 3);
    home.stop(&mut world, ts("2026-03-01T03:40:00Z"));
    for request in [request(), over(hour(0), hour(10))] {
        let outcome = outcome(&world, &request);
        assert_eq!(missed(&outcome), [id(&home)]);
        assert_eq!(verdict_of(&outcome, &id(&home)), Verdict::Unproven);
    }
}

#[test]
fn a_trail_made_one_of_all_regions_in_the_window_is_not_missed_before() {
    let mut world = World::new(10);
    let trail = account_trail();
    let mut home = run(&mut world, &trail, ACCOUNT, HOME, 3);
    home.update(
        ts("2026-03-01T03:30:00Z"),
        json!({"isMultiRegionTrail": true}),
    );
    home.run_until(&mut world, hour(9));
    let mut other =
        Chain::new(crate::support::forge::ChainSpec::new(trail, REGIONS[1]).logs(1..=1));
    other.start(&mut world, ts("2026-03-01T03:30:00Z"));
    other.run_until(&mut world, hour(9));
    for (request, verdict) in [
        (request(), Verdict::Verified),
        (over(hour(0), hour(8)), Verdict::Gaps),
    ] {
        let outcome = outcome(&world, &request);
        assert_eq!((outcome.verdict, missed(&outcome)), (verdict, vec![]));
    }
}

#[test]
fn a_home_chain_that_begins_days_after_other_regions_is_missed() {
    let mut world = World::new(11);
    let chains = trail_of(&mut world, &account_trail(), &[ACCOUNT], &REGIONS[..2], 34);
    for digest in chains[0].digests.iter().filter(|d| d.end < hour(31)) {
        world.remove(&digest.place);
    }
    assert_eq!(missed(&outcome(&world, &request())), [id(&chains[0])]);
}

#[test]
fn members_that_join_later_are_not_missed_before() {
    let mut world = World::new(12);
    let trail = organization_trail();
    trail_of(&mut world, &trail, &ACCOUNTS[..1], &REGIONS[..2], 9);
    for region in &REGIONS[..2] {
        let spec =
            crate::support::forge::ChainSpec::new(trail.clone(), region).account(ACCOUNTS[1]);
        let mut chain = Chain::new(spec.logs(1..=1));
        chain.start(&mut world, ts("2026-03-01T04:00:00Z"));
        chain.run_until(&mut world, hour(9));
    }
    let outcome = outcome(&world, &request());
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Verified, vec![])
    );
}

/// What `not_proven` says of chains that were removed whole.
#[test]
fn a_chain_that_was_removed_whole_shows_unless_its_logs_went_too_and_no_other_calls_for_it() {
    const SENTENCE: &str = "a chain deleted completely, together with its logs, leaves no trace";
    for (removed, with_logs, is_missed) in [
        (0, true, true),
        (0, false, true),
        (1, false, true),
        (1, true, false),
    ] {
        let mut world = World::new(61);
        let chains = trail_of(&mut world, &account_trail(), &[ACCOUNT], &REGIONS, 5);
        remove(&mut world, &chains[removed], with_logs);
        let found = outcome(&world, &over(hour(0), hour(3)));
        let missed = missed(&found);
        assert_eq!(missed.len(), usize::from(is_missed), "{missed:?}");
        assert_eq!(found.verdict == Verdict::Verified, !is_missed, "{missed:?}");
        let open = found.not_proven.join("\n");
        assert!(open.contains(SENTENCE), "{open}");
    }
}
