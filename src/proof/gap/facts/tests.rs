use super::{TrailOwner, agrees_with_digests, last_digest};
use crate::cloudtrail::event::{AccountChange, Call, Evidence, TrailChange};
use crate::cloudtrail::ids::ChainId;
use crate::proof::fixtures::{
    ACCOUNT, HOME, at, chain, digest_key, event, held_by, in_log_of, trail_call,
};
use crate::proof::gap::Cause::{
    AccountLeftOrganization, LoggingStopped, OrganizationAccessWithdrawn, RegionDisabled,
    ValidationDisabled,
};

fn stop(time: &str) -> Evidence {
    trail_call(ACCOUNT, time, TrailChange::Stop)
}

#[test]
fn digests_may_go_on_for_some_time_after_a_call() {
    // Of a call in no log: its earliest time, and one before. Of a call in a log of the chain: the earliest
    // end of the digest that holds it, and one before.
    let quick = (["08:45", "08:44"], ["10:00", "09:59"]);
    let slow = (["08:00", "07:59"], ["09:15", "09:14"]);
    let rows = [
        (LoggingStopped, quick),
        (ValidationDisabled, (quick.0, ["09:00", "08:59"])),
        (RegionDisabled, slow),
        (OrganizationAccessWithdrawn, slow),
        (AccountLeftOrganization, slow),
    ];
    for (cause, (called, held)) in rows {
        let agrees = |call: &Evidence| agrees_with_digests(call, &chain(HOME), cause, at("10:00"));
        let called = called.map(|time| agrees(&stop(time)));
        assert_eq!(called, [true, false], "{cause:?}");
        let held = held.map(|end| agrees(&in_log_of(stop("07:30"), HOME, end)));
        assert_eq!(held, [true, false], "{cause:?}");
    }
}

#[test]
fn the_digest_that_holds_a_call_is_the_last_of_the_home_chain() {
    let call = stop("09:50");
    let key = digest_key(HOME, "10:00");
    let other_name = key.replace("_main_", "_other_");
    let other_home = key.replace(&format!("_main_{HOME}"), "_main_us-west-2");
    // The last digest, and the last one after validation was switched off.
    let known = ["10:00", "11:00"];
    // The next digest of the home chain ends within the hour, and its logs come within a quarter of an hour.
    let presumed = ["11:05", "12:05"];
    let rows = [
        ("the home chain", held_by(call.clone(), key, "10:00"), known),
        (
            "a trail of another name",
            held_by(call.clone(), other_name, "10:00"),
            presumed,
        ),
        (
            "one with another home",
            held_by(call.clone(), other_home, "10:00"),
            presumed,
        ),
        (
            "another region",
            in_log_of(call.clone(), "us-west-2", "10:00"),
            presumed,
        ),
        ("no log", call, presumed),
    ];
    for (name, call, expected) in rows {
        let causes = [LoggingStopped, ValidationDisabled];
        let last = causes.map(|cause| last_digest(&call, &chain(HOME), cause));
        assert_eq!(last, expected.map(at), "{name}");
    }
}

#[test]
fn a_log_in_the_folder_of_the_organization_shows_who_withdrew_its_access() {
    let organization = "o-exampleorg1".parse().expect("an organization");
    let member = ChainId {
        account: "444455556666".parse().expect("an account"),
        ..chain(HOME).in_organization(Some(organization))
    };
    let change = AccountChange::AccessWithdrawn("cloudtrail.amazonaws.com".into());
    let call = event(
        at("09:50"),
        "DisableAWSServiceAccess",
        Call::Account(change),
    );
    let key = digest_key(HOME, "10:00");
    let below = |id: &str| key.replace("AWSLogs/", &format!("AWSLogs/{id}/"));
    let rows = [
        (
            "its folder",
            held_by(call.clone(), below("o-exampleorg1"), "10:00"),
            false,
        ),
        (
            "the folder of another",
            held_by(call.clone(), below("o-exampleorg2"), "10:00"),
            true,
        ),
        (
            "the folder of an account",
            held_by(call.clone(), key.clone(), "10:00"),
            true,
        ),
        ("no log", call.clone(), true),
    ];
    for (name, call, expected) in rows {
        let concern = TrailOwner::Organization.concern(&call, &member);
        let presumed = concern.map(|concern| concern.presumed);
        assert_eq!(presumed, Some(expected), "{name}");
    }
}
