//! One search through the proven logs: which records concern the subjects, and to which others they lead.
//!
//! ```text
//! a log ──> does it hold a needle? ──> its records that hold one ──> those that concern a subject   on a worker
//!                                                                     └─> kept, in order of delivery
//! ```

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};

use aho_corasick::AhoCorasick;
use jiff::Timestamp;

use super::event::{Weight, event};
use super::kept::{FoundEvent, KeptEvents};
use super::lead::leads;
use super::subjects::{FoundSubject, SubjectSet};
use super::target::{Target, words};
use crate::base::error::{Error, ErrorKind};
use crate::base::sha256::Sha256;
use crate::base::text::s3_uri;
use crate::cloudtrail::records::fields::RecordFields;
use crate::cloudtrail::records::split::split;
use crate::commands::events::sink::RecordFilter as _;
use crate::commands::watchlist::WatchFilter;
use crate::report::timeline::v1::investigation::TimelineEvent;
use crate::validate::records::{LogStanding, LogText, ReadLog, RecordReader};

/// Subjects that one search may find. More would not be searched for anyway.
const LEADS: usize = 10_000;

/// How a record begins an escape of a character that it could hold as it is, such as `=` or `/`: it may spell a needle
/// otherwise, so it is a candidate too.
const ESCAPES: [&str; 2] = ["\\u", "\\/"];

/// The subjects of one search, ready to be found.
pub struct RecordSearch<'a> {
    needles: AhoCorasick,
    sought: HashMap<usize, &'a Target>,
    /// The places of the subjects that a word may stand for.
    by_word: HashMap<String, Vec<usize>>,
    subjects: &'a SubjectSet,
    /// From when on who created a principal is followed back.
    since: Option<Timestamp>,
    watch: Option<&'a WatchFilter>,
    /// What workers found, until it is the turn of its log.
    waiting: Mutex<HashMap<u64, FoundRecords>>,
    results: Mutex<SearchResults>,
}

/// What the logs of a search gave, in order of delivery.
pub struct SearchResults {
    pub kept: KeptEvents,
    pub leads: Vec<FoundSubject>,
    leads_known: HashSet<Target>,
    /// Logs whose text could not be read to its end.
    pub unread: u64,
    /// Records without a time, which have no place in a timeline.
    pub without_time: u64,
}

/// What one log gave.
#[derive(Default)]
struct FoundRecords {
    events: Vec<FoundEvent>,
    leads: Vec<FoundSubject>,
    is_unread: bool,
    without_time: u64,
}

impl<'a> RecordSearch<'a> {
    /// A search for the subjects that are part of it.
    ///
    /// # Errors
    /// If they cannot be searched for.
    pub fn new(
        (subjects, search): (&'a SubjectSet, u64),
        since: Option<Timestamp>,
        watch: Option<&'a WatchFilter>,
        kept: KeptEvents,
    ) -> Result<Self, Error> {
        let sought: HashMap<usize, &Target> = subjects
            .of_search(search)
            .map(|(place, subject)| (place, &subject.target))
            .collect();
        let needles = sought.values().flat_map(|target| target.needles());
        let needles: HashSet<String> = needles.chain(ESCAPES.map(str::to_owned)).collect();
        let needles = AhoCorasick::new(needles).map_err(|e| {
            Error::new(ErrorKind::Internal, "cannot search for the subjects").because(e)
        })?;
        let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, target) in &sought {
            for word in target.words() {
                by_word.entry(word).or_default().push(*place);
            }
        }
        Ok(RecordSearch {
            needles,
            sought,
            by_word,
            subjects,
            since,
            watch,
            waiting: Mutex::default(),
            results: Mutex::new(SearchResults {
                kept,
                leads: Vec::new(),
                leads_known: HashSet::new(),
                unread: 0,
                without_time: 0,
            }),
        })
    }

    /// What it gave.
    pub fn into_results(self) -> SearchResults {
        self.results.into_inner().unwrap_or_else(|e| e.into_inner())
    }

    fn read_text(&self, log: &ReadLog<'_>, text: &[u8]) -> FoundRecords {
        let mut found = FoundRecords::default();
        let mut records = split(text);
        for (at, record) in records.by_ref().enumerate() {
            if self.needles.is_match(record) {
                self.read_record(log, (at, record), &mut found);
            }
        }
        found.is_unread = records.is_broken();
        found
    }

    /// Adds a record if it concerns a subject.
    fn read_record(
        &self,
        log: &ReadLog<'_>,
        (at, record): (usize, &[u8]),
        found: &mut FoundRecords,
    ) {
        let Some(fields) = RecordFields::parse(record) else {
            return;
        };
        let strings = fields.record.strings();
        let strings: Vec<String> = strings.map(Cow::into_owned).collect();
        let places = strings.iter().flat_map(|string| words(string));
        let places = places.filter_map(|word| self.by_word.get(word)).flatten();
        let mut places: Vec<usize> = places.copied().collect();
        places.sort_unstable();
        places.dedup();
        places.retain(|place| {
            let target = self.sought.get(place);
            target.is_some_and(|target| target.concerns(&fields, &strings))
        });
        if places.is_empty() {
            return;
        }
        let Some(time) = fields.time() else {
            found.without_time += 1;
            return;
        };
        let [log_uri, digest] =
            [(log.bucket, log.key), log.digest].map(|(bucket, key)| s3_uri(Some(bucket), key));
        let follows_back = self.since.is_some_and(|since| time >= since);
        found
            .leads
            .extend(leads(&fields, self.subjects, follows_back));
        let mut rules = Vec::new();
        if let Some(watch) = &self.watch {
            watch.keeps(record, &mut rules);
        }
        found.events.push(FoundEvent {
            identity: identity(&fields, (&log_uri, at)),
            weight: Weight::of(&fields),
            subjects: places,
            event: TimelineEvent {
                watchlist: rules.into_iter().map(str::to_owned).collect(),
                ..event(&fields, time, (log_uri, digest))
            },
        });
    }
}

/// What makes a record the same one in the log of another trail: its id, which CloudTrail makes for each record.
fn identity(record: &RecordFields<'_>, (log, at): (&str, usize)) -> Sha256 {
    let account = record.recipient_account.as_deref().unwrap_or_default();
    match record.event_id.as_deref() {
        Some(id) => Sha256::of_parts(&["event", id, account]),
        None => Sha256::of_parts(&["record", &at.to_string(), log]),
    }
}

impl RecordReader for RecordSearch<'_> {
    fn read(&self, log: &ReadLog<'_>, text: &mut LogText) {
        if log.standing != LogStanding::Proven {
            return;
        }
        let found = match text.bytes() {
            Ok(text) if self.needles.is_match(text.as_slice()) => self.read_text(log, text),
            Ok(_) => return,
            Err(_) => FoundRecords {
                is_unread: true,
                ..FoundRecords::default()
            },
        };
        lock(&self.waiting).insert(log.number, found);
    }

    fn ended(&self, number: u64) {
        let Some(found) = lock(&self.waiting).remove(&number) else {
            return;
        };
        let mut results = lock(&self.results);
        let results = &mut *results;
        found.events.into_iter().for_each(|e| results.kept.add(e));
        for lead in found.leads {
            let is_new =
                results.leads.len() < LEADS && results.leads_known.insert(lead.target.clone());
            results.leads.extend(is_new.then_some(lead));
        }
        results.unread += u64::from(found.is_unread);
        results.without_time += found.without_time;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}
