//! In which logs events are looked for: those around gaps, and those after what was found damaged. A
//! clean chain has none (pure).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::base::time::{Window, shift};
use crate::cloudtrail::event::{Call, Event};
use crate::cloudtrail::ids::{AccountId, ChainId, Region, TrailName};
use crate::cloudtrail::object_key::{DigestObjectKey, LogObjectKey};
use crate::proof::coverage::Spans;
use crate::proof::gap::{AROUND, Gap, GapPlace, Owner};

/// In which logs events are looked for.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Where calls on trails are recorded: in the home region, of the owner where that is known.
    trails: BTreeMap<(Region, Option<AccountId>), Spans>,
    /// The trails with gaps.
    named: NamedTrails,
    /// Around the beginnings of gaps: digests may have been removed there, by calls that stand in
    /// whatever chain.
    beginnings: Spans,
    /// From when calls on objects are looked for.
    damaged: Option<Timestamp>,
    /// The buckets of those objects.
    buckets: BTreeSet<String>,
}

/// Some trails: by home region and name, and by owner where that is known.
#[derive(Debug, Default, Clone)]
pub struct NamedTrails(BTreeMap<(Region, TrailName), BTreeSet<Option<AccountId>>>);

impl NamedTrails {
    /// Adds the trail of a chain.
    pub fn add(&mut self, chain: &ChainId, owner: &Owner) {
        let owner = owner.account().cloned();
        let trail = (chain.home_region.clone(), chain.trail.clone());
        self.0.entry(trail).or_default().insert(owner);
    }

    /// Whether a call is on one of them, or may be.
    pub fn has(&self, event: &Event) -> bool {
        event.on_trail().is_some_and(|(account, home, trail)| {
            let owners = self.0.get(&(home.clone(), trail.clone()));
            owners.is_some_and(|o| o.contains(&None) || o.contains(&Some(account.clone())))
        })
    }
}

impl EventFilter {
    /// Objects in these buckets are of interest.
    pub fn new(buckets: BTreeSet<String>) -> Self {
        EventFilter {
            buckets,
            ..EventFilter::default()
        }
    }

    /// Events around a gap are of interest.
    pub fn around(&mut self, gap: &Gap, chain: &ChainId, owner: &Owner) {
        self.named.add(chain, owner);
        let home = (chain.home_region.clone(), owner.account().cloned());
        self.trails.entry(home).or_default().insert(around(gap));
        if gap.place != GapPlace::Head {
            let began = gap.began();
            let time = Window::new(shift(began, -AROUND), shift(began, 2 * AROUND));
            self.beginnings.insert(time);
        }
    }

    /// What was done to objects from some time on is of interest; whether it was not before.
    pub fn damaged(&mut self, since: Timestamp) -> bool {
        let new = self.damaged.is_none_or(|known| since < known);
        if new {
            self.damaged = Some(since);
        }
        new
    }

    /// Whether events are looked for in the logs of a digest.
    pub fn wants(&self, chain: &ChainId, digest: Window) -> bool {
        if self.damaged.is_some_and(|since| digest.to >= since) {
            return true;
        }
        let meets = |spans: &Spans| spans.meets(digest);
        let at = |owner: Option<AccountId>| {
            let spans = self.trails.get(&(chain.region.clone(), owner));
            spans.is_some_and(meets)
        };
        meets(&self.beginnings) || at(Some(chain.account.clone())) || at(None)
    }

    /// Whether an event is looked for.
    pub fn takes(&self, event: &Event) -> bool {
        let stored =
            |key: &str| DigestObjectKey::parse(key).is_some() || LogObjectKey::parse(key).is_some();
        match &event.call {
            Call::Trail(..) => self.named.has(event),
            Call::Key(_) => true,
            Call::Bucket(bucket, _) => self.buckets.contains(bucket),
            Call::Remove(bucket, keys) => {
                // DeleteObjects is recorded without its keys.
                let any = keys.is_empty() || keys.iter().any(|key| stored(key));
                self.buckets.contains(bucket) && any
            }
            Call::Write(bucket, key) => self.buckets.contains(bucket) && stored(key),
        }
    }
}

/// The time around a gap in which calls on its trail may be recorded. Before the first digest there
/// is nobody to record them.
pub fn around(gap: &Gap) -> Window {
    let (began, ended) = (gap.began(), gap.ended());
    let from = match gap.place {
        GapPlace::Head => ended,
        _ => began,
    };
    Window::new(shift(from, -AROUND), shift(ended, AROUND))
}
