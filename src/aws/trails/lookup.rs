//! LookupEvents: every page of the events of one name, at the rate that AWS allows.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use jiff::Timestamp;

use super::SessionTrails;
use crate::aws::RequestContext;
use crate::aws::answer::malformed;
use crate::aws::pages::fetch_all_pages;
use crate::base::time::Window;
use crate::cloudtrail::answers;
use crate::cloudtrail::event::Event;
use crate::cloudtrail::ids::Region;
use crate::source::GetError;
use crate::source::answer_log::AnswerPages;
use crate::source::bundle::question::ApiQuestion;

/// The most pages of one answer: 10,000 events of one name, which take almost two minutes.
const MAX_PAGES: usize = 200;
/// Events per page; AWS allows no more.
pub(super) const PAGE_SIZE: i32 = 50;
/// The time between requests: AWS allows two per second, account and region.
const INTERVAL: Duration = Duration::from_millis(500);

/// When any thread may make the next request in a region.
#[derive(Default)]
pub(super) struct LookupPace(Mutex<Option<Instant>>);

impl LookupPace {
    /// Reserves the next time for a request, and returns how long to wait for it.
    fn reserve(&self) -> Duration {
        let mut next = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let now = Instant::now();
        let at = next.map_or(now, |next| next.max(now));
        *next = Some(at + INTERVAL);
        at - now
    }
}

impl SessionTrails {
    /// Waits until a region may be asked again, and counts the request.
    ///
    /// # Errors
    /// If the run ends before that.
    pub(super) fn wait_for_lookup(&self, region: &Region) -> Result<(), GetError> {
        let pace = {
            let mut paces = self.pace.lock().unwrap_or_else(|e| e.into_inner());
            Arc::clone(paces.entry(region.clone()).or_default())
        };
        self.wait(pace.reserve())?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Waits.
    ///
    /// # Errors
    /// If the run ends before that.
    pub(super) fn wait(&self, time: Duration) -> Result<(), GetError> {
        let runtime = self.session.runtime();
        runtime.run(async { tokio::time::sleep(time).await })
    }

    /// The events of one name in a region. AWS itself leaves out those older than 90 days.
    pub(super) fn look_up(
        &self,
        region: &Region,
        name: &str,
        time: Window,
    ) -> Result<Vec<Event>, GetError> {
        if time.is_empty() {
            return Ok(Vec::new());
        }
        let context = RequestContext {
            permission: "cloudtrail:LookupEvents",
            resource: format!("* in {region}"),
            bucket: None,
        };
        let attribute = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::EventName)
            .attribute_value(name)
            .build()
            .map_err(|e| GetError::Io(e.to_string()))?;
        let (mut events, mut pages) = (Vec::new(), AnswerPages::default());
        fetch_all_pages(MAX_PAGES, |token| {
            let (found, next, raw) = self.session.ask_cloudtrail(region, |client, _| {
                let request = client
                    .lookup_events()
                    .lookup_attributes(attribute.clone())
                    .start_time(second(time.from))
                    .end_time(second(time.to))
                    .max_results(PAGE_SIZE)
                    .set_next_token(token.clone());
                self.wait_for_lookup(region)?;
                let request = request.customize();
                let raw = self
                    .session
                    .call_cloudtrail(region, &context, |raw| request.interceptor(raw).send())?;
                let page = answers::events(&raw, time).map_err(malformed)?;
                Ok(page.items.map(|items| (items, page.next, raw)))
            })?;
            events.extend(found);
            if self.log.is_some() {
                pages.add(raw);
            }
            Ok(next)
        })?;
        self.keep(|| ApiQuestion::lookup(region, name, time), pages);
        Ok(answers::in_order(events))
    }
}

/// An instant without its fraction of a second: event times have none.
pub(super) fn second(at: Timestamp) -> DateTime {
    DateTime::from_secs(at.as_second().max(0))
}
