//! Writing one digest and its logs.

use std::mem;

use jiff::Timestamp;
use rand::RngExt;
use rand::seq::SliceRandom;

use super::{Chain, EVENT_LAG, State};
use crate::support::forge::digest::{DigestRecord, LogRecord, digest_fields};
use crate::support::forge::events::{event_time, records, render};
use crate::support::forge::gz::gzip;
use crate::support::forge::json::Fields;
use crate::support::forge::text::{after, sha256_hex, unique_string};
use crate::support::forge::world::{Object, Place, World};

/// Logs to be delivered: their interval, and how far back their events may reach.
#[derive(Clone, Copy)]
pub(super) struct Delivery {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) oldest: Timestamp,
}

impl Chain {
    pub(super) fn step(
        &mut self,
        w: &mut World,
        seconds: i64,
        listing: bool,
        edit: impl FnOnce(&mut Fields),
    ) -> usize {
        assert_eq!(self.state, State::Running, "the chain is running");
        let start = self.end();
        let end = after(start, seconds);
        let logs = if listing {
            self.deliver(w, start, end)
        } else {
            Vec::new()
        };
        self.emit(w, start, end, logs, false, edit)
    }

    pub(super) fn emit(
        &mut self,
        w: &mut World,
        start: Timestamp,
        end: Timestamp,
        logs: Vec<LogRecord>,
        starting: bool,
        edit: impl FnOnce(&mut Fields),
    ) -> usize {
        let spec = &self.spec;
        let key = spec.trail.digest_key(&spec.account, &spec.region, end);
        let place = Place::new(&spec.trail.bucket, &key);
        let previous = self.digests.last().filter(|_| !starting);
        let mut draft = self.draft(w, place, (start, end), logs, previous);
        draft.starting = starting;
        edit(&mut draft.fields);
        self.digests.push(draft.seal(w));
        self.cursor = Some(end);
        self.digests.len() - 1
    }

    /// A digest that is not yet hashed and signed. It arrives 25 to 30 minutes after its end
    /// and is signed with the newest key of that moment.
    pub(super) fn draft(
        &self,
        w: &mut World,
        place: Place,
        interval: (Timestamp, Timestamp),
        logs: Vec<LogRecord>,
        previous: Option<&DigestRecord>,
    ) -> DigestRecord {
        let region = self.spec.region.as_str();
        let delivered = after(interval.1, w.rng.random_range(1_500..=1_800));
        let key = w.keys.signing_index(region, delivered);
        let fields = digest_fields(
            &self.spec.account,
            interval,
            &place,
            w.keys.fingerprint(region, key),
            &logs,
            previous,
        );
        DigestRecord {
            place,
            region: region.to_owned(),
            start: interval.0,
            end: interval.1,
            starting: false,
            backfill: false,
            generated: None,
            delivered,
            key,
            fields,
            json: Vec::new(),
            sha256: String::new(),
            signature: String::new(),
            logs,
        }
    }

    /// Delivers the logs of an interval; waiting events that happened by its end go into the
    /// first. They come back in no particular order, as in real digests.
    pub(super) fn deliver(
        &mut self,
        w: &mut World,
        start: Timestamp,
        end: Timestamp,
    ) -> Vec<LogRecord> {
        let (mut queued, later): (Vec<_>, Vec<_>) = mem::take(&mut self.queue)
            .into_iter()
            .partition(|event| event_time(event) <= end);
        self.queue = later;
        let drawn = w.rng.random_range(self.spec.logs_per_hour.clone());
        let count = drawn.max(u32::from(!queued.is_empty()));
        let when = Delivery {
            start,
            end,
            oldest: self.since,
        };
        let mut logs: Vec<LogRecord> = (0..count)
            .map(|_| self.log(w, when, mem::take(&mut queued)))
            .collect();
        logs.shuffle(&mut w.rng);
        logs
    }

    /// One log, delivered at some moment of the interval, with events of the minutes before.
    /// Its name carries that moment cut to a minute, mostly one divisible by five, which may
    /// fall before the interval, as in the sample of the user guide.
    pub(super) fn log(&self, w: &mut World, when: Delivery, queued: Vec<Fields>) -> LogRecord {
        let spec = &self.spec;
        let first = queued.iter().map(event_time).fold(when.start, Ord::max);
        let (first, last) = (first.as_second() + 1, when.end.as_second() - 1);
        let moment = w.rng.random_range(first.min(last)..=last);
        let oldest = when.oldest.as_second().min(moment);
        let to = (moment - w.rng.random_range(20..240)).max(oldest);
        let from = (to - w.rng.random_range(0..EVENT_LAG - 240)).max(oldest);
        let step = if w.rng.random_bool(0.75) { 300 } else { 60 };
        let minute = second(moment - moment.rem_euclid(step));
        let count = w.rng.random_range(spec.events_per_log.clone()).max(1);
        let pad_to = spec.pad.clone().map(|sizes| w.rng.random_range(sizes));
        let (from, to) = (second(from), second(to));
        let mut events = records(&mut w.rng, &spec.account, &spec.region, count, from, to);
        events.extend(queued);
        events.sort_by_key(event_time);
        let newest = event_time(events.last().expect("a log holds an event"));
        let oldest = event_time(events.first().expect("a log holds an event"));
        let json = render(&mut w.rng, events, pad_to);
        let unique = unique_string(&mut w.rng);
        let key = spec
            .trail
            .log_key(&spec.account, &spec.region, minute, &unique);
        let place = Place::new(&spec.trail.bucket, &key);
        w.put(&place, Object::delivered(gzip(&json), second(moment)));
        LogRecord {
            place,
            sha256: sha256_hex(&json),
            json,
            newest,
            oldest,
        }
    }
}

fn second(epoch: i64) -> Timestamp {
    Timestamp::from_second(epoch).expect("an instant in range")
}
