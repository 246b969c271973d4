//! Trails for the tests of this room.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, ChangeWindow, RecordedCalls, SearchedAccounts, TrailInScope};
use crate::cloudtrail::event::{Evidence, TrailChange};
use crate::cloudtrail::ids::{AccountId, ChainId};
use crate::proof::fixtures::{BUCKET, HOME, in_log_of, trail_call};
use crate::proof::gap::TrailOwner;

static NOBODY: BTreeSet<&AccountId> = BTreeSet::new();

/// The trail of a chain. No account is listed as searched, and nothing is known to be left out.
pub fn trail(id: &ChainId, owner: TrailOwner) -> TrailInScope<'_> {
    TrailInScope {
        id,
        owner,
        chains: BTreeMap::from([(&id.account, id)]),
        window: ChangeWindow::default(),
        namesakes: &NOBODY,
        buckets: BTreeSet::from([BUCKET]),
        kms_key: None,
        searched: SearchedAccounts {
            owner: None,
            members: &NOBODY,
        },
        not_searched: None,
    }
}

/// A trail of its chain's account.
pub fn own(id: &ChainId) -> TrailInScope<'_> {
    trail(id, TrailOwner::Account(id.account.clone()))
}

/// A call at `HH:MM` on the trail `main` of an account, in a proven log.
pub fn on_trail(account: &str, time: &str, change: TrailChange) -> Evidence {
    in_log_of(trail_call(account, time, change), HOME, "23:00")
}

/// The changes to a trail among some events.
pub fn changes(trail: &TrailInScope<'_>, events: &[Evidence]) -> Vec<Change> {
    trail.changes(&RecordedCalls::new(events))
}
