//! CloudTrail's answers about trails, from parts.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::PartSet;
use super::answer::decode_answer;
use super::lookup::PartLookup;
use super::question::TrailQuestion;
use crate::base::time::Window;
use crate::cloudtrail::event::Event;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::cloudtrail::selectors::Selectors;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::source::GetError;
use crate::source::trails::{TakeHistory, TrailApi};

/// The trails as CloudTrail described them to the shards.
pub struct ReplayTrails(PartLookup);

impl ReplayTrails {
    /// What the parts answer.
    pub fn new(parts: Arc<PartSet>) -> Self {
        ReplayTrails(PartLookup::new(parts))
    }

    fn answer<T: DeserializeOwned>(&self, question: TrailQuestion<'_>) -> Result<T, GetError> {
        decode_answer(&self.0.any(&question.bytes())?)
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

    /// No shard asks for the event history.
    fn lookup(&self, _: &Region, _: &str, time: Window) -> Result<Vec<Event>, GetError> {
        match time.is_empty() {
            true => Ok(Vec::new()),
            false => Err(GetError::NotInParts(None)),
        }
    }

    /// As `lookup`.
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
