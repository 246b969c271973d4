//! The answer of LookupEvents.

use serde::Deserialize;

use super::{AnswerPage, MalformedAnswer, read};
use crate::base::time::Window;
use crate::cloudtrail::event::{Event, HistoryEvent, record};

/// The longest record that is parsed, in bytes. CloudTrail's own bound is 256 KB.
const RECORD: usize = 1 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LookupEventsAnswer {
    events: Option<Vec<EventMembers>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EventMembers {
    cloud_trail_event: Option<String>,
}

/// Reads one page of the answer of LookupEvents: the calls within the window that concern trails or what they have
/// stored.
///
/// # Errors
/// If it cannot be read.
pub fn events(page: &[u8], window: Window) -> Result<AnswerPage<Event>, MalformedAnswer> {
    let answer: LookupEventsAnswer = read(page)?;
    let event = |listed: EventMembers| {
        let text = listed.cloud_trail_event?;
        let event = Some(text).filter(|text| text.len() <= RECORD);
        let event = record::read_one(&event?)?;
        (event.time >= window.from && event.time < window.to).then_some(event)
    };
    let events = answer.events;
    let events = events.map(|list| list.into_iter().filter_map(event).collect());
    Ok(AnswerPage::new(events, answer.next_token))
}

/// Reads one page of the answer of LookupEvents: every event, or `None` in the place of one that cannot be read.
///
/// # Errors
/// If it cannot be read.
pub fn history(page: &[u8]) -> Result<AnswerPage<Option<HistoryEvent>>, MalformedAnswer> {
    let answer: LookupEventsAnswer = read(page)?;
    let event = |listed: EventMembers| {
        let text = listed.cloud_trail_event?;
        let text = Some(text).filter(|text| text.len() <= RECORD);
        HistoryEvent::of_record(&text?)
    };
    let events = answer.events;
    let events = events.map(|list| list.into_iter().map(event).collect());
    Ok(AnswerPage::new(events, answer.next_token))
}

/// The events of all pages, each once and in the order of their times. Pages may overlap.
pub fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_unstable();
    events.dedup();
    events
}
