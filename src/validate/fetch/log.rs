//! Fetching a log: its content compared with what its digest says, and its events if they are wanted.

use std::sync::atomic::Ordering;

use super::Fetcher;
use crate::base::gzip::inflate::Inflated;
use crate::cloudtrail::digest::LogEntry;
use crate::cloudtrail::event::record::FoundEvents;
use crate::proof::finding::{Finding, ObjectFacts};
use crate::proof::log;
use crate::source::{GetError, RootId, SourceObject};
use crate::validate::logs::log_text::{EventPredicate, LogText, unreadable};

/// The result of checking a log.
pub enum LogState {
    /// It is as delivered.
    Valid {
        /// Whether its gzip header carries optional fields.
        optional_fields: bool,
    },
    /// It exists, and was not read.
    NotRead,
    /// It is altered or missing, or could not be read.
    Found(Box<Finding>),
}

impl Fetcher<'_> {
    /// Compares a log with what its digest says; with `read` unset, only whether it exists. Returns its
    /// events if they are `wanted` and the log is as delivered.
    pub(crate) fn log(
        &self,
        entry: &LogEntry,
        read: bool,
        is_reachable: &dyn Fn(RootId, &str) -> bool,
        wanted: Option<&EventPredicate<'_>>,
    ) -> (LogState, Option<FoundEvents>) {
        let expected = match log::expected(entry) {
            Ok(expected) => expected,
            Err(finding) => return (LogState::Found(finding), None),
        };
        let mut facts = ObjectFacts::default();
        let mut events = None;
        let checked = self.find(&entry.bucket, &entry.key, is_reachable, |root, key| {
            if !read {
                return self.presence.check(root, key).map(|()| LogState::NotRead);
            }
            self.counts.get.fetch_add(1, Ordering::Relaxed);
            let mut object = self.source.get(root, key, false)?;
            let mut text = wanted.map(|_| self.empty_text());
            let inflated = self.inflate_log(&mut object, text.as_mut())?;
            let state = match log::compare(expected, &inflated) {
                Ok(()) => {
                    events = text.as_mut().zip(wanted).map(|(t, w)| t.events(w));
                    LogState::Valid {
                        optional_fields: inflated.optional_fields,
                    }
                }
                Err(finding) => {
                    // Those of the bytes that were read, if the source knew them with the object.
                    facts = match object.facts.etag {
                        Some(_) => std::mem::take(&mut object.facts),
                        None => self.source.stat(root, key).unwrap_or_default(),
                    };
                    LogState::Found(finding)
                }
            };
            self.return_text(text);
            Ok(state)
        });
        let state = match checked {
            Ok(LogState::Found(mut finding)) => {
                finding.object = facts;
                LogState::Found(finding)
            }
            Ok(state) => state,
            Err(GetError::NotFound) => LogState::Found(Box::new(log::missing())),
            Err(error) => {
                let error = self.failed(error);
                let finding = log::unreadable(error.reason(), &error.detail());
                LogState::Found(Box::new(finding))
            }
        };
        (state, events)
    }

    /// Fetches a log again for its wanted events, and compares its hash again. A log that cannot be read
    /// or is not as delivered any more counts as one whose records cannot be read.
    pub(crate) fn log_events(
        &self,
        entry: &LogEntry,
        is_reachable: &dyn Fn(RootId, &str) -> bool,
        wanted: &EventPredicate<'_>,
    ) -> FoundEvents {
        let events = || {
            let expected = log::expected(entry).ok()?;
            let found = self.find(&entry.bucket, &entry.key, is_reachable, |root, key| {
                self.counts.get.fetch_add(1, Ordering::Relaxed);
                let mut object = self.source.get(root, key, false)?;
                let mut text = self.empty_text();
                let body = &mut object.body;
                let inflated = self.inflate_uncounted(body, &mut |bytes| text.push(bytes))?;
                let compared = log::compare(expected, &inflated);
                let events = compared.ok().map(|()| text.events(wanted));
                self.return_text(Some(text));
                Ok(events)
            });
            found.ok().flatten()
        };
        events().unwrap_or_else(|| FoundEvents {
            records: unreadable(),
            ..FoundEvents::default()
        })
    }

    fn inflate_log(
        &self,
        object: &mut SourceObject<'_>,
        text: Option<&mut LogText>,
    ) -> Result<Inflated, GetError> {
        let body = &mut object.body;
        match text {
            Some(text) => self.inflate(body, &mut |bytes| text.push(bytes)),
            None => self.inflate(body, &mut |_| {}),
        }
    }

    fn empty_text(&self) -> LogText {
        let mut texts = self.texts.lock().unwrap_or_else(|e| e.into_inner());
        texts.pop().unwrap_or_default()
    }

    /// Keeps the buffer of a text for the next log.
    fn return_text(&self, text: Option<LogText>) {
        if let Some(mut text) = text {
            text.clear();
            let mut texts = self.texts.lock().unwrap_or_else(|e| e.into_inner());
            texts.push(text);
        }
    }
}
