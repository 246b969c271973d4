//! CloudTrail's answers about trails, from a bundle.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::answers::{ReadAnswers, answer};
use super::files::BundleFiles;
use super::question::ApiQuestion;
use crate::base::time::Window;
use crate::cloudtrail::answers::{self, MalformedAnswer};
use crate::cloudtrail::event::Event;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::cloudtrail::selectors::Selectors;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::source::GetError;
use crate::source::trails::{TakeHistory, TrailApi};

/// The trails as CloudTrail described them when a bundle was collected.
pub struct BundleTrails {
    files: Arc<BundleFiles>,
    homes: ReadAnswers<BTreeSet<Region>>,
    described: ReadAnswers<Vec<TrailConfig>>,
    status: ReadAnswers<TrailStatus>,
    events: ReadAnswers<Vec<Event>>,
    selectors: ReadAnswers<Selectors>,
}

impl BundleTrails {
    pub(super) fn new(files: Arc<BundleFiles>) -> Self {
        BundleTrails {
            files,
            homes: ReadAnswers::default(),
            described: ReadAnswers::default(),
            status: ReadAnswers::default(),
            events: ReadAnswers::default(),
            selectors: ReadAnswers::default(),
        }
    }

    /// The answer to a question that has one page; `None` of `read` is one that lacks what it must have.
    fn one<T>(
        &self,
        question: &ApiQuestion,
        read: impl FnOnce(&[u8]) -> Result<Option<T>, MalformedAnswer>,
    ) -> Result<T, GetError> {
        let page = |pages: &[&[u8]]| match pages {
            [page] => read(page).map_err(|e| e.to_string()),
            _ => Err("it has more than one page".to_owned()),
        };
        let answered = answer(&self.files, question, page)?;
        answered.ok_or_else(|| GetError::Io("an answer that lacks a required field".into()))
    }

    fn status_of(&self, question: ApiQuestion) -> Result<TrailStatus, GetError> {
        let read = |question: &ApiQuestion| self.one(question, answers::status);
        self.status.get(question, read)
    }

    /// The types of Insights events that a trail logs; or why they are not known, in words.
    fn insights(&self, trail: &TrailArn) -> Result<Result<Vec<String>, String>, GetError> {
        let question = ApiQuestion::insight_selectors(trail);
        match self.one(&question, |page| answers::insight_types(page).map(Some)) {
            Err(e) if e.ends_all() => Err(e),
            // A collection that was interrupted between both answers asks for both again.
            Err(GetError::NotCollected) if !self.files.is_finished() => Err(GetError::NotCollected),
            other => Ok(other.map_err(|e| e.detail())),
        }
    }
}

impl TrailApi for BundleTrails {
    fn describe(&self, region: &Region) -> Result<Vec<TrailConfig>, GetError> {
        let read = |question: &ApiQuestion| self.one(question, answers::trails);
        self.described.get(ApiQuestion::describe(region), read)
    }

    fn home_regions(&self) -> Result<BTreeSet<Region>, GetError> {
        self.homes.get(ApiQuestion::home_regions(), |question| {
            let homes = answer(&self.files, question, |pages| {
                answers::join(pages.iter().copied(), answers::home_regions)
            })?;
            Ok(homes.items.into_iter().collect())
        })
    }

    fn status(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        self.status_of(ApiQuestion::status(trail, region, false))
    }

    fn status_again(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        self.status_of(ApiQuestion::status(trail, region, true))
    }

    fn lookup(&self, region: &Region, name: &str, time: Window) -> Result<Vec<Event>, GetError> {
        if time.is_empty() {
            return Ok(Vec::new());
        }
        let question = ApiQuestion::lookup(region, name, time);
        self.events.get(question, |question| {
            let events = answer(&self.files, question, |pages| {
                answers::join(pages.iter().copied(), |page| answers::events(page, time))
            })?;
            Ok(answers::in_order(events.items))
        })
    }

    /// No collection asks for all events.
    fn history(&self, _: &Region, _: Window, _: &mut TakeHistory<'_>) -> Result<(), GetError> {
        Err(GetError::NotCollected)
    }

    fn selectors(&self, trail: &TrailArn) -> Result<Selectors, GetError> {
        self.selectors
            .get(ApiQuestion::event_selectors(trail), |question| {
                let selectors = self.one(question, answers::event_selectors)?;
                Ok(Selectors {
                    basic: selectors.basic,
                    advanced: selectors.advanced,
                    insights: self.insights(trail)?,
                })
            })
    }

    fn requests(&self) -> u64 {
        0
    }
}
