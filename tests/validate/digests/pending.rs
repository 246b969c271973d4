//! What is pending: only time in the delivery lag before the look at the source, whatever was removed and
//! whatever time of the look is given.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use rand::{RngExt as _, SeedableRng as _};
use trailproof::proof::coverage::State;
use trailproof::proof::finding::{Code, Severity, Verdict};
use trailproof::{Access, MemorySource, Places, Request, Silent, Source as _, validate};

use crate::library::{prove, request, ring, source};
use crate::support::case::{Case, REGION, hour, spec};
use crate::support::forge::{Chain, DigestRecord, Rng, World, damage, ts};
use crate::support::program::{report, run};
use crate::support::testdata::{case, validate as arguments, with};

/// A chain whose last digests were removed, with the digests that are gone.
fn without_a_tail(rng: &mut Rng, seed: u64) -> (World, Chain, Vec<DigestRecord>) {
    let mut world = World::new(seed);
    let mut chain = Chain::new(spec().logs(0..=1).events(1..=1));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, hour(rng.random_range(4..14)));
    let kept = rng.random_range(2..chain.digests.len());
    let gone = chain.digests[kept..].to_vec();
    for digest in &gone {
        damage::delete(&mut world, &digest.place);
    }
    // Digests of another segment may follow.
    if rng.random_bool(0.3) {
        let at = chain.end() + SignedDuration::from_secs(rng.random_range(60..40_000));
        chain.cut();
        chain.start(&mut world, at);
        let last = at + SignedDuration::from_hours(rng.random_range(0..4));
        chain.run_until(&mut world, last);
    }
    (world, chain, gone)
}

fn any(rng: &mut Rng, minutes: Range<i64>) -> Timestamp {
    hour(0) + SignedDuration::from_mins(rng.random_range(minutes))
}

fn outcome(
    source: &MemorySource,
    world: &World,
    request: &Request,
) -> Result<trailproof::Outcome, trailproof::Error> {
    let places = Places::new(source.roots(), Vec::new());
    let keys = ring(world, &[REGION]);
    let access = Access {
        source,
        places: &places,
        keys: &keys,
        trails: None,
    };
    validate(access, request, &Silent)
}

#[test]
fn no_removed_hour_is_verified_or_pending_beyond_the_lag_whatever_time_of_the_look_is_given() {
    let (mut refused, mut pending) = (0, 0);
    for seed in 0..60 {
        let mut rng = Rng::seed_from_u64(seed);
        let (world, chain, gone) = without_a_tail(&mut rng, seed);
        let source = source(&world);
        for _ in 0..8 {
            let mut request = request();
            request.from = rng.random_bool(0.7).then(|| any(&mut rng, -60..400));
            request.to = Some(any(&mut rng, 420..1800));
            request.as_of = rng.random_bool(0.9).then(|| any(&mut rng, 60..2400));
            request.now = rng.random_bool(0.4).then(|| any(&mut rng, 900..2400));
            request.delivery_lag = *[0, 600, 7200, 36_000]
                .get(rng.random_range(0..4))
                .expect("a lag");
            let Ok(outcome) = outcome(&source, &world, &request) else {
                let as_of = request.as_of.expect("only a given time is refused");
                let later = chain
                    .digests
                    .iter()
                    .filter(|d| world.get(&d.place).is_some());
                assert!(later.clone().any(|d| d.end > as_of), "seed {seed}: {as_of}");
                assert!(request.now.is_none(), "seed {seed}");
                refused += 1;
                continue;
            };
            let look = request.now.or(request.as_of);
            for stretch in outcome.chains.iter().flat_map(|c| &c.coverage) {
                let (time, state) = (stretch.time, stretch.state);
                let within = |d: &&DigestRecord| d.start < time.to && time.from < d.end;
                let removed = gone.iter().find(within);
                assert!(
                    state != State::Verified || removed.is_none(),
                    "seed {seed}: {stretch:?}"
                );
                if state == State::Pending {
                    let at = look.expect("nothing is pending without a look");
                    let from = at - SignedDuration::from_secs(request.delivery_lag);
                    let late = outcome.findings.iter().any(|f| f.code == Code::DigestLate);
                    assert!(
                        late || time.from >= from,
                        "seed {seed}: {stretch:?} {request:?}"
                    );
                    assert!(time.to <= at, "seed {seed}: {stretch:?} {request:?}");
                    pending += 1;
                }
            }
        }
    }
    assert!(
        refused > 10 && pending > 10,
        "{refused} refused, {pending} pending"
    );
}

#[test]
fn verdict_coverage_and_findings_agree_at_windows_with_parts_of_seconds() {
    let mut rng = Rng::seed_from_u64(7);
    for seed in 0..30 {
        let (world, chain, _) = without_a_tail(&mut rng, seed);
        let mut world = world;
        let middle = chain.digests[1].place.clone();
        if rng.random_bool(0.5) && chain.digests.len() > 4 {
            world.remove(&middle);
            world.remove(&chain.digests[2].place);
        }
        let source = source(&world);
        let ends: Vec<Timestamp> = chain.digests.iter().map(|d| d.end).collect();
        for _ in 0..12 {
            let mut near = || {
                let end = ends[rng.random_range(0..ends.len())];
                end + SignedDuration::from_millis(rng.random_range(-2..=2) * 500)
            };
            let (a, b) = (near(), near());
            if a == b {
                continue;
            }
            let mut request = request();
            (request.from, request.to) = (Some(a.min(b)), Some(a.max(b)));
            request.as_of = Some(hour(900));
            let outcome = prove(&source, &ring(&world, &[REGION]), &request);
            for chain in &outcome.chains {
                let states = chain.coverage.iter().map(|s| s.state);
                let says = |state: State, severity: Severity| {
                    let mut findings = outcome.findings.iter();
                    let found = findings.any(|f| f.severity == severity && f.count != Some(0));
                    let shown = states.clone().any(|s| s == state);
                    assert!(
                        !shown || found,
                        "{request:?}: {:#?} {:#?}",
                        chain.coverage,
                        outcome.findings
                    );
                };
                says(State::Failed, Severity::Failed);
                says(State::Unproven, Severity::Unproven);
                says(State::Gap, Severity::Gap);
            }
            assert!(
                outcome.findings.iter().all(|f| f.count != Some(0)),
                "{:#?}",
                outcome.findings
            );
            let missing = outcome
                .chains
                .iter()
                .map(|c| c.digests.missing + c.digests.missing_inferred);
            let any_missing = outcome
                .findings
                .iter()
                .any(|f| f.code == Code::DigestMissing && f.severity == Severity::Failed);
            assert_eq!(
                missing.sum::<u64>() > 0,
                any_missing,
                "{:#?}",
                outcome.findings
            );
        }
    }
}

#[test]
fn a_window_that_ends_half_a_second_after_a_hole_begins_counts_the_digest_that_is_missing() {
    let mut case = Case::new("half", 1, "");
    let chain = case.chain(9);
    for digest in &chain.digests[3..6] {
        damage::delete(&mut case.world, &digest.place);
    }
    let half = SignedDuration::from_millis(500);
    let mut request = request();
    (request.from, request.to) = (Some(hour(0)), Some(hour(2) + half));
    let keys = ring(&case.world, &[REGION]);
    let outcome = prove(&source(&case.world), &keys, &request);
    let failed: Vec<_> = outcome
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Failed)
        .collect();
    assert_eq!(outcome.verdict, Verdict::Failed);
    assert_eq!(
        (failed.len(), failed[0].code, failed[0].count),
        (1, Code::DigestMissing, Some(1))
    );
    assert_eq!(outcome.chains[0].digests.missing_inferred, 1);
    // Without a missing digest, a gap of half a second is told as such.
    (request.from, request.to) = (Some(hour(6)), Some(hour(9) + half));
    request.as_of = Some(hour(100));
    let outcome = prove(&source(&case.world), &keys, &request);
    let message = &outcome
        .findings
        .iter()
        .find(|f| f.code == Code::CoverageTail)
        .expect("a gap")
        .message;
    assert!(message.contains("less than a second"), "{message}");
}

#[test]
fn a_time_of_the_look_that_a_proven_digest_contradicts_is_refused() {
    let dir = case("coverage-tail");
    // The last digest ends at 04:12:34.
    for (as_of, code) in [("2026-03-01T04:12:34Z", 0), ("2026-03-01T04:12:33Z", 2)] {
        let run = run(
            &dir,
            &arguments(&["--as-of", as_of, "--end-time", "2026-03-01T03:12:34Z"]),
        );
        assert_eq!(run.code, code, "{as_of}: {} {}", run.stdout, run.stderr);
        assert_eq!(
            run.stderr.contains("the copy was made after that"),
            code == 2,
            "{}",
            run.stderr
        );
        assert_eq!(run.stdout.is_empty(), code == 2, "{}", run.stdout);
    }
    // An object that only has the name of a digest shows nothing.
    let mut case = Case::new("planted", 0, "");
    let chain = case.chain(3);
    let later = chain
        .spec
        .trail
        .digest_key(&chain.spec.account, REGION, hour(30));
    let body = case.world.object(&chain.digests[2].place).clone();
    case.world.put(
        &crate::support::forge::Place::new(&chain.spec.trail.bucket, &later),
        body,
    );
    let mut request = request();
    (request.to, request.as_of) = (Some(hour(3)), Some(hour(10)));
    assert!(outcome(&source(&case.world), &case.world, &request).is_ok());
}

#[test]
fn nothing_of_a_copy_of_unknown_age_is_pending_and_the_hint_says_how_to_tell() {
    let (exit, report) = report(
        &case("coverage-tail"),
        &with(&["--end-time", "2026-03-01T04:30:00Z"]),
    );
    assert_eq!((exit, report["verdict"].as_str()), (3, Some("gaps")));
    let hint = report["findings"][0]["hint"].as_str().expect("a hint");
    assert!(hint.contains("--as-of"), "{hint}");
    assert_eq!(report["requested"]["as_of"], serde_json::Value::Null);
}

#[test]
fn a_named_digest_is_late_only_within_the_lag() {
    let mut case = Case::new("late", 0, "");
    let chain = case.chain(6);
    damage::delete(&mut case.world, &chain.digests[5].place);
    let (source, keys) = (source(&case.world), ring(&case.world, &[REGION]));
    let code_at = |as_of: Option<Timestamp>| {
        let mut request = request();
        (request.to, request.as_of) = (Some(hour(6)), as_of);
        let outcome = prove(&source, &keys, &request);
        let states: Vec<State> = outcome.chains[0].coverage.iter().map(|s| s.state).collect();
        let code = outcome
            .findings
            .iter()
            .map(|f| f.code)
            .find(|code| matches!(code, Code::DigestLate | Code::DigestMissing));
        (outcome.verdict, code, states[1])
    };
    let minutes = |n| Some(hour(6) + SignedDuration::from_mins(n));
    let late = (Verdict::Verified, Some(Code::DigestLate), State::Pending);
    let missing = (Verdict::Failed, Some(Code::DigestMissing), State::Failed);
    assert_eq!(code_at(minutes(30)), late);
    assert_eq!(code_at(minutes(59)), late);
    assert_eq!(code_at(minutes(60)), missing);
    assert_eq!(code_at(None), missing);
}
