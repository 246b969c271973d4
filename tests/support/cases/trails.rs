//! Cases about the present state of a trail, from CloudTrail.

use crate::support::case::{Case, Says};
use crate::support::forge::ts;

/// A trail without faults.
const WELL: Says = Says {
    validation: true,
    logging: true,
    last_digest: Some("2026-03-01T06:40:00Z"),
    digest_error: None,
};

pub fn cases() -> Vec<Case> {
    vec![
        not_logging(),
        not_validating(),
        not_delivering(),
        newest_removed(),
        newest_removed_within_the_lag(),
    ]
}

fn not_logging() -> Case {
    let says = Says {
        logging: false,
        ..WELL
    };
    let shows =
        "GetTrailStatus reports that the trail is not logging now: a note, the window is verified";
    let mut case = Case::online("trail-not-logging", 0, shows, says);
    case.chain(6);
    case
}

fn not_validating() -> Case {
    let says = Says {
        validation: false,
        ..WELL
    };
    let shows = "DescribeTrails says that validation is off now: a note, the window is verified";
    let mut case = Case::online("trail-not-validating", 0, shows, says);
    case.chain(6);
    case
}

fn not_delivering() -> Case {
    let says = Says {
        digest_error: Some("AccessDenied"),
        ..WELL
    };
    let shows = "GetTrailStatus says why the last digest could not be delivered: a note";
    let mut case = Case::online("delivery-failing", 0, shows, says);
    case.chain(6);
    case
}

fn newest_removed() -> Case {
    let shows = "the two newest digests were removed, and GetTrailStatus knows when the last one was \
                 delivered: that one is missing, the one before it a gap";
    let mut case = Case::online("digest-missing--delivered-says-cloudtrail", 1, shows, WELL);
    let chain = case.chain(6);
    for record in &chain.digests[chain.digests.len() - 2..] {
        case.world.remove(&record.place);
    }
    case
}

fn newest_removed_within_the_lag() -> Case {
    let shows = "the newest digest was removed so soon that it might not have been delivered yet, but \
                 GetTrailStatus knows that it was";
    let mut case = Case::online("digest-missing--no-longer-pending", 1, shows, WELL);
    let chain = case.chain(6);
    let newest = chain.digests.last().expect("a digest");
    assert_eq!(newest.end, ts("2026-03-01T06:12:34Z"));
    case.world.remove(&newest.place);
    case.args.pop();
    case.args.push("2026-03-01T07:00:00Z".into());
    case
}
