//! The logs that proven digests name, read oldest first over all chains, so that whatever was done to
//! one of them is recorded in one that is still to be read, or was read just now.

pub(crate) mod manifest;
pub mod retain;

use crate::cloudtrail::event::record::FoundEvents;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use sha2::Digest as _;

use super::causes::witness::Witness;
use super::digests::chain::ChainState;
use super::logs::manifest::ManifestPage;
use super::{Context, other_workers};
use crate::base::time::{Window, shift};
use crate::cloudtrail::digest::LogEntry;
use crate::cloudtrail::event::Via;
use crate::cloudtrail::ids::ChainId;
use crate::proof::damage;
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::gap::event_filter::EventFilter;
use crate::proof::gap::events::KnownEvents;
use crate::proof::gap::{AROUND, Gap, GapPlace, split_by_cause};
use crate::proof::reason::Reason;
use crate::source::RootId;
use crate::validate::fetch::LogState;
use crate::validate::logs::retain::{Keep, Kept, StoredLogBytes};
use crate::validate::observer::{self, JudgedObject, Step};
use crate::validate::request::LogSelection;

/// Logs that were told of and are kept in case something else turns out to be the matter: what was
/// done to a log is recorded after it was delivered, or in the same hour.
const SHELF: usize = 256;
/// Logs on their way for each worker, so that none waits for the slowest.
const AHEAD: usize = 4;

/// How long logs that were read may wait for others.
const PATIENCE: Duration = Duration::from_millis(100);

/// Whose logs these are, by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum LogOwner {
    /// A chain's, within the window.
    Chain(u32),
    /// A chain's that only touch the window: they are told of, and count in nothing.
    Touching(u32),
    /// A chain's beyond the window, for events alone.
    Beyond(u32),
    /// Those of a chain that was not asked for, for events alone.
    Witness(u32),
}

/// One digest and the logs that it names.
struct DigestLogs {
    of: LogOwner,
    id: ChainId,
    interval: Window,
    /// The digest's bucket and key.
    digest: (String, String),
    logs: Vec<LogEntry>,
}

impl DigestLogs {
    fn via(&self, entry: &LogEntry) -> Via {
        Via::VerifiedLog {
            log: (entry.bucket.clone(), entry.key.clone()),
            digest: self.digest.1.clone(),
            end: self.interval.to,
        }
    }
}

/// One log of a sheet, and what became of it once it was read.
struct PendingLog {
    sheet: Arc<DigestLogs>,
    at: usize,
    read: Option<LogRead>,
}

/// What was read of a log.
type LogRead = (LogState, Kept);

/// Logs that were read, by number. Whoever waits for them is woken once a good part of those on their
/// way is there: woken for each, it would cost more than what it does with one.
#[derive(Default)]
struct Arrivals {
    here: Mutex<Here>,
    enough: Condvar,
}

#[derive(Default)]
struct Here {
    logs: Vec<(usize, LogRead)>,
    wanted: usize,
}

impl Arrivals {
    fn put(&self, number: usize, log: LogRead) {
        let mut here = self.here.lock().unwrap_or_else(|e| e.into_inner());
        here.logs.push((number, log));
        if here.logs.len() == here.wanted {
            self.enough.notify_one();
        }
    }

    /// Waits for so many, but never long, so that nothing that is known is told late.
    fn take(&self, wanted: usize) -> Vec<(usize, LogRead)> {
        let mut here = self.here.lock().unwrap_or_else(|e| e.into_inner());
        here.wanted = wanted;
        let few = |here: &mut Here| here.logs.len() < wanted;
        let waited = self.enough.wait_timeout_while(here, PATIENCE, few);
        let (mut here, _) = waited.unwrap_or_else(|e| e.into_inner());
        std::mem::take(&mut here.logs)
    }
}

/// A log that was as delivered.
struct Shelved {
    sheet: Arc<DigestLogs>,
    at: usize,
    stored: StoredLogBytes,
}

/// All logs on their way. Whatever order they come in, they are told of in that of their digests.
pub(super) struct LogReader<'a, 'c, 'd> {
    driver: &'a Context<'d>,
    chains: &'a mut [&'c mut ChainState],
    witnesses: &'a [Witness],
    interest: Arc<EventFilter>,
    heard: KnownEvents,
    /// Pages to be read.
    order: std::vec::IntoIter<(i64, LogOwner, u32)>,
    /// The page at hand, and how many of its logs are on their way.
    sheet: Option<(Arc<DigestLogs>, usize)>,
    shelf: VecDeque<Shelved>,
    /// Gaps whose beginnings were not judged yet, first ones last: when, chain and number.
    gaps: Vec<(Timestamp, usize, usize)>,
}

impl<'a, 'c, 'd> LogReader<'a, 'c, 'd> {
    pub fn new(
        driver: &'a Context<'d>,
        chains: &'a mut [&'c mut ChainState],
        witnesses: &'a [Witness],
        interest: EventFilter,
    ) -> Self {
        let mut gaps = Vec::new();
        for (at, proved) in chains.iter().enumerate() {
            let told = |(_, gap): &(usize, &Gap)| gap.place != GapPlace::Head;
            for (number, gap) in proved.gaps.iter().enumerate().filter(told) {
                gaps.push((shift(gap.began(), AROUND), at, number));
            }
        }
        gaps.sort_unstable();
        gaps.reverse();
        let order = order(driver, chains, witnesses, &interest);
        LogReader {
            driver,
            chains,
            witnesses,
            interest: Arc::new(interest),
            heard: KnownEvents::default(),
            order: order.into_iter(),
            sheet: None,
            shelf: VecDeque::new(),
            gaps,
        }
    }

    /// Reads all that is named, and gives what was heard.
    pub fn run(mut self) -> KnownEvents {
        let driver = self.driver;
        let other = other_workers(driver.fetcher.source, driver.pool);
        let pool = other.as_ref().unwrap_or(driver.pool);
        let ahead = (pool.current_num_threads() * AHEAD).max(SHELF / 4);
        let arrivals = Arrivals::default();
        let mut waiting: VecDeque<PendingLog> = VecDeque::new();
        // Of those that wait, how many are not read yet: no more will come.
        let (mut told, mut coming) = (0, 0_usize);
        pool.in_place_scope(|scope| {
            loop {
                while waiting.len() < ahead {
                    let Some((sheet, at)) = self.next() else {
                        break;
                    };
                    let (arrivals, number) = (&arrivals, told + waiting.len());
                    let (interest, log) = (Arc::clone(&self.interest), Arc::clone(&sheet));
                    scope.spawn(move |_| arrivals.put(number, read(driver, &interest, &log, at)));
                    waiting.push_back(PendingLog {
                        sheet,
                        at,
                        read: None,
                    });
                    coming += 1;
                }
                if waiting.is_empty() {
                    break;
                }
                for (number, result) in arrivals.take(coming.min(ahead / 2)) {
                    waiting[number - told].read = Some(result);
                    coming -= 1;
                }
                while waiting.front().is_some_and(|log| log.read.is_some()) {
                    let log = waiting.pop_front();
                    told += 1;
                    log.into_iter().for_each(|log| self.take(log));
                }
            }
        });
        self.heard
    }

    /// The next log to be read.
    fn next(&mut self) -> Option<(Arc<DigestLogs>, usize)> {
        loop {
            if let Some((sheet, at)) = &mut self.sheet
                && *at < sheet.logs.len()
            {
                *at += 1;
                return Some((Arc::clone(sheet), *at - 1));
            }
            let (_, of, at) = self.order.next()?;
            let (id, pages) = match of {
                LogOwner::Chain(at) => {
                    let proved = &self.chains[at as usize];
                    (&proved.id, &proved.pages)
                }
                LogOwner::Touching(at) => {
                    let proved = &self.chains[at as usize];
                    (&proved.id, &proved.touching)
                }
                LogOwner::Beyond(at) => {
                    let proved = &self.chains[at as usize];
                    (&proved.id, &proved.beyond)
                }
                LogOwner::Witness(at) => {
                    let witness = &self.witnesses[at as usize];
                    (&witness.id, &witness.pages)
                }
            };
            let (id, page) = (id.clone(), pages[at as usize]);
            match self.driver.manifest.read(&page) {
                Ok(naming) => {
                    let sheet = DigestLogs {
                        of,
                        id,
                        interval: naming.interval,
                        digest: naming.place,
                        logs: self.asked(naming.logs),
                    };
                    self.sheet = Some((Arc::new(sheet), 0));
                }
                Err(error) => self.lost(of, &page, &error),
            }
        }
    }

    /// Those that are looked at.
    fn asked(&self, mut logs: Vec<LogEntry>) -> Vec<LogEntry> {
        if let Some(only) = &self.driver.request.only {
            logs.retain(|log| only.is(&log.bucket, &log.key));
        }
        logs
    }

    /// Tells of one log, in its turn.
    fn take(&mut self, log: PendingLog) {
        let PendingLog { sheet, at, read } = log;
        let Some((state, kept)) = read else { return };
        self.judge_gaps(sheet.interval.to);
        let entry = &sheet.logs[at];
        match sheet.of {
            LogOwner::Chain(chain) => self.judged(chain as usize, &sheet, entry, state),
            LogOwner::Touching(_) => {
                let (finding, read) = match &state {
                    LogState::Found(finding) => (Some(&**finding), true),
                    LogState::Valid { .. } => (None, true),
                    LogState::NotRead => (None, false),
                };
                self.tell(&sheet, entry, finding, read, true);
            }
            LogOwner::Beyond(_) | LogOwner::Witness(_) => {}
        }
        match kept {
            Kept::Events(found) => self.hear(found, &sheet.via(entry)),
            Kept::Stored(stored) => {
                if self.shelf.len() >= SHELF {
                    self.shelf.pop_front();
                }
                self.shelf.push_back(Shelved { sheet, at, stored });
                // Something may have turned out to be the matter since it was asked for.
                self.look_back(1);
            }
            Kept::Nothing => {}
        }
    }

    fn hear(&mut self, found: FoundEvents, via: &Via) {
        self.heard.found(found, via, &self.driver.request.limits);
    }

    /// What was done to objects from some time on is of interest by now.
    fn damaged(&mut self, since: Timestamp) {
        if Arc::make_mut(&mut self.interest).damaged(since) {
            self.look_back(self.shelf.len());
        }
    }

    /// Where nothing heard so far explains how a gap began, digests may have been removed.
    fn judge_gaps(&mut self, now: Timestamp) {
        while let Some((_, chain, gap)) = self.gaps.pop_if(|(at, ..)| *at < now) {
            let proved = &self.chains[chain];
            let gap = &proved.gaps[gap];
            let near = self.heard.on_trails(gap.event_window());
            let parts = split_by_cause(gap, &proved.id, &self.driver.owner(proved), &near);
            if parts.first().is_some_and(|part| part.caused_by.is_none()) {
                let began = gap.began();
                self.damaged(began);
            }
        }
    }

    /// Looks through the last logs told of for events that are of interest by now.
    fn look_back(&mut self, last: usize) {
        let (driver, interest) = (self.driver, Arc::clone(&self.interest));
        let takes = |event: &_| interest.takes(event);
        let limit = driver.request.limits.log_inflated;
        let from = self.shelf.len() - last.min(self.shelf.len());
        let wanted = |log: &Shelved| interest.wants(&log.sheet.id, log.sheet.interval);
        if !self.shelf.iter().skip(from).any(wanted) {
            return;
        }
        let later = self.shelf.split_off(from);
        let (now, later): (VecDeque<_>, VecDeque<_>) = later.into_iter().partition(wanted);
        self.shelf.extend(later);
        for Shelved { sheet, at, stored } in now {
            self.hear(stored.events(limit, &takes), &sheet.via(&sheet.logs[at]));
        }
    }

    /// The logs of a digest that we could not keep in mind.
    fn lost(&mut self, of: LogOwner, page: &ManifestPage, error: &std::io::Error) {
        let LogOwner::Chain(chain) = of else { return };
        let message = format!(
            "the logs that a digest names could not be looked at: a temporary file failed ({})",
            error.kind()
        );
        let finding = Finding::new(Code::LogUnreadable, message)
            .reason(Reason::Io)
            .hint("see that there is room for temporary files (TMPDIR), and run again")
            .over(page.hour())
            .count(page.lost().unwrap_or(1));
        let proved = &mut self.chains[chain as usize];
        proved.logs.unproven += page.lost().unwrap_or(1);
        proved.by_logs.colour(Severity::Unproven, page.hour());
        let finding = finding.of(&proved.id);
        self.driver.add(&mut proved.ledger, finding);
    }

    /// Counts and reports one log.
    fn judged(&mut self, chain: usize, sheet: &DigestLogs, entry: &LogEntry, state: LogState) {
        let proved = &mut self.chains[chain];
        let about = |finding: Finding| {
            let finding = finding
                .at(Some(&entry.bucket), &entry.key)
                .over(sheet.interval)
                .of(&sheet.id);
            Finding {
                digest: Some(sheet.digest.1.clone()),
                ..finding
            }
        };
        let mut found = None;
        let word = match state {
            LogState::Valid { optional_fields } => {
                proved.logs.valid += 1;
                if optional_fields {
                    let message = "this log's gzip header carries optional fields (a name, a \
                                   comment or extra); its content is as delivered";
                    let finding = Finding::new(Code::GzipHeaderChanged, message);
                    self.driver.add(&mut proved.ledger, about(finding));
                }
                "valid"
            }
            LogState::NotRead => {
                proved.logs.not_read += 1;
                "not-read"
            }
            LogState::Found(finding) => {
                match (finding.code, finding.severity) {
                    (Code::LogMissing, _) => proved.logs.missing += 1,
                    (_, Severity::Failed) => proved.logs.failed += 1,
                    _ => proved.logs.unproven += 1,
                }
                proved.by_logs.colour(finding.severity, sheet.interval);
                let finding = found.insert(about(*finding));
                self.driver.add(&mut proved.ledger, finding.clone());
                finding.code.as_str()
            }
        };
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
        line.iter().for_each(|part| proved.evidence.update(part));
        self.driver.observer.step(Step::LogChecked);
        self.driver.read();
        self.tell(sheet, entry, found.as_ref(), word != "not-read", false);
        let damaged = found.as_ref().and_then(damage::since);
        damaged.into_iter().for_each(|since| self.damaged(since));
    }

    fn tell(
        &self,
        sheet: &DigestLogs,
        entry: &LogEntry,
        finding: Option<&Finding>,
        read: bool,
        touches: bool,
    ) {
        let (bucket, key) = &sheet.digest;
        self.driver.observer.judged(JudgedObject {
            chain: &sheet.id,
            kind: observer::ObjectKind::Log,
            bucket: Some(&entry.bucket),
            key: &entry.key,
            finding,
            read,
            end: sheet.interval.to,
            proven: None,
            digest: Some((bucket, key)),
            outside_window: touches,
        });
    }
}

/// The pages in the order in which they are read. What is only looked for is looked for by day and
/// chain: one listing answers for those.
fn order(
    driver: &Context<'_>,
    chains: &[&mut ChainState],
    witnesses: &[Witness],
    interest: &EventFilter,
) -> Vec<(i64, LogOwner, u32)> {
    let mut order: Vec<(i64, LogOwner, u32)> = Vec::new();
    let mut add = |of: LogOwner, pages: &[ManifestPage], wanted: &dyn Fn(&ManifestPage) -> bool| {
        for (at, page) in (0..).zip(pages).filter(|(_, page)| wanted(page)) {
            let first = match driver.request.logs {
                LogSelection::All => page.end(),
                _ => page.end().div_euclid(86_400),
            };
            order.push((first, of, at));
        }
    };
    for (at, proved) in (0..).zip(chains) {
        let heard = |page: &ManifestPage| interest.wants(&proved.id, page.hour());
        add(LogOwner::Chain(at), &proved.pages, &|_| true);
        add(LogOwner::Touching(at), &proved.touching, &|_| true);
        add(LogOwner::Beyond(at), &proved.beyond, &heard);
    }
    for (at, witness) in (0..).zip(witnesses) {
        let heard = |page: &ManifestPage| interest.wants(&witness.id, page.hour());
        add(LogOwner::Witness(at), &witness.pages, &heard);
    }
    order.sort_unstable();
    order
}

/// Reads one log: what runs on the workers.
fn read(driver: &Context<'_>, interest: &EventFilter, sheet: &DigestLogs, at: usize) -> LogRead {
    let entry = &sheet.logs[at];
    let takes = |event: &_| interest.takes(event);
    let keep = match (interest.wants(&sheet.id, sheet.interval), sheet.of) {
        (true, _) => Keep::Events(&takes),
        (false, LogOwner::Chain(_)) => Keep::Stored,
        // It is read to be told of, and is evidence of nothing.
        (false, _) => Keep::Nothing,
    };
    // A folder without a name holds the bucket of the digest that lies in it, for all we know.
    let (own, _) = &sheet.digest;
    let known = |root: RootId, bucket: &str| !driver.fetcher.atlas.unnamed(root) || bucket == own;
    let request = driver.request;
    let read = request.logs.reads(&request.seed, &entry.key);
    match (sheet.of, read) {
        (LogOwner::Chain(_), _) | (_, true) => driver.fetcher.log(entry, read, &known, keep),
        _ => (LogState::NotRead, Kept::Nothing),
    }
}
