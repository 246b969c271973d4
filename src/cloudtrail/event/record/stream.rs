//! From JSON to events: a log's records one at a time, or one record alone.

use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;

use super::convert;
use super::member::Member;
use super::raw::RawRecord;
use crate::base::json::bounded::{self, Bounded};
use crate::base::json::lenient::Seed;
use crate::cloudtrail::event::Event;

/// Bytes of JSON that are read at a time.
const CHUNK: usize = 64 << 10;

/// How well the records of a log could be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Records {
    /// Records in the log.
    pub seen: u64,
    /// Records that were not fully understood. Not a record at all, or a wanted one that does not say when
    /// the call was made, what it was on or how it ended: it yields no event. Or a wanted one with some
    /// other member of an unexpected type: it yields an event without that member.
    pub odd: u64,
    /// The log is not JSON to its end, or not a list of records.
    pub broken: bool,
}

/// The wanted events of one log.
#[derive(Debug, Default)]
pub struct FoundEvents {
    /// The events.
    pub events: Vec<Event>,
    /// How well the records of the log could be read.
    pub records: Records,
    /// Why the text of the log could not be kept until its records are read.
    pub lost: Option<String>,
}

/// Reads a log's records as a stream and calls `take` with each event that concerns trails or the objects
/// they have stored. Odd records are counted and never an error, because CloudTrail wrote them.
///
/// It reads to the end of `json`, or to about the point where a damaged log
/// breaks off. Memory is bounded for any input,
/// apart from what `take` keeps.
pub fn read(json: &mut dyn Read, take: &mut dyn FnMut(Event)) -> Records {
    let buffered = BufReader::with_capacity(CHUNK, Bounded::new(json));
    parse(Deserializer::from_reader(buffered), take)
}

/// Reads the records of a log that is in memory, several times as fast as [`read`]. It changes `json`.
pub fn read_in_place(json: &mut [u8], take: &mut dyn FnMut(Event)) -> Records {
    let (passed, complete) = bounded::in_place(json);
    let mut records = parse(Deserializer::from_slice(passed), take);
    records.broken |= !complete;
    records
}

fn parse<'de, R: serde_json::de::Read<'de>>(
    mut parser: Deserializer<R>,
    take: &mut dyn FnMut(Event),
) -> Records {
    let mut records = Records::default();
    let log = LogRecords {
        records: &mut records,
        take,
    };
    let listed = parser
        .deserialize_map(log)
        .and_then(|listed| parser.end().map(|()| listed));
    records.broken = !listed.unwrap_or(false);
    records
}

/// Reads one record, as LookupEvents returns it in `CloudTrailEvent`. `None` if it is not wanted or not
/// understood.
pub fn read_one(json: &str) -> Option<Event> {
    let mut record = ParsedRecord::default();
    let mut parser = Deserializer::from_str(json);
    record.seed().deserialize(&mut parser).ok()?;
    parser.end().ok()?;
    record.event().0
}

/// A record that was read; `raw` is `None` if it is not an object.
#[derive(Default)]
struct ParsedRecord {
    raw: Option<RawRecord>,
    odd: bool,
}

impl ParsedRecord {
    fn seed(&mut self) -> Seed<'_, Option<RawRecord>> {
        Seed {
            value: &mut self.raw,
            odd: &mut self.odd,
        }
    }

    /// The event, if the record is wanted and understood, and whether the record is odd.
    fn event(&self) -> (Option<Event>, bool) {
        let Some(raw) = &self.raw else {
            return (None, true);
        };
        match raw.kind() {
            Some(kind) if !convert::is_delivery(kind, raw) => {
                let event = convert::event(kind, raw);
                let odd = self.odd || event.is_none();
                (event, odd)
            }
            _ => (None, false),
        }
    }
}

/// Reads `{"Records":[…]}`; its value is whether the list was present.
struct LogRecords<'a> {
    records: &'a mut Records,
    take: &'a mut dyn FnMut(Event),
}

impl<'de> Visitor<'de> for LogRecords<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut listed = false;
        while let Some(name) = map.next_key::<Member>()? {
            if name == Member::Records {
                listed = true;
                map.next_value_seed(RecordList {
                    records: &mut *self.records,
                    take: &mut *self.take,
                })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(listed)
    }
}

/// Reads the list. If an object contains two, both are read.
struct RecordList<'a> {
    records: &'a mut Records,
    take: &'a mut dyn FnMut(Event),
}

impl<'de> DeserializeSeed<'de> for RecordList<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RecordList<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            let mut record = ParsedRecord::default();
            if list.next_element_seed(record.seed())?.is_none() {
                return Ok(());
            }
            self.records.seen += 1;
            let (event, odd) = record.event();
            self.records.odd += u64::from(odd);
            event.into_iter().for_each(&mut *self.take);
        }
    }
}
