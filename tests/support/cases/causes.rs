//! Cases about causes: who stopped, deleted or changed a trail.

use crate::support::case::{ACCOUNT, BUCKET, Case, HOME, REGION, hour, wide_trail};
use crate::support::forge::deeds::cloudtrail_event;
use crate::support::forge::json::Fields;
use crate::support::forge::{Chain, ChainSpec, Heads, Trail, World, damage, ts};

pub fn cases() -> Vec<Case> {
    vec![
        stopped(),
        stopped_elsewhere(),
        confined(),
        short_stop(),
        validation_disabled(),
        recreated(),
        created(),
        denied(),
        still_digested(),
        removed_before_the_stop(),
        on_again(),
        ended(),
        member(),
        owner_unknown(),
        nothing_recorded(),
        lead(),
    ]
}

/// A chain in the trail's home region, where calls on the trail are recorded.
pub fn home_chain(case: &mut Case, hours: i64) -> Chain {
    case.regions = vec![HOME];
    running(&mut case.world, wide_trail(), HOME, hours)
}

fn running(world: &mut World, trail: Trail, region: &str, hours: i64) -> Chain {
    let mut chain = Chain::new(ChainSpec::new(trail, region).logs(1..=2).events(1..=2));
    chain.start(world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(world, hour(hours));
    chain
}

fn stopped() -> Case {
    let mut case = Case::new(
        "gap--logging-stopped",
        3,
        "logging was stopped and started again, and both calls stand in proven logs",
    );
    let mut chain = home_chain(&mut case, 3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T07:45:10Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T10:45:10Z"));
    case
}

/// The trail in its home region and in another, both stopped for the same time.
pub fn two_regions(case: &mut Case) -> [Chain; 2] {
    case.regions = vec![HOME, REGION];
    [HOME, REGION].map(|region| running(&mut case.world, wide_trail(), region, 3))
}

fn stopped_elsewhere() -> Case {
    let mut case = Case::new(
        "gap--logging-stopped-outside-the-scope",
        3,
        "one region was asked for; the call that stopped the trail stands in its home region's chain, which is \
         read around the gap and counts in nothing else",
    )
    .arg(&["--region", REGION]);
    for mut chain in two_regions(&mut case) {
        chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
        chain.start(&mut case.world, ts("2026-03-01T07:45:10Z"));
        chain.run_until(&mut case.world, ts("2026-03-01T10:45:10Z"));
    }
    case
}

fn confined() -> Case {
    let mut case = Case::new(
        "gap--confined-to-its-home-region",
        3,
        "the trail was made to log in its home region only, and in all regions again",
    );
    let [mut home, mut other] = two_regions(&mut case);
    home.update(
        ts("2026-03-01T03:40:00Z"),
        serde_json::json!({"isMultiRegionTrail": false}),
    );
    home.run_until(&mut case.world, hour(6));
    home.update(
        ts("2026-03-01T06:30:00Z"),
        serde_json::json!({"isMultiRegionTrail": true}),
    );
    home.run_until(&mut case.world, hour(9));
    other.run_until(&mut case.world, hour(4));
    other.cut();
    other.start(&mut case.world, ts("2026-03-01T06:31:00Z"));
    other.run_until(&mut case.world, ts("2026-03-01T09:31:00Z"));
    case
}

fn short_stop() -> Case {
    let mut case = Case::new(
        "gap--logging-stopped-for-twenty-minutes",
        3,
        "a stop of twenty minutes, with who and from where",
    );
    let mut chain = home_chain(&mut case, 3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T03:50:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T06:50:00Z"));
    case
}

fn validation_disabled() -> Case {
    let mut case = Case::new(
        "gap--validation-disabled",
        3,
        "validation was switched off and on again while logs kept coming: the logs in the gap are counted, and \
         are not its cause",
    );
    let mut chain = home_chain(&mut case, 3);
    chain.disable_validation(&mut case.world, ts("2026-03-01T03:12:34Z"));
    chain.undigested_until(&mut case.world, ts("2026-03-01T06:50:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T07:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T09:00:00Z"));
    case
}

fn recreated() -> Case {
    let mut case = Case::new(
        "gap--trail-deleted",
        3,
        "the trail was deleted, and created again under its name",
    );
    let mut chain = home_chain(&mut case, 3);
    chain.stop_with(&mut case.world, ts("2026-03-01T03:30:00Z"), "DeleteTrail");
    chain.create(&mut case.world, ts("2026-03-01T06:05:00Z"), true);
    chain.run_until(&mut case.world, ts("2026-03-01T09:05:00Z"));
    case
}

fn created() -> Case {
    let mut case = Case::new(
        "coverage-head--trail-created",
        3,
        "the trail is younger than the window: the call that created it stands in its first log",
    )
    .arg(&["--start-time", "2026-02-28T12:00:00Z"]);
    case.regions = vec![HOME];
    let mut chain = Chain::new(ChainSpec::new(wide_trail(), HOME).logs(1..=2).events(1..=2));
    chain.create(&mut case.world, ts("2026-03-01T00:12:34Z"), true);
    chain.run_until(&mut case.world, hour(3));
    case
}

fn stop_event(at: &str, error: Option<&str>) -> Fields {
    let arn = wide_trail().arn();
    cloudtrail_event(
        "StopLogging",
        &arn,
        ts(at),
        error,
        serde_json::json!({"name": arn}),
    )
}

fn denied() -> Case {
    let mut case = Case::new(
        "gap--stop-denied",
        3,
        "somebody tried to stop the trail and was refused: that is shown, and explains nothing",
    );
    let mut chain = home_chain(&mut case, 3);
    chain.record(stop_event("2026-03-01T03:40:00Z", Some("AccessDenied")));
    chain.run_until(&mut case.world, hour(4));
    chain.cut();
    chain.start(&mut case.world, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T11:00:00Z"));
    case
}

fn still_digested() -> Case {
    let mut case = Case::new(
        "gap--stopped-and-still-digested",
        3,
        "a proven log says that logging was stopped, and the hours after it are digested: the gap that comes \
         later is not explained by it",
    );
    let mut chain = home_chain(&mut case, 3);
    chain.record(stop_event("2026-03-01T03:20:00Z", None));
    chain.run_until(&mut case.world, hour(5));
    chain.cut();
    chain.start(&mut case.world, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T10:00:00Z"));
    case
}

/// Another trail of the account, which records calls on the first.
fn audit() -> Trail {
    Trail::new(ACCOUNT, HOME, "audit", BUCKET)
}

fn removed_before_the_stop() -> Case {
    let mut case = Case::new(
        "gap--digests-removed-before-the-stop",
        3,
        "the last digests before a stop were removed: another trail records when that was, and until then the \
         gap is not explained",
    );
    let mut chain = home_chain(&mut case, 3);
    chain.stop(&mut case.world, ts("2026-03-01T06:12:34Z"));
    for digest in &chain.digests[4..] {
        damage::delete(&mut case.world, &digest.place);
    }
    chain.start(&mut case.world, ts("2026-03-01T10:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T12:00:00Z"));
    let mut audit = running(&mut case.world, audit(), HOME, 5);
    audit.record(stop_event("2026-03-01T06:12:32Z", None));
    audit.run_until(&mut case.world, hour(12));
    case
}

fn on_again() -> Case {
    let mut case = Case::new(
        "gap--digests-removed-after-the-restart",
        3,
        "logging was stopped and started again, says another trail, and nothing of the hours after that is \
         there: the stop explains the gap only until then",
    );
    let mut chain = home_chain(&mut case, 3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    let kept = chain.digests.len();
    chain.start(&mut case.world, ts("2026-03-01T05:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T08:00:00Z"));
    for digest in &chain.digests[kept..] {
        damage::delete(&mut case.world, &digest.place);
        for log in &digest.logs {
            damage::delete(&mut case.world, &log.place);
        }
    }
    chain.cut();
    chain.start(&mut case.world, ts("2026-03-01T10:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T12:00:00Z"));
    let mut audit = running(&mut case.world, audit(), HOME, 4);
    let arn = wide_trail().arn();
    audit.record(cloudtrail_event(
        "StartLogging",
        &arn,
        ts("2026-03-01T05:00:00Z"),
        None,
        serde_json::json!({"name": arn}),
    ));
    audit.run_until(&mut case.world, hour(12));
    case
}

fn ended() -> Case {
    let mut case = Case::new(
        "coverage-tail--logging-stopped",
        3,
        "logging was stopped and never started again, says the last proven log",
    )
    .arg(&["--end-time", "2026-03-01T12:00:00Z"]);
    let mut chain = home_chain(&mut case, 3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    case
}

const OWNER: &str = "999999999999";

fn org_trail() -> Trail {
    Trail {
        organization: Some("o-exampleorg1".into()),
        ..Trail::new(OWNER, HOME, "org", BUCKET)
    }
}

/// The chains of a member and of the owner's home region, stopped for the same time.
fn organization(case: &mut Case) {
    case.regions = vec![HOME];
    case.owner = Some(OWNER);
    for account in [OWNER, ACCOUNT] {
        let spec = ChainSpec::new(org_trail(), HOME).account(account);
        let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
        chain.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
        chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
        chain.start(&mut case.world, ts("2026-03-01T07:45:10Z"));
        chain.run_until(&mut case.world, ts("2026-03-01T09:45:10Z"));
    }
}

fn member() -> Case {
    let arn = org_trail().arn();
    let mut case = Case::new(
        "gap--member-of-an-organization",
        3,
        "a member's chain has a gap; the call that stopped the organization's trail stands in its owner's \
         chain, which is read around the gap",
    )
    .arg(&["--account-id", ACCOUNT, "--trail-arn", &arn]);
    organization(&mut case);
    case
}

fn owner_unknown() -> Case {
    let mut case = Case::new(
        "gap--owner-presumed",
        3,
        "whose the organization's trail is was not said: that a call is on it is presumed from its name",
    )
    .differs("CloudTrail tells whose the trail is");
    organization(&mut case);
    case
}

fn nothing_recorded() -> Case {
    let mut case = Case::new(
        "gap--nothing-recorded",
        3,
        "the logs around a gap are there and intact, and hold no call that explains it",
    );
    let mut chain = home_chain(&mut case, 4);
    chain.cut();
    chain.start(&mut case.world, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T10:00:00Z"));
    case
}

fn lead() -> Case {
    let mut case = Case::new(
        "gap--lead-on-a-plain-copy",
        4,
        "a copy without metadata: nothing proves the last digest before the gap, so the call in its log is \
         shown as a lead and explains nothing",
    );
    case.heads = Heads::None;
    case.sources = &["disk"];
    let mut chain = home_chain(&mut case, 3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T07:45:10Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T10:45:10Z"));
    case
}
