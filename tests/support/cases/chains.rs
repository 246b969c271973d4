//! Cases about chains that others, or CloudTrail, show to be missing.

use crate::support::case::{ACCOUNT, Case, HOME, Says};
use crate::support::missing_chains::{
    ACCOUNTS, account_trail, organization_trail, remove, run, trail_of,
};

pub fn cases() -> Vec<Case> {
    vec![at_home(), member(), ended_early(), in_all()]
}

fn at_home() -> Case {
    let mut case = Case::new(
        "chain-missing--home",
        4,
        "the chain of the home region was removed with its logs; the chain of another region names it in each of its digests",
    );
    case.regions = vec!["eu-west-1"];
    run(&mut case.world, &account_trail(), ACCOUNT, "eu-west-1", 2);
    case
}

fn member() -> Case {
    let mut case = Case::new(
        "chain-missing--member",
        4,
        "all digests of one account were removed; its logs are still there, and the organization's trail covers it",
    );
    case.regions = vec![HOME];
    let chains = trail_of(
        &mut case.world,
        &organization_trail(),
        &ACCOUNTS[..2],
        &[HOME],
        3,
    );
    remove(&mut case.world, &chains[1], false);
    case
}

fn ended_early() -> Case {
    let mut case = Case::new(
        "chain-missing--ended-early",
        4,
        "the newest digests of one region were removed; the home region goes on, and no call says why",
    );
    case.regions = vec![HOME, "eu-west-1"];
    run(&mut case.world, &account_trail(), ACCOUNT, "eu-west-1", 2);
    run(&mut case.world, &account_trail(), ACCOUNT, HOME, 6);
    case
}

fn in_all() -> Case {
    let says = Says {
        validation: true,
        logging: true,
        last_digest: Some("2026-03-01T05:41:00Z"),
        digest_error: None,
    };
    let mut case = Case::online(
        "digest-missing--no-chain-left",
        1,
        "all digests were deleted; CloudTrail says that it delivered one within the window",
        says,
    )
    .arg(&[
        "--trail-arn",
        "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main",
    ]);
    let chain = case.chain(6);
    remove(&mut case.world, &chain, false);
    case
}
