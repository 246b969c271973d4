//! From JSON to events: a log's list, one record at a time, or one record alone.

use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;

use super::kind::CallKind;
use super::member::Member;
use super::raw::{RawIdentity, RawRecord};
use super::{Actor, Event};
use crate::base::json::bounded::{self, Bounded};
use crate::base::json::lenient::Seed;

/// What is read of the JSON at a time.
const CHUNK: usize = 64 << 10;

/// What reading a log's records gave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Records {
    /// Records seen.
    pub seen: u64,
    /// Those among them that were not wholly understood: no record at all, or one of those wanted
    /// that does not say when it was made, of what, or how it ended (it is not taken), or of which
    /// something else is of another type than expected (it is taken without that).
    pub odd: u64,
    /// It is not JSON to its end, or not a list of records.
    pub broken: bool,
}

/// Reads a log's records as a stream, and takes those that bear on trails and on what they have
/// stored. What is odd is counted and never an error: it is what CloudTrail wrote.
///
/// It reads to the end, unless the log is broken: then up to about where. What it holds is bounded,
/// whatever the log is; what is taken is not counted here.
pub fn read(json: &mut dyn Read, take: &mut dyn FnMut(Event)) -> Records {
    let buffered = BufReader::with_capacity(CHUNK, Bounded::new(json));
    parse(Deserializer::from_reader(buffered), take)
}

/// The same of a log that is held in memory anyway, and may be changed there: several times as fast.
pub fn read_held(json: &mut [u8], take: &mut dyn FnMut(Event)) -> Records {
    let (passed, whole) = bounded::in_place(json);
    let mut records = parse(Deserializer::from_slice(passed), take);
    records.broken |= !whole;
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
    let whole = parser
        .deserialize_map(log)
        .and_then(|listed| parser.end().map(|()| listed));
    records.broken = !whole.unwrap_or(false);
    records
}

/// Reads one record, as LookupEvents gives it in `CloudTrailEvent`.
pub fn read_one(json: &str) -> Option<Event> {
    let mut found = FoundRecord::default();
    let mut parser = Deserializer::from_str(json);
    found.seed().deserialize(&mut parser).ok()?;
    parser.end().ok()?;
    found.event().0
}

/// A record that was read, and whether something of it was odd.
#[derive(Default)]
struct FoundRecord {
    raw: RawRecord,
    odd: bool,
}

impl FoundRecord {
    fn seed(&mut self) -> Seed<'_, RawRecord> {
        Seed {
            value: &mut self.raw,
            odd: &mut self.odd,
        }
    }

    /// The event, if it is wanted and understood, and whether it is odd.
    fn event(self) -> (Option<Event>, bool) {
        let FoundRecord { raw, odd } = self;
        if !raw.object {
            return (None, true);
        }
        match raw.kind() {
            Some(kind) if !kind.is_delivery(&raw) => {
                let event = event(kind, &raw);
                let odd = odd || event.is_none();
                (event, odd)
            }
            _ => (None, false),
        }
    }
}

/// What a call of a kind that is wanted says. Without when, of what and how it ended it says nothing.
fn event(kind: CallKind, raw: &RawRecord) -> Option<Event> {
    if raw.ended_oddly {
        return None;
    }
    let own = raw.recipient.said().and_then(|id| id.parse().ok());
    let callers = || raw.identity.account.said()?.parse().ok();
    Some(Event {
        time: raw.time.said()?.parse().ok()?,
        name: raw.name.kept()?,
        id: raw.id.kept(),
        region: raw.region.said().and_then(|region| region.parse().ok()),
        account: own.or_else(callers),
        actor: raw.identity.there.then(|| actor(&raw.identity)),
        source_ip: raw.source_ip.kept(),
        user_agent: raw.user_agent.kept(),
        error_code: raw.error_code.kept(),
        call: kind.call(raw)?,
    })
}

fn actor(identity: &RawIdentity) -> Actor {
    Actor {
        kind: identity.kind.kept(),
        arn: identity.arn.kept(),
        account: identity.account.kept(),
        access_key_id: identity.access_key_id.kept(),
        session: session(identity).map(str::to_owned),
        invoked_by: identity.invoked_by.kept(),
    }
}

/// The name of a session: the end of its ARN, else of its principal. Other principals hold colons too.
fn session(identity: &RawIdentity) -> Option<&str> {
    let arn = identity.arn.said().unwrap_or_default();
    if let Some((_, role)) = arn.split_once(":assumed-role/") {
        return role.split_once('/').map(|(_, session)| session);
    }
    if let Some((_, user)) = arn.split_once(":federated-user/") {
        return Some(user);
    }
    let (id, session) = identity.principal.said()?.split_once(':')?;
    let of_role = id.starts_with("AROA");
    (of_role || identity.kind.said() == Some("FederatedUser")).then_some(session)
}

/// `{"Records":[...]}`; says whether there was such a list.
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

/// The list itself. Should it stand twice, both are read.
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
            let mut found = FoundRecord::default();
            if list.next_element_seed(found.seed())?.is_none() {
                return Ok(());
            }
            self.records.seen += 1;
            let (event, odd) = found.event();
            self.records.odd += u64::from(odd);
            event.into_iter().for_each(&mut *self.take);
        }
    }
}
