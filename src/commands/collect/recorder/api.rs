//! CloudTrail's answers, recorded as they came. A source of them that keeps each answer in the log of the recorder
//! is asked, and its answer is then stored.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::stored::known;
use super::{CollectionStop, Recorder, now};
use crate::base::time::Window;
use crate::cloudtrail::answers::{CompleteAnswer, ListedKey};
use crate::cloudtrail::event::Event;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::cloudtrail::selectors::Selectors;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::proof::keys::KeyOrigin;
use crate::source::GetError;
use crate::source::bundle::question::{ApiOperation, ApiQuestion};
use crate::source::bundle::record::{FileOrigin, UnansweredQuestion};
use crate::source::keys::{PublicKeyApi, TimeRange};
use crate::source::trails::{TakeHistory, TrailApi};

/// Trails whose answers are recorded.
pub struct RecordingTrails {
    trails: Box<dyn TrailApi>,
    recorder: Arc<Recorder>,
}

impl RecordingTrails {
    /// Records what `trails` answers.
    pub fn new(trails: Box<dyn TrailApi>, recorder: Arc<Recorder>) -> Self {
        RecordingTrails { trails, recorder }
    }

    /// The answer that is stored, or that of `ask`, which is recorded.
    fn recorded<T>(
        &self,
        question: &ApiQuestion,
        ask: impl Fn(&dyn TrailApi) -> Result<T, GetError>,
    ) -> Result<T, GetError> {
        let stored = self.recorder.stored();
        if let Some(answer) = stored.and_then(|stored| known(ask(stored.trails()))) {
            return Ok(answer);
        }
        let answer = ask(self.trails.as_ref());
        self.recorder.record_answer(question, answer.as_ref().err());
        answer
    }
}

impl TrailApi for RecordingTrails {
    fn describe(&self, region: &Region) -> Result<Vec<TrailConfig>, GetError> {
        let question = ApiQuestion::describe(region);
        self.recorded(&question, |trails| trails.describe(region))
    }

    fn home_regions(&self) -> Result<BTreeSet<Region>, GetError> {
        let question = ApiQuestion::home_regions();
        self.recorded(&question, |trails| trails.home_regions())
    }

    fn status(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        let question = ApiQuestion::status(trail, region, false);
        self.recorded(&question, |trails| trails.status(trail, region))
    }

    fn status_again(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        let question = ApiQuestion::status(trail, region, true);
        self.recorded(&question, |trails| trails.status_again(trail, region))
    }

    fn lookup(&self, region: &Region, name: &str, time: Window) -> Result<Vec<Event>, GetError> {
        let question = ApiQuestion::lookup(region, name, time);
        self.recorded(&question, |trails| trails.lookup(region, name, time))
    }

    /// The event history is never recorded: a bundle is not compared with it.
    fn history(
        &self,
        region: &Region,
        time: Window,
        take: &mut TakeHistory<'_>,
    ) -> Result<(), GetError> {
        self.trails.history(region, time, take)
    }

    fn selectors(&self, trail: &TrailArn) -> Result<Selectors, GetError> {
        let question = ApiQuestion::event_selectors(trail);
        let answer = self.recorded(&question, |trails| trails.selectors(trail));
        // Why there are no Insights selectors is kept in the log, because it is no error here.
        let insights = ApiQuestion::insight_selectors(trail);
        self.recorder.record_answer(&insights, None);
        answer
    }

    fn requests(&self) -> u64 {
        self.trails.requests()
    }
}

/// Public keys whose answers are recorded.
pub struct RecordingKeys<A> {
    keys: A,
    recorder: Arc<Recorder>,
}

impl<A: PublicKeyApi> RecordingKeys<A> {
    /// Records what `keys` answers.
    pub fn new(keys: A, recorder: Arc<Recorder>) -> Self {
        RecordingKeys { keys, recorder }
    }
}

impl<A: PublicKeyApi> PublicKeyApi for RecordingKeys<A> {
    fn list(
        &self,
        region: &Region,
        range: TimeRange,
        again: bool,
    ) -> Result<CompleteAnswer<ListedKey>, GetError> {
        let stored = self.recorder.stored();
        let stored = stored.and_then(|stored| known(stored.keys().list(region, range, again)));
        if let Some(answer) = stored {
            return Ok(answer);
        }
        let answer = self.keys.list(region, range, again);
        let (from, to) = range;
        let question = ApiQuestion::keys(region, Window { from, to }, again);
        self.recorder
            .record_answer(&question, answer.as_ref().err());
        answer
    }

    fn range(
        &self,
        region: &Region,
        needed: TimeRange,
        wished: TimeRange,
        again: bool,
    ) -> TimeRange {
        match self.recorder.stored() {
            Some(stored) => stored.keys().range(region, needed, wished, again),
            None => self.keys.range(region, needed, wished, again),
        }
    }

    fn origin(&self) -> KeyOrigin {
        self.keys.origin()
    }

    fn requests(&self) -> u64 {
        self.keys.requests()
    }
}

impl Recorder {
    /// Stores the answer to a question, unless it was stored when it came; or why there is none.
    fn record_answer(&self, question: &ApiQuestion, error: Option<&GetError>) {
        match (self.answers.take(question), error) {
            (Some(Ok(pages)), _) => {
                self.accepted.store(true, Ordering::Relaxed);
                self.put_from(&question.path(), &joined(&pages), origin_of(question));
            }
            (Some(Err(error)), _) => self.unanswered(question, &error),
            (None, Some(error)) => self.unanswered(question, error),
            (None, None) => {}
        }
    }

    /// Whether an error of CloudTrail is an answer. CloudTrail only adds facts, and may refuse or not be reached all
    /// the time, so its errors are recorded: unless it accepted these credentials before, or it is asked for the
    /// keys, without which nothing is proven.
    fn is_answer_of_api(&self, question: &ApiQuestion, error: &GetError) -> bool {
        let ends = match error {
            GetError::Cancelled(_) => return false,
            GetError::Credentials(_) | GetError::ClockSkewed(_) => {
                // It matters alone if S3 answers nothing either.
                let _ = self.refused.set(CollectionStop {
                    error: error.clone(),
                    question: Some(question.clone()),
                });
                self.accepted.load(Ordering::Relaxed)
            }
            GetError::Unreachable | GetError::Throttled(_) | GetError::Io(_) => {
                question.operation == ApiOperation::ListPublicKeys
            }
            _ => false,
        };
        if ends {
            // The first one stays.
            let _ = self.ended.set(CollectionStop {
                error: error.clone(),
                question: Some(question.clone()),
            });
        }
        !ends
    }

    fn unanswered(&self, question: &ApiQuestion, error: &GetError) {
        if self.is_answer_of_api(question, error) {
            let unanswered = UnansweredQuestion {
                at: now(),
                error: error.clone(),
            };
            self.put_json_from(&question.error_path(), &unanswered, origin_of(question));
        }
    }
}

/// Pages one after another. One without any byte counts as one without members.
fn joined(pages: &[Vec<u8>]) -> Vec<u8> {
    let mut all = Vec::new();
    for page in pages {
        all.extend_from_slice(match page.as_slice() {
            [] => b"{}",
            page => page,
        });
        all.push(b'\n');
    }
    all
}

fn origin_of(question: &ApiQuestion) -> FileOrigin {
    let window = question.window.map(|w| format!("{}/{}", w.from, w.to));
    let subject: Vec<String> = question.subject.iter().cloned().chain(window).collect();
    FileOrigin::Call {
        service: "cloudtrail".into(),
        operation: question.operation.as_str().into(),
        region: question.region.as_ref().map(ToString::to_string),
        subject: (!subject.is_empty()).then(|| subject.join(" ")),
    }
}
