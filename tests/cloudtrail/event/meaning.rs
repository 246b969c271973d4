//! What an event means: who made the call, on which trail, and to which object.

use jiff::Timestamp;
use trailproof::cloudtrail::event::{
    AccountChange, Actor, BucketChange, Call, Event, KeyChange, RemovedObject, TrailChange,
    TrailRef, Turn,
};

use super::ARN;

const ROLE: &str = "arn:aws:iam::111122223333:role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForCloudTrail/a";

fn event(call: Call) -> Event {
    Event {
        time: Timestamp::UNIX_EPOCH,
        name: "Name".into(),
        id: None,
        region: None,
        account: None,
        actor: None,
        source_ip: None,
        user_agent: None,
        error_code: None,
        parameters: None,
        call,
    }
}

#[test]
fn the_service_role_of_cloudtrail_is_known_by_its_issuer_or_its_session() {
    let by = |issuer: Option<&str>, arn: Option<&str>| {
        let actor = Actor {
            issuer: issuer.map(Into::into),
            arn: arn.map(Into::into),
            ..Actor::default()
        };
        let actor = Some(actor);
        let call = event(Call::Other);
        Event { actor, ..call }.is_by_service_role()
    };
    assert!(by(Some(ROLE), None));
    assert!(by(None, Some(SESSION)));
    // Anybody may give a role of their own a name that looks like it.
    assert!(!by(
        Some("arn:aws:iam::111122223333:role/mine"),
        Some(SESSION)
    ));
    assert!(!by(None, Some("arn:aws:iam::111122223333:user/Alice")));
    assert!(!by(None, None));
    assert!(!event(Call::Other).is_by_service_role());
}

#[test]
fn a_trail_is_known_by_its_arn_or_by_its_name_account_and_region() {
    let name = || TrailRef::Name("main".parse().expect("a name"));
    let arn = || TrailRef::Arn(ARN.parse().expect("an ARN"));
    let of = |trail, account: Option<&str>, region: Option<&str>| {
        let call = event(Call::Trail(trail, TrailChange::Stop));
        let event = Event {
            account: account.map(|id| id.parse().expect("an account")),
            region: region.map(|id| id.parse().expect("a region")),
            ..call
        };
        let trail = event.on_trail();
        trail.map(|(account, region, name)| format!("{account} {region} {name}"))
    };
    let (account, region) = (Some("222233334444"), Some("eu-west-1"));
    assert_eq!(
        of(name(), account, region).as_deref(),
        Some("222233334444 eu-west-1 main")
    );
    assert_eq!(of(name(), None, region), None);
    assert_eq!(of(name(), account, None), None);
    assert_eq!(
        of(arn(), account, region).as_deref(),
        Some("111122223333 us-east-2 main")
    );
    assert_eq!(event(Call::Other).on_trail(), None);
    assert_eq!(name().to_string(), "trail main");
    assert_eq!(arn().to_string(), ARN);
}

#[test]
fn a_call_has_one_object_or_a_bucket_or_neither() {
    let key = || RemovedObject::current("key");
    let version = RemovedObject {
        version: Some("v".into()),
        ..key()
    };
    let bucket = || "logs".to_owned();
    let trail = TrailRef::Name("main".parse().expect("a name"));
    for (call, object) in [
        (
            Call::Remove(bucket(), vec![key()]),
            (Some("logs"), Some("key"), None),
        ),
        (
            Call::Remove(bucket(), vec![version]),
            (Some("logs"), Some("key"), Some("v")),
        ),
        (
            Call::Remove(bucket(), vec![key(), key()]),
            (Some("logs"), None, None),
        ),
        (
            Call::Write(bucket(), "key".into()),
            (Some("logs"), Some("key"), None),
        ),
        (
            Call::Bucket(bucket(), BucketChange::Policy, Turn::Set),
            (Some("logs"), None, None),
        ),
        (Call::Trail(trail, TrailChange::Stop), (None, None, None)),
        (Call::Account(AccountChange::Left), (None, None, None)),
        (
            Call::Key("k".into(), KeyChange::Disabled),
            (None, None, None),
        ),
        (Call::Other, (None, None, None)),
    ] {
        assert_eq!(call.object(), object, "{call:?}");
    }
}
