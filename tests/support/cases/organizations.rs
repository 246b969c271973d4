//! Cases about causes that lie outside a chain's own trail: its organization, its account, other trails.

use jiff::Timestamp;
use serde_json::json;

use crate::support::case::{ACCOUNT, BUCKET, Case, HOME, REGION, hour, wide_trail};
use crate::support::cases::causes::home_chain;
use crate::support::forge::deeds::{account_event, by_service_role, cloudtrail_event_by};
use crate::support::forge::json::Fields;
use crate::support::forge::{Chain, ChainSpec, Trail, World, ts};

/// The management account, which owns the organization's trail.
const OWNER: &str = "999999999999";
/// A delegated administrator.
const ADMINISTRATOR: &str = "555555555555";
/// A region that accounts have to switch on.
const OPT_IN: &str = "eu-south-1";

pub fn cases() -> Vec<Case> {
    vec![
        access_withdrawn(),
        left(),
        members_copy(),
        administrator(),
        region_disabled(),
        sibling(),
        goes_on_at_home(),
        created_anew(),
        reduced(),
        changed(),
    ]
}

fn org_trail() -> Trail {
    Trail {
        organization: Some("o-exampleorg1".into()),
        ..Trail::new(OWNER, HOME, "org", BUCKET)
    }
}

fn running(world: &mut World, trail: Trail, account: &str, region: &str) -> Chain {
    let spec = ChainSpec::new(trail, region).account(account);
    let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
    chain.start(world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(world, hour(3));
    chain
}

/// Ends a chain and starts it again.
fn interrupted(world: &mut World, chain: &mut Chain) {
    chain.run_until(world, hour(4));
    chain.cut();
    chain.start(world, ts("2026-03-01T07:45:10Z"));
    chain.run_until(world, ts("2026-03-01T09:45:10Z"));
}

fn at() -> Timestamp {
    ts("2026-03-01T04:05:00Z")
}

/// The chains of the trail's owner and of a member, and a case about both.
fn organization(name: &'static str, shows: &'static str) -> (Case, Chain, Chain) {
    let arn = org_trail().arn();
    let mut case = Case::new(name, 3, shows).arg(&["--trail-arn", &arn]);
    case.regions = vec![HOME];
    case.owner = Some(OWNER);
    let owner = running(&mut case.world, org_trail(), OWNER, HOME);
    let member = running(&mut case.world, org_trail(), ACCOUNT, HOME);
    (case, owner, member)
}

fn access_withdrawn() -> Case {
    let (mut case, mut owner, mut member) = organization(
        "gap--organization-access-withdrawn",
        "the management account withdrew CloudTrail's access to the organization: its own chain goes on, and \
         records why the member's ends",
    );
    let params = json!({"servicePrincipal": "cloudtrail.amazonaws.com"});
    let call = account_event(
        "organizations",
        "DisableAWSServiceAccess",
        OWNER,
        at(),
        params,
    );
    owner.record(call);
    owner.run_until(&mut case.world, hour(10));
    interrupted(&mut case.world, &mut member);
    case
}

fn left() -> Case {
    let (mut case, mut owner, mut member) = organization(
        "gap--account-left-organization",
        "the management account removed a member from the organization, and took it in again",
    );
    let params = json!({"accountId": ACCOUNT});
    let name = "RemoveAccountFromOrganization";
    owner.record(account_event("organizations", name, OWNER, at(), params));
    owner.run_until(&mut case.world, hour(10));
    interrupted(&mut case.world, &mut member);
    case
}

fn members_copy() -> Case {
    let (mut case, mut owner, mut member) = organization(
        "gap--copy-of-the-trail-deleted",
        "CloudTrail's service-linked role deleted one member's copy of the trail: that explains the gap of that \
         member alone, and another member's gap stays unexplained",
    );
    let arn = org_trail().arn();
    let params = json!({"name": arn});
    let call = cloudtrail_event_by(ACCOUNT, "DeleteTrail", &arn, at(), None, params);
    member.record(by_service_role(call, ACCOUNT));
    interrupted(&mut case.world, &mut member);
    let mut other = running(&mut case.world, org_trail(), "222222222222", HOME);
    interrupted(&mut case.world, &mut other);
    owner.run_until(&mut case.world, hour(10));
    case
}

fn administrator() -> Case {
    let (case, mut owner, mut member) = organization(
        "gap--stopped-by-a-delegated-administrator",
        "a delegated administrator stopped the organization's trail: the call stands in that account's chain, \
         which was not asked for and is read around the gap",
    );
    let mut case = case.arg(&["--account-id", ACCOUNT]);
    let arn = org_trail().arn();
    let stop = ts("2026-03-01T04:12:00Z");
    let params = json!({"name": arn});
    let call = cloudtrail_event_by(ADMINISTRATOR, "StopLogging", &arn, stop, None, params);
    let mut administrator = running(&mut case.world, org_trail(), ADMINISTRATOR, HOME);
    administrator.record(call);
    for chain in [&mut owner, &mut member, &mut administrator] {
        interrupted(&mut case.world, chain);
    }
    case
}

fn region_disabled() -> Case {
    let mut case = Case::new(
        "gap--region-disabled",
        3,
        "the account switched a region off, and on again later",
    );
    case.regions = vec![HOME, OPT_IN];
    let mut home = running(&mut case.world, wide_trail(), ACCOUNT, HOME);
    let params = json!({"RegionName": OPT_IN});
    home.record(account_event(
        "account",
        "DisableRegion",
        ACCOUNT,
        at(),
        params,
    ));
    home.run_until(&mut case.world, hour(10));
    let mut other = running(&mut case.world, wide_trail(), ACCOUNT, OPT_IN);
    interrupted(&mut case.world, &mut other);
    case
}

fn sibling() -> Case {
    let arn = Trail::new(ACCOUNT, HOME, "data", BUCKET).arn();
    let mut case = Case::new(
        "gap--sibling-of-a-data-only-trail",
        3,
        "a trail that logs no management events was stopped: a sibling in the same folder, which was not asked \
         for, records that and is read around the gap",
    )
    .arg(&["--trail-arn", &arn]);
    case.regions = vec![HOME];
    let data = Trail::new(ACCOUNT, HOME, "data", BUCKET);
    let mut chain = running(&mut case.world, data, ACCOUNT, HOME);
    interrupted(&mut case.world, &mut chain);
    let mut audit = running(
        &mut case.world,
        Trail::new(ACCOUNT, HOME, "audit", BUCKET),
        ACCOUNT,
        HOME,
    );
    let stop = ts("2026-03-01T04:12:00Z");
    let params = json!({"name": arn});
    audit.record(cloudtrail_event_by(
        ACCOUNT,
        "StopLogging",
        &arn,
        stop,
        None,
        params,
    ));
    audit.run_until(&mut case.world, hour(10));
    case
}

fn goes_on_at_home() -> Case {
    let mut case = Case::new(
        "gap--stop-that-the-home-chain-contradicts",
        3,
        "a proven log records StopLogging, and the chain of the home region goes on after it: that does not \
         explain the gap of another region",
    );
    case.regions = vec![HOME, REGION];
    let mut home = running(&mut case.world, wide_trail(), ACCOUNT, HOME);
    let arn = wide_trail().arn();
    let params = json!({"name": arn});
    home.record(cloudtrail_event_by(
        ACCOUNT,
        "StopLogging",
        &arn,
        at(),
        None,
        params,
    ));
    home.run_until(&mut case.world, hour(10));
    let mut other = running(&mut case.world, wide_trail(), ACCOUNT, REGION);
    interrupted(&mut case.world, &mut other);
    case
}

fn created_anew() -> Case {
    let mut case = Case::new(
        "gap--created-anew-without-validation",
        3,
        "the trail was deleted, and created again without validation, which was switched on later",
    );
    let mut chain = home_chain(&mut case, 3);
    chain.stop_with(&mut case.world, ts("2026-03-01T03:30:00Z"), "DeleteTrail");
    let mut audit = running(
        &mut case.world,
        Trail::new(ACCOUNT, HOME, "audit", BUCKET),
        ACCOUNT,
        HOME,
    );
    let arn = wide_trail().arn();
    let calls = [
        (
            "CreateTrail",
            "2026-03-01T05:00:00Z",
            json!({"name": "main", "s3BucketName": BUCKET}),
        ),
        ("StartLogging", "2026-03-01T05:00:20Z", json!({"name": arn})),
        (
            "UpdateTrail",
            "2026-03-01T07:45:10Z",
            json!({"name": arn, "enableLogFileValidation": true}),
        ),
    ];
    for (name, time, params) in calls {
        audit.record(cloudtrail_event_by(
            ACCOUNT,
            name,
            &arn,
            ts(time),
            None,
            params,
        ));
    }
    audit.run_until(&mut case.world, hour(10));
    chain.start(&mut case.world, ts("2026-03-01T07:45:10Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T09:45:10Z"));
    case
}

/// The usual trail, stopped for some hours after a call that changed it.
fn stopped_after(case: &mut Case, call: Fields) {
    let mut chain = home_chain(case, 3);
    chain.record(call);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T07:45:10Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T09:45:10Z"));
}

fn changing(name: &str, params: serde_json::Value) -> Fields {
    let arn = wide_trail().arn();
    let time = ts("2026-03-01T03:20:00Z");
    cloudtrail_event_by(ACCOUNT, name, &arn, time, None, params)
}

fn reduced() -> Case {
    let mut case = Case::new(
        "logging-reduced",
        3,
        "before the trail was stopped, somebody made it log no management events",
    );
    let fields = json!([{"field": "eventCategory", "equals": ["Data"]}]);
    let selectors = json!([{"name": "data only", "fieldSelectors": fields}]);
    let params = json!({"trailName": "main", "advancedEventSelectors": selectors});
    stopped_after(&mut case, changing("PutEventSelectors", params));
    case
}

fn changed() -> Case {
    let mut case = Case::new(
        "trail-changed",
        3,
        "before the trail was stopped, somebody made it encrypt with another key",
    );
    let key = "arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let params = json!({"name": wide_trail().arn(), "kmsKeyId": key});
    stopped_after(&mut case, changing("UpdateTrail", params));
    case
}
