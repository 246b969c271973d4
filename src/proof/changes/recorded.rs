//! The calls that proven logs record on trails, buckets and keys, by what they are on (pure).

use std::collections::BTreeMap;

use crate::cloudtrail::event::{Call, Evidence};
use crate::cloudtrail::ids::{AccountId, Region, TrailName};

/// Calls by what they are on, so that those of one of many trails are found without a look at all calls.
#[derive(Default)]
pub struct RecordedCalls<'e> {
    on_trails: BTreeMap<&'e Region, BTreeMap<&'e TrailName, NamedTrailCalls<'e>>>,
    on_buckets: BTreeMap<&'e str, Vec<&'e Evidence>>,
    /// The calls on KMS keys, by time, each with the id or ARN that it names.
    pub(super) on_keys: Vec<(&'e str, &'e Evidence)>,
}

/// The calls on the trails of one name and home region, by time.
#[derive(Default)]
struct NamedTrailCalls<'e> {
    all: Vec<&'e Evidence>,
    by_owner: BTreeMap<&'e AccountId, Vec<&'e Evidence>>,
}

impl<'e> RecordedCalls<'e> {
    /// Some events, which are by time, each once.
    pub fn new(events: &'e [Evidence]) -> Self {
        let mut calls = RecordedCalls::default();
        for evidence in events {
            let event = &evidence.event;
            if let Some((account, home, trail)) = event.on_trail() {
                let at_home = calls.on_trails.entry(home).or_default();
                let on_trails = at_home.entry(trail).or_default();
                on_trails.all.push(evidence);
                on_trails
                    .by_owner
                    .entry(account)
                    .or_default()
                    .push(evidence);
            }
            match &event.call {
                Call::Bucket(bucket, ..) => {
                    calls.on_buckets.entry(bucket).or_default().push(evidence);
                }
                Call::Key(id, _) => calls.on_keys.push((id, evidence)),
                _ => {}
            }
        }
        calls
    }

    /// The calls on the trails of a name and home region, by time: those of one account, or of all.
    pub(super) fn on_trails(
        &self,
        home: &Region,
        trail: &TrailName,
        owner: Option<&AccountId>,
    ) -> &[&'e Evidence] {
        let at_home = self.on_trails.get(home);
        let named = at_home.and_then(|at_home| at_home.get(trail));
        let found = match owner {
            Some(owner) => named.and_then(|named| named.by_owner.get(owner)),
            None => named.map(|named| &named.all),
        };
        found.map_or(&[], Vec::as_slice)
    }

    /// The calls on a bucket, by time.
    pub(super) fn on_bucket(&self, bucket: &str) -> &[&'e Evidence] {
        self.on_buckets.get(bucket).map_or(&[], Vec::as_slice)
    }
}
