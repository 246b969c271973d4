//! Which trail a call is about: trails of the same name elsewhere, organization trails, and trails
//! created again.

use serde_json::{Value, json};
use trailproof::proof::gap::{Cause, Certainty};

use crate::library::{prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, HOME, REGION, hour, wide_trail};
use crate::support::forge::deeds::{cloudtrail_event, cloudtrail_event_by};
use crate::support::forge::{Chain, ChainSpec, Object, Place, Trail, World, damage, ts};
use crate::support::gaps::{
    audit_trail, call, chain, chain_of, gap_messages, home_chain, outcome, stop_alone,
    stopped_beside, summaries,
};

#[test]
fn an_object_in_an_organizations_folder_does_not_make_the_trail_an_organizations() {
    let mut w = World::new(12);
    let mut chain = home_chain(&mut w);
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut w, ts("2026-03-01T11:00:00Z"));
    // Anyone who may write to the bucket can add this object.
    let planted = wide_trail()
        .organization("o-exampleorg1")
        .digest_key(ACCOUNT, HOME, hour(2));
    let body = w.object_mut(&chain.digests[2].place).body.clone();
    w.put(
        &Place::new(BUCKET, &planted),
        Object::delivered(body, hour(3)),
    );
    let outcome = outcome(&w);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    assert_eq!(summaries(gaps), stop_alone(), "{}", gap_messages(gaps));
}

#[test]
fn a_trail_of_the_same_name_in_another_account_does_not_date_the_organizations_start() {
    let owner = "999999999999";
    let org = Trail::new(owner, HOME, "org", BUCKET).organization("o-exampleorg1");
    let mut w = World::new(13);
    // A member has its own trail of that name, and starts it at the time of the stop.
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
    let outcome = outcome(&w);
    for chain in &outcome.chains {
        let message = gap_messages(&chain.gaps);
        // It is unknown who owns the organization's trail: no cause is certain, and both accounts
        // are shown.
        assert!(
            chain.gaps.iter().all(|g| g.certainty != Certainty::Signed),
            "{message}"
        );
        assert!(
            message.contains(owner) && message.contains("several accounts"),
            "{message}"
        );
        assert!(!message.contains("switched on again"), "{message}");
    }
}

#[test]
fn a_deleted_trail_existed_before_it_was_created_again() {
    let mut w = World::new(16);
    let mut chain = home_chain(&mut w);
    chain.stop_with(&mut w, ts("2026-03-01T03:30:00Z"), "DeleteTrail");
    // All that the trail had written was removed.
    for digest in &chain.digests {
        damage::delete(&mut w, &digest.place);
    }
    chain.create(&mut w, ts("2026-03-01T05:00:00Z"), true);
    chain.run_until(&mut w, ts("2026-03-01T09:00:00Z"));
    audit_trail(
        &mut w,
        vec![call("DeleteTrail", "2026-03-01T03:29:58Z", json!({}))],
    );
    let mut request = request();
    request.from = Some(ts("2026-03-01T00:12:34Z"));
    request.to = Some(ts("2026-03-01T09:00:00Z"));
    let outcome = prove(&source(&w), &ring(&w, &[HOME]), &request);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    let causes: Vec<Cause> = gaps.iter().map(|g| g.cause).collect();
    assert!(
        !causes.contains(&Cause::TrailCreated),
        "{}",
        gap_messages(gaps)
    );
}

#[test]
fn after_a_creation_long_before_the_first_digest_its_own_settings_explain() {
    let mut w = World::new(17);
    let mut chain = Chain::new(ChainSpec::new(wide_trail(), HOME).logs(1..=1).events(1..=1));
    chain.create(&mut w, ts("2026-03-01T00:12:34Z"), true);
    chain.run_until(&mut w, hour(6));
    // The digests of the first hours were removed. A later log, delivered late, holds the call.
    let create = call(
        "CreateTrail",
        "2026-03-01T01:30:00Z",
        json!({"enableLogFileValidation": true}),
    );
    let mut w = World::new(17);
    let mut chain = self::chain(&mut w, wide_trail(), HOME, "2026-03-01T03:12:34Z");
    let first = chain.digests[0].place.clone();
    chain.record(create);
    chain.run_until(&mut w, ts("2026-03-01T08:12:34Z"));
    let _ = first;
    let mut request = request();
    request.from = Some(ts("2026-02-28T20:00:00Z"));
    let outcome = prove(&source(&w), &ring(&w, &[HOME]), &request);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    let causes: Vec<_> = summaries(gaps).into_iter().map(|t| (t.1, t.2)).collect();
    let expected = [
        ("2026-03-01T01:30:00Z".to_owned(), Cause::TrailCreated),
        ("2026-03-01T03:12:34Z".to_owned(), Cause::LoggingStopped),
    ];
    assert_eq!(causes, expected, "{}", gap_messages(gaps));
}

#[test]
fn calls_on_other_trails_of_the_same_name_are_not_a_cause() {
    let mut w = World::new(22);
    let mut chain = home_chain(&mut w);
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
    // By its name alone, in a region that is not its home.
    let by_name = json!({"name": "main"});
    calls.push(cloudtrail_event(
        "StopLogging",
        &elsewhere,
        at,
        None,
        by_name,
    ));
    audit_trail(&mut w, calls);
    let outcome = outcome(&w);
    let gaps = &chain_of(&outcome, HOME, "main").gaps;
    assert!(
        gaps.iter().all(|g| g.certainty == Certainty::None),
        "{}",
        gap_messages(gaps)
    );
    assert!(
        gaps.iter()
            .all(|g| g.evidence.iter().all(|e| e.event.name != "StopLogging"))
    );
}

#[test]
fn a_delegated_administrator_is_known_from_the_arn_it_called() {
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
        assert_eq!(
            causes,
            certain,
            "{}: {}",
            chain.id,
            gap_messages(&chain.gaps)
        );
        assert!(gap_messages(&chain.gaps).contains("333333333333:assumed-role/admin"));
    }
}

/// A call on another trail must not hide the answer of GetTrailStatus.
#[cfg(feature = "aws")]
#[test]
fn a_stop_of_another_trail_does_not_hide_the_trail_status() {
    use std::collections::BTreeMap;

    use crate::support::aws::{TrailConfig, TrailStatus};
    use crate::support::stage::Stage;
    use crate::support::stopped::ASKED;

    let mut w = World::new(27);
    let mut chain = chain(&mut w, wide_trail(), REGION, "2026-03-01T00:12:34Z");
    chain.stop(&mut w, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut w, ts("2026-03-01T07:45:10Z"));
    chain.run_until(&mut w, ts("2026-03-01T10:45:10Z"));
    let stage = Stage::of(&w, &[TrailConfig::from(&wide_trail())]);
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
            .insert((wide_trail().arn(), REGION.to_owned()), status);
    });
    let (_, report) = stage.report(&ASKED);
    let gap = &report["chains"][0]["gaps"][0];
    assert_eq!(gap["certainty"], "circumstantial", "{gap:#}");
}

/// What is left out is not judged, and may still show who stopped a trail.
#[test]
fn a_sibling_chain_that_is_left_out_explains_a_gap() {
    let calls = vec![
        call("StopLogging", "2026-03-01T03:29:58Z", json!({})),
        call("StartLogging", "2026-03-01T08:00:00Z", json!({})),
    ];
    let (w, whole) = stopped_beside(61, calls);
    assert_eq!(whole.chains.len(), 2);
    let mut request = request();
    request.filter.exclude = vec!["*/*/*/audit".parse().expect("a pattern")];
    let outcome = prove(&source(&w), &ring(&w, &[HOME, REGION]), &request);
    assert_eq!(outcome.chains.len(), 1);
    let chain = chain_of(&outcome, HOME, "main");
    assert_eq!(summaries(&chain.gaps), stop_alone());
}
