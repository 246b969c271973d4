//! The events of proven logs, one after another, for users of the library.
//!
//! ```text
//!  another thread: validate ──> read(log, text) on its workers ──> ended(number) ──> a few logs wait
//!  the caller:                                                       next() <──────────┘
//! ```
//!
//! Only this file makes a [`ProvenEvent`], and only of the text of a log that a proven digest lists and whose hash
//! matched.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

use jiff::Timestamp;

use super::observer::Silent;
use super::outcome::Outcome;
use super::records::{LogStanding, LogText, ReadLog, RecordReader};
use super::request::Request;
use super::{Access, validate_with};
use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::{Error, ErrorKind};
use crate::base::text::s3_uri;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::records::fields::RecordFields;
use crate::cloudtrail::records::split::RecordFinder;
use crate::proof::keys::Keys;
use crate::source::Source;
use crate::source::cancellable::CancellableSource;
use crate::source::places::Places;
use crate::source::trails::TrailApi;

/// Logs that wait for the caller, beside the one whose events it reads.
const WAITING: usize = 4;

/// The inputs of a validation that runs on a thread of its own: those of [`Access`], owned.
pub struct OwnedAccess {
    /// The objects.
    pub source: Box<dyn Source + Send>,
    /// Which place is which.
    pub places: Places,
    /// The public keys.
    pub keys: Box<dyn Keys + Send>,
    /// Access to CloudTrail's answers about trails; `None` without AWS.
    pub trails: Option<Box<dyn TrailApi + Send>>,
}

impl OwnedAccess {
    /// The same inputs, borrowed.
    pub fn borrowed(&self) -> Access<'_> {
        Access {
            source: &*self.source,
            places: &self.places,
            keys: &*self.keys,
            trails: self.trails.as_deref().map(|trails| trails as &dyn TrailApi),
        }
    }
}

/// A proven log, and its text.
struct ProvenLog {
    chain: ChainId,
    place: (String, String),
    digest: (String, String),
    text: Vec<u8>,
}

/// One event that CloudTrail delivered: a record of a log that a proven digest lists, and whose hash matched.
///
/// Only [`ProvenEvents`] makes one. It keeps the text of its log in memory.
#[derive(Clone)]
pub struct ProvenEvent {
    log: Arc<ProvenLog>,
    at: Range<usize>,
}

impl ProvenEvent {
    /// The record, byte for byte as CloudTrail delivered it: a JSON object.
    pub fn bytes(&self) -> &[u8] {
        self.log.text.get(self.at.clone()).unwrap_or_default()
    }

    /// `eventName`.
    pub fn name(&self) -> Option<Cow<'_, str>> {
        RecordFields::parse(self.bytes())?.event_name
    }

    /// `eventTime`.
    pub fn time(&self) -> Option<Timestamp> {
        RecordFields::parse(self.bytes())?.time()
    }

    /// The chain of the log.
    pub fn chain(&self) -> &ChainId {
        &self.log.chain
    }

    /// Bucket and key of the log.
    pub fn log(&self) -> (&str, &str) {
        (&self.log.place.0, &self.log.place.1)
    }

    /// Bucket and key of the proven digest that lists the log.
    pub fn digest(&self) -> (&str, &str) {
        (&self.log.digest.0, &self.log.digest.1)
    }
}

impl fmt::Debug for ProvenEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProvenEvent")
            .field("record", &String::from_utf8_lossy(self.bytes()))
            .field("log", &self.log())
            .finish_non_exhaustive()
    }
}

/// A log on its way to the caller.
type Sent = Result<ProvenLog, Error>;

/// The events of all proven logs, in order of delivery: log by log in the order of their digests.
///
/// A validation runs on a thread of its own and waits for the caller, so that only a few logs are in memory. Logs
/// that are altered, missing, unreferenced or otherwise not proven give no events; [`Outcome`] says which these are.
/// So read the events to their end, and then [`finish`](ProvenEvents::finish).
///
/// An error is given in its place, among the events: a validation that did not take place, or a proven log that
/// could not be read to its end. Dropping the iterator ends the validation.
pub struct ProvenEvents {
    /// `None` once all logs were received.
    logs: Option<Receiver<Sent>>,
    current: Option<(Arc<ProvenLog>, RecordFinder)>,
    gone: CancelFlag,
    run: Option<JoinHandle<Result<Outcome, Error>>>,
    end: RunEnd,
}

/// How the validation ended.
enum RunEnd {
    NotYet,
    Concluded(Box<Outcome>),
    Failed(ErrorKind),
}

impl ProvenEvents {
    /// Begins to validate what the request selects.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(access: OwnedAccess, request: Request) -> Result<ProvenEvents, Error> {
        let (sender, logs) = sync_channel(WAITING);
        let gone = CancelFlag::default();
        let reader = LogSender {
            texts: Mutex::default(),
            sender,
            gone: gone.clone(),
        };
        let run = Builder::new().spawn(move || {
            let access = access.borrowed();
            let source = CancellableSource::new(access.source, reader.gone.clone());
            let access = Access {
                source: &source,
                ..access
            };
            validate_with(access, &request, &Silent, Some(&reader))
        });
        Ok(ProvenEvents {
            logs: Some(logs),
            current: None,
            gone,
            run: Some(run.map_err(|e| Error::no_threads(1).because(e))?),
            end: RunEnd::NotYet,
        })
    }

    /// The outcome of the validation. Events that were not read yet are dropped.
    ///
    /// # Errors
    /// If the validation did not take place, or an event that was not read yet is an error.
    pub fn finish(mut self) -> Result<Outcome, Error> {
        for event in &mut self {
            event?;
        }
        match std::mem::replace(&mut self.end, RunEnd::NotYet) {
            RunEnd::Concluded(outcome) => Ok(*outcome),
            RunEnd::Failed(kind) => Err(Error::new(kind, "the validation did not take place")),
            RunEnd::NotYet => Err(Error::new(ErrorKind::Internal, "the validation has no end")),
        }
    }

    /// The next record of the current log.
    fn next_record(&mut self) -> Option<Result<ProvenEvent, Error>> {
        let (log, finder) = self.current.as_mut()?;
        if let Some(at) = finder.next(&log.text) {
            let log = Arc::clone(log);
            return Some(Ok(ProvenEvent { log, at }));
        }
        let (log, finder) = self.current.take()?;
        let why = "it is not a list of records to its end";
        finder
            .is_broken()
            .then(|| Err(unreadable((&log.place.0, &log.place.1), why)))
    }

    /// What became of the validation, once all logs were received.
    fn end(&mut self) -> Option<Error> {
        self.logs = None;
        match self.run.take()?.join() {
            Ok(Ok(outcome)) => self.end = RunEnd::Concluded(Box::new(outcome)),
            Ok(Err(error)) => {
                self.end = RunEnd::Failed(error.kind());
                return Some(error);
            }
            Err(panic) => resume_unwind(panic),
        }
        None
    }
}

impl Iterator for ProvenEvents {
    type Item = Result<ProvenEvent, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(event) = self.next_record() {
                return Some(event);
            }
            match self.logs.as_ref()?.recv() {
                Ok(Ok(log)) => self.current = Some((Arc::new(log), RecordFinder::default())),
                Ok(Err(error)) => return Some(Err(error)),
                // The sender is gone: the validation is at its end.
                Err(_) => return self.end().map(Err),
            }
        }
    }
}

impl Drop for ProvenEvents {
    fn drop(&mut self) {
        self.gone.set(CancelReason::Signal);
        self.logs = None;
        if let Some(run) = self.run.take() {
            // What it says or how it ended does not matter to anybody any more.
            let _ = run.join();
        }
    }
}

/// Sends logs to the caller, in order.
struct LogSender {
    /// The texts of logs that were read before their turn.
    texts: Mutex<BTreeMap<u64, ReadText>>,
    sender: SyncSender<Sent>,
    /// Set once the caller wants no more.
    gone: CancelFlag,
}

/// A proven log that was read, its text perhaps in a temporary file.
struct ReadText {
    log: ProvenLog,
    text: LogText,
}

impl ReadText {
    fn in_memory(mut self) -> Sent {
        match self.text.bytes() {
            Ok(text) => self.log.text = std::mem::take(text),
            Err(why) => return Err(unreadable((&self.log.place.0, &self.log.place.1), &why)),
        }
        Ok(self.log)
    }
}

impl RecordReader for LogSender {
    fn read(&self, log: &ReadLog<'_>, text: &mut LogText) {
        if log.standing != LogStanding::Proven {
            return;
        }
        let owned = |(bucket, key): (&str, &str)| (bucket.to_owned(), key.to_owned());
        let read = ReadText {
            log: ProvenLog {
                chain: log.chain.clone(),
                place: owned((log.bucket, log.key)),
                digest: owned(log.digest),
                text: Vec::new(),
            },
            text: std::mem::take(text),
        };
        let mut texts = self.texts.lock().unwrap_or_else(|e| e.into_inner());
        texts.insert(log.number, read);
    }

    fn ended(&self, number: u64) {
        let read = {
            let mut texts = self.texts.lock().unwrap_or_else(|e| e.into_inner());
            texts.remove(&number)
        };
        if let Some(read) = read
            && !self.gone.is_set()
            && self.sender.send(read.in_memory()).is_err()
        {
            self.gone.set(CancelReason::Signal);
        }
    }
}

/// The error of a proven log whose events could not all be read.
fn unreadable((bucket, key): (&str, &str), why: &str) -> Error {
    let log = s3_uri(Some(bucket), key);
    let message = format!("the events of the proven log {log} could not all be read");
    Error::new(ErrorKind::Input, message).because(why)
}
