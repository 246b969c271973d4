//! The report of what recorded calls changed about a trail.

use crate::proof::changes::{Change as FoundChange, ChangesOfTrail as FoundChanges};
use crate::report::validation::v1::{Change, ChangesOfTrail, Evidence, SearchedPlace};
use crate::validate::view::events::evidence;

/// The report of the changes to one trail.
pub(super) fn changes(of: FoundChanges) -> ChangesOfTrail {
    let searched = of.searched.iter().map(|place| SearchedPlace {
        account: place.account.to_string(),
        region: place.region.to_string(),
    });
    ChangesOfTrail {
        owner: of.owner.as_ref().map(ToString::to_string),
        organization: of.organization.as_ref().map(ToString::to_string),
        home_region: of.home_region.to_string(),
        trail: of.trail.to_string(),
        searched: searched.collect(),
        more_searched: of.more_searched,
        not_searched: of.not_searched.map(Into::into),
        changes: of.changes.into_iter().map(change).collect(),
        more: of.more,
    }
}

fn change(found: FoundChange) -> Change {
    Change {
        what: found.what.into(),
        reduces: found.reduces,
        refused: found.refused,
        sentence: found.sentence,
        evidence: Evidence {
            role: None,
            ..evidence(&found.evidence, false)
        },
    }
}
