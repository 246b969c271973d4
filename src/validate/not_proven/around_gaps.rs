//! What is not known about the calls around gaps and damage.

use std::collections::BTreeMap;

use crate::base::text::plural;
use crate::cloudtrail::event::{Call, TrailChange};
use crate::cloudtrail::ids::{ChainId, Region};
use crate::proof::gap::events::KnownEvents;
use crate::source::GetError;
use crate::validate::request::{LogSelection, Request};

/// Sentences after which no further call that set event selectors is listed, except for a first one.
const MOST_SENTENCES: usize = 20;

/// What is not known about the calls around gaps: `explained` gaps that a call explains and
/// `unexplained` ones; `silent` chains of home regions that could not be read; and the regions in which
/// LookupEvents failed (`unasked`).
pub fn around_gaps(
    request: &Request,
    (explained, unexplained): (usize, usize),
    events: &KnownEvents,
    silent: &[(ChainId, String)],
    unasked: &BTreeMap<Region, GetError>,
) -> Vec<String> {
    let mut sentences = Vec::new();
    if explained > 0 {
        sentences.push(format!(
            "that logging stayed off throughout {}: the call shows how a gap began, not that nothing was logged \
             and removed later",
            plural(explained, "gap")
        ));
    }
    if unexplained > 0 && request.logs != LogSelection::All {
        sentences.push(format!(
            "which calls were made around {}: not all logs of that time were read (--logs)",
            plural(unexplained, "gap")
        ));
    }
    if let Some((chain, why)) = silent.first() {
        sentences.push(format!(
            "what the chains of home regions record around gaps, in {} outside the request that could not be \
             read. The first is {chain}: {why}",
            plural(silent.len(), "chain")
        ));
    }
    for (region, why) in unasked {
        sentences.push(format!(
            "which calls LookupEvents reports in {region} around gaps: it could not be used: {}",
            why.detail()
        ));
    }
    let room = MOST_SENTENCES.saturating_sub(sentences.len()).max(1);
    sentences.extend(selectors_set(events).take(room));
    if events.unread.count > 0 {
        sentences.push(format!(
            "events around gaps and damage in {} logs whose records could not all be read: {}",
            events.unread.count,
            events.unread.list()
        ));
    }
    if events.more_leads {
        sentences.push(
            "what all logs of unproven digests record around gaps: there were too many to search them for leads"
                .into(),
        );
    }
    if events.more {
        sentences.push("further events around gaps and damage: there were too many to keep".into());
    }
    sentences
}

/// One sentence for each successful call that set event selectors.
fn selectors_set(events: &KnownEvents) -> impl Iterator<Item = String> {
    let done = events.events().filter(|e| e.error_code.is_none());
    done.filter_map(|event| {
        let Call::Trail(trail, TrailChange::Selectors(_)) = &event.call else {
            return None;
        };
        Some(format!(
            "which events {trail} logged before {}: its event selectors were set then{} ({})",
            event.time,
            event.by(),
            event.name_and_id()
        ))
    })
}
