//! LookupEvents: every page, and no faster than AWS answers.

use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use jiff::Timestamp;

use super::SessionTrails;
use crate::aws::{Ask, trouble};
use crate::base::time::Window;
use crate::cloudtrail::event::{Event, record};
use crate::cloudtrail::ids::Region;
use crate::source::GetError;

/// Pages of one answer before it is taken for endless: 10,000 calls of one name, and almost two
/// minutes of asking.
const PAGES: usize = 200;
/// Events of one page; AWS gives no more.
const PAGE: i32 = 50;
/// The longest record that is read, in bytes. CloudTrail's own bound is 256 KB.
const RECORD: usize = 1 << 20;
/// How far apart requests are: AWS answers two a second of one account and region.
const APART: Duration = Duration::from_millis(500);

/// When the next request may be made, whoever makes it.
#[derive(Default)]
pub(super) struct LookupPace(Mutex<Option<Instant>>);

impl LookupPace {
    /// Takes the next turn and tells how long it is until then.
    fn turn(&self) -> Duration {
        let mut next = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let now = Instant::now();
        let turn = next.map_or(now, |next| next.max(now));
        *next = Some(turn + APART);
        turn - now
    }
}

impl SessionTrails {
    /// Asks for the calls of a name in a region; AWS itself leaves out what is too long ago.
    pub(super) fn look_up(
        &self,
        region: &Region,
        name: &str,
        time: Window,
    ) -> Result<Vec<Event>, GetError> {
        if time.is_empty() {
            return Ok(Vec::new());
        }
        let ask = Ask {
            permission: "cloudtrail:LookupEvents",
            on: format!("* in {region}"),
            bucket: None,
        };
        let attribute = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::EventName)
            .attribute_value(name)
            .build()
            .map_err(|e| GetError::Io(e.to_string()))?;
        let mut events = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let request = self.session.cloudtrail(region).lookup_events();
            let request = request
                .lookup_attributes(attribute.clone())
                .start_time(second(time.from))
                .end_time(second(time.to))
                .max_results(PAGE)
                .set_next_token(token.clone());
            let answer = self.session.engine().run(async {
                tokio::time::sleep(self.pace.turn()).await;
                self.requests.fetch_add(1, Ordering::Relaxed);
                request.send().await
            })?;
            let answer = answer.map_err(|e| trouble(&e, &ask))?;
            let told = answer.events().iter();
            let told = told.filter_map(|e| e.cloud_trail_event().filter(|t| t.len() <= RECORD));
            let told = told.filter_map(record::read_one);
            events.extend(told.filter(|e| e.time >= time.from && e.time < time.to));
            // A token that does not change would never end.
            match answer.next_token {
                Some(next) if !next.is_empty() && Some(&next) != token.as_ref() => {
                    token = Some(next);
                }
                _ => {
                    events.sort_unstable();
                    events.dedup();
                    return Ok(events);
                }
            }
        }
        Err(GetError::too_many_pages())
    }
}

/// The second that an instant lies in: events have no parts of one.
fn second(at: Timestamp) -> DateTime {
    DateTime::from_secs(at.as_second().max(0))
}
