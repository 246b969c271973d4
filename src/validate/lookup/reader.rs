//! Reads the ids of the events that proven logs hold, before anybody else reads these logs.

use std::sync::{Mutex, MutexGuard, OnceLock};

use jiff::Timestamp;
use memchr::memchr;
use memchr::memmem::Finder;

use super::ids::{EventId, EventIds, SealedIds};
use crate::base::time::{Window, shift};
use crate::cloudtrail::ids::AccountId;
use crate::cloudtrail::object_key::LogObjectKey;
use crate::cloudtrail::records::fields::RecordFields;
use crate::cloudtrail::records::split::split;
use crate::proof::coverage::Spans;
use crate::validate::records::{LogStanding, LogText, ReadLog, RecordReader};

/// How CloudTrail writes the member with the id of an event.
const MEMBER: &[u8] = br#""eventID":""#;

/// Reads the ids of one account's events, and passes every log on to another reader.
pub(crate) struct EventIdReader<'r> {
    /// The account whose events are compared. Before it is set, and without it, no id is read.
    account: OnceLock<AccountId>,
    ids: EventIds,
    member: Finder<'static>,
    /// How long delivery may take, in seconds.
    delivery_lag: i64,
    unread: Mutex<UnreadIds>,
    others: Option<&'r dyn RecordReader>,
}

/// Proven logs whose ids are not all known.
#[derive(Default)]
pub(super) struct UnreadIds {
    /// The time whose events they may hold.
    pub time: Spans,
    /// Why the first one is not read.
    pub why: Option<String>,
}

impl<'r> EventIdReader<'r> {
    /// Passes every log on to `others`.
    pub fn new(delivery_lag: i64, others: Option<&'r dyn RecordReader>) -> Self {
        EventIdReader {
            account: OnceLock::new(),
            ids: EventIds::default(),
            member: Finder::new(MEMBER),
            delivery_lag,
            unread: Mutex::default(),
            others,
        }
    }

    /// From now on the ids of an account's events are read.
    pub(super) fn begin(&self, account: &AccountId) {
        let _ = self.account.set(account.clone());
    }

    /// Takes what was read.
    pub(super) fn take(&self) -> (SealedIds, UnreadIds) {
        (self.ids.seal(), std::mem::take(&mut *self.lock()))
    }

    fn read_ids(&self, log: &ReadLog<'_>, text: &mut LogText) {
        let text = match text.bytes() {
            Ok(text) => text,
            Err(why) => return self.add_unread(log, why),
        };
        let (mut ids, mut records) = (Vec::new(), split(text));
        for record in records.by_ref() {
            ids.extend(self.id(record));
        }
        let is_broken = records.is_broken();
        match self.ids.add(&ids) {
            Err(e) => self.add_unread(log, e.to_string()),
            Ok(()) if is_broken => self.add_unread(log, "it is not a list of records".into()),
            Ok(()) => {}
        }
    }

    /// The id of one record. Most records have the member once. One that has it several times, as in the parameters
    /// of the call, is read member by member: else anybody could give an event the id of another one.
    fn id(&self, record: &[u8]) -> Option<EventId> {
        let mut found = self.member.find_iter(record);
        if let (Some(at), None) = (found.next(), found.next()) {
            let text = &record[at + MEMBER.len()..];
            let text = &text[..memchr(b'"', text)?];
            if memchr(b'\\', text).is_none() {
                return Some(EventId::of(text));
            }
        }
        let id = RecordFields::parse(record)?.event_id?;
        Some(EventId::of(id.as_bytes()))
    }

    /// Notes a log whose ids are not all known. Its events happened within the time of a delivery before it was
    /// written.
    fn add_unread(&self, log: &ReadLog<'_>, why: String) {
        let time = match LogObjectKey::parse(log.key) {
            Some(key) => Window::new(shift(key.minute, -self.delivery_lag), shift(key.minute, 60)),
            None => Window::new(Timestamp::MIN, Timestamp::MAX),
        };
        let mut unread = self.lock();
        unread.time.insert(time);
        unread.why.get_or_insert(why);
    }

    fn lock(&self) -> MutexGuard<'_, UnreadIds> {
        self.unread.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl RecordReader for EventIdReader<'_> {
    fn takes_unproven(&self) -> bool {
        self.others.is_some_and(RecordReader::takes_unproven)
    }

    fn read(&self, log: &ReadLog<'_>, text: &mut LogText) {
        if log.standing == LogStanding::Proven && self.account.get() == Some(&log.chain.account) {
            self.read_ids(log, text);
        }
        if let Some(others) = self.others {
            others.read(log, text);
        }
    }

    fn ended(&self, number: u64) {
        if let Some(others) = self.others {
            others.ended(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EventId, EventIdReader};

    #[test]
    fn the_id_of_a_record_is_that_of_the_event_and_not_of_its_parameters() {
        let reader = EventIdReader::new(7_200, None);
        let id = |record: &str| reader.id(record.as_bytes());
        let own = Some(EventId::of(b"own"));
        for record in [
            r#"{"eventName":"A","eventID":"own","x":1}"#,
            r#"{"eventName":"A","eventID": "own"}"#,
            r#"{"eventName":"A","requestParameters":{"eventID":"other"},"eventID":"own"}"#,
            r#"{"eventID":"own","responseElements":{"a":[{"eventID":"other"}]}}"#,
            r#"{"userAgent":"\"eventID\":\"other\"","eventID":"own"}"#,
            r#"{"eventID":"\u006fwn"}"#,
        ] {
            assert_eq!(id(record), own, "{record}");
        }
        assert_eq!(id(r#"{"eventName":"A"}"#), None);
        assert_eq!(
            id(r#"{"eventID":7,"a":{"eventID":"other"},"b":{"eventID":"other"}}"#),
            Some(EventId::of(b"7"))
        );
    }
}
