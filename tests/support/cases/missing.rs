//! Cases about digests that are missing.

use crate::support::case::Case;
use crate::support::forge::{damage, ts};

pub fn cases() -> Vec<Case> {
    vec![
        late(),
        missing(),
        missing_several(),
        missing_beside_damaged(),
        missing_with_a_restart(),
        missing_before_the_window(),
        unknown_beside_unreadable(),
    ]
}

fn late() -> Case {
    let mut case = Case::new(
        "digest-late",
        0,
        "the copy was made so soon after the end of a digest that it may not have been delivered yet, though \
         its successor was: a note, and its hour is pending",
    )
    .arg(&[
        "--end-time",
        "2026-03-01T06:12:34Z",
        "--as-of",
        "2026-03-01T06:45:00Z",
    ])
    // S3 is looked at now, long after it should have been delivered.
    .disk_only();
    let chain = case.chain(6);
    damage::delete(&mut case.world, &chain.digests[5].place);
    case
}

fn missing() -> Case {
    let mut case = Case::new(
        "digest-missing",
        1,
        "one digest in the middle is not there; its successor names it",
    );
    let chain = case.chain(6);
    damage::delete(&mut case.world, &chain.digests[3].place);
    case
}

fn missing_several() -> Case {
    let mut case = Case::new(
        "digest-missing--several",
        1,
        "four digests in a row are not there: one is named by a link, three are counted by the hour",
    );
    let chain = case.chain(9);
    for digest in &chain.digests[3..7] {
        damage::delete(&mut case.world, &digest.place);
    }
    case
}

fn missing_beside_damaged() -> Case {
    let mut case = Case::new(
        "digest-missing--beside-damaged",
        1,
        "a tampered digest does not hide the two that are missing before it",
    );
    let chain = case.chain(9);
    damage::tamper_digest(&mut case.world, &chain.digests[6].place);
    damage::delete(&mut case.world, &chain.digests[5].place);
    damage::delete(&mut case.world, &chain.digests[4].place);
    case
}

fn missing_with_a_restart() -> Case {
    let mut case = Case::new(
        "digest-missing--restart-among",
        1,
        "digests on both sides of a restart are missing: minutes and seconds differ across the hole",
    );
    let mut chain = case.chain(4);
    chain.stop(&mut case.world, ts("2026-03-01T04:40:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T06:00:10Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T09:00:10Z"));
    for digest in &chain.digests[4..8] {
        damage::delete(&mut case.world, &digest.place);
    }
    case
}

fn missing_before_the_window() -> Case {
    let mut case = Case::new(
        "digest-missing--before-the-window",
        0,
        "what lies before the window given may have expired: a note, and the window is verified",
    )
    .arg(&["--start-time", "2026-03-01T04:12:34+00:00"]);
    let chain = case.chain(8);
    for digest in &chain.digests[..5] {
        damage::delete(&mut case.world, &digest.place);
    }
    case
}

fn unknown_beside_unreadable() -> Case {
    let mut case = Case::new(
        "digest-unreadable--beside-a-hole",
        4,
        "a digest could not be read and may cover the two hours before its end: none is missing beside it",
    )
    .disk_only();
    let chain = case.chain(6);
    damage::delete(&mut case.world, &chain.digests[3].place);
    case.links.push(chain.digests[4].place.clone());
    case
}
