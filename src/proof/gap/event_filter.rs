//! Which logs and events are searched for: those around gaps, and those after an object was damaged
//! (pure).
//!
//! In a chain without gaps and damage, no log is searched.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::base::time::{Window, shift};
use crate::cloudtrail::event::{Call, Event};
use crate::cloudtrail::ids::{AccountId, ChainId, Region, TrailName};
use crate::cloudtrail::object_key::{DigestObjectKey, LogObjectKey};
use crate::proof::coverage::Spans;
use crate::proof::gap::{AROUND, Gap, GapPlace, TrailOwner};

/// Which logs and events are searched for.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// When calls on trails may be recorded: by their home region, and by their owner where that is
    /// known.
    trails: BTreeMap<(Region, Option<AccountId>), Spans>,
    /// The trails of the requested chains.
    requested: NamedTrails,
    /// The time around the beginnings of gaps. Digests may have been removed then, by calls that
    /// any chain may record.
    beginnings: Spans,
    /// From when calls on objects are searched for.
    damaged: Option<Timestamp>,
    /// The buckets whose objects count.
    buckets: BTreeSet<String>,
    /// Whether every log in the window is searched for changes of trails, buckets and keys.
    changes: bool,
}

/// A set of trails, by home region and name, and by owner where that is known.
#[derive(Debug, Default, Clone)]
pub struct NamedTrails(BTreeMap<(Region, TrailName), BTreeSet<Option<AccountId>>>);

impl NamedTrails {
    /// Adds the trail of a chain.
    pub fn add(&mut self, chain: &ChainId, owner: &TrailOwner) {
        let owner = owner.account().cloned();
        let trail = (chain.home_region.clone(), chain.trail.clone());
        let owners = self.0.entry(trail).or_default();
        owners.insert(owner);
        // CloudTrail's own role acts on a member's copy of an organization's trail.
        let member = chain.organization.is_some().then(|| chain.account.clone());
        owners.extend(member.map(Some));
    }

    /// Whether a call is on one of these trails, or may be.
    pub fn has(&self, event: &Event) -> bool {
        event.on_trail().is_some_and(|(account, home, trail)| {
            let owners = self.0.get(&(home.clone(), trail.clone()));
            owners.is_some_and(|o| o.contains(&None) || o.contains(&Some(account.clone())))
        })
    }
}

impl EventFilter {
    /// Accepts calls on objects in these buckets, once [`Self::damaged`] says from when.
    pub fn new(buckets: BTreeSet<String>) -> Self {
        EventFilter {
            buckets,
            ..EventFilter::default()
        }
    }

    /// Accepts changes of trails, buckets and keys in every log in the window.
    pub fn search_changes(&mut self) {
        self.changes = true;
    }

    /// Whether every log in the window is searched for changes.
    pub fn searches_changes(&self) -> bool {
        self.changes
    }

    /// Whether an event is a change of a trail of the requested chains, or may be one of its bucket or its key.
    pub fn takes_change(&self, event: &Event) -> bool {
        match &event.call {
            Call::Trail(..) => self.requested.has(event),
            Call::Bucket(bucket, ..) => self.buckets.contains(bucket),
            Call::Key(..) => true,
            _ => false,
        }
    }

    /// Accepts calls on the trail of a chain, wherever logs are searched.
    pub fn add_trail(&mut self, chain: &ChainId, owner: &TrailOwner) {
        self.requested.add(chain, owner);
    }

    /// Accepts events around a gap.
    pub fn add_gap(&mut self, gap: &Gap, chain: &ChainId, owner: &TrailOwner) {
        self.add_trail(chain, owner);
        for place in recorded_in(chain, owner) {
            let spans = self.trails.entry(place).or_default();
            spans.insert(search_window(gap));
        }
        if gap.place != GapPlace::Head {
            let began = gap.began();
            let time = Window::new(shift(began, -AROUND), shift(began, 2 * AROUND));
            self.beginnings.insert(time);
        }
    }

    /// Accepts calls on objects from `since` on. Returns whether this extends what was accepted
    /// before.
    pub fn damaged(&mut self, since: Timestamp) -> bool {
        let new = self.damaged.is_none_or(|known| since < known);
        if new {
            self.damaged = Some(since);
        }
        new
    }

    /// Whether the logs of a digest are searched.
    pub fn wants(&self, chain: &ChainId, digest: Window) -> bool {
        if self.damaged.is_some_and(|since| digest.to >= since) {
            return true;
        }
        self.beginnings.meets(digest) || self.wants_leads(chain, digest)
    }

    /// Whether the logs of an unproven digest are searched: where calls on trails with gaps may be recorded.
    pub fn wants_leads(&self, chain: &ChainId, digest: Window) -> bool {
        let at = |owner: Option<AccountId>| {
            let spans = self.trails.get(&(chain.region.clone(), owner));
            spans.is_some_and(|spans| spans.meets(digest))
        };
        at(Some(chain.account.clone())) || at(None)
    }

    /// Whether an event of an unproven digest's log is accepted.
    pub fn takes_lead(&self, event: &Event) -> bool {
        matches!(event.call, Call::Trail(..) | Call::Account(_)) && self.takes(event)
    }

    /// Whether an event may be accepted once more gaps and more damage are known than are known here.
    pub fn may_take(&self, event: &Event) -> bool {
        match &event.call {
            Call::Trail(..) | Call::Account(_) | Call::Key(..) | Call::Bucket(..) => true,
            Call::Remove(bucket, keys) => {
                keys.is_empty() && self.buckets.contains(bucket)
                    || keys.iter().any(|object| is_stored(&object.key))
            }
            Call::Write(_, key) => is_stored(key),
            Call::Other => false,
        }
    }

    /// The buckets whose objects count.
    pub fn buckets(&self) -> &BTreeSet<String> {
        &self.buckets
    }

    /// Whether an event is accepted.
    pub fn takes(&self, event: &Event) -> bool {
        match &event.call {
            Call::Trail(..) => self.requested.has(event),
            Call::Account(_) => !self.trails.is_empty(),
            Call::Key(..) => true,
            Call::Bucket(bucket, ..) => self.buckets.contains(bucket),
            Call::Remove(bucket, keys) => {
                // CloudTrail records DeleteObjects without its keys.
                let any = keys.is_empty() || keys.iter().any(|object| is_stored(&object.key));
                self.buckets.contains(bucket) && any
            }
            Call::Write(bucket, key) => self.buckets.contains(bucket) && is_stored(key),
            Call::Other => false,
        }
    }
}

/// Whether a key is that of a digest or a log.
fn is_stored(key: &str) -> bool {
    DigestObjectKey::parse(key).is_some() || LogObjectKey::parse(key).is_some()
}

/// Where calls that may explain a gap are recorded: the region, and the account where that is known.
/// - Calls on a trail, in its home region: by its owner, and on an organization's trail by any account of the
///   organization, because delegated administrators make such calls too.
/// - Calls on accounts and organizations, in one region of the partition: by the account itself, and by the
///   management account, which owns the trails of its organization.
pub fn recorded_in(chain: &ChainId, owner: &TrailOwner) -> Vec<(Region, Option<AccountId>)> {
    let by = owner.account().cloned();
    let mut places = vec![(chain.home_region.clone(), by.clone())];
    if chain.organization.is_some() {
        places.push((chain.home_region.clone(), None));
    }
    if let Some(region) = chain.region.of_organizations() {
        places.push((region.clone(), by));
        places.push((region, Some(chain.account.clone())));
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// The time around a gap in which calls on its trail may be recorded. Before the first digest
/// nothing is recorded.
pub fn search_window(gap: &Gap) -> Window {
    let (began, ended) = (gap.began(), gap.ended());
    let from = match gap.place {
        GapPlace::Head => ended,
        _ => began,
    };
    Window::new(shift(from, -AROUND), shift(ended, AROUND))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{EventFilter, search_window};
    use crate::cloudtrail::event::{
        AccountChange, BucketChange, Call, KeyChange, RemovedObject, TrailChange, Turn,
    };
    use crate::proof::fixtures::{
        ACCOUNT, BUCKET, HOME, at, chain, digest_key, event, log_key, span, trail_call,
    };
    use crate::proof::gap::{Gap, GapPlace, TrailOwner};

    fn filter() -> EventFilter {
        EventFilter::new([BUCKET.to_owned()].into())
    }

    fn gap(place: GapPlace) -> Gap {
        Gap::new(span("06:00", "13:00"), place, None, None)
    }

    /// Searches around a gap of the home chain of a trail that [`ACCOUNT`] owns.
    fn around(place: GapPlace) -> EventFilter {
        let mut filter = filter();
        let owner = TrailOwner::Account(ACCOUNT.parse().expect("an account"));
        filter.add_gap(&gap(place), &chain(HOME), &owner);
        filter
    }

    /// DeleteObjects, with keys if the record lists them.
    fn removed(bucket: &str, keys: &[&str]) -> Call {
        let keys = keys.iter().copied().map(RemovedObject::current);
        Call::Remove(bucket.into(), keys.collect())
    }

    #[test]
    fn only_an_earlier_damage_extends_what_is_searched() {
        let mut filter = filter();
        let extends = ["10:00", "10:00", "11:00", "09:00"].map(|since| filter.damaged(at(since)));
        assert_eq!(extends, [true, false, false, true]);
    }

    #[test]
    fn changes_are_searched_for_once_they_are_asked_for() {
        let mut filter = filter();
        assert!(!filter.searches_changes());
        filter.search_changes();
        assert!(filter.searches_changes());
        assert_eq!(filter.buckets(), &BTreeSet::from([BUCKET.to_owned()]));
    }

    #[test]
    fn a_change_is_a_call_on_a_requested_trail_or_on_one_of_its_buckets() {
        let mut filter = filter();
        filter.add_trail(&chain(HOME), &TrailOwner::Organization);
        let stop = trail_call(ACCOUNT, "10:00", TrailChange::Stop).event;
        assert!(filter.takes_change(&stop));
        assert!(!EventFilter::default().takes_change(&stop));
        let remove = |bucket: &str| {
            let call = Call::Remove(bucket.into(), Vec::new());
            event(at("10:00"), "DeleteBucket", call).event
        };
        assert!(!filter.takes_change(&remove(BUCKET)));
        assert!(filter.may_take(&remove(BUCKET)));
        assert!(!filter.may_take(&remove("another")));
    }

    #[test]
    fn calls_are_accepted_by_what_they_are_on() {
        let (log, digest) = (log_key(HOME, "10:00"), digest_key(HOME, "10:00"));
        let (log, digest, page) = (log.as_str(), digest.as_str(), "index.html");
        let stop = |account| trail_call(account, "10:00", TrailChange::Stop).event.call;
        let written = |bucket: &str, key: &str| Call::Write(bucket.into(), key.into());
        let policy = |bucket: &str| Call::Bucket(bucket.into(), BucketChange::Policy, Turn::Set);
        let key = Call::Key("a key".into(), KeyChange::Disabled);
        let left = Call::Account(AccountChange::Left);
        // Whether it is accepted, as a change, as a lead, and whether it may be once more gaps are known.
        let rows = [
            ("the trail", stop(ACCOUNT), [true, true, true, true]),
            (
                "the trail of that name of another account",
                stop("999999999999"),
                [false, false, false, true],
            ),
            ("an account", left, [true, false, true, true]),
            ("a key", key, [true, true, false, true]),
            ("the bucket", policy(BUCKET), [true, true, false, true]),
            (
                "another bucket",
                policy("another"),
                [false, false, false, true],
            ),
            (
                "objects that are not listed",
                removed(BUCKET, &[]),
                [true, false, false, true],
            ),
            (
                "a digest",
                removed(BUCKET, &[digest]),
                [true, false, false, true],
            ),
            (
                "a log among others",
                removed(BUCKET, &[page, log]),
                [true, false, false, true],
            ),
            ("another object", removed(BUCKET, &[page]), [false; 4]),
            (
                "objects of another bucket that are not listed",
                removed("another", &[]),
                [false; 4],
            ),
            (
                "a digest in another bucket",
                removed("another", &[digest]),
                [false, false, false, true],
            ),
            (
                "a log that is written",
                written(BUCKET, log),
                [true, false, false, true],
            ),
            (
                "another object that is written",
                written(BUCKET, page),
                [false; 4],
            ),
            (
                "a log that is written to another bucket",
                written("another", log),
                [false, false, false, true],
            ),
            ("anything else", Call::Other, [false; 4]),
        ];
        let filter = around(GapPlace::Between);
        for (name, call, expected) in rows {
            let event = event(at("10:00"), "a call", call).event;
            let accepted = [
                filter.takes(&event),
                filter.takes_change(&event),
                filter.takes_lead(&event),
                filter.may_take(&event),
            ];
            assert_eq!(accepted, expected, "{name}");
        }
    }

    #[test]
    fn any_chain_is_searched_from_two_hours_before_a_gap_begins_to_four_hours_after() {
        let rows = [
            ("03:00", "04:00", false),
            ("03:30", "04:30", true),
            ("09:30", "10:30", true),
            ("10:00", "11:00", false),
        ];
        for (from, to, expected) in rows {
            // No call on the trail is recorded in this region.
            let wants = |place| around(place).wants(&chain("us-west-2"), span(from, to));
            assert_eq!(wants(GapPlace::Between), expected, "{from}");
            assert_eq!(wants(GapPlace::Tail), expected, "{from}");
            // Nothing shows that there were digests before the first one.
            assert!(!wants(GapPlace::Head), "{from}");
        }
    }

    #[test]
    fn before_the_first_digest_calls_are_searched_only_around_the_end_of_the_gap() {
        assert_eq!(search_window(&gap(GapPlace::Head)), span("11:00", "15:00"));
        for place in [GapPlace::Between, GapPlace::Tail] {
            assert_eq!(search_window(&gap(place)), span("04:00", "15:00"));
        }
    }
}
