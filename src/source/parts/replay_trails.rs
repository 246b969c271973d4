//! CloudTrail's answers about trails, from parts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;

use super::answer::{decode, decode_answer};
use super::looked_up::{LookedUp, StoredLookup, joined};
use super::lookup::PartLookup;
use super::question::TrailQuestion;
use super::{PartAnswers as _, PartSet};
use crate::base::time::Window;
use crate::cloudtrail::event::Event;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::cloudtrail::selectors::Selectors;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::source::GetError;
use crate::source::trails::{TakeHistory, TrailApi};

/// The most times in which one shard looked up calls of a name in a region.
const TIMES: u32 = 100_000;

/// The trails as CloudTrail described them to the shards.
pub struct ReplayTrails {
    parts: PartLookup,
    /// The calls of a name that were looked up in a region.
    looked_up: Mutex<BTreeMap<(Region, String), AllLookedUp>>,
}

/// What all shards looked up.
type AllLookedUp = Arc<Vec<LookedUp>>;

impl ReplayTrails {
    /// What the parts answer.
    pub fn new(parts: Arc<PartSet>) -> Self {
        ReplayTrails {
            parts: PartLookup::new(parts),
            looked_up: Mutex::default(),
        }
    }

    fn answer<T: DeserializeOwned>(&self, question: TrailQuestion<'_>) -> Result<T, GetError> {
        decode_answer(&self.parts.any(&question.bytes())?)
    }

    /// The calls that any shard looked up.
    fn looked_up(&self, region: &Region, name: &str) -> AllLookedUp {
        let mut looked_up = self
            .looked_up
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let known = looked_up.entry((region.clone(), name.to_owned()));
        Arc::clone(known.or_insert_with(|| {
            let parts = self.parts.parts();
            let of_shard = |shard| {
                (0..TIMES).map_while(move |number| {
                    let question = TrailQuestion::LookedUp(region, name, number);
                    let answer = parts.of_shard(shard, &question.bytes()).ok()??;
                    decode::<StoredLookup>(&answer).ok()
                })
            };
            let lookups = (0..parts.shards()).flat_map(of_shard);
            Arc::new(lookups.map(StoredLookup::into_lookup).collect())
        }))
    }
}

impl TrailApi for ReplayTrails {
    fn describe(&self, region: &Region) -> Result<Vec<TrailConfig>, GetError> {
        self.answer(TrailQuestion::Describe(region))
    }

    fn home_regions(&self) -> Result<BTreeSet<Region>, GetError> {
        self.answer(TrailQuestion::HomeRegions)
    }

    fn status(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        self.answer(TrailQuestion::Status(trail, region))
    }

    fn status_again(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        self.answer(TrailQuestion::StatusAgain(trail, region))
    }

    fn lookup(&self, region: &Region, name: &str, time: Window) -> Result<Vec<Event>, GetError> {
        match time.is_empty() {
            true => Ok(Vec::new()),
            false => joined(&self.looked_up(region, name), time),
        }
    }

    /// No shard asks for the event history.
    fn history(&self, _: &Region, _: Window, _: &mut TakeHistory<'_>) -> Result<(), GetError> {
        Err(GetError::NotInParts(None))
    }

    fn selectors(&self, trail: &TrailArn) -> Result<Selectors, GetError> {
        self.answer(TrailQuestion::Selectors(trail))
    }

    fn requests(&self) -> u64 {
        0
    }
}
