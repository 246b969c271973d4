use std::collections::BTreeSet;

use super::change;
use crate::cloudtrail::event::{
    Actor, Event, Evidence, ManagementEvents, TrailChange, TrailSettings,
};
use crate::proof::changes::fixtures::{changes, on_trail, own, trail};
use crate::proof::changes::{NotSearched, TrailInScope};
use crate::proof::fixtures::{ACCOUNT, HOME, chain};
use crate::proof::gap::TrailOwner;

const OTHER: &str = "444455556666";

fn by_cloudtrail(evidence: Evidence) -> Evidence {
    let actor = Actor {
        arn: Some("arn:aws:sts::1:assumed-role/AWSServiceRoleForCloudTrail/s".into()),
        ..Actor::default()
    };
    let event = Event {
        actor: Some(actor),
        ..evidence.event
    };
    Evidence { event, ..evidence }
}

fn reduces(trail: &TrailInScope<'_>, events: &[Evidence]) -> Vec<bool> {
    let changes = changes(trail, events);
    changes.iter().map(|change| change.reduces).collect()
}

fn off() -> TrailSettings {
    TrailSettings {
        multi_region: Some(false),
        organization: Some(false),
        ..TrailSettings::default()
    }
}

#[test]
fn what_cloudtrail_does_to_the_copy_of_an_account_is_of_that_account() {
    let delete = || on_trail(OTHER, "09:00", TrailChange::Delete);
    let of = |evidence| change(&evidence).expect("a change").sentence;
    let copy = of(by_cloudtrail(delete()));
    assert!(
        copy.contains(&format!("in account {ACCOUNT} was deleted")),
        "{copy}"
    );
    assert!(!of(delete()).contains(ACCOUNT));
}

#[test]
fn an_update_that_reduces_says_what_else_it_set() {
    let set = TrailSettings {
        bucket: Some("attacker".into()),
        kms_key: Some(String::new()),
        ..off()
    };
    let change = change(&on_trail(ACCOUNT, "09:00", TrailChange::Update(set))).expect("a change");
    assert!(change.reduces);
    for part in ["only its home region", "attacker", "no kmsKeyId"] {
        assert!(change.sentence.contains(part), "{}", change.sentence);
    }
}

#[test]
fn what_was_off_before_is_not_reduced() {
    let id = chain(HOME);
    let update = |time, set| on_trail(ACCOUNT, time, TrailChange::Update(set));
    let selected = |time, events| on_trail(ACCOUNT, time, TrailChange::Selectors(events));
    let organization = TrailSettings {
        organization: Some(false),
        ..TrailSettings::default()
    };
    let never = update("08:00", organization);
    assert_eq!(reduces(&own(&id), &[never]), [false]);
    let events = [
        update("09:00", off()),
        update("09:10", off()),
        selected("10:00", ManagementEvents::None),
        selected("10:10", ManagementEvents::Some),
        selected("10:20", ManagementEvents::Some),
    ];
    assert_eq!(
        reduces(&own(&id), &events),
        [true, false, true, false, true]
    );
    let mut in_part = own(&id);
    in_part.not_searched = Some(NotSearched::SomeLogsRead);
    assert_eq!(reduces(&in_part, &events), [true; 5]);
    let created = on_trail(
        ACCOUNT,
        "08:00",
        TrailChange::Create(TrailSettings::default()),
    );
    let events = [created, update("09:00", off())];
    assert_eq!(reduces(&own(&id), &events), [false, false]);
}

#[test]
fn without_an_owner_a_call_may_be_on_another_trail_of_that_name() {
    let id = chain(HOME).in_organization("o-exampleorgid".parse().ok());
    let other = OTHER.parse().expect("an account");
    let stop = on_trail(OTHER, "09:00", TrailChange::Stop);
    let mut presumed = trail(&id, TrailOwner::Organization);
    let events = [stop, on_trail(OTHER, "10:00", TrailChange::Update(off()))];
    assert_eq!(reduces(&presumed, &events), [true, true]);
    for change in changes(&presumed, &events) {
        assert!(change.sentence.contains(OTHER), "{}", change.sentence);
    }
    // Whoever takes a trail from the organization has one of the same name afterwards.
    let namesakes = BTreeSet::from([&other]);
    presumed.namesakes = &namesakes;
    assert_eq!(reduces(&presumed, &events), [false, true]);
}

#[test]
fn only_what_a_new_trail_has_on_can_be_switched_off() {
    let id = chain(HOME);
    let validation = |validation| TrailSettings {
        validation,
        ..TrailSettings::default()
    };
    let global_events = |global_events| TrailSettings {
        global_events,
        ..TrailSettings::default()
    };
    let unset = TrailSettings::default;
    // Per row: what the trail was created with, what was switched off then, and whether that reduces what is logged.
    for (created, set, expected) in [
        (unset(), validation(Some(false)), false),
        (validation(Some(true)), validation(Some(false)), true),
        (unset(), global_events(Some(false)), true),
        (
            global_events(Some(false)),
            global_events(Some(false)),
            false,
        ),
    ] {
        let events = [
            on_trail(ACCOUNT, "08:00", TrailChange::Create(created.clone())),
            on_trail(ACCOUNT, "09:00", TrailChange::Update(set)),
        ];
        assert_eq!(
            reduces(&own(&id), &events),
            [false, expected],
            "{created:?}"
        );
    }
}

#[test]
fn without_an_owner_a_call_says_nothing_about_the_trail_of_the_next_one() {
    let id = chain(HOME).in_organization("o-exampleorgid".parse().ok());
    let update = |account, time| on_trail(account, time, TrailChange::Update(off()));
    let events = [update(OTHER, "09:00"), update("777788889999", "10:00")];
    let presumed = trail(&id, TrailOwner::Organization);
    assert_eq!(reduces(&presumed, &events), [true, true]);
}
