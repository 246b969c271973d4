//! Calls on accounts and organizations, on copies of an organization's trail, and the chain of its home region.

use jiff::Timestamp;

use crate::cloudtrail::event::{
    AccountChange, Actor, Call, Evidence, ManagementEvents, TrailChange, TrailSettings,
};
use crate::cloudtrail::ids::{AccountId, ChainId};
use crate::proof::coverage::Spans;
use crate::proof::fixtures::{ACCOUNT, HOME, at, chain, event, in_log_of, spans, trail_call};
use crate::proof::gap::Cause::{
    self, AccountLeftOrganization, LoggingStopped, OrganizationAccessWithdrawn, RegionDisabled,
    TrailDeleted, Unexplained,
};
use crate::proof::gap::{Certainty, TrailOwner, split_by_cause};

use super::{ELSEWHERE, between};

const MEMBER: &str = "444455556666";
const ADMINISTRATOR: &str = "777788889999";

fn id(account: &str) -> AccountId {
    account.parse().expect("an account")
}

/// The chain of a member of the organization whose trail [`ACCOUNT`] owns.
fn member(account: &str) -> ChainId {
    let organization = "o-exampleorg1".parse().expect("an organization");
    ChainId {
        account: id(account),
        ..chain(HOME).in_organization(Some(organization))
    }
}

fn account_call(caller: &str, time: &str, change: AccountChange) -> Evidence {
    let mut call = event(at(time), "a call", Call::Account(change));
    call.event.account = Some(id(caller));
    in_log_of(call, HOME, "10:00")
}

fn withdrawn(service: &str) -> Evidence {
    let change = AccountChange::AccessWithdrawn(service.into());
    account_call(ACCOUNT, "09:58", change)
}

fn by_service_role(account: &str, time: &str, change: TrailChange) -> Evidence {
    let mut call = trail_call(ACCOUNT, time, change);
    call.event.account = Some(id(account));
    let role = "role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail";
    call.event.actor = Some(Actor {
        issuer: Some(format!("arn:aws:iam::{account}:{role}")),
        ..Actor::default()
    });
    in_log_of(call, HOME, "10:00")
}

fn no_organization(time: &str) -> Evidence {
    let set = TrailSettings {
        organization: Some(false),
        ..TrailSettings::default()
    };
    trail_call(ACCOUNT, time, TrailChange::Update(set))
}

/// When each cause begins.
fn causes(chain: &ChainId, calls: &[Evidence]) -> Vec<(Timestamp, Cause)> {
    let parts = split_by_cause(&between(), chain, &owner(), None, calls);
    parts.iter().map(|p| (p.time.from, p.cause)).collect()
}

/// The cause of the first part, and its certainty.
fn cause(chain: &ChainId, owner: &TrailOwner, calls: &[Evidence]) -> (Cause, Certainty) {
    let parts = split_by_cause(&between(), chain, owner, None, calls);
    (parts[0].cause, parts[0].certainty)
}

fn owner() -> TrailOwner {
    TrailOwner::Account(id(ACCOUNT))
}

const NOTHING: (Cause, Certainty) = (Unexplained, Certainty::None);

#[test]
fn what_an_organization_withdraws_explains_the_gaps_of_its_members_alone() {
    let gone = (OrganizationAccessWithdrawn, Certainty::Signed);
    let call = [withdrawn("cloudtrail.amazonaws.com")];
    assert_eq!(cause(&member(MEMBER), &owner(), &call), gone);
    assert_eq!(
        cause(&member(ACCOUNT), &owner(), &call),
        NOTHING,
        "the owner"
    );
    assert_eq!(
        cause(&chain(HOME), &owner(), &call),
        NOTHING,
        "its own trail"
    );
    let other = [withdrawn("config.amazonaws.com")];
    assert_eq!(cause(&member(MEMBER), &owner(), &other), NOTHING);
    let stranger = TrailOwner::Account(id(ADMINISTRATOR));
    assert_eq!(cause(&member(MEMBER), &stranger, &call), NOTHING);
    // Its digest is not in the organization's folder, and whose the trail is is not known.
    let presumed = (OrganizationAccessWithdrawn, Certainty::Circumstantial);
    let unknown = TrailOwner::Organization;
    assert_eq!(cause(&member(MEMBER), &unknown, &call), presumed);
    // The trail was made one of its owner's account alone, by a delegated administrator.
    let mut update = no_organization("09:58");
    update.event.account = Some(id(ADMINISTRATOR));
    let update = [in_log_of(update, HOME, "10:00")];
    assert_eq!(cause(&member(MEMBER), &owner(), &update), gone);
    assert_eq!(cause(&member(ACCOUNT), &owner(), &update), NOTHING);
}

#[test]
fn an_account_that_left_explains_its_own_gap_alone() {
    let left = (AccountLeftOrganization, Certainty::Signed);
    for (caller, change) in [
        (MEMBER, AccountChange::Left),
        (ACCOUNT, AccountChange::Removed(id(MEMBER))),
        (ACCOUNT, AccountChange::Closed(Some(id(MEMBER)))),
        (MEMBER, AccountChange::Closed(None)),
    ] {
        let call = [account_call(caller, "09:58", change.clone())];
        for owner in [owner(), TrailOwner::Organization] {
            assert_eq!(cause(&member(MEMBER), &owner, &call), left, "{change:?}");
            assert_eq!(cause(&member(ADMINISTRATOR), &owner, &call), NOTHING);
        }
    }
}

#[test]
fn a_region_switched_off_explains_its_gap_until_it_is_on_again() {
    let region = || ELSEWHERE.parse().expect("a region");
    let off = |account: Option<&str>| AccountChange::RegionDisabled(region(), account.map(id));
    let owner = owner();
    let disabled = (RegionDisabled, Certainty::Signed);
    let own = [account_call(ACCOUNT, "09:00", off(None))];
    assert_eq!(cause(&chain(ELSEWHERE), &owner, &own), disabled);
    assert_eq!(cause(&chain(HOME), &owner, &own), NOTHING);
    let others = [account_call(ACCOUNT, "09:00", off(Some(MEMBER)))];
    assert_eq!(cause(&chain(ELSEWHERE), &owner, &others), NOTHING);
    let on = AccountChange::RegionEnabled(region(), None);
    let calls = [own[0].clone(), account_call(ACCOUNT, "11:00", on)];
    let expected = [(at("10:00"), RegionDisabled), (at("11:00"), Unexplained)];
    assert_eq!(causes(&chain(ELSEWHERE), &calls), expected);
    // A trail that is deleted explains what follows, though the region is still off.
    let delete = trail_call(ACCOUNT, "11:00", TrailChange::Delete);
    let calls = [own[0].clone(), delete];
    let expected = [(at("10:00"), RegionDisabled), (at("11:00"), TrailDeleted)];
    assert_eq!(causes(&chain(ELSEWHERE), &calls), expected);
}

#[test]
fn a_trail_created_for_its_owner_alone_is_off_in_the_accounts_of_members() {
    let calls = |organization| {
        let set = TrailSettings {
            validation: Some(true),
            organization: Some(organization),
            ..TrailSettings::default()
        };
        [
            trail_call(ACCOUNT, "11:00", TrailChange::Create(set)),
            trail_call(ACCOUNT, "11:30", TrailChange::Start),
        ]
    };
    let before = (at("10:00"), Unexplained);
    let not_started = (at("11:00"), LoggingStopped);
    let started = (at("11:30"), Unexplained);
    let alone = [before, (at("11:00"), OrganizationAccessWithdrawn)];
    assert_eq!(causes(&member(MEMBER), &calls(false)), alone);
    let on = [before, not_started, started];
    assert_eq!(causes(&member(MEMBER), &calls(true)), on);
    assert_eq!(causes(&member(ACCOUNT), &calls(false)), on, "the owner");
}

#[test]
fn what_the_service_role_does_in_a_members_account_explains_that_members_gap_alone() {
    let deleted = (TrailDeleted, Certainty::Signed);
    for change in [TrailChange::Delete, TrailChange::Stop] {
        let call = [by_service_role(MEMBER, "09:58", change)];
        for owner in [owner(), TrailOwner::Organization] {
            assert_eq!(cause(&member(MEMBER), &owner, &call), deleted);
            assert_eq!(cause(&member(ADMINISTRATOR), &owner, &call), NOTHING);
            assert_eq!(cause(&member(ACCOUNT), &owner, &call), NOTHING);
        }
    }
    // It follows from the withdrawal, which stays the cause.
    let calls = [
        withdrawn("cloudtrail.amazonaws.com"),
        by_service_role(MEMBER, "09:59", TrailChange::Delete),
    ];
    let gone = (OrganizationAccessWithdrawn, Certainty::Signed);
    assert_eq!(cause(&member(MEMBER), &owner(), &calls), gone);
}

#[test]
fn a_stop_after_which_the_home_chain_goes_on_explains_nothing_elsewhere() {
    let stop = [in_log_of(
        trail_call(ACCOUNT, "09:58", TrailChange::Stop),
        HOME,
        "10:00",
    )];
    let elsewhere = chain(ELSEWHERE);
    let with_home = |home: &Spans, calls: &[Evidence]| {
        split_by_cause(&between(), &elsewhere, &owner(), Some(home), calls)
    };
    let ended = spans(&[("07:00", "10:00"), ("13:00", "15:00")]);
    assert_eq!(with_home(&ended, &stop)[0].cause, LoggingStopped);
    let went_on = spans(&[("07:00", "11:00")]);
    let parts = with_home(&went_on, &stop);
    assert_eq!((parts.len(), parts[0].cause), (1, Unexplained));
    let clause = &parts[0].clauses[0];
    assert!(
        clause.contains("the chain of the trail's home region continues"),
        "{clause}"
    );
    // A call that switches nothing on does not show why it goes on.
    let selectors = TrailChange::Selectors(ManagementEvents::All);
    let calls = [stop[0].clone(), trail_call(ACCOUNT, "10:03", selectors)];
    assert_eq!(with_home(&went_on, &calls)[0].cause, Unexplained);
    // It goes on only after it was started again.
    let start = trail_call(ACCOUNT, "10:30", TrailChange::Start);
    let calls = [stop[0].clone(), start];
    let parts = with_home(&spans(&[("07:00", "10:00"), ("10:30", "15:00")]), &calls);
    assert_eq!(parts[0].cause, LoggingStopped);
}
