use crate::base::limits::Limits;
use crate::base::time::Window;
use crate::cloudtrail::event::{
    AccountChange, Actor, Call, Event, Evidence, TrailChange, TrailRef, Via,
};
use crate::cloudtrail::ids::{AccountId, ChainId, TrailArn};
use crate::proof::fixtures::{ACCOUNT, HOME, at, chain, event};
use crate::proof::gap::TrailOwner;
use crate::proof::gap::events::KnownEvents;

const OTHER: &str = "444455556666";
const THIRD: &str = "777788889999";
const ACCOUNTS: [&str; 3] = [ACCOUNT, OTHER, THIRD];
const TIMES: [&str; 2] = ["09:00", "10:00"];

fn account(id: &str) -> AccountId {
    id.parse().expect("an account")
}

/// Calls on trails by name and by ARN.
fn on_trails() -> Vec<Call> {
    let mut calls = Vec::new();
    for name in ["main", "other"] {
        let named = TrailRef::Name(name.parse().expect("a trail"));
        calls.push(Call::Trail(named, TrailChange::Stop));
        for (home, owner) in [(HOME, ACCOUNT), (HOME, OTHER), ("us-east-1", ACCOUNT)] {
            let arn = TrailArn {
                partition: "aws".into(),
                home_region: home.parse().expect("a region"),
                account: account(owner),
                trail: name.parse().expect("a trail"),
            };
            calls.push(Call::Trail(TrailRef::Arn(arn), TrailChange::Stop));
        }
    }
    calls
}

fn on_accounts() -> Vec<Call> {
    let region = || HOME.parse().expect("a region");
    let mut changes = vec![
        AccountChange::AccessWithdrawn("cloudtrail.amazonaws.com".into()),
        AccountChange::AccessWithdrawn("s3.amazonaws.com".into()),
        AccountChange::Left,
        AccountChange::Closed(None),
        AccountChange::RegionDisabled(region(), None),
        AccountChange::RegionEnabled(region(), None),
    ];
    for id in ACCOUNTS {
        changes.push(AccountChange::Removed(account(id)));
        changes.push(AccountChange::Closed(Some(account(id))));
        changes.push(AccountChange::RegionDisabled(region(), Some(account(id))));
        changes.push(AccountChange::RegionEnabled(region(), Some(account(id))));
    }
    changes.into_iter().map(Call::Account).collect()
}

/// Each call at each time, by each account and by none, by a user and by the role of CloudTrail.
fn all_events() -> Vec<Evidence> {
    let role = Actor {
        arn: Some("arn:aws:sts::1:assumed-role/AWSServiceRoleForCloudTrail/s".into()),
        ..Actor::default()
    };
    let callers: Vec<Option<AccountId>> = ACCOUNTS.map(|id| Some(account(id))).into();
    let callers: Vec<_> = callers.into_iter().chain([None]).collect();
    let mut events = Vec::new();
    for call in on_trails().into_iter().chain(on_accounts()) {
        for (time, caller) in TIMES
            .iter()
            .flat_map(|t| callers.iter().map(move |c| (t, c)))
        {
            for actor in [None, Some(role.clone())] {
                let Evidence { event, via } = event(at(time), "Call", call.clone());
                let account = caller.clone();
                let event = Event {
                    account,
                    actor,
                    ..event
                };
                events.push(Evidence { event, via });
            }
        }
    }
    events.sort();
    events
}

fn chains() -> Vec<ChainId> {
    let own = ACCOUNTS.map(|id| ChainId {
        account: account(id),
        ..chain(HOME)
    });
    let organization = || "o-exampleorgid".parse().ok();
    let members = own.clone().map(|id| id.in_organization(organization()));
    let elsewhere = ChainId {
        region: "us-east-1".parse().expect("a region"),
        ..chain(HOME)
    };
    let unheard_of = ChainId {
        trail: "third".parse().expect("a trail"),
        ..chain(HOME)
    };
    let further = [elsewhere, unheard_of];
    own.into_iter().chain(members).chain(further).collect()
}

fn owners(chain: &ChainId) -> Vec<TrailOwner> {
    match chain.organization {
        None => vec![TrailOwner::Account(chain.account.clone())],
        Some(_) => {
            let known = ACCOUNTS.map(|id| TrailOwner::Account(account(id)));
            known
                .into_iter()
                .chain([TrailOwner::Organization])
                .collect()
        }
    }
}

#[test]
fn the_events_near_a_chain_are_exactly_those_that_may_concern_it() {
    let events = all_events();
    let mut known = KnownEvents::default();
    for Evidence { event, via } in &events {
        known.add(event.clone(), via.clone(), &Limits::default());
    }
    let windows = [("08:00", "11:00"), ("09:01", "10:00"), ("09:00", "09:59")];
    let mut seen = 0;
    for chain in chains() {
        for owner in owners(&chain) {
            for (from, to) in windows.map(|(from, to)| (at(from), at(to))) {
                let mut near = events.clone();
                near.retain(|e| (from..=to).contains(&e.event.time));
                near.retain(|e| owner.may_concern(e, &chain));
                let found = known.concerning(&chain, &owner, Window::new(from, to));
                assert_eq!(found, near, "{chain:?} {owner:?}");
                seen += found.len();
            }
        }
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn the_best_evidence_of_an_event_is_given_and_other_calls_never() {
    let stop = on_trails().remove(0);
    let stop = event(at("09:00"), "StopLogging", stop);
    let other = event(at("09:00"), "Else", Call::Other);
    let proven = Via::VerifiedLog {
        log: ("logs".into(), "a".into()),
        digest: "d".into(),
        end: at("10:00"),
    };
    let mut known = KnownEvents::default();
    for (event, via) in [
        (&stop, Via::LookupEvents),
        (&stop, proven.clone()),
        (&other, proven.clone()),
    ] {
        known.add(event.event.clone(), via, &Limits::default());
    }
    let id = chain(HOME);
    let owner = TrailOwner::Account(account(ACCOUNT));
    let found = known.concerning(&id, &owner, Window::new(at("09:00"), at("09:00")));
    let best = Evidence {
        via: proven,
        ..stop
    };
    assert_eq!(found, [best]);
}
