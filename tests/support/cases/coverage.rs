//! Cases about time: gaps, restarts, window edges, and empty copies.

use crate::support::case::{Case, hour, wide_trail};
use crate::support::forge::{Chain, ChainSpec, damage, ts};

pub fn cases() -> Vec<Case> {
    vec![
        stopped(),
        short_stop(),
        overlapping_segments(),
        starting_with_logs(),
        validation_off(),
        head(),
        tail(),
        tail_pending(),
        not_looked_at(),
        accepted(),
        chain_missing(),
        chain_missing_beside_siblings(),
        wrong_region(),
        wrong_window(),
        empty(),
        logs_without_digests(),
    ]
}

fn stopped() -> Case {
    let mut case = Case::new(
        "gap",
        3,
        "logging was stopped and started again: the gap runs to the end of the starting digest",
    );
    let mut chain = case.chain(3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T07:45:10Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T10:45:10Z"));
    case
}

fn short_stop() -> Case {
    let mut case = Case::new(
        "gap--twenty-minutes",
        3,
        "a stop of twenty minutes leaves no hole between the intervals: the null link alone tells",
    );
    let mut chain = case.chain(3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T03:50:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T06:50:00Z"));
    case
}

fn overlapping_segments() -> Case {
    let mut case = Case::new(
        "gap--overlapping-segments",
        3,
        "a starting digest ends before the last digest of the old segment does: a restart lies there, how long is not known",
    );
    let mut chain = case.chain(3);
    chain.cut();
    chain.start(&mut case.world, ts("2026-03-01T02:50:00Z"));
    chain.run_until(&mut case.world, hour(6));
    case
}

fn starting_with_logs() -> Case {
    let mut case = Case::new(
        "gap--starting-digest-with-logs",
        3,
        "a starting digest that lists logs vouches for them, and still for no time before its end",
    );
    let mut chain = case.chain(3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start_listing_logs(&mut case.world, ts("2026-03-01T05:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T07:00:00Z"));
    case
}

fn validation_off() -> Case {
    let mut case = Case::new(
        "gap--validation-off",
        3,
        "validation was off while logs kept coming: no digest covers that time, whatever lies in it",
    );
    let mut chain = case.chain(3);
    chain.disable_validation(&mut case.world, ts("2026-03-01T03:12:34Z"));
    chain.undigested_until(&mut case.world, ts("2026-03-01T04:50:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T05:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T07:00:00Z"));
    case
}

fn head() -> Case {
    let mut case = Case::new(
        "coverage-head",
        3,
        "the window asked for begins before the first digest: the trail is younger, or digests were removed",
    )
    .arg(&["--start-time", "2026-02-28T20:00:00Z", "--end-time", "2026-03-01T04:12:34Z"]);
    case.chain(4);
    case
}

fn tail() -> Case {
    let mut case = Case::new(
        "coverage-tail",
        3,
        "the window asked for goes on after the last digest: the newest were removed, or logging ended",
    )
    .arg(&["--end-time", "2026-03-01T12:00:00Z"]);
    case.chain(4);
    case
}

fn tail_pending() -> Case {
    let mut case = Case::new(
        "coverage-tail--pending-after-it",
        3,
        "what lies within the delivery lag of the look is pending; what lies before it is a gap",
    )
    .arg(&[
        "--end-time",
        "2026-03-01T08:00:00Z",
        "--as-of",
        "2026-03-01T08:00:00Z",
    ])
    .differs("S3 is looked at now, whatever --as-of says");
    case.chain(5);
    case
}

fn not_looked_at() -> Case {
    let mut case = Case::new(
        "coverage-tail--not-looked-at",
        3,
        "what lies after the copy was made was not looked at: it is not pending, however long the lag is",
    )
    .arg(&[
        "--end-time",
        "2026-03-01T08:00:00Z",
        "--as-of",
        "2026-03-01T06:00:00Z",
    ])
    // S3 is looked at now.
    .disk_only();
    case.chain(5);
    case
}

fn accepted() -> Case {
    let mut case = Case::new(
        "gap--accepted",
        0,
        "a gap that somebody answered for is shown in full and keeps the verdict; only the exit status looks away",
    )
    .arg(&["--accept", "accept.toml"]);
    let mut chain = case.chain(3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T07:45:10Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T09:45:10Z"));
    let text = r#"[[accept]]
chain = "111111111111/eu-west-1/eu-west-1/main"
from = "2026-03-01T03:00:00Z"
to = "2026-03-01T08:00:00Z"
reason = "the trail was moved to another stack, change 4711"
who = "audit@example.com"
"#;
    case.files.push(("accept.toml", text.into()));
    case
}

fn chain_missing() -> Case {
    let mut case = Case::new(
        "chain-missing",
        4,
        "a chain that was expected has no digest at all",
    )
    .arg(&["--expect", "expect.txt"]);
    case.chain(3);
    let text = "# one chain a line\n111111111111/eu-west-1/eu-west-1/main\n111111111111/eu-central-1/eu-west-1/main\n";
    case.files.push(("expect.txt", text.into()));
    case
}

fn chain_missing_beside_siblings() -> Case {
    let mut case = Case::new(
        "chain-missing--beside-siblings",
        4,
        "all digests of one region were removed; the trail has digests in two others, and its logs are still there",
    );
    case.regions = vec!["eu-west-1", "eu-central-1", "us-east-1"];
    for region in case.regions.clone() {
        let mut chain = Chain::new(
            ChainSpec::new(wide_trail(), region)
                .logs(1..=1)
                .events(1..=1),
        );
        chain.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
        chain.run_until(&mut case.world, hour(2));
        if region == "eu-central-1" {
            for digest in &chain.digests {
                damage::delete(&mut case.world, &digest.place);
            }
        }
    }
    case
}

fn wrong_region() -> Case {
    let mut case = Case::new(
        "nothing-found",
        4,
        "a region was asked for in which nothing lies: that is no success",
    )
    .arg(&["--region", "ap-south-1"]);
    case.chain(2);
    case
}

fn wrong_window() -> Case {
    let mut case = Case::new(
        "nothing-found--window",
        4,
        "a window was asked for that no digest meets: that is no success",
    )
    .arg(&["--start-time", "2026-05-01", "--end-time", "2026-05-02"]);
    case.chain(2);
    case
}

fn empty() -> Case {
    let mut case = Case::new(
        "nothing-found--empty",
        4,
        "all digests were deleted: that is no success",
    );
    let chain = case.chain(2);
    for digest in &chain.digests {
        damage::delete(&mut case.world, &digest.place);
    }
    case.differs("a copy may lack the digests, a bucket may not")
}

fn logs_without_digests() -> Case {
    let mut case = Case::new(
        "nothing-found--only-a-starting-digest",
        4,
        "a lone starting digest covers no time: nothing is proven by it",
    )
    .differs("a hint about copies is not given where S3 is read");
    case.chain(0);
    case
}
