//! CloudTrail's answers about trails, recorded.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::AnswerSink;
use super::answer::encode_answer;
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
}

impl RecordTrails {
    /// Records what `trails` answers.
    pub fn new(trails: Box<dyn TrailApi>, sink: Arc<dyn AnswerSink + Send + Sync>) -> Self {
        RecordTrails { trails, sink }
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

    /// Never recorded: a validation that asks for the event history is not sharded.
    fn lookup(&self, region: &Region, name: &str, time: Window) -> Result<Vec<Event>, GetError> {
        self.trails.lookup(region, name, time)
    }

    /// As `lookup`.
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
