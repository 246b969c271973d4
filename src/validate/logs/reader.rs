//! Reads all logs, many at once. Counts and reports them in the order of their digests.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use rayon::prelude::*;

use super::arrivals::Arrivals;
use super::digest_logs::{DigestLogs, LogOrder, owner_id};
use super::one_log::{LogRead, about, add_evidence, events_again, gzip_header_changed, read};
use super::pages::{LogOwner, LostPages};
use super::{LogEvents, RECENT};
use crate::base::time::shift;
use crate::cloudtrail::event::record::FoundEvents;
use crate::cloudtrail::log_list::LogEntry;
use crate::proof::damage;
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::gap::event_filter::EventFilter;
use crate::proof::gap::events::KnownEvents;
use crate::proof::gap::{AROUND, Gap, GapPlace};
use crate::validate::causes;
use crate::validate::causes::witness::Witness;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;
use crate::validate::fetch::LogState;
use crate::validate::observer::{JudgedObject, ObjectKind, Step};
use crate::validate::shard::log_results::{LogResult, PageResults};

/// Logs in flight per worker, so that no worker waits for the slowest log.
const AHEAD: usize = 4;

/// One log of a digest, and its result once it is read.
struct PendingLog {
    number: u64,
    digest: Arc<DigestLogs>,
    at: usize,
    read: Option<LogRead>,
}

/// Reads logs. They are reported in the order of their digests, not in the order in which they arrive.
pub(super) struct LogReader<'a, 'c, 'd> {
    context: &'a Context<'d>,
    pool: &'a rayon::ThreadPool,
    chains: &'a mut [&'c mut ChainState],
    witnesses: &'a [Witness],
    filter: Arc<EventFilter>,
    events: KnownEvents,
    /// The changes of trails, buckets and keys in all logs in the window.
    changes: KnownEvents,
    /// How many more logs are read for leads.
    leads: usize,
    /// Pages that are not read yet.
    order: LogOrder,
    /// The current page, and how many of its logs were sent to workers.
    current: Option<(Arc<DigestLogs>, usize)>,
    /// In a shard, the results of the page that is reported.
    results: PageResults,
    /// The last logs that were as delivered and in which no events were wanted.
    recent: VecDeque<(Arc<DigestLogs>, usize)>,
    /// Gaps whose beginnings were not examined yet, earliest last: when to do so, chain and number.
    gaps: Vec<(Timestamp, usize, usize)>,
}

impl<'a, 'c, 'd> LogReader<'a, 'c, 'd> {
    /// Prepares reading the logs of chains and witnesses.
    pub fn new(
        context: &'a Context<'d>,
        pool: &'a rayon::ThreadPool,
        chains: &'a mut [&'c mut ChainState],
        witnesses: &'a [Witness],
        filter: EventFilter,
    ) -> Self {
        LogReader {
            order: LogOrder::new(context, chains, witnesses, &filter),
            gaps: gaps_by_beginning(chains),
            context,
            pool,
            chains,
            witnesses,
            filter: Arc::new(filter),
            events: KnownEvents::default(),
            changes: KnownEvents::default(),
            leads: context.request.limits.lead_logs,
            current: None,
            results: PageResults::default(),
            recent: VecDeque::new(),
        }
    }

    /// Reads all logs, and returns the events that were found.
    pub fn run(mut self) -> LogEvents {
        let (context, pool) = (self.context, self.pool);
        let ahead = (pool.current_num_threads() * AHEAD).max(RECENT / 4);
        let arrivals = Arrivals::default();
        let mut waiting: VecDeque<PendingLog> = VecDeque::new();
        // The logs that are reported, and the waiting logs that are not read yet.
        let (mut done, mut unread) = (0, 0_usize);
        pool.in_place_scope(|scope| {
            loop {
                while waiting.len() < ahead {
                    let Some((digest, at)) = self.next() else {
                        break;
                    };
                    let (arrivals, number) = (&arrivals, done + waiting.len());
                    let (filter, log) = (Arc::clone(&self.filter), Arc::clone(&digest));
                    scope.spawn(move |_| {
                        let read = read(context, &filter, (&log, at), number as u64);
                        arrivals.put(number, read);
                    });
                    waiting.push_back(PendingLog {
                        number: number as u64,
                        digest,
                        at,
                        read: None,
                    });
                    unread += 1;
                }
                if waiting.is_empty() {
                    break;
                }
                for (number, result) in arrivals.take(unread.min(ahead / 2)) {
                    waiting[number - done].read = Some(result);
                    unread -= 1;
                }
                while waiting.front().is_some_and(|log| log.read.is_some()) {
                    done += 1;
                    if let Some(log) = waiting.pop_front() {
                        self.take(log);
                    }
                }
            }
        });
        LogEvents {
            near: self.events,
            changes: self.changes,
        }
    }

    /// The next log to be read.
    fn next(&mut self) -> Option<(Arc<DigestLogs>, usize)> {
        loop {
            if let Some((digest, at)) = &mut self.current
                && let Some(next) = digest.next_own(*at)
            {
                *at = next + 1;
                return Some((Arc::clone(digest), next));
            }
            let next = self.order.next(self.context, self.chains, self.witnesses);
            let (owner, page) = match next {
                Ok(next) => next?,
                Err(lost) => {
                    self.report_lost(&lost);
                    continue;
                }
            };
            let id = owner_id(self.chains, self.witnesses, owner);
            match self.context.manifest.read(&page) {
                Ok(mut listed) => {
                    if let Some(only) = &self.context.request.only {
                        listed.logs.retain(|log| only.is(&log.bucket, &log.key));
                    }
                    if owner.is_lead() {
                        self.events.more_leads |= listed.logs.len() > self.leads;
                        listed.logs.truncate(self.leads);
                        self.leads -= listed.logs.len();
                    }
                    let digest = DigestLogs::new(self.context, owner, id, listed);
                    self.current = Some((Arc::new(digest), 0));
                }
                Err(error) => self.report_lost(&LostPages::one(owner, page, error)),
            }
        }
    }

    /// Counts and reports one log, in the order of the digests.
    fn take(&mut self, log: PendingLog) {
        let PendingLog {
            number,
            digest,
            at,
            read,
        } = log;
        let Some(LogRead {
            state,
            size,
            records,
            events,
            changes,
            is_given,
        }) = read
        else {
            return;
        };
        self.examine_gaps(digest.interval.to);
        let entry = &digest.logs[at];
        let is_intact = matches!(state, LogState::Valid { .. });
        if let (Some(job), LogOwner::Chain(_)) = (self.context.division.shard(), digest.owner) {
            let result = LogResult {
                state: state.clone(),
                records,
            };
            self.results
                .add(at, (result, size), self.context.request.logs);
            if digest.last_own == Some(at) {
                std::mem::take(&mut self.results).keep(job, &digest.logs);
            }
        }
        match digest.owner {
            LogOwner::Chain(chain) => self.count(chain as usize, &digest, entry, state),
            LogOwner::Reported(_) | LogOwner::Shown(_) => {
                let (finding, read) = match &state {
                    LogState::Found(finding) => (Some(&**finding), true),
                    LogState::Valid { .. } => (None, true),
                    LogState::NotRead | LogState::NotCopied => (None, false),
                };
                self.report(&digest, entry, finding, read);
            }
            LogOwner::Beyond(_)
            | LogOwner::Witness(_)
            | LogOwner::Unproven(_)
            | LogOwner::ChainLead(_)
            | LogOwner::WitnessLead(_) => {}
        }
        if let Some(records) = self.context.records.filter(|_| is_given) {
            records.ended(number);
        }
        if let Some(changes) = changes {
            let via = digest.via(entry);
            self.changes
                .found(changes, &via, &self.context.request.limits);
        }
        match events {
            Some(events) => self.collect(events, &digest, at),
            None if is_intact && matches!(digest.owner, LogOwner::Chain(_)) => {
                if self.recent.len() >= RECENT {
                    self.recent.pop_front();
                }
                self.recent.push_back((digest, at));
                // Damage may have been found since it was read.
                self.search_recent(1);
            }
            None => {}
        }
    }

    fn collect(&mut self, events: FoundEvents, digest: &DigestLogs, at: usize) {
        let via = digest.via(&digest.logs[at]);
        self.events
            .found(events, &via, &self.context.request.limits);
    }

    /// From now on, events are wanted that may have done damage since some time.
    fn want_events_since(&mut self, since: Timestamp) {
        if Arc::make_mut(&mut self.filter).damaged(since) {
            self.search_recent(self.recent.len());
        }
    }

    /// If no event so far explains how a gap began, digests may have been removed.
    fn examine_gaps(&mut self, now: Timestamp) {
        while let Some((_, chain, gap)) = self.gaps.pop_if(|(at, ..)| *at < now) {
            let chain = &self.chains[chain];
            let gap = &chain.gaps[gap];
            if !causes::explains_beginning(self.context, chain, gap, &self.events) {
                let began = gap.began();
                self.want_events_since(began);
            }
        }
    }

    /// Fetches those of the last `count` recent logs again in which events are wanted by now. A log that
    /// cannot be read again, or is no longer as delivered, has no events.
    fn search_recent(&mut self, count: usize) {
        let (context, filter) = (self.context, Arc::clone(&self.filter));
        let is_wanted = |(log, _): &(Arc<DigestLogs>, usize)| filter.wants(&log.id, log.interval);
        let first = self.recent.len() - count.min(self.recent.len());
        if !self.recent.iter().skip(first).any(is_wanted) {
            return;
        }
        let last = self.recent.split_off(first);
        let (wanted, others): (Vec<_>, Vec<_>) = last.into_iter().partition(is_wanted);
        self.recent.extend(others);
        let read = |(log, at): &(Arc<DigestLogs>, usize)| {
            events_again(context, (log, *at), &|event| filter.takes(event))
        };
        let found: Vec<FoundEvents> = self.pool.install(|| wanted.par_iter().map(read).collect());
        for ((digest, at), events) in wanted.into_iter().zip(found) {
            self.collect(events, &digest, at);
        }
    }

    /// Reports that the lists of logs of some digests could not be kept until now.
    fn report_lost(&mut self, lost: &LostPages) {
        let LogOwner::Chain(chain) = lost.owner else {
            let limits = &self.context.request.limits;
            return self.events.unread.add(limits, lost.words());
        };
        let chain = &mut self.chains[chain as usize];
        let time = lost.page.map_or(chain.window, |page| page.hour());
        chain.logs.tally.unproven += lost.logs();
        chain.logs.paint.colour(Severity::Unproven, time);
        let finding = lost.finding().over(time).of(&chain.id);
        self.context.report(&mut chain.ledger, finding);
    }

    /// Counts and reports one log of a chain.
    fn count(&mut self, chain: usize, digest: &DigestLogs, entry: &LogEntry, state: LogState) {
        let chain = &mut self.chains[chain];
        let mut found = None;
        let word = match state {
            LogState::Valid { optional_fields } => {
                chain.logs.tally.valid += 1;
                if optional_fields {
                    let finding = about(gzip_header_changed(), digest, entry);
                    self.context.report(&mut chain.ledger, finding);
                }
                "valid"
            }
            LogState::NotRead => {
                chain.logs.tally.not_read += 1;
                "not-read"
            }
            LogState::NotCopied => {
                chain
                    .logs
                    .add_not_copied(self.context.request, digest.interval, entry);
                "not-copied"
            }
            LogState::Found(finding) => {
                let tally = &mut chain.logs.tally;
                match (finding.code, finding.severity) {
                    (Code::LogMissing, _) => tally.missing += 1,
                    (_, Severity::Failed) => tally.failed += 1,
                    _ => tally.unproven += 1,
                }
                chain.logs.paint.colour(finding.severity, digest.interval);
                let finding = found.insert(about(*finding, digest, entry));
                self.context.report(&mut chain.ledger, finding.clone());
                finding.code.as_str()
            }
        };
        add_evidence(&mut chain.logs.evidence, entry, word);
        self.context.observer.step(Step::LogChecked);
        self.context.report_bytes_read();
        let is_read = !matches!(word, "not-read" | "not-copied");
        self.report(digest, entry, found.as_ref(), is_read);
        if let Some(since) = found.as_ref().and_then(damage::since) {
            self.want_events_since(since);
        }
    }

    fn report(&self, digest: &DigestLogs, entry: &LogEntry, finding: Option<&Finding>, read: bool) {
        let (bucket, key) = &digest.digest;
        self.context.observer.judged(JudgedObject {
            chain: &digest.id,
            kind: ObjectKind::Log,
            bucket: Some(&entry.bucket),
            key: &entry.key,
            finding,
            read,
            end: digest.interval.to,
            proven: None,
            digest: Some((bucket, key)),
            outside_window: matches!(digest.owner, LogOwner::Reported(_) | LogOwner::Shown(_)),
        });
    }
}

/// The gaps with a beginning in the window, earliest last, each with the time at which all events near
/// its beginning are read.
fn gaps_by_beginning(chains: &[&mut ChainState]) -> Vec<(Timestamp, usize, usize)> {
    let mut gaps = Vec::new();
    for (at, chain) in chains.iter().enumerate() {
        let begins = |(_, gap): &(usize, &Gap)| gap.place != GapPlace::Head;
        for (number, gap) in chain.gaps.iter().enumerate().filter(begins) {
            gaps.push((shift(gap.began(), AROUND), at, number));
        }
    }
    gaps.sort_unstable();
    gaps.reverse();
    gaps
}
