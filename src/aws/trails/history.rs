//! LookupEvents without a name: every event of a region, at the rate that AWS allows.

use std::time::Duration;

use super::SessionTrails;
use super::lookup::{PAGE_SIZE, second};
use crate::aws::RequestContext;
use crate::aws::answer::malformed;
use crate::aws::pages::fetch_all_pages;
use crate::base::time::Window;
use crate::cloudtrail::answers;
use crate::cloudtrail::event::HistoryEvent;
use crate::cloudtrail::ids::Region;
use crate::source::GetError;
use crate::source::trails::TakeHistory;

/// The most pages of one region: what two requests a second give in 90 days. An answer of AWS ends long before.
const MAX_PAGES: usize = 2 * 86_400 * 90;
/// How often a page is asked for again that AWS throttled at every attempt, and for how long to wait before the first
/// time. Each wait is twice as long as the one before: half a minute in all. Other programs of the account share its
/// rate.
const PATIENCE: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// One page: its events, and the token of the next one.
type HistoryPage = (Vec<Option<HistoryEvent>>, Option<String>);

impl SessionTrails {
    /// Gives the events of a region to `take`, page by page, until it wants no more.
    pub(super) fn list_history(
        &self,
        region: &Region,
        time: Window,
        take: &mut TakeHistory<'_>,
    ) -> Result<(), GetError> {
        if time.is_empty() {
            return Ok(());
        }
        fetch_all_pages(MAX_PAGES, |token| {
            let (events, next) = self.history_page(region, time, token.as_deref())?;
            let flow = take(events);
            Ok(next.filter(|_| flow.is_continue()))
        })
    }

    /// A page of a region. One that AWS throttles is asked for again.
    fn history_page(
        &self,
        region: &Region,
        time: Window,
        token: Option<&str>,
    ) -> Result<HistoryPage, GetError> {
        let mut throttled = 0;
        loop {
            match self.ask_history(region, time, token) {
                Err(GetError::Throttled(_)) if throttled < PATIENCE => {
                    self.wait(FIRST_WAIT * 2_u32.pow(throttled))?;
                    throttled += 1;
                }
                other => return other,
            }
        }
    }

    fn ask_history(
        &self,
        region: &Region,
        time: Window,
        token: Option<&str>,
    ) -> Result<HistoryPage, GetError> {
        let context = RequestContext {
            permission: "cloudtrail:LookupEvents",
            resource: format!("* in {region}"),
            bucket: None,
        };
        self.session.ask_cloudtrail(region, |client, _| {
            let request = client
                .lookup_events()
                .start_time(second(time.from))
                .end_time(second(time.to))
                .max_results(PAGE_SIZE)
                .set_next_token(token.map(str::to_owned))
                .customize();
            self.wait_for_lookup(region)?;
            let raw = self
                .session
                .call_cloudtrail(region, &context, |raw| request.interceptor(raw).send())?;
            let page = answers::history(&raw).map_err(malformed)?;
            Ok(page.items.map(|items| (items, page.next)))
        })
    }
}
