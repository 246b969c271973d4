//! How a record passes from a log to the output: filters decide whether it is kept, a format turns the records of
//! one log into bytes, and a writer takes these bytes in the order of the logs.
//!
//! ```text
//! on workers, in any order                      on one thread, in order
//! text ─> RecordFilter ─> EventFormat::encode   ─> EventWriter::log ─> output
//! ```

use std::io;

use serde::de::IgnoredAny;

use crate::base::text::s3_uri;
use crate::cloudtrail::records::split::RecordFinder;
use crate::validate::records::{LogStanding, ReadLog};

/// The log that holds a record, and the digest that lists this log.
#[derive(Debug, Clone)]
pub struct RecordOrigin {
    /// `s3://BUCKET/KEY` of the log.
    pub log: String,
    /// `s3://BUCKET/KEY` of the digest; `None` if no digest lists the log.
    pub digest: Option<String>,
    /// What is known about the log.
    pub standing: LogStanding,
}

impl RecordOrigin {
    /// That of the records of a log that was read.
    pub fn of(log: &ReadLog<'_>) -> Self {
        let (bucket, key) = log.digest;
        let has_digest = log.standing != LogStanding::Unreferenced;
        RecordOrigin {
            log: s3_uri(Some(log.bucket), log.key),
            digest: has_digest.then(|| s3_uri(Some(bucket), key)),
            standing: log.standing,
        }
    }

    /// The word for what is known about the log.
    pub fn state(&self) -> &'static str {
        match self.standing {
            LogStanding::Proven => "proven",
            LogStanding::Altered => "altered",
            LogStanding::DigestUnproven => "digest-unproven",
            LogStanding::Unreferenced => "unreferenced",
        }
    }
}

/// Decides which records are kept. With several filters, a record must pass all of them.
pub trait RecordFilter: Sync {
    /// Whether a log may hold a record that is kept. A quick search over its complete text; it may say yes in error.
    fn may_hold(&self, _text: &[u8]) -> bool {
        true
    }

    /// Whether a record is kept. Adds what it is marked with, such as the ids of rules, to `marks`.
    fn keeps<'f>(&'f self, record: &[u8], marks: &mut Vec<&'f str>) -> bool;
}

/// A record that passed every filter.
pub struct KeptRecord<'a> {
    /// Its bytes, as they are in the log.
    pub bytes: &'a [u8],
    /// Where it comes from.
    pub origin: &'a RecordOrigin,
    /// The ids of the watchlist's rules that match it.
    pub marks: &'a [&'a str],
}

/// What a format made of the records of one log.
#[derive(Debug, Default)]
pub struct EncodedLog {
    pub(super) buffer: Vec<u8>,
    /// So many bytes at its beginning are not written. To move all others over them would cost more than to keep them.
    pub(super) unused: usize,
}

impl EncodedLog {
    /// The bytes that are written.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(self.unused..).unwrap_or_default()
    }
}

impl From<Vec<u8>> for EncodedLog {
    fn from(buffer: Vec<u8>) -> Self {
        EncodedLog { buffer, unused: 0 }
    }
}

/// Turns the records of a log into bytes.
pub trait EventFormat: Sync {
    /// The bytes for the records of one log. Called on workers, in any order.
    fn encode(&self, log: &mut LogInHand<'_>) -> EncodedLog;

    /// Begins the output.
    ///
    /// # Errors
    /// If it cannot be written.
    fn begin<'w>(
        &'w self,
        out: Box<dyn io::Write + Send + 'w>,
    ) -> io::Result<Box<dyn EventWriter + 'w>>;

    /// What is said about the output besides it, once its end is written.
    fn remarks(&self) -> &[String] {
        &[]
    }
}

/// Writes what a format made of each log, in the order of the logs.
pub trait EventWriter: Send {
    /// Writes the bytes for one log.
    ///
    /// # Errors
    /// If they cannot be written.
    fn log(&mut self, encoded: &[u8]) -> io::Result<()>;

    /// Writes the end, and flushes all of it.
    ///
    /// # Errors
    /// If it cannot be written.
    fn end(self: Box<Self>) -> io::Result<()>;
}

/// One log while its records are encoded.
pub struct LogInHand<'a> {
    origin: &'a RecordOrigin,
    filters: &'a [Box<dyn RecordFilter + 'a>],
    text: &'a mut Vec<u8>,
    count: RecordCount,
}

/// How many records of a log were kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordCount {
    /// Those that were kept.
    pub kept: u64,
    /// Whether the text is something other than a list of records, or damaged: what follows the damage is not read.
    pub is_broken: bool,
}

impl<'a> LogInHand<'a> {
    /// A log with its complete text.
    pub fn new(
        origin: &'a RecordOrigin,
        filters: &'a [Box<dyn RecordFilter + 'a>],
        text: &'a mut Vec<u8>,
    ) -> Self {
        LogInHand {
            origin,
            filters,
            text,
            count: RecordCount::default(),
        }
    }

    /// Where its records come from.
    pub fn origin(&self) -> &'a RecordOrigin {
        self.origin
    }

    /// How many records were kept so far.
    pub fn count(&self) -> RecordCount {
        self.count
    }

    /// Calls `take` with each record that passes all filters, in order.
    pub fn for_each(&mut self, take: &mut dyn FnMut(&KeptRecord<'_>)) {
        let mut finder = RecordFinder::default();
        if !self.filters.iter().all(|filter| filter.may_hold(self.text)) {
            // Whether it is damaged is said all the same: what follows the damage could be kept.
            while finder.next(self.text).is_some() {}
            self.count.is_broken = finder.is_broken();
            return;
        }
        let mut marks = Vec::new();
        while let Some(range) = finder.next(self.text) {
            let Some(bytes) = self.text.get(range) else {
                break;
            };
            if !self.is_sound(bytes) {
                self.count.is_broken = true;
                return;
            }
            marks.clear();
            let mut filters = self.filters.iter();
            if filters.all(|filter| filter.keeps(bytes, &mut marks)) {
                self.count.kept += 1;
                take(&KeptRecord {
                    bytes,
                    origin: self.origin,
                    marks: &marks,
                });
            }
        }
        self.count.is_broken = finder.is_broken();
    }

    /// The text, if every record of it is kept as it is: nothing is filtered, and CloudTrail wrote it.
    pub(super) fn unfiltered(&mut self) -> Option<(&mut Vec<u8>, &mut RecordCount)> {
        let is_all = self.filters.is_empty() && self.origin.standing == LogStanding::Proven;
        is_all.then_some((&mut *self.text, &mut self.count))
    }

    /// Whether a record is JSON. What CloudTrail wrote is not checked again.
    fn is_sound(&self, record: &[u8]) -> bool {
        self.origin.standing == LogStanding::Proven
            || std::str::from_utf8(record)
                .is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::{LogInHand, RecordFilter, RecordOrigin};
    use crate::validate::records::LogStanding;

    struct Nothing;

    impl RecordFilter for Nothing {
        fn may_hold(&self, _: &[u8]) -> bool {
            false
        }

        fn keeps<'f>(&'f self, _: &[u8], _: &mut Vec<&'f str>) -> bool {
            false
        }
    }

    #[test]
    fn a_damaged_text_is_known_although_the_filter_rules_it_out() {
        let origin = RecordOrigin {
            log: String::new(),
            digest: None,
            standing: LogStanding::Proven,
        };
        for (text, is_broken) in [
            (r#"{"Records":[{"a":1}]}"#, false),
            (r#"{"Records":[{"a":1},{"b""#, true),
        ] {
            let mut text = text.as_bytes().to_vec();
            let filters: [Box<dyn RecordFilter>; 1] = [Box::new(Nothing)];
            let mut log = LogInHand::new(&origin, &filters, &mut text);
            log.for_each(&mut |_| {});
            assert_eq!(log.count().is_broken, is_broken);
            assert_eq!(log.count().kept, 0);
        }
    }
}
