//! Trails, as CloudTrail describes them: their configuration, status and selectors, and events from the
//! event history. No request is made twice, unless its answer accuses somebody or is not one of CloudTrail.

mod history;
mod lookup;
mod selectors;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use self::lookup::LookupPace;
use crate::aws::answer::malformed;
use crate::aws::pages::{MAX_PAGES, fetch_all_pages};
use crate::aws::{RequestContext, Session};
use crate::base::time::Window;
use crate::cloudtrail::answers;
use crate::cloudtrail::event::Event;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::cloudtrail::selectors::Selectors;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::source::GetError;
use crate::source::answer_log::{AnswerLog, AnswerPages, KeptAnswer};
use crate::source::bundle::question::ApiQuestion;
use crate::source::trails::{TakeHistory, TrailApi};

/// Events of one name, in a region and a window.
type EventQuery = (Region, String, Window);
/// An answer that is fetched once, by the first thread that needs it.
type Cached<T> = Arc<OnceLock<Result<T, GetError>>>;

/// The trails that a session may see.
pub struct SessionTrails {
    session: Session,
    /// The region in which the trails of the account are listed.
    start: Region,
    homes: OnceLock<Result<BTreeSet<Region>, GetError>>,
    described: Mutex<BTreeMap<Region, Cached<Vec<TrailConfig>>>>,
    status: Mutex<BTreeMap<(TrailArn, Region), Cached<TrailStatus>>>,
    status_again: Mutex<BTreeMap<(TrailArn, Region), Cached<TrailStatus>>>,
    events: Mutex<BTreeMap<EventQuery, Cached<Vec<Event>>>>,
    pace: Mutex<BTreeMap<Region, Arc<LookupPace>>>,
    selectors: Mutex<BTreeMap<TrailArn, Cached<Selectors>>>,
    requests: AtomicU64,
    log: Option<Arc<AnswerLog>>,
}

impl SessionTrails {
    /// Fetches nothing yet. `start` is a region of their partition.
    pub fn new(session: Session, start: Region) -> Self {
        SessionTrails {
            session,
            start,
            homes: OnceLock::new(),
            described: Mutex::default(),
            status: Mutex::default(),
            status_again: Mutex::default(),
            events: Mutex::default(),
            pace: Mutex::default(),
            selectors: Mutex::default(),
            requests: AtomicU64::new(0),
            log: None,
        }
    }

    /// Keeps every answer as it came.
    #[must_use]
    pub fn with_log(mut self, log: Arc<AnswerLog>) -> Self {
        self.log = Some(log);
        self
    }

    /// Keeps an answer as it came, if that is wanted.
    fn keep(&self, question: impl FnOnce() -> ApiQuestion, answer: impl Into<KeptAnswer>) {
        if let Some(log) = &self.log {
            log.keep(question(), answer.into());
        }
    }

    fn describe(&self, region: &Region) -> Result<Vec<TrailConfig>, GetError> {
        let context = RequestContext {
            permission: "cloudtrail:DescribeTrails",
            resource: format!("* in {region}"),
            bucket: None,
        };
        let (trails, raw) = self.session.ask_cloudtrail(region, |client, again| {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let request = client.describe_trails().include_shadow_trails(true);
            let request = request.customize();
            let raw = self
                .session
                .call_cloudtrail(region, &context, |raw| request.interceptor(raw).send())?;
            let trails = answers::trails(&raw).map_err(malformed)?;
            // An answer without any trail is rare, and would leave out chains that trails must have.
            let trails = trails.filter(|list| again || !list.is_empty());
            Ok(trails.zip(Some(raw)))
        })?;
        self.keep(|| ApiQuestion::describe(region), Ok(vec![raw]));
        Ok(trails)
    }

    fn list(&self) -> Result<BTreeSet<Region>, GetError> {
        let context = RequestContext {
            permission: "cloudtrail:ListTrails",
            resource: "*".into(),
            bucket: None,
        };
        let (mut homes, mut pages) = (BTreeSet::new(), AnswerPages::default());
        fetch_all_pages(MAX_PAGES, |token| {
            let (listed, next, raw) = self.session.ask_cloudtrail(&self.start, |client, _| {
                self.requests.fetch_add(1, Ordering::Relaxed);
                let request = client.list_trails().set_next_token(token.clone());
                let request = request.customize();
                let raw = self.session.call_cloudtrail(&self.start, &context, |raw| {
                    request.interceptor(raw).send()
                })?;
                let page = answers::home_regions(&raw).map_err(malformed)?;
                Ok(page.items.map(|items| (items, page.next, raw)))
            })?;
            homes.extend(listed);
            if self.log.is_some() {
                pages.add(raw);
            }
            Ok(next)
        })?;
        self.keep(ApiQuestion::home_regions, pages);
        Ok(homes)
    }

    /// The status of a trail, asked for once, or once more because the first answer accuses somebody.
    fn get_status(
        &self,
        trail: &TrailArn,
        region: &Region,
        again: bool,
    ) -> Result<TrailStatus, GetError> {
        let context = RequestContext {
            permission: "cloudtrail:GetTrailStatus",
            resource: trail.to_string(),
            bucket: None,
        };
        let (status, raw) = self.session.ask_cloudtrail(region, |client, is_second| {
            // The first answer counts as one that accuses.
            if again && !is_second {
                return Ok(None);
            }
            self.requests.fetch_add(1, Ordering::Relaxed);
            let request = client.get_trail_status().name(trail.to_string());
            let request = request.customize();
            let raw = self
                .session
                .call_cloudtrail(region, &context, |raw| request.interceptor(raw).send())?;
            let status = answers::status(&raw).map_err(malformed)?;
            Ok(status.zip(Some(raw)))
        })?;
        self.keep(|| ApiQuestion::status(trail, region, again), Ok(vec![raw]));
        Ok(status)
    }
}

impl TrailApi for SessionTrails {
    fn describe(&self, region: &Region) -> Result<Vec<TrailConfig>, GetError> {
        let answer = once(&self.described, region.clone());
        answer.get_or_init(|| self.describe(region)).clone()
    }

    fn home_regions(&self) -> Result<BTreeSet<Region>, GetError> {
        self.homes.get_or_init(|| self.list()).clone()
    }

    fn status(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        let answer = once(&self.status, (trail.clone(), region.clone()));
        answer
            .get_or_init(|| self.get_status(trail, region, false))
            .clone()
    }

    fn status_again(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        let answer = once(&self.status_again, (trail.clone(), region.clone()));
        answer
            .get_or_init(|| self.get_status(trail, region, true))
            .clone()
    }

    fn lookup(&self, region: &Region, name: &str, time: Window) -> Result<Vec<Event>, GetError> {
        let answer = once(&self.events, (region.clone(), name.to_owned(), time));
        answer
            .get_or_init(|| self.look_up(region, name, time))
            .clone()
    }

    fn history(
        &self,
        region: &Region,
        time: Window,
        take: &mut TakeHistory<'_>,
    ) -> Result<(), GetError> {
        self.list_history(region, time, take)
    }

    fn selectors(&self, trail: &TrailArn) -> Result<Selectors, GetError> {
        let answer = once(&self.selectors, trail.clone());
        answer.get_or_init(|| self.get_selectors(trail)).clone()
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

/// The answer for a key, fetched or not.
fn once<K: Ord, T>(answers: &Mutex<BTreeMap<K, Cached<T>>>, key: K) -> Cached<T> {
    let mut answers = answers.lock().unwrap_or_else(|e| e.into_inner());
    Arc::clone(answers.entry(key).or_default())
}
