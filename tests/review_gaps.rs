//! What somebody might do, or what may honestly happen, to have a false cause told or a true one
//! hidden: each case once, over proven logs.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use trailproof::gap::{Cause, Certainty, Gap};
use trailproof::outcome::{ChainOutcome, Outcome};

use crate::cases::case::{ACCOUNT, BUCKET, HOME, REGION, hour, trail};
use crate::library::{prove, request, ring, source};
use crate::support::deeds::{cloudtrail_event, cloudtrail_event_by, s3_event};
use crate::support::json::Fields;
use crate::support::{Chain, ChainSpec, Object, Place, Trail, World, damage, ts};

const ALICE: &str = "arn:aws:iam::111111111111:user/alice";

/// A chain of a trail, running from an instant on.
fn chain(w: &mut World, trail: Trail, region: &str, from: &str) -> Chain {
    let mut chain = Chain::new(ChainSpec::new(trail, region).logs(1..=1).events(1..=1));
    chain.start(w, ts(from));
    chain
}

/// The usual trail in its home region, for three hours.
fn home(w: &mut World) -> Chain {
    let mut chain = chain(w, trail(), HOME, "2026-03-01T00:12:34Z");
    chain.run_until(w, hour(3));
    chain
}

/// Another trail of the account and region, which goes on and records calls on the first.
fn audit(w: &mut World, calls: Vec<Fields>) -> Chain {
    let other = Trail::new(ACCOUNT, HOME, "audit", BUCKET);
    let mut chain = chain(w, other, HOME, "2026-03-01T00:12:34Z");
    calls.into_iter().for_each(|call| chain.record(call));
    chain.run_until(w, hour(12));
    chain
}

fn call(name: &str, at: &str, mut params: Value) -> Fields {
    let arn = trail().arn();
    params["name"] = json!(arn);
    cloudtrail_event(name, &arn, ts(at), None, params)
}

/// The same by somebody else.
fn by_alice(mut event: Fields) -> Fields {
    let alice = json!({"type": "IAMUser", "arn": ALICE, "accountId": ACCOUNT, "userName": "alice"});
    event.set("userIdentity", alice);
    event
}

fn outcome(w: &World) -> Outcome {
    prove(&source(w), &ring(w, &[HOME, REGION]), &request())
}

fn of<'o>(outcome: &'o Outcome, region: &str, trail: &str) -> &'o ChainOutcome {
    let mut chains = outcome.chains.iter().map(Box::as_ref);
    let own = |c: &&ChainOutcome| c.id.region.as_str() == region && c.id.trail.as_str() == trail;
    chains.find(own).expect("the chain")
}

/// From, to, cause, and when the call was made that tells it.
type Told = (String, String, Cause, Certainty, Option<String>);

fn told(gaps: &[Gap]) -> Vec<Told> {
    let told = |gap: &Gap| {
        (
            gap.time.from.to_string(),
            gap.time.to.to_string(),
            gap.cause,
            gap.certainty,
            gap.told_by.as_ref().map(|e| e.event.time.to_string()),
        )
    };
    gaps.iter().map(told).collect()
}

fn one(from: &str, to: &str, cause: Cause, certainty: Certainty, at: &str) -> Vec<Told> {
    vec![(from.into(), to.into(), cause, certainty, Some(at.into()))]
}

fn messages(gaps: &[Gap]) -> String {
    let all = gaps.iter().map(|gap| gap.finding().message);
    all.collect::<Vec<_>>().join("\n")
}

// ---- calls that change nothing ----

#[test]
fn a_start_of_a_trail_that_runs_does_not_hide_who_switched_validation_off() {
    let mut w = World::new(1);
    let mut chain = home(&mut w);
    // Logging was on all the time: this changes nothing.
    chain.record(call("StartLogging", "2026-03-01T03:40:00Z", json!({})));
    chain.disable_validation(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T09:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let outcome = outcome(&w);
    let gaps = &of(&outcome, HOME, "main").gaps;
    let expected = one(
        "2026-03-01T04:12:34Z",
        "2026-03-01T09:00:00Z",
        Cause::ValidationDisabled,
        Certainty::Signed,
        "2026-03-01T03:30:00Z",
    );
    assert_eq!(told(gaps), expected, "{}", messages(gaps));
}

#[test]
fn a_start_within_the_gap_does_not_switch_validation_on() {
    let mut w = World::new(2);
    let mut chain = home(&mut w);
    chain.disable_validation(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T09:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    audit(
        &mut w,
        vec![by_alice(call(
            "StartLogging",
            "2026-03-01T06:00:00Z",
            json!({}),
        ))],
    );
    let outcome = outcome(&w);
    let gaps = &of(&outcome, HOME, "main").gaps;
    let expected = one(
        "2026-03-01T04:12:34Z",
        "2026-03-01T09:00:00Z",
        Cause::ValidationDisabled,
        Certainty::Signed,
        "2026-03-01T03:30:00Z",
    );
    assert_eq!(told(gaps), expected, "{}", messages(gaps));
}

/// The usual trail, stopped at 03:30 and started again at 08:00, with calls that another trail
/// records.
fn stopped_beside(seed: u64, calls: Vec<Fields>) -> (World, Outcome) {
    let mut w = World::new(seed);
    let mut chain = home(&mut w);
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    audit(&mut w, calls);
    let outcome = outcome(&w);
    (w, outcome)
}

fn stop_alone() -> Vec<Told> {
    one(
        "2026-03-01T03:30:00Z",
        "2026-03-01T08:00:00Z",
        Cause::LoggingStopped,
        Certainty::Signed,
        "2026-03-01T03:29:58Z",
    )
}

#[test]
fn a_routine_update_during_a_stop_switches_nothing_on() {
    // As Terraform and the console call it: with everything as it was.
    let all = json!({
        "s3BucketName": BUCKET, "enableLogFileValidation": true,
        "isMultiRegionTrail": true, "includeGlobalServiceEvents": true,
    });
    let (_, outcome) = stopped_beside(3, vec![call("UpdateTrail", "2026-03-01T05:40:00Z", all)]);
    let gaps = &of(&outcome, HOME, "main").gaps;
    assert_eq!(told(gaps), stop_alone(), "{}", messages(gaps));
}

#[test]
fn who_stops_a_stopped_trail_is_not_blamed() {
    let again = by_alice(call("StopLogging", "2026-03-01T05:40:00Z", json!({})));
    let (_, outcome) = stopped_beside(4, vec![again]);
    let gaps = &of(&outcome, HOME, "main").gaps;
    assert_eq!(told(gaps), stop_alone(), "{}", messages(gaps));
}

#[test]
fn validation_off_while_stopped_holds_after_the_start() {
    // Stopped, validation switched off, started: from then on it is validation that is off.
    let mut w = World::new(5);
    let mut chain = home(&mut w);
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T09:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let off = json!({"enableLogFileValidation": false});
    audit(
        &mut w,
        vec![
            call("UpdateTrail", "2026-03-01T04:40:00Z", off),
            call("StartLogging", "2026-03-01T06:40:00Z", json!({})),
            call(
                "UpdateTrail",
                "2026-03-01T09:00:00Z",
                json!({"enableLogFileValidation": true}),
            ),
        ],
    );
    let outcome = outcome(&w);
    let gaps = &of(&outcome, HOME, "main").gaps;
    let causes: Vec<_> = told(gaps).into_iter().map(|t| (t.0, t.1, t.2)).collect();
    let expected = [
        (
            "2026-03-01T03:30:00Z",
            "2026-03-01T06:40:00Z",
            Cause::LoggingStopped,
        ),
        (
            "2026-03-01T06:40:00Z",
            "2026-03-01T09:00:00Z",
            Cause::ValidationDisabled,
        ),
    ];
    let expected = expected.map(|(from, to, cause)| (from.to_owned(), to.to_owned(), cause));
    assert_eq!(causes, expected, "{}", messages(gaps));
}

#[test]
fn the_start_that_ended_a_gap_is_the_nearest_one() {
    let mut w = World::new(6);
    let mut chain = home(&mut w);
    // Nothing was off then.
    chain.record(by_alice(call(
        "StartLogging",
        "2026-03-01T03:13:00Z",
        json!({}),
    )));
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T03:50:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T06:50:00Z"));
    let outcome = outcome(&w);
    let gaps = &of(&outcome, HOME, "main").gaps;
    assert!(!messages(gaps).contains("alice"), "{}", messages(gaps));
    assert!(
        messages(gaps).contains("switched on at 2026-03-01T03:50:00Z by"),
        "{}",
        messages(gaps)
    );
}

// ---- digests of other phases ----

#[test]
fn a_region_whose_digests_end_at_another_minute_has_one_cause() {
    let mut w = World::new(7);
    let mut home = chain(&mut w, trail(), HOME, "2026-03-01T00:12:34Z");
    let mut other = chain(&mut w, trail(), REGION, "2026-03-01T00:55:00Z");
    home.disable_validation(&mut w, ts("2026-03-01T03:40:00Z"));
    other.run_until(&mut w, ts("2026-03-01T03:55:00Z"));
    other.cut();
    for chain in [&mut home, &mut other] {
        chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
        chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    }
    let outcome = outcome(&w);
    let gaps = &of(&outcome, REGION, "main").gaps;
    // The call was made before the gap, and the interval of this chain that holds it ends with it.
    let expected = one(
        "2026-03-01T03:55:00Z",
        "2026-03-01T08:00:00Z",
        Cause::ValidationDisabled,
        Certainty::Signed,
        "2026-03-01T03:40:00Z",
    );
    assert_eq!(told(gaps), expected, "{}", messages(gaps));
}

#[test]
fn regions_that_stop_some_seconds_apart_have_one_cause() {
    let mut w = World::new(8);
    let mut home = chain(&mut w, trail(), HOME, "2026-03-01T00:12:34Z");
    let mut other = chain(&mut w, trail(), REGION, "2026-03-01T00:12:34Z");
    home.stop(&mut w, ts("2026-03-01T03:30:20Z"));
    other.stop(&mut w, ts("2026-03-01T03:30:19Z"));
    for chain in [&mut home, &mut other] {
        chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
        chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    }
    let outcome = outcome(&w);
    let gaps = &of(&outcome, REGION, "main").gaps;
    let expected = one(
        "2026-03-01T03:30:19Z",
        "2026-03-01T08:00:00Z",
        Cause::LoggingStopped,
        Certainty::Signed,
        "2026-03-01T03:30:18Z",
    );
    assert_eq!(told(gaps), expected, "{}", messages(gaps));
}

// ---- what an attacker can write ----

#[test]
fn many_refused_calls_do_not_push_out_the_one_that_did_it() {
    let mut w = World::new(9);
    let mut chain = home(&mut w);
    let arn = trail().arn();
    for n in 0..40 {
        let at = ts("2026-03-01T03:14:00Z") + SignedDuration::from_secs(n * 10);
        let refused = Some("AccessDenied");
        let params = json!({"name": arn});
        chain.record(cloudtrail_event("StopLogging", &arn, at, refused, params));
    }
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let outcome = outcome(&w);
    let gaps = &of(&outcome, HOME, "main").gaps;
    assert_eq!(told(gaps), stop_alone());
    let told_by = gaps[0].told_by.as_ref().expect("told");
    assert!(
        gaps[0].evidence.contains(told_by),
        "the call itself is not among the evidence"
    );
    let start = |e: &trailproof::record::Evidence| e.event.name == "StartLogging";
    assert!(
        gaps[0].evidence.iter().any(start),
        "nor the one that ended it"
    );
}

#[test]
fn more_calls_than_are_kept_do_not_push_out_the_one_that_did_it() {
    let mut w = World::new(10);
    let mut chain = home(&mut w);
    let arn = trail().arn();
    for n in 0..40 {
        let at = ts("2026-03-01T03:14:00Z") + SignedDuration::from_secs(n * 10);
        let refused = Some("AccessDenied");
        chain.record(cloudtrail_event(
            "StopLogging",
            &arn,
            at,
            refused,
            json!({"name": arn}),
        ));
        let own = Trail::new(ACCOUNT, HOME, "mine", BUCKET).arn();
        chain.record(cloudtrail_event(
            "StartLogging",
            &own,
            at,
            None,
            json!({"name": own}),
        ));
    }
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let mut request = request();
    request.limits.events = 20;
    let outcome = prove(&source(&w), &ring(&w, &[HOME]), &request);
    let gaps = &of(&outcome, HOME, "main").gaps;
    assert_eq!(told(gaps), stop_alone(), "{}", messages(gaps));
    let said = outcome.not_proven.join("\n");
    assert!(said.contains("too many to keep"), "{said}");
}

#[test]
fn what_a_caller_writes_into_a_record_is_quoted() {
    let forged = format!("x, so it was allowed; \"in truth\" by {ALICE}");
    let mut w = World::new(11);
    let mut chain = home(&mut w);
    let arn = trail().arn();
    let bucket = format!("b by {ALICE} was refused");
    let update = json!({"name": arn, "s3BucketName": bucket});
    let at = ts("2026-03-01T03:20:00Z");
    let refused = Some("InvalidS3BucketNameException");
    chain.record(cloudtrail_event("UpdateTrail", &arn, at, refused, update));
    let mut stop = call("StopLogging", "2026-03-01T03:29:58Z", json!({}));
    stop.set("userAgent", forged.as_str());
    chain.record(stop);
    chain.run_until(&mut w, hour(4));
    chain.cut();
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let outcome = outcome(&w);
    let said = messages(&of(&outcome, HOME, "main").gaps);
    // Outside of quotes nothing of it stands.
    let mut outside = String::new();
    let mut quoted = false;
    let mut chars = said.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => _ = chars.next(),
            '"' => quoted = !quoted,
            c if !quoted => outside.push(c),
            _ => {}
        }
    }
    assert!(said.contains("alice"), "{said}");
    assert!(!outside.contains("alice"), "{said}");
}

#[test]
fn an_object_in_an_organizations_folder_does_not_make_the_trail_an_organizations() {
    let mut w = World::new(12);
    let mut chain = home(&mut w);
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    // Whoever may write to the bucket may put this there.
    let planted = trail()
        .organization("o-exampleorg1")
        .digest_key(ACCOUNT, HOME, hour(2));
    let body = w.object_mut(&chain.digests[2].place).body.clone();
    w.put(
        &Place::new(BUCKET, &planted),
        Object::delivered(body, hour(3)),
    );
    let outcome = outcome(&w);
    let gaps = &of(&outcome, HOME, "main").gaps;
    assert_eq!(told(gaps), stop_alone(), "{}", messages(gaps));
}

#[test]
fn a_trail_of_that_name_in_another_account_does_not_say_when_the_organizations_was_started() {
    let owner = "999999999999";
    let org = Trail::new(owner, HOME, "org", BUCKET).organization("o-exampleorg1");
    let mut w = World::new(13);
    // A member has a trail of its own of that name, and starts it a minute after the stop.
    let own = Trail::new(ACCOUNT, HOME, "org", BUCKET).arn();
    let at = ts("2026-03-01T03:29:59Z");
    let start = cloudtrail_event_by(
        ACCOUNT,
        "StartLogging",
        &own,
        at,
        None,
        json!({"name": own}),
    );
    for account in [owner, ACCOUNT] {
        let spec = ChainSpec::new(org.clone(), HOME).account(account);
        let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
        chain.start(&mut w, ts("2026-03-01T00:12:34Z"));
        if account == ACCOUNT {
            chain.record(start.clone());
        }
        chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
        chain.start(&mut w, ts("2026-03-01T07:45:10Z"));
        chain.run_until(&mut w, ts("2026-03-01T09:45:10Z"));
    }
    let stop = Trail::new(ACCOUNT, HOME, "org", BUCKET).arn();
    let _ = stop;
    let outcome = outcome(&w);
    for chain in &outcome.chains {
        let said = messages(&chain.gaps);
        // Whose the organization's trail is is not known: no cause is certain, and both are told.
        assert!(
            chain.gaps.iter().all(|g| g.certainty != Certainty::Signed),
            "{said}"
        );
        assert!(
            said.contains(owner) && said.contains("several accounts"),
            "{said}"
        );
        assert!(!said.contains("switched on again"), "{said}");
    }
}

// ---- removals ----

fn removal(key: &str, at: &str) -> Fields {
    s3_event(
        (ACCOUNT, HOME),
        "DeleteObject",
        BUCKET,
        Some(key),
        ts(at),
        None,
    )
}

#[test]
fn who_removes_what_is_gone_already_is_not_blamed() {
    let mut w = World::new(14);
    let mut chain = home(&mut w);
    chain.run_until(&mut w, hour(5));
    let place = chain.digests[3].place.clone();
    damage::delete(&mut w, &place);
    chain.record(removal(&place.key, "2026-03-01T06:00:00Z"));
    chain.record(by_alice(removal(&place.key, "2026-03-01T06:30:00Z")));
    chain.run_until(&mut w, hour(8));
    let outcome = outcome(&w);
    let missing = outcome
        .findings
        .iter()
        .find(|f| f.code.as_str() == "digest-missing");
    let said = &missing.expect("a finding").message;
    assert!(
        said.contains("removed by arn:aws:sts::111111111111:assumed-role/admin/mallory"),
        "{said}"
    );
    assert!(
        !said.contains("removed by arn:aws:iam::111111111111:user/alice"),
        "{said}"
    );
}

#[test]
fn who_removes_a_copy_elsewhere_did_not_remove_a_digest_of_the_chain() {
    let mut w = World::new(15);
    let mut chain = home(&mut w);
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T09:00:00Z"));
    let copy = trail()
        .prefix("old/copy")
        .digest_key(ACCOUNT, HOME, ts("2026-03-01T04:12:34Z"));
    chain.record(by_alice(removal(&copy, "2026-03-01T09:20:00Z")));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    let outcome = outcome(&w);
    let gaps = &of(&outcome, HOME, "main").gaps;
    assert!(!messages(gaps).contains("removed"), "{}", messages(gaps));
}

// ---- beginnings ----

#[test]
fn a_trail_that_was_deleted_was_there_before_it_was_created_again() {
    let mut w = World::new(16);
    let mut chain = home(&mut w);
    chain.stop_with(&mut w, ts("2026-03-01T03:30:00Z"), "DeleteTrail");
    // All that it had written was removed.
    for digest in &chain.digests {
        damage::delete(&mut w, &digest.place);
    }
    chain.create(&mut w, ts("2026-03-01T05:00:00Z"), true);
    chain.run_until(&mut w, ts("2026-03-01T09:00:00Z"));
    audit(
        &mut w,
        vec![call("DeleteTrail", "2026-03-01T03:29:58Z", json!({}))],
    );
    let mut request = request();
    request.from = Some(ts("2026-03-01T00:12:34Z"));
    request.to = Some(ts("2026-03-01T09:00:00Z"));
    let outcome = prove(&source(&w), &ring(&w, &[HOME]), &request);
    let gaps = &of(&outcome, HOME, "main").gaps;
    let causes: Vec<Cause> = gaps.iter().map(|g| g.cause).collect();
    assert!(!causes.contains(&Cause::TrailCreated), "{}", messages(gaps));
}

#[test]
fn a_trail_that_was_created_long_before_its_first_digest_explains_what_was_before_only() {
    let mut w = World::new(17);
    let mut chain = Chain::new(ChainSpec::new(trail(), HOME).logs(1..=1).events(1..=1));
    chain.create(&mut w, ts("2026-03-01T00:12:34Z"), true);
    chain.run_until(&mut w, hour(6));
    // The first hours' digests were removed; a later log, delivered late, holds the call.
    let create = call("CreateTrail", "2026-03-01T01:30:00Z", json!({}));
    let mut w = World::new(17);
    let mut chain = self::chain(&mut w, trail(), HOME, "2026-03-01T03:12:34Z");
    let first = chain.digests[0].place.clone();
    chain.record(create);
    chain.run_until(&mut w, ts("2026-03-01T08:12:34Z"));
    let _ = first;
    let mut request = request();
    request.from = Some(ts("2026-02-28T20:00:00Z"));
    let outcome = prove(&source(&w), &ring(&w, &[HOME]), &request);
    let gaps = &of(&outcome, HOME, "main").gaps;
    let causes: Vec<_> = told(gaps).into_iter().map(|t| (t.1, t.2)).collect();
    let expected = [
        ("2026-03-01T02:30:00Z".to_owned(), Cause::TrailCreated),
        ("2026-03-01T03:12:34Z".to_owned(), Cause::BeforeFirstDigest),
    ];
    assert_eq!(causes, expected, "{}", messages(gaps));
}

// ---- words ----

#[test]
fn nothing_says_that_logging_was_on_before_a_stop() {
    // Digests end with the fourth hour; the only call that is known came hours later, and may have
    // changed nothing.
    let mut w = World::new(18);
    let mut chain = home(&mut w);
    chain.cut();
    chain.start(&mut w, ts("2026-03-01T10:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    audit(
        &mut w,
        vec![by_alice(call(
            "StopLogging",
            "2026-03-01T07:40:00Z",
            json!({}),
        ))],
    );
    let outcome = outcome(&w);
    let said = messages(&of(&outcome, HOME, "main").gaps);
    assert!(!said.contains("logging was still on"), "{said}");
    assert!(
        !said.contains("digests of this time should be there"),
        "{said}"
    );
}

// ---- the same whatever the workers ----

#[test]
fn many_gaps_and_events_are_the_same_for_any_number_of_workers() {
    let mut w = World::new(19);
    let mut at = ts("2026-03-01T00:12:34Z");
    let mut home = chain(&mut w, trail(), HOME, "2026-03-01T00:12:34Z");
    for n in 0..30 {
        let stop: Timestamp = at + SignedDuration::from_secs(700 + n * 37);
        at = stop + SignedDuration::from_secs(200 + n * 11);
        home.stop(&mut w, stop);
        home.start(&mut w, at);
    }
    home.run_until(&mut w, at + SignedDuration::from_hours(3));
    let keys = ring(&w, &[HOME]);
    let with = |jobs| {
        let mut request = request();
        (request.jobs, request.chains_at_once) = (jobs, jobs);
        let outcome = prove(&source(&w), &keys, &request);
        let gaps = of(&outcome, HOME, "main").gaps.clone();
        (messages(&gaps), gaps)
    };
    let (one, eight) = (with(1), with(8));
    assert_eq!(one, eight);
    assert_eq!(one.1.len(), 30, "{}", one.0);
    for gap in &one.1 {
        assert_eq!(
            (gap.cause, gap.certainty),
            (Cause::LoggingStopped, Certainty::Signed),
            "{gap:#?}"
        );
        let said = gap.told_by.as_ref().expect("told").event.time;
        assert_eq!(said, gap.time.from - SignedDuration::from_secs(2));
        assert!(
            !gap.finding().message.contains("does not explain"),
            "{}",
            gap.finding().message
        );
    }
}

// ---- what it costs ----

/// The trail stopped twice, some hours apart, with only another region than its home asked for.
#[cfg(feature = "aws")]
#[test]
fn between_two_gaps_nothing_of_the_home_region_is_read_twice() {
    use std::collections::BTreeMap;

    use crate::online::stage::Stage;
    use crate::support::aws::TrailConfig;

    for apart in 6..11 {
        let mut w = World::new(20);
        for region in [HOME, REGION] {
            let mut chain = chain(&mut w, trail(), region, "2026-03-01T00:12:34Z");
            let mut stop = ts("2026-03-01T03:30:00Z");
            for _ in 0..2 {
                chain.stop(&mut w, stop);
                let start = stop + SignedDuration::from_mins(30);
                chain.start(&mut w, start);
                stop = start + SignedDuration::from_hours(apart) + SignedDuration::from_mins(30);
            }
            let end = chain.end();
            chain.run_until(&mut w, end + SignedDuration::from_hours(4));
        }
        let stage = Stage::of(&w, &[TrailConfig::from(&trail())]);
        let window = ["--start-time", "2026-03-01T00:12:34Z", "--region", REGION];
        let given = ["--s3-bucket", BUCKET, "--as-of", "2026-03-03T00:00:00Z"];
        let args: Vec<&str> = window.into_iter().chain(given).collect();
        stage.report(&args);
        let mut read: BTreeMap<String, usize> = BTreeMap::new();
        for call in stage.calls("GetObject") {
            *read.entry(call.key.expect("a key")).or_default() += 1;
        }
        let twice: Vec<_> = read.iter().filter(|(_, n)| **n > 1).collect();
        assert!(twice.is_empty(), "{apart} hours apart: {twice:#?}");
    }
}

/// What is kept of logs in case something else is the matter must not use up what files may be open.
#[cfg(unix)]
#[test]
fn few_open_files_are_enough_for_large_logs() {
    use crate::support::{Heads, KeyFileStyle};

    let mut w = World::new(21);
    let spec = ChainSpec::new(trail(), HOME).logs(150..=150).events(1..=1);
    let mut chain = Chain::new(spec.pad(150_000..=150_000));
    chain.start(&mut w, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut w, hour(4));
    // Large as stored, too.
    let logs: Vec<Place> = chain.all_logs().map(|log| log.place.clone()).collect();
    for place in &logs {
        let object = w.object_mut(place);
        let content = crate::support::gz::gunzip(&object.body);
        object.body = stored(&content);
    }
    let dir = tempfile::tempdir().expect("a folder");
    w.write_tree(BUCKET, &dir.path().join("bucket"), Heads::All);
    let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-10T00:00:00Z"));
    w.write_keys(
        &dir.path().join("keys"),
        KeyFileStyle::V2Iso,
        &[HOME],
        from,
        to,
    );
    let mut command = std::process::Command::new("sh");
    let program = env!("CARGO_BIN_EXE_trailproof");
    let line = "ulimit -n 128; exec \"$0\" validate --format json --path bucket --keys keys --s3-bucket trail-logs";
    command.current_dir(dir.path()).args(["-c", line, program]);
    let (exit, report) = crate::program::reported(crate::program::finish(&mut command));
    assert_eq!(exit, 0, "{:#}", report["findings"]);
    assert_eq!(report["chains"][0]["logs"]["valid"], 600);
}

/// A gzip file whose content is stored as it is.
fn stored(content: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder.write_all(content).expect("bytes");
    encoder.finish().expect("bytes")
}

// ---- what held ----

#[test]
fn calls_on_other_trails_of_that_name_are_no_cause() {
    let mut w = World::new(22);
    let mut chain = home(&mut w);
    chain.run_until(&mut w, hour(4));
    chain.cut();
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T10:00:00Z"));
    let at = ts("2026-03-01T04:05:00Z");
    let elsewhere = Trail::new(ACCOUNT, REGION, "main", BUCKET).arn();
    let others = Trail::new("222222222222", HOME, "main", BUCKET).arn();
    let mut calls = Vec::new();
    for arn in [&elsewhere, &others] {
        calls.push(cloudtrail_event_by(
            ACCOUNT,
            "StopLogging",
            arn,
            at,
            None,
            json!({"name": arn}),
        ));
    }
    // By its name alone, in another region than the home.
    let by_name = json!({"name": "main"});
    calls.push(cloudtrail_event(
        "StopLogging",
        &elsewhere,
        at,
        None,
        by_name,
    ));
    audit(&mut w, calls);
    let outcome = outcome(&w);
    let gaps = &of(&outcome, HOME, "main").gaps;
    assert!(
        gaps.iter().all(|g| g.certainty == Certainty::None),
        "{}",
        messages(gaps)
    );
    assert!(
        gaps.iter()
            .all(|g| g.evidence.iter().all(|e| e.event.name != "StopLogging"))
    );
}

#[test]
fn the_edges_of_the_window_do_not_change_who_did_it() {
    let (w, _) = stopped_beside(23, Vec::new());
    for (from, to) in [
        ("2026-03-01T04:00:00Z", "2026-03-01T10:00:00Z"),
        ("2026-03-01T01:12:34Z", "2026-03-01T06:00:00Z"),
        ("2026-03-01T05:00:00Z", "2026-03-01T06:30:00Z"),
        ("2026-03-01T03:30:00Z", "2026-03-01T08:00:00Z"),
    ] {
        let mut request = request();
        (request.from, request.to) = (Some(ts(from)), Some(ts(to)));
        let outcome = prove(&source(&w), &ring(&w, &[HOME]), &request);
        let gaps = &of(&outcome, HOME, "main").gaps;
        let expected = one(
            from.max("2026-03-01T03:30:00Z"),
            to.min("2026-03-01T08:00:00Z"),
            Cause::LoggingStopped,
            Certainty::Signed,
            "2026-03-01T03:29:58Z",
        );
        assert_eq!(told(gaps), expected, "{from} {to}: {}", messages(gaps));
    }
}

#[test]
fn a_stop_within_the_first_hour_is_told() {
    let mut w = World::new(24);
    let mut chain = chain(&mut w, trail(), HOME, "2026-03-01T00:12:34Z");
    chain.stop(&mut w, ts("2026-03-01T00:20:00Z"));
    chain.start(&mut w, ts("2026-03-01T02:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T06:00:00Z"));
    let outcome = outcome(&w);
    let gaps = &of(&outcome, HOME, "main").gaps;
    let expected = one(
        "2026-03-01T00:20:00Z",
        "2026-03-01T02:00:00Z",
        Cause::LoggingStopped,
        Certainty::Signed,
        "2026-03-01T00:19:58Z",
    );
    assert_eq!(told(gaps), expected, "{}", messages(gaps));
}

#[test]
fn a_delegated_administrator_is_told_by_the_arn_it_called() {
    let (owner, delegated) = ("999999999999", "333333333333");
    let org = Trail::new(owner, HOME, "org", BUCKET).organization("o-exampleorg1");
    let mut w = World::new(25);
    for account in [owner, delegated, ACCOUNT] {
        let spec = ChainSpec::new(org.clone(), HOME).account(account);
        let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
        chain.start(&mut w, ts("2026-03-01T00:12:34Z"));
        chain.run_until(&mut w, hour(3));
        if account == delegated {
            let (arn, at) = (org.arn(), ts("2026-03-01T03:29:58Z"));
            let params = json!({"name": arn});
            let stop = cloudtrail_event_by(delegated, "StopLogging", &arn, at, None, params);
            chain.record(stop);
        }
        chain.run_until(&mut w, hour(4));
        chain.cut();
        chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
        chain.run_until(&mut w, ts("2026-03-01T10:00:00Z"));
    }
    let mut request = request();
    request.filter.trail_arns = vec![org.arn().parse().expect("an ARN")];
    let outcome = prove(&source(&w), &ring(&w, &[HOME]), &request);
    assert_eq!(outcome.chains.len(), 3);
    for chain in &outcome.chains {
        let certain = [(Cause::LoggingStopped, Certainty::Signed)];
        let causes: Vec<_> = chain.gaps.iter().map(|g| (g.cause, g.certainty)).collect();
        assert_eq!(causes, certain, "{}: {}", chain.id, messages(&chain.gaps));
        assert!(messages(&chain.gaps).contains("333333333333:assumed-role/admin"));
    }
}

/// Without room for temporary files nothing is called better than it is, nor altered.
#[cfg(unix)]
#[test]
fn no_temporary_files_lose_events_and_say_so() {
    use crate::support::{Heads, KeyFileStyle};

    let mut w = World::new(26);
    let spec = ChainSpec::new(trail(), HOME).logs(1..=1).events(1..=1);
    let mut chain = Chain::new(spec.pad(600_000..=600_000));
    chain.start(&mut w, ts("2026-03-01T00:12:34Z"));
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T10:00:00Z"));
    let dir = tempfile::tempdir().expect("a folder");
    w.write_tree(BUCKET, &dir.path().join("bucket"), Heads::All);
    let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-10T00:00:00Z"));
    w.write_keys(
        &dir.path().join("keys"),
        KeyFileStyle::V2Iso,
        &[HOME],
        from,
        to,
    );
    let args = [
        "validate", "--format", "json", "--path", "bucket", "--keys", "keys",
    ];
    let mut command = crate::program::command(dir.path(), &args);
    command
        .args(["--s3-bucket", BUCKET])
        .env("TMPDIR", dir.path().join("nowhere"));
    let (exit, report) = crate::program::reported(crate::program::finish(&mut command));
    assert_eq!(exit, 3, "{report:#}");
    assert_eq!(report["chains"][0]["gaps"][0]["certainty"], "none");
    assert!(
        report["not_proven"]
            .to_string()
            .contains("could not all be read"),
        "{report:#}"
    );
}

/// What GetTrailStatus tells is not taken for told by a call on another trail.
#[cfg(feature = "aws")]
#[test]
fn a_stop_of_another_trail_does_not_hide_what_the_status_tells() {
    use std::collections::BTreeMap;

    use crate::online::gaps::ASKED;
    use crate::online::stage::Stage;
    use crate::support::aws::{TrailConfig, TrailStatus};

    let mut w = World::new(27);
    let mut chain = chain(&mut w, trail(), REGION, "2026-03-01T00:12:34Z");
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T07:45:10Z"));
    chain.run_until(&mut w, ts("2026-03-01T10:45:10Z"));
    let stage = Stage::of(&w, &[TrailConfig::from(&trail())]);
    let other = Trail::new(ACCOUNT, HOME, "mine", BUCKET).arn();
    let at = ts("2026-03-01T03:29:00Z");
    let stop = cloudtrail_event("StopLogging", &other, at, None, json!({"name": other}));
    let stop: Value = serde_json::from_str(&stop.compact()).expect("JSON");
    stage.loopback.change(|cloud| {
        cloud.cloudtrail.events = BTreeMap::from([(HOME.to_owned(), vec![stop])]);
        cloud.cloudtrail.trails[0].bucket = "logs-since-then".into();
        let status = TrailStatus {
            stopped: Some(ts("2026-03-01T03:29:58Z")),
            ..TrailStatus::default()
        };
        cloud
            .cloudtrail
            .status
            .insert((trail().arn(), REGION.to_owned()), status);
    });
    let (_, report) = stage.report(&ASKED);
    let gap = &report["chains"][0]["gaps"][0];
    assert_eq!(gap["certainty"], "circumstantial", "{gap:#}");
}
