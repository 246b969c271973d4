//! CloudTrail's answers about trails, recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::AnswerSink;
use super::answer::{encode, encode_answer};
use super::looked_up::StoredLookup;
use super::question::TrailQuestion;
use crate::base::time::Window;
use crate::cloudtrail::event::Event;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::cloudtrail::selectors::Selectors;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::source::GetError;
use crate::source::trails::{TakeHistory, TrailApi};

/// Trails whose answers are recorded in a part.
pub struct RecordTrails {
    trails: Box<dyn TrailApi>,
    sink: Arc<dyn AnswerSink + Send + Sync>,
    /// The times in which calls of a name were looked up in a region.
    looked_up: Mutex<BTreeMap<(Region, String), Vec<Window>>>,
}

impl RecordTrails {
    /// Records what `trails` answers.
    pub fn new(trails: Box<dyn TrailApi>, sink: Arc<dyn AnswerSink + Send + Sync>) -> Self {
        RecordTrails {
            trails,
            sink,
            looked_up: Mutex::default(),
        }
    }

    /// The number of a time in which calls are looked up; `None` if they were.
    fn number(&self, region: &Region, name: &str, time: Window) -> Option<u32> {
        let mut looked_up = self
            .looked_up
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let times = looked_up
            .entry((region.clone(), name.to_owned()))
            .or_default();
        if times.contains(&time) {
            return None;
        }
        times.push(time);
        u32::try_from(times.len() - 1).ok()
    }

    fn recorded<T: Serialize>(
        &self,
        question: TrailQuestion<'_>,
        ask: impl FnOnce(&dyn TrailApi) -> Result<T, GetError>,
    ) -> Result<T, GetError> {
        self.sink.check()?;
        let answer = ask(self.trails.as_ref());
        if let Some(stored) = encode_answer(&answer) {
            self.sink.put(&question.bytes(), &stored);
        }
        answer
    }
}

impl TrailApi for RecordTrails {
    fn describe(&self, region: &Region) -> Result<Vec<TrailConfig>, GetError> {
        self.recorded(TrailQuestion::Describe(region), |t| t.describe(region))
    }

    fn home_regions(&self) -> Result<BTreeSet<Region>, GetError> {
        self.recorded(TrailQuestion::HomeRegions, |t| t.home_regions())
    }

    fn status(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        let question = TrailQuestion::Status(trail, region);
        self.recorded(question, |t| t.status(trail, region))
    }

    fn status_again(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        let question = TrailQuestion::StatusAgain(trail, region);
        self.recorded(question, |t| t.status_again(trail, region))
    }

    /// Recorded with its time, because a merge looks up the time around the gaps of all shards at once.
    fn lookup(&self, region: &Region, name: &str, time: Window) -> Result<Vec<Event>, GetError> {
        self.sink.check()?;
        let answer = self.trails.lookup(region, name, time);
        if let Some(stored) = StoredLookup::of(time, &answer).and_then(|lookup| encode(&lookup))
            && let Some(number) = self.number(region, name, time)
        {
            let question = TrailQuestion::LookedUp(region, name, number);
            self.sink.put(&question.bytes(), &stored);
        }
        answer
    }

    /// Never recorded: a validation that asks for the event history is not sharded.
    fn history(
        &self,
        region: &Region,
        time: Window,
        take: &mut TakeHistory<'_>,
    ) -> Result<(), GetError> {
        self.trails.history(region, time, take)
    }

    fn selectors(&self, trail: &TrailArn) -> Result<Selectors, GetError> {
        self.recorded(TrailQuestion::Selectors(trail), |t| t.selectors(trail))
    }

    fn requests(&self) -> u64 {
        self.trails.requests()
    }
}
