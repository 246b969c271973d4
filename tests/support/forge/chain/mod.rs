//! A chain of digests: what one trail delivers for one account and region, through starts,
//! stops, quiet hours, moves and backfills.

pub mod delivery;
pub mod spec;

use jiff::Timestamp;
use serde_json::{Value, json};

pub use crate::support::forge::chain::spec::ChainSpec;

use super::digest::{DigestRecord, LogRecord};
use super::events::cloudtrail_event;
use super::json::{Fields, Json};
use super::text::after;
use super::world::{Object, Place, World};
use crate::support::forge::chain::delivery::Delivery;

const HOUR: i64 = 3_600;

/// How far before its delivery the events of a log may lie, at most.
const EVENT_LAG: i64 = 900;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Never started, or stopped.
    Idle,
    /// Digests are being written.
    Running,
    /// Validation is off: logs go on, digests do not.
    Cut {
        /// A delivered log holds the event that switched it off.
        recorded: bool,
    },
}

/// A chain in the making.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The chain's account and region; the trail's bucket and prefix are those in force now.
    pub spec: ChainSpec,
    /// Its digests, oldest first, as they were delivered.
    pub digests: Vec<DigestRecord>,
    /// Its backfill digests, in the order they were generated.
    pub backfills: Vec<DigestRecord>,
    /// Logs delivered while validation was off.
    pub undigested: Vec<LogRecord>,
    /// Members of the records of calls on the trail: who makes them and from where, if not `mallory`.
    pub caller: Fields,
    state: State,
    /// The end of the delivered time.
    cursor: Option<Timestamp>,
    /// The time from which there are events to log.
    since: Timestamp,
    /// Events for the next log.
    queue: Vec<Fields>,
}

impl Chain {
    /// A chain that has not started.
    pub fn new(spec: ChainSpec) -> Self {
        Self {
            spec,
            digests: Vec::new(),
            backfills: Vec::new(),
            undigested: Vec::new(),
            caller: Fields::new(),
            state: State::Idle,
            cursor: None,
            since: Timestamp::UNIX_EPOCH,
            queue: Vec::new(),
        }
    }

    /// The end of the delivered time: that of the last digest, or of the logs without digests.
    pub fn end(&self) -> Timestamp {
        self.cursor.expect("the chain was started")
    }

    /// The newest digest.
    pub fn last(&self) -> &DigestRecord {
        self.digests.last().expect("the chain was started")
    }

    /// Every log of the chain: those of digests, of backfill digests, and those without digests.
    pub fn all_logs(&self) -> impl Iterator<Item = &LogRecord> {
        self.digests
            .iter()
            .chain(&self.backfills)
            .flat_map(|digest| &digest.logs)
            .chain(&self.undigested)
    }

    /// Switches logging on at `at`. CloudTrail writes a starting digest that ends at that
    /// instant and begins one hour earlier, without logs and without a link.
    pub fn start(&mut self, w: &mut World, at: Timestamp) {
        self.begin(w, at, false);
    }

    /// Starts with logs in the starting digest. CloudTrail has not been seen to do this, but it is
    /// not excluded if validation is enabled while logging runs.
    pub fn start_listing_logs(&mut self, w: &mut World, at: Timestamp) {
        self.begin(w, at, true);
    }

    /// Starts a trail that was created just before: CreateTrail stands before StartLogging in the
    /// first log. After DeleteTrail it is another trail of that name.
    pub fn create(&mut self, w: &mut World, at: Timestamp, multi_region: bool) {
        assert_eq!(self.state, State::Idle, "a trail is created where none is");
        self.begin(w, at, false);
        let trail = &self.spec.trail;
        let params = json!({
            "name": trail.name,
            "s3BucketName": trail.bucket,
            "s3KeyPrefix": trail.prefix,
            "includeGlobalServiceEvents": true,
            "isMultiRegionTrail": multi_region,
            "enableLogFileValidation": true,
            "isOrganizationTrail": trail.organization.is_some(),
        });
        self.announce("CreateTrail", after(at, -2), params);
    }

    fn begin(&mut self, w: &mut World, at: Timestamp, listing: bool) {
        assert_ne!(self.state, State::Running, "the chain is already running");
        if let Some(cursor) = self.cursor {
            // A restart may overlap what was delivered before it, but not share its name.
            assert_ne!(at, cursor, "a digest with this end was delivered");
        }
        let start = after(at, -HOUR);
        self.queue.clear();
        self.since = if listing {
            after(start, -EVENT_LAG)
        } else {
            at
        };
        let logs = if listing {
            self.deliver(w, start, at)
        } else {
            Vec::new()
        };
        self.emit(w, start, at, logs, true, |_| {});
        let arn = self.spec.trail.arn();
        if matches!(self.state, State::Cut { .. }) {
            self.announce(
                "UpdateTrail",
                at,
                json!({"name": arn, "enableLogFileValidation": true}),
            );
        } else {
            self.announce("StartLogging", at, json!({"name": arn}));
        }
        self.state = State::Running;
    }

    /// Writes hourly digests, each linked to the one before, up to the last that ends by
    /// `until`.
    pub fn run_until(&mut self, w: &mut World, until: Timestamp) {
        while after(self.end(), HOUR) <= until {
            self.step(w, HOUR, true, |_| {});
        }
    }

    /// Hourly digests for hours without logs, which CloudTrail writes too. Events that wait for a
    /// log are lost.
    pub fn quiet_until(&mut self, w: &mut World, until: Timestamp) {
        self.queue.clear();
        while after(self.end(), HOUR) <= until {
            self.step(w, HOUR, false, |_| {});
        }
    }

    /// Stops logging at `at`: hourly digests until then, and a final shorter one that ends there
    /// and holds the StopLogging event in one of its logs.
    pub fn stop(&mut self, w: &mut World, at: Timestamp) {
        self.stop_with(w, at, "StopLogging");
    }

    /// Stops logging by another event, such as DeleteTrail.
    pub fn stop_with(&mut self, w: &mut World, at: Timestamp, event: &str) {
        assert!(at > self.end(), "a stop lies after what was delivered");
        while after(self.end(), HOUR) < at {
            self.step(w, HOUR, true, |_| {});
        }
        let recorded = after(at, -2).max(self.end());
        self.announce(event, recorded, json!({"name": self.spec.trail.arn()}));
        let left = at.as_second() - self.end().as_second();
        self.step(w, left, true, |_| {});
        self.state = State::Idle;
    }

    /// Ends the chain without a final digest, as when validation is switched off: the next
    /// start begins a new segment.
    pub fn cut(&mut self) {
        assert_eq!(self.state, State::Running, "only a running chain is cut");
        self.state = State::Cut { recorded: false };
    }

    /// Disables validation at `at`; a log of the last digest holds the UpdateTrail event.
    pub fn disable_validation(&mut self, w: &mut World, at: Timestamp) {
        self.run_until(w, at);
        let params = json!({"name": self.spec.trail.arn(), "enableLogFileValidation": false});
        self.announce("UpdateTrail", at, params);
        self.step(w, HOUR, true, |_| {});
        self.state = State::Cut { recorded: true };
    }

    /// Delivers logs without digests, hour by hour, while validation is off. The first holds the
    /// UpdateTrail event, unless a log with a digest does.
    pub fn undigested_until(&mut self, w: &mut World, until: Timestamp) {
        let State::Cut { recorded } = self.state else {
            panic!("validation is on");
        };
        if !recorded {
            self.state = State::Cut { recorded: true };
            let params = json!({"name": self.spec.trail.arn(), "enableLogFileValidation": false});
            self.announce("UpdateTrail", after(self.end(), 60), params);
        }
        while self.end() < until {
            let end = after(self.end(), HOUR).min(until);
            let logs = self.deliver(w, self.end(), end);
            self.undigested.extend(logs);
            self.cursor = Some(end);
        }
    }

    /// Changes the trail's bucket and prefix: the next digests go to the new place and link
    /// back to the old.
    pub fn move_to(&mut self, bucket: &str, prefix: Option<&str>) {
        self.spec.trail.bucket = bucket.to_owned();
        self.spec.trail.prefix = prefix.map(str::to_owned);
        let params = json!({
            "name": self.spec.trail.arn(),
            "s3BucketName": bucket,
            "s3KeyPrefix": prefix,
        });
        if let Some(cursor) = self.cursor {
            self.announce("UpdateTrail", cursor, params);
        }
    }

    /// Puts the UpdateTrail event that sets `changes` into the next log, as [`Chain::move_to`] does
    /// for a bucket: `{"isMultiRegionTrail": false}`. The caller must apply the effect on chains.
    pub fn update(&mut self, at: Timestamp, changes: Value) {
        let mut params = json!({"name": self.spec.trail.arn()});
        for (name, value) in changes.as_object().expect("what is set") {
            params[name] = value.clone();
        }
        self.announce("UpdateTrail", at, params);
    }

    /// Puts any record into the next log that is delivered after its event. Starts and quiet hours
    /// drop waiting records.
    pub fn record(&mut self, event: Fields) {
        self.queue.push(event);
    }

    /// Puts a management event into the next log, if this chain would show it: the trail's own
    /// account, in its home region.
    fn announce(&mut self, name: &str, at: Timestamp, params: Value) {
        let trail = &self.spec.trail;
        if self.spec.region == trail.home_region && self.spec.account == trail.account {
            let mut event = cloudtrail_event(name, &trail.arn(), at, None, params);
            for (member, value) in &self.caller.0 {
                event.set(member, value.clone());
            }
            self.queue.push(event);
        }
    }

    /// Writes a backfill digest for the hour that ends at `interval_end`, for logs that were
    /// delayed. It is signed with the key valid when it was generated, and linked to the previous
    /// backfill digest only if `linked`.
    pub fn backfill(
        &mut self,
        w: &mut World,
        interval_end: Timestamp,
        generated_at: Timestamp,
        n_logs: u32,
        linked: bool,
    ) {
        let start = after(interval_end, -HOUR);
        let when = Delivery {
            start,
            end: interval_end,
            oldest: after(start, -EVENT_LAG),
        };
        let logs: Vec<LogRecord> = (0..n_logs)
            .map(|_| {
                let log = self.log(w, when, Vec::new());
                w.object_mut(&log.place).last_modified = after(generated_at, -300);
                log
            })
            .collect();
        let previous = self.backfills.last().filter(|_| linked).cloned();
        let spec = &self.spec;
        let key = spec
            .trail
            .backfill_key(&spec.account, &spec.region, interval_end);
        let place = Place::new(&spec.trail.bucket, &key);
        let mut draft = self.draft(w, place, (start, interval_end), logs, previous.as_ref());
        draft.backfill = true;
        draft.generated = Some(generated_at);
        draft.delivered = after(generated_at, 5);
        draft.set_key(&w.keys, w.keys.signing_index(&spec.region, generated_at));
        self.backfills.push(draft.seal(w));
    }

    /// Writes the next hourly digest, with its fields changed before it is hashed and signed. It is
    /// delivered to its usual place; the signature covers the changed fields. Returns its index in
    /// `digests`.
    pub fn append_custom(&mut self, w: &mut World, edit: impl FnOnce(&mut Fields)) -> usize {
        self.step(w, HOUR, true, edit)
    }

    /// Stores logs that were made elsewhere, with their bodies, and lists them in the next digest, beside its own.
    /// It ends at this instant.
    pub fn deliver_logs(&mut self, w: &mut World, end: Timestamp, logs: Vec<(LogRecord, Vec<u8>)>) {
        let seconds = end.as_second() - self.end().as_second();
        for (log, body) in &logs {
            w.put(&log.place, Object::delivered(body.clone(), log.newest));
        }
        let digest = self.step(w, seconds, true, |fields| {
            let entries = logs.iter().map(|(log, _)| Json::Object(log.entry()));
            fields.log_files_mut().extend(entries);
        });
        let logs = logs.into_iter().map(|(log, _)| log);
        self.digests[digest].logs.extend(logs);
    }

    /// Writes a rival of this digest: the same predecessor and start, no logs, an end `seconds`
    /// later, and a genuine signature. The chain itself goes on without it.
    pub fn fork(&self, w: &mut World, index: usize, seconds: i64) -> DigestRecord {
        let original = &self.digests[index];
        let previous = index.checked_sub(1).map(|before| &self.digests[before]);
        let previous = previous.filter(|_| !original.starting);
        let spec = &self.spec;
        let end = after(original.end, seconds);
        let key = spec.trail.digest_key(&spec.account, &spec.region, end);
        let place = Place::new(&original.place.bucket, &key);
        let mut draft = self.draft(w, place, (original.start, end), Vec::new(), previous);
        draft.starting = original.starting;
        draft.seal(w)
    }
}
