//! The records of a log that may explain a gap or damage anywhere. A shard keeps them as CloudTrail wrote them: which of
//! them explain anything is known only once all shards are joined.

use memchr::memmem;
use serde::{Deserialize, Serialize};

use crate::cloudtrail::event::prefilter::PossibleCalls;
use crate::cloudtrail::event::record::{self, FoundEvents, Records};
use crate::cloudtrail::records::split;
use crate::proof::gap::event_filter::EventFilter;
use crate::validate::logs::log_text::{EventPredicate, LogText, unreadable};

/// What the keys of digests and logs hold.
const STORED: &[u8] = b"AWSLogs/";

/// The records of one log that may explain something.
#[derive(Serialize, Deserialize)]
pub(super) struct ExplainingRecords {
    /// A log of these records alone.
    text: Vec<u8>,
    /// Of the complete log: records, those that are odd, and whether it is broken.
    seen: u64,
    odd: u64,
    broken: bool,
    /// Whether a search for changes alone would have read it.
    pub may_change: bool,
    /// Why its text could not be kept.
    lost: Option<String>,
}

impl ExplainingRecords {
    /// The records of a log that is as delivered; `None` if its bytes show that it has none. `room` is how many more
    /// records may be kept.
    pub fn of(
        text: &mut LogText,
        filter: &EventFilter,
        room: impl FnOnce(u64) -> Result<(), String>,
    ) -> Option<Self> {
        let text = match text.bytes() {
            Ok(text) => text,
            Err(why) => return Some(ExplainingRecords::lost(why)),
        };
        let possible = PossibleCalls::of(text);
        let names_stored = || {
            let mut names = filter.buckets().iter().map(String::as_bytes);
            memmem::find(text, STORED).is_some()
                || names.any(|bucket| memmem::find(text, bucket).is_some())
        };
        let may_explain =
            possible.changes || possible.accounts || (possible.objects && names_stored());
        if !may_explain {
            return None;
        }
        let mut kept = b"{\"Records\":[".to_vec();
        let mut count = 0;
        for one in split::split(text) {
            let event = str::from_utf8(one).ok().map(record::read_one);
            // What cannot be read here is read by the merge, which says so.
            let is_kept = event.is_none_or(|event| event.is_some_and(|e| filter.may_take(&e)));
            if is_kept {
                if count > 0 {
                    kept.push(b',');
                }
                kept.extend_from_slice(one);
                count += 1;
            }
        }
        kept.extend_from_slice(b"]}");
        if let Err(why) = room(count) {
            return Some(ExplainingRecords::lost(why));
        }
        let records = record::read_in_place(text, &mut |_| {});
        Some(ExplainingRecords {
            text: kept,
            seen: records.seen,
            odd: records.odd,
            broken: records.broken,
            may_change: possible.changes,
            lost: None,
        })
    }

    fn lost(why: String) -> Self {
        ExplainingRecords {
            text: Vec::new(),
            seen: 0,
            odd: 0,
            broken: true,
            may_change: true,
            lost: Some(why),
        }
    }

    /// The events that are wanted, as if the complete log had been read.
    pub fn events(mut self, wanted: &EventPredicate<'_>) -> FoundEvents {
        let mut found = FoundEvents::default();
        if let Some(why) = self.lost {
            found.records = unreadable();
            found.lost = Some(why);
            return found;
        }
        record::read_in_place(&mut self.text, &mut |event| {
            if wanted(&event) {
                found.events.push(event);
            }
        });
        found.records = Records {
            seen: self.seen,
            odd: self.odd,
            broken: self.broken,
        };
        found
    }
}
