//! The stream of events: takes the text of each log from the engine, and writes its records in order.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use super::doubtful::DoubtfulLogs;
use super::order::WaitingLogs;
use super::sink::{
    EncodedLog, EventFormat, EventWriter, LogInHand, RecordCount, RecordFilter, RecordOrigin,
};
use super::without::{LogsWithout, WithoutEvents};
use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::limits::Limits;
use crate::validate::records::{LogStanding, LogText, ReadLog, RecordReader};

/// Buffers that are kept for the next logs: a log in memory takes one, and new ones cost more than its search.
const SPARES: usize = 32;

/// Largest buffer that is kept, in bytes. Few logs are longer.
const LONGEST_SPARE: usize = 1 << 20;

/// Which records are written, and how.
pub struct EventPlan<'p> {
    /// A record must pass all of them.
    pub filters: Vec<Box<dyn RecordFilter + 'p>>,
    /// What is written.
    pub format: &'p dyn EventFormat,
    /// Whether records of logs that are not proven are written too.
    pub include_unproven: bool,
}

/// Writes events while a validation runs.
pub struct EventStream<'p> {
    plan: EventPlan<'p>,
    stop: CancelFlag,
    waiting: WaitingLogs,
    spare: SpareBuffers,
    /// Held while a long text is in memory, so that there is only one.
    long: Mutex<()>,
    unproven_text: u64,
    output: Mutex<EventsWritten<'p>>,
    counts: EventCounts,
    doubtful: DoubtfulLogs,
    without: &'p LogsWithout,
}

struct EventsWritten<'p> {
    writer: Box<dyn EventWriter + 'p>,
    /// The first error. Nothing is written after it.
    error: Option<io::Error>,
}

#[derive(Default)]
struct EventCounts {
    events: AtomicU64,
    logs: AtomicU64,
    /// Those among the events whose logs are not proven.
    unproven: AtomicU64,
}

/// What was written.
#[derive(Debug)]
pub struct WrittenEvents {
    /// Records that were written.
    pub events: u64,
    /// Logs that were read for them.
    pub logs: u64,
    /// Records among them of logs that are not proven.
    pub unproven: u64,
    /// What the format says about them.
    pub remarks: Vec<String>,
    /// Whether all of it could be written.
    pub written: io::Result<()>,
}

impl<'p> EventStream<'p> {
    /// Begins the output. `stop` ends the run if it cannot be written any more.
    ///
    /// # Errors
    /// If its beginning cannot be written.
    pub fn begin(
        plan: EventPlan<'p>,
        out: Box<dyn Write + Send + 'p>,
        without: &'p LogsWithout,
        (stop, limits): (CancelFlag, &Limits),
    ) -> io::Result<Self> {
        let writer = plan.format.begin(out)?;
        Ok(EventStream {
            plan,
            stop,
            waiting: WaitingLogs::default(),
            spare: SpareBuffers::default(),
            long: Mutex::new(()),
            unproven_text: limits.unproven_text,
            output: Mutex::new(EventsWritten {
                writer,
                error: None,
            }),
            counts: EventCounts::default(),
            doubtful: DoubtfulLogs::default(),
            without,
        })
    }

    /// Writes the end.
    pub fn end(self) -> WrittenEvents {
        let output = self.output.into_inner().unwrap_or_else(|e| e.into_inner());
        let written = match output.error {
            Some(error) => Err(error),
            None => output.writer.end(),
        };
        WrittenEvents {
            remarks: self.plan.format.remarks().to_vec(),
            events: self.counts.events.into_inner(),
            logs: self.counts.logs.into_inner(),
            unproven: self.counts.unproven.into_inner(),
            written,
        }
    }

    /// Whether nothing more can be written.
    pub(super) fn is_stopped(&self) -> bool {
        self.output().error.is_some() || self.stop.is_set()
    }

    /// The logs that were read and that only unproven digests list.
    pub(super) fn doubtful(&self) -> &DoubtfulLogs {
        &self.doubtful
    }

    /// What a log gives, in the format of the output.
    pub(super) fn encode(&self, origin: &RecordOrigin, text: &mut Vec<u8>) -> EncodedLog {
        let mut log = LogInHand::new(origin, &self.plan.filters, text);
        let encoded = self.plan.format.encode(&mut log);
        self.count(origin, log.count());
        encoded
    }

    fn count(&self, origin: &RecordOrigin, count: RecordCount) {
        self.counts.logs.fetch_add(1, Ordering::Relaxed);
        self.counts.events.fetch_add(count.kept, Ordering::Relaxed);
        if origin.standing != LogStanding::Proven {
            let unproven = &self.counts.unproven;
            unproven.fetch_add(count.kept, Ordering::Relaxed);
        } else if count.is_broken {
            self.without.add(WithoutEvents::Broken, origin.log.clone());
        }
    }

    /// Writes what a log gave. After an error the run stops.
    pub(super) fn write(&self, encoded: io::Result<EncodedLog>) {
        let mut output = self.output();
        if output.error.is_some() {
            return;
        }
        let written = encoded.and_then(|encoded| {
            if !encoded.bytes().is_empty() {
                output.writer.log(encoded.bytes())?;
            }
            self.spare.put(encoded.buffer);
            Ok(())
        });
        if let Err(error) = written {
            output.error = Some(error);
            self.stop.set(CancelReason::OutputClosed);
        }
    }

    fn output(&self) -> MutexGuard<'_, EventsWritten<'p>> {
        self.output.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// Buffers that were written.
#[derive(Default)]
struct SpareBuffers(Mutex<Vec<Vec<u8>>>);

impl SpareBuffers {
    fn put(&self, mut buffer: Vec<u8>) {
        let mut spare = self.0.lock().unwrap_or_else(|e| e.into_inner());
        if spare.len() < SPARES && buffer.capacity() <= LONGEST_SPARE {
            buffer.clear();
            spare.push(buffer);
        }
    }

    fn take(&self) -> Vec<u8> {
        let mut spare = self.0.lock().unwrap_or_else(|e| e.into_inner());
        spare.pop().unwrap_or_default()
    }
}

impl RecordReader for EventStream<'_> {
    fn takes_unproven(&self) -> bool {
        self.plan.include_unproven
    }

    fn read(&self, log: &ReadLog<'_>, text: &mut LogText) {
        let origin = RecordOrigin::of(log);
        self.doubtful.add(log);
        let is_proven = origin.standing == LogStanding::Proven;
        if !is_proven && text.size() > self.unproven_text {
            self.without.add(WithoutEvents::TooLarge, origin.log);
            return;
        }
        let one = text.is_long().then(|| self.long.lock());
        match text.bytes() {
            Ok(text) => {
                self.waiting.put(log.number, self.encode(&origin, text));
                if text.capacity() == 0 {
                    *text = self.spare.take();
                }
            }
            Err(why) => self.waiting.fail(log.number, io::Error::other(why)),
        }
        drop(one);
    }

    fn ended(&self, number: u64) {
        self.write(self.waiting.take(number));
    }
}
