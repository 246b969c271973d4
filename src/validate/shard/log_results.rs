//! The results of reading logs: left by shards, taken by a merge.
//!
//! Most logs are as delivered and record nothing that explains a gap. So the results of a page of a digest hold only
//! the others. A page is asked for by the hash of its list of logs: if a shard saw another list, its results are about
//! other logs.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::explaining_records::ExplainingRecords;
use super::question::ResultQuestion;
use super::{SEED, ShardJob};
use crate::base::sha256::Sha256;
use crate::cloudtrail::event::record::FoundEvents;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::log_list::LogEntry;
use crate::proof::gap::event_filter::EventFilter;
use crate::proof::log;
use crate::source::GetError;
use crate::source::parts::{LogShare, PartAnswers};
use crate::validate::context::Context;
use crate::validate::fetch::{FetchedLog, LogReading, LogState, Size, WantedOfLog};
use crate::validate::logs::log_text::{EventPredicate, LogText, unreadable};
use crate::validate::request::LogSelection;

/// The result of one log.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::validate) struct LogResult {
    pub state: LogState,
    pub records: KeptRecords,
}

/// Which of its records were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::validate) enum KeptRecords {
    /// None may explain anything.
    None,
    /// Some may explain something, and none of them is a change of a trail, a bucket or a key.
    Some,
    /// Some may be such a change.
    Changes,
}

/// The results of one share of the logs of a page.
#[derive(Default, Serialize, Deserialize)]
pub(in crate::validate) struct PageResults {
    /// What its logs add to the bytes of the run.
    pub size: Size,
    /// The logs that are not as most are, by their number on the page.
    pub others: BTreeMap<u32, LogResult>,
}

/// The result of a log that was read for its records alone.
#[derive(Serialize, Deserialize)]
struct LoneResult {
    size: Size,
    result: LogResult,
}

/// The state of a log of which the results of a page say nothing.
fn usual(logs: LogSelection) -> LogState {
    match logs {
        LogSelection::All => LogState::Valid {
            optional_fields: false,
        },
        _ => LogState::NotRead,
    }
}

impl PageResults {
    /// Adds the result of a log.
    pub fn add(&mut self, at: usize, (result, size): (LogResult, Size), logs: LogSelection) {
        self.size.add(size);
        let is_usual = match (&result.state, logs) {
            (LogState::Valid { optional_fields }, LogSelection::All) => !optional_fields,
            (LogState::NotRead, LogSelection::All) => false,
            (LogState::NotRead, _) => true,
            _ => false,
        };
        if !is_usual || result.records != KeptRecords::None {
            self.others.insert(at as u32, result);
        }
    }

    /// Leaves them in the part.
    pub fn keep(&self, job: &ShardJob<'_>, logs: &[LogEntry]) {
        put(job, &ResultQuestion::Page(hash_of(logs).0), self);
    }
}

/// Leaves the records of a log that may explain something in the part, and says which those are.
pub(in crate::validate) fn keep_records(
    context: &Context<'_>,
    job: &ShardJob<'_>,
    entry: &LogEntry,
    text: &mut LogText,
    filter: &EventFilter,
) -> KeptRecords {
    let most = context.request.limits.explaining_records;
    let room = |records| {
        let before = context.kept_records.fetch_add(records, Ordering::Relaxed);
        match before.saturating_add(records) <= most {
            true => Ok(()),
            false => Err(format!("its shard found more than {most} such records")),
        }
    };
    let Some(records) = ExplainingRecords::of(text, filter, room) else {
        return KeptRecords::None;
    };
    put(
        job,
        &ResultQuestion::Records(&entry.bucket, &entry.key),
        &records,
    );
    match records.may_change {
        true => KeptRecords::Changes,
        false => KeptRecords::Some,
    }
}

/// Leaves the result of a log that was read for its records alone.
pub(in crate::validate) fn keep_lone(
    job: &ShardJob<'_>,
    entry: &LogEntry,
    (result, size): (&LogResult, Size),
) {
    let result = result.clone();
    let question = ResultQuestion::Log(&entry.bucket, &entry.key);
    put(job, &question, &LoneResult { size, result });
}

/// Leaves whether the records of a log that only an unproven digest lists could be read.
pub(in crate::validate) fn keep_lead(job: &ShardJob<'_>, entry: &LogEntry, records: KeptRecords) {
    put(
        job,
        &ResultQuestion::Lead(&entry.bucket, &entry.key),
        &records,
    );
}

fn put(job: &ShardJob<'_>, question: &ResultQuestion<'_>, answer: &impl Serialize) {
    // What cannot be written is not in the part, and then it is unproven.
    if let Ok(answer) = postcard::to_stdvec(answer) {
        job.sink.put(&question.bytes(), &answer);
    }
}

/// The hash of the logs that a page lists.
fn hash_of(logs: &[LogEntry]) -> Sha256 {
    let mut hasher = sha2::Sha256::new();
    for entry in logs {
        let mut digits = [0; 64];
        let hash = match &entry.hash {
            Ok(hash) => hash.hex(&mut digits),
            Err(algorithm) => algorithm,
        };
        for text in [&entry.bucket, &entry.key, hash] {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        }
    }
    Sha256(hasher.finalize().into())
}

/// The results of a page, from the parts of all shards that share it.
pub(in crate::validate) struct PageAnswers {
    /// By share; why there are none of a share.
    shares: Vec<(u32, Result<PageResults, GetError>)>,
}

impl PageAnswers {
    /// Asks the parts. Counts what the logs add to the bytes of the run.
    pub fn ask(
        context: &Context<'_>,
        parts: &dyn PartAnswers,
        chain: &ChainId,
        logs: &[LogEntry],
    ) -> Self {
        let question = ResultQuestion::Page(hash_of(logs).0).bytes();
        let shards = parts.shards_of(&chain.account, &chain.region);
        let of = u32::try_from(shards.len()).unwrap_or(u32::MAX);
        let ask = |(share, shard): (LogShare, u32)| {
            // A share of which a page has no log has no results of it.
            let in_share = |entry: &LogEntry| super::is_in(LogShare { of, ..share }, entry);
            if !logs.iter().any(in_share) {
                return (shard, Ok(PageResults::default()));
            }
            let answer: Result<PageResults, _> = answer(parts, Some(shard), &question);
            if let Ok(results) = &answer {
                context.fetcher.count(results.size);
            }
            (shard, answer)
        };
        PageAnswers {
            shares: shards.into_iter().map(ask).collect(),
        }
    }

    /// The shard that read a log, and the result.
    ///
    /// # Errors
    /// If no part holds it.
    pub fn of(
        &self,
        at: usize,
        entry: &LogEntry,
        logs: LogSelection,
    ) -> Result<(Option<u32>, LogResult), GetError> {
        let of = self.shares.len() as u32;
        let share = match of {
            0 => return Err(GetError::NotInParts(None)),
            1 => 0,
            _ => LogSelection::part_of(SEED, &entry.key, of) as usize,
        };
        let (shard, results) = &self.shares[share];
        let results = results.as_ref().map_err(Clone::clone)?;
        let usual = || LogResult {
            state: usual(logs),
            records: KeptRecords::None,
        };
        let result = results.others.get(&(at as u32)).cloned();
        Ok((Some(*shard), result.unwrap_or_else(usual)))
    }
}

/// Reads an answer of one shard, or of any. One that is not there, or is not valid, is not in the parts.
fn answer<T: DeserializeOwned>(
    parts: &dyn PartAnswers,
    shard: Option<u32>,
    question: &[u8],
) -> Result<T, GetError> {
    let known = match shard {
        Some(shard) => parts.of_shard(shard, question)?,
        None => parts.of_any(question)?,
    };
    let known = known.and_then(|bytes| postcard::from_bytes(&bytes).ok());
    known.ok_or(GetError::NotInParts(shard))
}

/// A log whose result a part holds, with what is wanted of it.
pub(in crate::validate) fn fetched(
    context: &Context<'_>,
    parts: &dyn PartAnswers,
    entry: &LogEntry,
    result: Result<(Option<u32>, LogResult), GetError>,
    wanted: WantedOfLog<'_>,
) -> FetchedLog {
    let (shard, result) = match result {
        Ok(known) => known,
        Err(error) => return lacking(context, &error),
    };
    let is_intact = matches!(result.state, LogState::Valid { .. });
    let has_changes = result.records == KeptRecords::Changes;
    let wanted = wanted.events.or(wanted.changes.filter(|_| has_changes));
    let wanted = wanted.filter(|_| is_intact);
    let events = wanted.map(|wanted| events(parts, shard, entry, result.records, wanted));
    match events.transpose() {
        Ok(events) => FetchedLog::stored(result.state, events),
        // Without its records the log is not what its shard read.
        Err(error) => lacking(context, &error),
    }
}

/// A log of which the parts do not hold all.
fn lacking(context: &Context<'_>, error: &GetError) -> FetchedLog {
    context.fetcher.lacks_answer();
    let finding = log::unreadable(error.reason(), &error.detail());
    FetchedLog::stored(LogState::Found(Box::new(finding)), None)
}

/// The wanted events of a log that is as delivered, from the part of one shard or from any.
fn events(
    parts: &dyn PartAnswers,
    shard: Option<u32>,
    entry: &LogEntry,
    records: KeptRecords,
    wanted: &EventPredicate<'_>,
) -> Result<FoundEvents, GetError> {
    if records == KeptRecords::None {
        return Ok(FoundEvents::default());
    }
    let question = ResultQuestion::Records(&entry.bucket, &entry.key).bytes();
    let records: ExplainingRecords = answer(parts, shard, &question)?;
    Ok(records.events(wanted))
}

/// A log that is read for its records alone.
pub(in crate::validate) fn lone(
    (context, reading): (&Context<'_>, LogReading),
    parts: &dyn PartAnswers,
    entry: &LogEntry,
    wanted: WantedOfLog<'_>,
) -> FetchedLog {
    let question = ResultQuestion::Log(&entry.bucket, &entry.key).bytes();
    let known: Result<LoneResult, _> = answer(parts, None, &question);
    if let Ok(lone) = &known
        && reading == LogReading::Counted
    {
        context.fetcher.count(lone.size);
    }
    let result = known.map(|lone| (None, lone.result));
    fetched(context, parts, entry, result, wanted)
}

/// The wanted events of a log that only an unproven digest lists.
pub(in crate::validate) fn lead(
    parts: &dyn PartAnswers,
    entry: &LogEntry,
    wanted: &EventPredicate<'_>,
) -> FoundEvents {
    let question = ResultQuestion::Lead(&entry.bucket, &entry.key).bytes();
    let known = answer(parts, None, &question);
    let found = known.and_then(|records| events(parts, None, entry, records, wanted));
    found.unwrap_or_else(|_| FoundEvents {
        records: unreadable(),
        ..FoundEvents::default()
    })
}
