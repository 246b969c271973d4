//! One log of a digest: how much of it is read, on a worker, and what is said of it.

use sha2::Digest as _;

use super::digest_logs::DigestLogs;
use super::pages::LogOwner;
use crate::cloudtrail::event::record::FoundEvents;
use crate::cloudtrail::log_list::LogEntry;
use crate::proof::finding::{Code, Finding, Original};
use crate::proof::gap::event_filter::EventFilter;
use crate::source::RootId;
use crate::validate::context::Context;
use crate::validate::fetch::{FetchedLog, LogReading, LogState, Size, WantedOfLog, WantedText};
use crate::validate::logs::log_text::EventPredicate;
use crate::validate::records::{LogStanding, ReadLog};
use crate::validate::shard::log_results::{self, KeptRecords, LogResult};
use crate::validate::shard::{Division, ShardJob};

/// The result of reading a log.
pub(super) struct LogRead {
    pub state: LogState,
    /// What it adds to the bytes of the run.
    pub size: Size,
    /// Which of its records a shard kept.
    pub records: KeptRecords,
    /// Its events, if they were wanted.
    pub events: Option<FoundEvents>,
    /// The changes of trails, buckets and keys that it records, if they were searched for and it may record any.
    pub changes: Option<FoundEvents>,
    /// Whether its text was given to the reader of records.
    pub is_given: bool,
}

impl LogRead {
    fn not_read(events: Option<FoundEvents>) -> Self {
        LogRead {
            state: LogState::NotRead,
            size: Size::default(),
            records: KeptRecords::None,
            events,
            changes: None,
            is_given: false,
        }
    }
}

/// Reads one log, the `number`th of the run, on a worker.
pub(super) fn read(
    context: &Context<'_>,
    filter: &EventFilter,
    (digest, at): (&DigestLogs, usize),
    number: u64,
) -> LogRead {
    let entry = &digest.logs[at];
    let request = context.request;
    let is_known = known_bucket(context, digest);
    if digest.owner.is_lead() {
        return LogRead::not_read(Some(lead(context, filter, (digest, at))));
    }
    let is_read = request.logs.reads(&request.seed, &entry.key);
    let is_checked = matches!(digest.owner, LogOwner::Chain(_));
    if !is_checked && !is_read {
        return LogRead::not_read(None);
    }
    let is_shown = matches!(digest.owner, LogOwner::Shown(_));
    let wanted = !is_shown && filter.wants(&digest.id, digest.interval);
    let is_unproven = matches!(digest.owner, LogOwner::Unproven(_));
    let wants_events = wanted && !is_unproven;
    let wants_changes = filter.searches_changes() && is_checked && is_read;
    let takes = |event: &_| {
        (wants_events && filter.takes(event)) || (wants_changes && filter.takes_change(event))
    };
    let wanted = WantedOfLog {
        events: wants_events.then_some(&takes as _),
        changes: wants_changes.then_some(&takes as _),
        text: match context.records {
            Some(_) if is_read && context.takes_unproven() => WantedText::Any,
            Some(_) if is_read && is_checked => WantedText::Intact,
            None if is_read && context.division.shard().is_some() => WantedText::Intact,
            _ => WantedText::Nobodys,
        },
    };
    let reading = match (is_read, is_shown || is_unproven) {
        (false, _) => LogReading::Presence,
        (true, false) => LogReading::Counted,
        // Which of these the report counts is known in the merge.
        (true, true) if context.division.shard().is_some() => LogReading::Counted,
        (true, true) => LogReading::Uncounted,
    };
    let mut fetched = match (context.division.parts(), &digest.answers) {
        (Some(parts), Some(answers)) => {
            let result = answers.of(at, entry, request.logs);
            log_results::fetched(context, parts, entry, result, wanted)
        }
        (Some(parts), None) => log_results::lone((context, reading), parts, entry, wanted),
        (None, _) => context.fetcher.log(entry, reading, &is_known, wanted),
    };
    let records = match context.division.shard() {
        Some(job) => keep(context, (job, filter), entry, &mut fetched, is_checked),
        None => KeptRecords::None,
    };
    let text = fetched.text.filter(|_| is_checked || is_unproven);
    let is_given = text.is_some();
    if let Some((mut text, records)) = text.zip(context.records) {
        let log = ReadLog {
            number,
            chain: &digest.id,
            bucket: &entry.bucket,
            key: &entry.key,
            digest: (&digest.digest.0, &digest.digest.1),
            standing: standing(&fetched.state, digest.owner),
        };
        records.read(&log, &mut text);
        context.fetcher.return_text(Some(text));
    }
    let (mut events, mut changes) = (fetched.events, None);
    if wants_changes && let Some(found) = &mut events {
        changes = Some(FoundEvents {
            events: found
                .events
                .iter()
                .filter(|e| filter.takes_change(e))
                .cloned()
                .collect(),
            records: found.records,
            lost: found.lost.clone(),
        });
        found.events.retain(|event| filter.takes(event));
    }
    LogRead {
        state: fetched.state,
        size: fetched.size,
        records,
        events: events.filter(|_| wants_events),
        changes,
        is_given,
    }
}

/// Leaves what a merge needs of a log in the part of a shard: the records that may explain something and, unless it is
/// `checked` and so belongs to a page of results, its result. Takes its text.
fn keep(
    context: &Context<'_>,
    (job, filter): (&ShardJob<'_>, &EventFilter),
    entry: &LogEntry,
    fetched: &mut FetchedLog,
    is_checked: bool,
) -> KeptRecords {
    let mut records = KeptRecords::None;
    if let Some(mut text) = fetched.text.take() {
        if matches!(fetched.state, LogState::Valid { .. }) {
            records = log_results::keep_records(context, job, entry, &mut text, filter);
        }
        context.fetcher.return_text(Some(text));
    }
    if !is_checked {
        let state = fetched.state.clone();
        log_results::keep_lone(job, entry, (&LogResult { state, records }, fetched.size));
    }
    records
}

/// The wanted events of a log that only an unproven digest lists.
fn lead(
    context: &Context<'_>,
    filter: &EventFilter,
    (digest, at): (&DigestLogs, usize),
) -> FoundEvents {
    let entry = &digest.logs[at];
    let takes = |event: &_| filter.takes_lead(event);
    let is_known = known_bucket(context, digest);
    match &context.division {
        Division::Whole => {}
        Division::Merge(parts) => return log_results::lead(*parts, entry, &takes),
        Division::Shard(job) => {
            let wanted = WantedOfLog {
                text: WantedText::Intact,
                ..WantedOfLog::default()
            };
            let fetcher = context.fetcher;
            let mut fetched = fetcher.log(entry, LogReading::Uncounted, &is_known, wanted);
            if let (LogState::Valid { .. }, Some(text)) = (&fetched.state, &mut fetched.text) {
                let records = log_results::keep_records(context, job, entry, text, filter);
                log_results::keep_lead(job, entry, records);
            }
            fetcher.return_text(fetched.text);
        }
    }
    context.fetcher.log_events(entry, &is_known, &takes)
}

/// The wanted events of a log that was read before.
pub(super) fn events_again(
    context: &Context<'_>,
    (digest, at): (&DigestLogs, usize),
    takes: &EventPredicate<'_>,
) -> FoundEvents {
    let entry = &digest.logs[at];
    let (Some(parts), Some(answers)) = (context.division.parts(), &digest.answers) else {
        let is_known = known_bucket(context, digest);
        return context.fetcher.log_events(entry, &is_known, takes);
    };
    let wanted = WantedOfLog {
        events: Some(takes),
        ..WantedOfLog::default()
    };
    let result = answers.of(at, entry, context.request.logs);
    let fetched = log_results::fetched(context, parts, entry, result, wanted);
    fetched.events.unwrap_or_default()
}

/// What a log whose text was read proves.
fn standing(state: &LogState, owner: LogOwner) -> LogStanding {
    match (state, owner) {
        (LogState::Valid { .. }, LogOwner::Chain(_)) => LogStanding::Proven,
        (LogState::Valid { .. }, _) => LogStanding::DigestUnproven,
        _ => LogStanding::Altered,
    }
}

/// Whether a root is known to be the bucket of a log. A folder without a bucket name counts as the bucket of
/// the digest that was found in it.
pub(super) fn known_bucket<'a>(
    context: &'a Context<'_>,
    digest: &'a DigestLogs,
) -> impl Fn(RootId, &str) -> bool + 'a {
    let (own, _) = &digest.digest;
    move |root, bucket| !context.fetcher.places.unnamed(root) || bucket == own
}

/// A finding on a log, with its interval, chain and digest, and the log's recorded place unless the
/// finding is on a copy elsewhere.
pub(super) fn about(finding: Finding, digest: &DigestLogs, entry: &LogEntry) -> Finding {
    let finding = match finding.key {
        Some(_) => finding,
        None => finding.at(Some(&entry.bucket), &entry.key),
    };
    let finding = finding.over(digest.interval).of(&digest.id);
    let hash = entry.hash.as_ref().ok();
    Finding {
        digest: Some(digest.digest.1.clone()),
        original: hash.map(|hash| Box::new(Original::Log(*hash))),
        ..finding
    }
}

/// The finding on a log whose content is as delivered, and whose gzip header is not.
pub(super) fn gzip_header_changed() -> Finding {
    let message = "the gzip header of this log contains optional fields (a name, a comment or extra); its \
                   content is what CloudTrail delivered";
    Finding::new(Code::GzipHeaderChanged, message)
}

/// Adds a log and its result to the evidence hash.
pub(super) fn add_evidence(evidence: &mut sha2::Sha256, entry: &LogEntry, word: &str) {
    let mut digits = [0; 64];
    let hash = match &entry.hash {
        Ok(hash) => hash.hex(&mut digits),
        Err(algorithm) => algorithm,
    };
    let line = [
        "log ",
        &entry.bucket,
        "/",
        &entry.key,
        " ",
        hash,
        " ",
        word,
        "\n",
    ];
    line.iter().for_each(|part| evidence.update(part));
}
