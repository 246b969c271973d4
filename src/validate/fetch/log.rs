//! Fetching a log: its content compared with what its digest says, and its events if they are wanted.

use std::sync::atomic::Ordering;

use super::several::{self, LogState};
use super::{Fetcher, Size, first_of};
use crate::base::gzip::inflate::ContentChunk;
use crate::base::sha256::Sha256;
use crate::cloudtrail::event::prefilter::CallPrefilter;
use crate::cloudtrail::event::record::FoundEvents;
use crate::cloudtrail::log_list::LogEntry;
use crate::proof::finding::{Code, Severity};
use crate::proof::log;
use crate::source::{GetError, RootId, SourceObject};
use crate::validate::logs::log_text::{EventPredicate, IN_MEMORY, LogText, unreadable};

/// How much of a log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogReading {
    /// Nothing: only whether it exists.
    Presence,
    /// All of it, counted in the report.
    Counted,
    /// All of it. Only some formats need it, and no report may depend on which formats are written.
    Uncounted,
}

/// What is wanted of a log besides its state.
#[derive(Clone, Copy, Default)]
pub(crate) struct WantedOfLog<'w> {
    /// Its events, if it is as delivered.
    pub events: Option<&'w EventPredicate<'w>>,
    /// The same, but only if its bytes show that it may record a change of a trail, a bucket or a key.
    pub changes: Option<&'w EventPredicate<'w>>,
    /// Its text.
    pub text: WantedText,
}

/// Whose text is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum WantedText {
    /// That of no log.
    #[default]
    Nobodys,
    /// That of a log that is as delivered.
    Intact,
    /// That of any log, altered or not.
    Any,
}

/// A log that was fetched.
pub(crate) struct FetchedLog {
    pub state: LogState,
    /// What it adds to the bytes of the run.
    pub size: Size,
    /// Its events, if they were wanted.
    pub events: Option<FoundEvents>,
    /// Its text, if it was wanted.
    pub text: Option<LogText>,
    /// Whether it may record a change, and its text was not kept from the beginning.
    has_changes_left: bool,
}

impl FetchedLog {
    fn without_text(state: LogState) -> Self {
        FetchedLog {
            state,
            size: Size::default(),
            events: None,
            text: None,
            has_changes_left: false,
        }
    }

    /// A log whose result another process stored.
    pub fn stored(state: LogState, events: Option<FoundEvents>) -> Self {
        FetchedLog {
            events,
            ..FetchedLog::without_text(state)
        }
    }
}

/// What a log is compared with, and what is wanted of it.
#[derive(Clone, Copy)]
struct Comparison<'w> {
    expected: Sha256,
    reading: LogReading,
    wanted: WantedOfLog<'w>,
}

impl Comparison<'_> {
    /// Whether its text is wanted, if the log is as delivered or not.
    fn wants_text(&self, intact: bool) -> bool {
        match self.wanted.text {
            WantedText::Nobodys => false,
            WantedText::Intact => intact,
            WantedText::Any => true,
        }
    }
}

/// Searches a text for changes while it is inflated.
struct ChangeSearch {
    prefilter: CallPrefilter,
    /// Whether nothing was searched yet.
    is_new: bool,
    /// Whether what shows a change is not in the first chunk. Whoever did not keep the text has to fetch it again.
    is_late: bool,
}

impl ChangeSearch {
    fn new() -> Self {
        ChangeSearch {
            prefilter: CallPrefilter::default(),
            is_new: true,
            is_late: false,
        }
    }

    /// Whether the text may record a change.
    fn found(&self) -> bool {
        self.prefilter.found()
    }

    /// Searches the next chunk. Returns whether the text is to be kept from this chunk on: it is the first one, and
    /// may record a change.
    fn keeps_from(&mut self, chunk: &[u8]) -> bool {
        let (was_found, may_change) = (self.found(), self.prefilter.push(chunk));
        let is_first = std::mem::take(&mut self.is_new);
        self.is_late |= may_change && !was_found && !is_first;
        may_change && is_first
    }
}

/// The texts of one log that were read in its places: one as delivered, and one that is not.
#[derive(Default)]
struct KeptTexts {
    intact: Option<LogText>,
    altered: Option<LogText>,
}

impl Fetcher<'_> {
    /// Compares a log with what its digest says, as far as `reading` goes, and returns what is `wanted` of it.
    pub(crate) fn log(
        &self,
        entry: &LogEntry,
        reading: LogReading,
        is_reachable: &dyn Fn(RootId, &str) -> bool,
        wanted: WantedOfLog<'_>,
    ) -> FetchedLog {
        let expected = match log::expected(entry) {
            Ok(expected) => expected,
            Err(finding) => return FetchedLog::without_text(LogState::Found(finding)),
        };
        let (mut events, mut texts) = (None, KeptTexts::default());
        let (mut has_changes_left, mut size) = (false, Size::default());
        let possible = self.places(&entry.bucket, &entry.key);
        let is_bucket = |root| is_reachable(root, &entry.bucket);
        let judged = several::judge(self.places, &possible, &is_bucket, |root, key| {
            if reading == LogReading::Presence && self.is_present(root, key)? {
                return Ok(LogState::NotRead);
            }
            let comparison = Comparison {
                expected,
                reading,
                wanted: WantedOfLog {
                    events: wanted.events.filter(|_| events.is_none()),
                    changes: wanted.changes.filter(|_| events.is_none()),
                    text: wanted.text,
                },
            };
            let read = self.read_log(root, key, comparison);
            let (read, of_object) = read;
            size.add(of_object);
            let read = read.map_err(|error| self.failed(error))?;
            events = events.take().or(read.events);
            has_changes_left |= read.has_changes_left;
            let slot = match read.state {
                LogState::Valid { .. } => &mut texts.intact,
                _ => &mut texts.altered,
            };
            let spare = match (slot.is_some(), read.text) {
                (false, text) => std::mem::replace(slot, text),
                (true, text) => text,
            };
            self.return_text(spare);
            Ok(read.state)
        });
        let state = judged.unwrap_or_else(|| {
            let error = GetError::Elsewhere(entry.bucket.clone());
            LogState::Found(Box::new(log::unreadable(error.reason(), &error.detail())))
        });
        let is_missing =
            matches!(&state, LogState::Found(finding) if finding.code == Code::LogMissing);
        if is_missing && self.is_not_copied(&possible) {
            return FetchedLog {
                size,
                ..FetchedLog::without_text(LogState::NotCopied)
            };
        }
        let (text, spare) = match state {
            LogState::Valid { .. } => (texts.intact, texts.altered),
            _ => (texts.altered, texts.intact),
        };
        self.return_text(spare);
        let is_intact = matches!(state, LogState::Valid { .. });
        let mut events = events.filter(|_| is_intact);
        if let Some(changes) = wanted.changes
            && (is_intact && events.is_none() && has_changes_left)
        {
            events = Some(self.log_events(entry, is_reachable, changes));
        }
        FetchedLog {
            state,
            size,
            events,
            text,
            has_changes_left: false,
        }
    }

    /// Whether a log exists that is not to be read. An empty object has to be read after all.
    fn is_present(&self, root: RootId, key: &str) -> Result<bool, GetError> {
        match self.presence.check(root, key) {
            // The listing may be wrong, so the object is asked for.
            Err(GetError::NotFound) => match self.exists_in(self.logs, root, key) {
                Some(again) => again.map(|()| true),
                None => Err(GetError::NotFound),
            },
            checked => checked,
        }
    }

    /// Reads the object in one place of a log, and compares it with the hash that it must have. What would
    /// count as altered or missing is read once more. Also returns what it adds to the bytes of the run.
    fn read_log(
        &self,
        root: RootId,
        key: &str,
        comparison: Comparison<'_>,
    ) -> (Result<FetchedLog, GetError>, Size) {
        self.counts.get.fetch_add(1, Ordering::Relaxed);
        let mut size = Size::default();
        let read = match self.logs.get(root, key, false) {
            Ok(object) => self.compare_log(root, key, object, comparison, &mut size),
            Err(GetError::NotFound) => Err(GetError::NotFound),
            Err(other) => return (Err(other), size),
        };
        let is_doubtful = match &read {
            Ok(read) => {
                matches!(&read.state, LogState::Found(finding) if finding.severity == Severity::Failed)
            }
            Err(error) => error.is_doubtful(),
        };
        let read = match is_doubtful
            .then(|| self.again_in(self.logs, root, key, false))
            .flatten()
        {
            None => read,
            Some(again) => {
                self.return_text(read.ok().and_then(|first| first.text));
                again.and_then(|again| self.compare_log(root, key, again, comparison, &mut size))
            }
        };
        if comparison.reading == LogReading::Uncounted {
            return (read, Size::default());
        }
        self.count(size);
        (read, size)
    }

    /// `size` becomes that of this object.
    fn compare_log(
        &self,
        root: RootId,
        key: &str,
        mut object: SourceObject<'_>,
        comparison: Comparison<'_>,
        size: &mut Size,
    ) -> Result<FetchedLog, GetError> {
        let Comparison {
            expected, wanted, ..
        } = comparison;
        let keeps = wanted.text != WantedText::Nobodys;
        let room = if keeps { self.text_room } else { IN_MEMORY };
        let is_read = keeps || wanted.events.is_some();
        let mut text = is_read.then(|| self.empty_text(room));
        let mut search = wanted.changes.map(|_| ChangeSearch::new());
        let mut sink = |chunk: ContentChunk<'_>| {
            let is_needed = search.as_mut().is_some_and(|s| s.keeps_from(chunk.bytes()));
            if is_needed && text.is_none() {
                text = Some(self.empty_text(room));
            }
            if let Some(text) = &mut text {
                text.push(chunk);
            }
        };
        let inflated = self.inflate(&mut object.body, &mut sink, size)?;
        let mut events = None;
        let state = match log::compare(expected, &inflated) {
            Ok(()) => {
                let may_change = search.as_ref().is_some_and(ChangeSearch::found);
                let changes = wanted.changes.filter(|_| may_change);
                let wanted = wanted.events.or(changes);
                events = text.as_mut().zip(wanted).map(|(t, w)| t.events(w, keeps));
                LogState::Valid {
                    optional_fields: inflated.optional_fields,
                }
            }
            Err(mut finding) => {
                if let Some(doubt) = object
                    .doubt
                    .filter(|_| finding.severity == Severity::Failed)
                {
                    self.return_text(text);
                    return Err(doubt);
                }
                // Those of the bytes that were read, if the source knew them with the object.
                finding.object = match object.facts.etag {
                    Some(_) => object.facts,
                    None => self.logs.stat(root, key).unwrap_or_default(),
                };
                LogState::Found(finding)
            }
        };
        let is_intact = matches!(state, LogState::Valid { .. });
        let spare = match comparison.wants_text(is_intact) {
            true => None,
            false => text.take(),
        };
        self.return_text(spare);
        Ok(FetchedLog {
            state,
            size: *size,
            events,
            text,
            has_changes_left: search.is_some_and(|search| search.is_late),
        })
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
            let possible = self.places(&entry.bucket, &entry.key);
            let is_bucket = |root| is_reachable(root, &entry.bucket);
            let found = first_of(possible.all(), &is_bucket, |root, key| {
                self.counts.get.fetch_add(1, Ordering::Relaxed);
                let mut object = self.logs.get(root, key, false)?;
                let mut text = self.empty_text(IN_MEMORY);
                let body = &mut object.body;
                let inflated = self.inflate_uncounted(body, &mut |chunk| text.push(chunk))?;
                let compared = log::compare(expected, &inflated);
                let events = compared.ok().map(|()| text.events(wanted, false));
                self.return_text(Some(text));
                events.ok_or(GetError::NotFound)
            });
            found?.ok()
        };
        events().unwrap_or_else(|| FoundEvents {
            records: unreadable(),
            ..FoundEvents::default()
        })
    }

    /// A text that may take some `room` in memory.
    fn empty_text(&self, room: usize) -> LogText {
        let mut texts = self.texts.lock().unwrap_or_else(|e| e.into_inner());
        let mut text = texts.pop().unwrap_or_default();
        drop(texts);
        text.clear(room);
        text
    }

    /// Keeps the buffer of a text for the next log.
    pub(crate) fn return_text(&self, text: Option<LogText>) {
        if let Some(mut text) = text {
            text.clear(self.text_room.max(IN_MEMORY));
            let mut texts = self.texts.lock().unwrap_or_else(|e| e.into_inner());
            texts.push(text);
        }
    }
}
