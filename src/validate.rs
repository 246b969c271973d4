//! The driver: the only file that joins source, keys and stages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use rayon::prelude::*;
use sha2::Digest as _;

use crate::atlas::Atlas;
use crate::chain::{Content, Placed, Reading, Scope, Walk, Walked};
use crate::coverage::{State, verified_until};
use crate::discover::{self, Listing, Named, Names, Slot, Survey};
use crate::error::{Error, Kind};
use crate::event::{self, Judged, Observer};
use crate::fetch::{Fetcher, LogState};
use crate::finding::{Code, Finding, Severity};
use crate::gap;
use crate::hash::Sha256;
use crate::keyname::{DigestKey, KeyRoot};
use crate::keys::KeyRing;
use crate::ledger::Ledger;
use crate::not_proven;
use crate::outcome::{ChainOutcome, LogTally, Outcome, verdict};
use crate::proof::{Own, Verified};
use crate::scope::{Asked, Logs, Request};
use crate::signature::KeyUse;
use crate::source::{GetError, RootId, Source};
use crate::trail::{AccountId, ChainId, Region, Window, shift};

/// Proves every chain that was asked for.
///
/// # Errors
/// Only where no workers can be had: whatever happens while looking is in the outcome.
pub fn validate(
    source: &dyn Source,
    atlas: &Atlas,
    ring: &KeyRing,
    key_findings: Vec<Finding>,
    request: &Request,
    observer: &dyn Observer,
) -> Result<Outcome, Error> {
    let limits = &request.limits;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.jobs.max(1))
        .build()
        .map_err(|e| Error::new(Kind::Internal, "cannot start workers").because(e))?;
    let fetcher = Fetcher::new(source, atlas, ring, limits, request.delivery_lag);
    fetcher.listed();
    let survey = discover::survey(source, atlas, &request.filter, limits);
    let driver = Driver {
        fetcher: &fetcher,
        request,
        observer,
        pool: &pool,
    };
    let groups: Vec<_> = survey.groups.iter().collect();
    let results: Mutex<BTreeMap<usize, GroupResult>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(((account, region), places)) = groups.get(at) else {
                break;
            };
            let result = driver.group(account, region, places);
            results
                .lock()
                .unwrap_or_else(|e| e.into_inner())
                .insert(at, result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..request.chains_at_once.min(groups.len()).max(1) {
            scope.spawn(work);
        }
        work();
    });
    let results = results.into_inner().unwrap_or_else(|e| e.into_inner());
    Ok(driver.join(survey, results.into_values(), key_findings))
}

/// What one account and region gave.
#[derive(Default)]
struct GroupResult {
    chains: Vec<ChainOutcome>,
    findings: Vec<Finding>,
    keys: BTreeSet<KeyUse>,
    answered: Vec<Asked>,
    unrecognised: Named,
    complete: bool,
    pending: Vec<(ChainId, Window)>,
}

struct Driver<'a> {
    fetcher: &'a Fetcher<'a>,
    request: &'a Request,
    observer: &'a dyn Observer,
    pool: &'a rayon::ThreadPool,
}

impl Driver<'_> {
    fn group(
        &self,
        account: &AccountId,
        region: &Region,
        places: &[(RootId, KeyRoot)],
    ) -> GroupResult {
        let limits = &self.request.limits;
        for _ in places {
            self.fetcher.listed();
        }
        let filter = &self.request.filter;
        let Listing {
            chains,
            unrecognised,
            refused,
            trouble,
        } = discover::list(self.fetcher.source, account, region, places, filter, limits);
        let mut result = GroupResult {
            unrecognised,
            complete: trouble.is_empty(),
            ..Default::default()
        };
        for (root, key, why) in refused {
            let message = format!(
                "something among the digests was not looked at: {why}; what it hides is not known"
            );
            let finding = Finding::new(Code::DigestUnreadable, message).reason("refused");
            result
                .findings
                .push(finding.at(self.fetcher.atlas.bucket(root), &key));
        }
        result
            .findings
            .extend(trouble.iter().map(|t| self.not_listed(t)));
        for (id, names) in chains {
            for root in names.roots() {
                result.answered.extend(filter.answers(root, &id));
            }
            self.chain(id, &names, &mut result);
        }
        result
    }

    fn not_listed(&self, (root, prefix, error): &(RootId, String, GetError)) -> Finding {
        let message = format!(
            "a folder could not be listed: {}; what it holds is not known",
            error.detail()
        );
        let finding = Finding::new(Code::DigestUnreadable, message).reason(error.reason());
        finding.at(self.fetcher.atlas.bucket(*root), prefix)
    }

    fn chain(&self, id: ChainId, names: &Names, result: &mut GroupResult) {
        let request = self.request;
        let newest = names.main.last().or(names.backfill.last()).map(|s| s.end());
        let Some(newest) = newest else { return };
        let to = request.to.unwrap_or(newest);
        let mut run = Run {
            driver: self,
            names,
            ledger: Ledger::new(request.limits.findings_per_code),
            logs: LogTally::default(),
            colours: Vec::new(),
            evidence: sha2::Sha256::new(),
            unlisted: 0,
            complete: true,
        };
        let scope = |backfill| Scope {
            chain: id.clone(),
            backfill,
            from: request.from,
            to,
            ring: self.fetcher.ring,
            backfill_grace: request.backfill_grace,
        };
        let main = run.walk(Walk::new(scope(false)), &id, false, to);
        let backfill = run.walk(Walk::new(scope(true)), &id, true, to);
        let Run {
            mut ledger,
            logs,
            colours,
            evidence,
            complete,
            ..
        } = run;

        let from = request.from.or(main.begins).unwrap_or(to);
        let window = Window::new(from, to);
        let last = [
            main.accounted.bounds().map(|b| b.to),
            main.restarts.iter().max().copied(),
        ];
        let last = last.into_iter().flatten().max().unwrap_or(from);
        let as_of = request.as_of.unwrap_or(to);
        let pending_from = shift(as_of, -request.delivery_lag).max(last);
        let mut paint = main.paint;
        for (spans, more) in [
            (&mut paint.failed, &backfill.paint.failed),
            (&mut paint.unproven, &backfill.paint.unproven),
        ] {
            more.iter().for_each(|s| spans.insert(s));
        }
        for (severity, time) in colours {
            match severity {
                Severity::Failed => paint.failed.insert(time),
                Severity::Unproven => paint.unproven.insert(time),
                Severity::Gap | Severity::Note => {}
            }
        }
        let coverage = paint.settle(window, pending_from);
        let gaps = gap::find(window, pending_from, &main.accounted, &main.restarts);
        for gap in &gaps {
            ledger.add(gap.finding().of(&id));
        }
        let covered = coverage.iter().any(|s| s.state == State::Verified);
        let bounded = main
            .accounted
            .bounds()
            .is_some_and(|b| b.from < window.to && window.from < b.to);
        if (main.seen == 0 && !bounded)
            || (!covered && ledger.worst().is_none_or(|s| s == Severity::Note))
        {
            ledger.add(nothing_in_window(main.seen, names).of(&id).over(window));
        }
        let findings = ledger.into_findings();
        let verdict = verdict(&findings, coverage.iter().map(|s| s.state), complete);
        let mut seal = sha2::Sha256::new();
        for part in [
            main.evidence,
            backfill.evidence,
            Some(Sha256(evidence.finalize().into())),
        ] {
            seal.update(part.map_or([0; 32], |p| p.0));
        }
        result.pending.extend(
            coverage
                .iter()
                .filter(|s| s.state == State::Pending)
                .map(|s| (id.clone(), s.time)),
        );
        result.keys.extend(main.keys);
        result.keys.extend(backfill.keys);
        result.complete &= complete;
        result.findings.extend(findings);
        result.chains.push(ChainOutcome {
            window,
            verdict,
            verified_until: verified_until(&coverage),
            locations: main.locations,
            coverage,
            gaps,
            digests: main.tally,
            backfill: backfill.tally,
            logs,
            anchors: main.anchors,
            evidence: Sha256(seal.finalize().into()),
            id,
        });
    }

    fn join(
        &self,
        survey: Survey,
        results: impl Iterator<Item = GroupResult>,
        key_findings: Vec<Finding>,
    ) -> Outcome {
        let mut complete = survey.trouble.is_empty() && !survey.bounded;
        let mut ledger = Ledger::new(self.request.limits.findings_per_code);
        key_findings.into_iter().for_each(|f| ledger.add(f));
        survey
            .trouble
            .iter()
            .for_each(|t| ledger.add(self.not_listed(t)));
        let mut chains = Vec::new();
        let mut findings = Vec::new();
        let mut keys = BTreeSet::new();
        let mut answered = Vec::new();
        let mut pending = Vec::new();
        let mut unrecognised = Named::default();
        for result in results {
            complete &= result.complete;
            chains.extend(result.chains);
            findings.extend(result.findings);
            keys.extend(result.keys);
            answered.extend(result.answered);
            pending.extend(result.pending);
            unrecognised.count += result.unrecognised.count;
            unrecognised.first.extend(result.unrecognised.first);
        }
        unrecognised.first.truncate(self.request.limits.named);
        chains.sort_by(|a, b| a.id.cmp(&b.id));
        self.absences(&survey, &chains, &answered, &mut ledger);
        findings.extend(ledger.into_findings());
        findings.sort_by_cached_key(Finding::order);
        let states = chains
            .iter()
            .flat_map(|c| c.coverage.iter().map(|s| s.state));
        let (bytes_read, bytes_hashed) = self.fetcher.bytes();
        let not_proven = not_proven::sentences(
            self.request,
            self.fetcher.atlas,
            &survey,
            &unrecognised,
            &chains,
            &pending,
        );
        Outcome {
            verdict: verdict(&findings, states, complete),
            complete,
            chains,
            findings,
            keys: keys.into_iter().collect(),
            not_proven,
            bytes_read,
            bytes_hashed,
            requests: self.fetcher.requests(),
        }
    }

    /// What was asked for and is not there.
    fn absences(
        &self,
        survey: &Survey,
        chains: &[ChainOutcome],
        answered: &[Asked],
        ledger: &mut Ledger,
    ) {
        let request = self.request;
        let ids: BTreeSet<&ChainId> = chains.iter().map(|c| &c.id).collect();
        let expected: BTreeSet<&ChainId> = request.expect.iter().collect();
        for id in expected
            .into_iter()
            .filter(|id| request.filter.concerns(id) && !ids.contains(id))
        {
            let message = "this chain was expected and has no digest here: nothing of it is proven";
            ledger.add(Finding::new(Code::ChainMissing, message).of(id));
        }
        for asked in request
            .filter
            .asked()
            .into_iter()
            .filter(|a| !answered.contains(a))
        {
            let message = format!(
                "no digest was found for the {} {} that was asked for",
                asked.what, asked.value
            );
            let finding = Finding::new(Code::NothingFound, message)
                .hint(not_proven::what_is_there(survey, chains));
            ledger.add(finding);
        }
        let written: BTreeSet<&str> = chains
            .iter()
            .flat_map(|c| c.locations.iter().map(|l| l.bucket.as_str()))
            .collect();
        // Where nothing is proven, nothing is known of buckets either, and that is told already.
        for bucket in request
            .filter
            .buckets
            .iter()
            .filter(|b| !written.is_empty() && !written.contains(b.as_str()))
        {
            let message =
                format!("no proven digest was written to the bucket {bucket} that was asked for");
            let buckets: Vec<&str> = written.iter().take(5).copied().collect();
            let hint = format!("those here were written to: {}", buckets.join(", "));
            ledger.add(Finding::new(Code::NothingFound, message).hint(hint));
        }
        if chains.is_empty() && request.filter.asked().is_empty() {
            let message = "no digest was found: nothing is proven";
            let finding = Finding::new(Code::NothingFound, message)
                .hint(not_proven::what_is_there(survey, chains));
            ledger.add(finding);
        }
    }
}

fn nothing_in_window(seen: u64, names: &Names) -> Finding {
    let (first, last) = (names.main.first(), names.main.last());
    let message = if seen == 0 {
        "no digest of this chain meets the window: nothing of it is proven"
    } else {
        "no instant of the window is covered by a proven digest: nothing of it is proven"
    };
    let finding = Finding::new(Code::NothingFound, message);
    match (first, last) {
        (Some(first), Some(last)) => finding.hint(format!(
            "its digests here end between {} and {}: ask for a window that meets them",
            first.end(),
            last.end()
        )),
        _ => finding.hint("only backfill digests are here, and those cover no time"),
    }
}

/// One chain on its way.
struct Run<'a> {
    driver: &'a Driver<'a>,
    names: &'a Names,
    ledger: Ledger,
    logs: LogTally,
    colours: Vec<(Severity, Window)>,
    evidence: sha2::Sha256,
    unlisted: usize,
    complete: bool,
}

/// Digests whose logs are to be checked, newest first.
type Proven = Vec<Box<Verified>>;

impl Run<'_> {
    /// Walks one set of digests newest first: while the logs of one batch are checked, the next
    /// batch of digests is fetched.
    fn walk(&mut self, mut walk: Walk<'_>, id: &ChainId, backfill: bool, to: Timestamp) -> Walked {
        let slots = if backfill {
            &self.names.backfill
        } else {
            &self.names.main
        };
        let mut queue = self.within(slots, backfill, to);
        let mut batch = self.lead(&mut queue, slots, id, backfill, to);
        loop {
            let mut proven = Vec::new();
            for run in runs(batch.readings) {
                if let Some(first) = run.first() {
                    self.settle(&mut walk, id, backfill, Some(first.name.end), &mut proven);
                }
                self.place(&mut walk, id, backfill, run, &mut proven);
            }
            let done = queue.is_empty();
            if done {
                self.settle(&mut walk, id, backfill, None, &mut proven);
            }
            let ahead = self.take(&mut queue, batch.largest);
            let driver = self.driver;
            let names = self.names;
            let known = |root: RootId, bucket: &str| {
                !driver.fetcher.atlas.unnamed(root) || walk.knows_bucket(bucket)
            };
            let (states, fetched) = driver.pool.install(|| {
                rayon::join(
                    || driver.check_logs(&proven, &known),
                    || driver.fetch(names, id, backfill, &ahead),
                )
            });
            self.fold(id, &proven, states);
            walk.drain_findings()
                .into_iter()
                .for_each(|f| self.ledger.add(f));
            batch = fetched;
            if done {
                break;
            }
        }
        let mut walked = walk.finish();
        std::mem::take(&mut walked.findings)
            .into_iter()
            .for_each(|f| self.ledger.add(f));
        walked
    }

    /// The digests to walk, newest last: those that may meet the window, and one beyond each edge
    /// for its proof.
    fn within(&self, slots: &[Slot], backfill: bool, to: Timestamp) -> Vec<Slot> {
        let request = self.driver.request;
        let low = match request.from {
            Some(from) => slots.partition_point(|s| s.end() <= from).saturating_sub(1),
            None => 0,
        };
        let high = if backfill {
            // They are named by the time they cover and may be delivered much later.
            slots.partition_point(|s| s.end() <= shift(to, request.backfill_grace))
        } else {
            // The first to end at or after the window's end may still meet it; one more proves it.
            let covering = slots.partition_point(|s| s.end() < to);
            (covering + 2).min(slots.len())
        };
        slots[low..high.max(low)].to_vec()
    }

    /// Fetches the newest digests. Where one beyond the window has no signature of its own, later
    /// ones may carry it, up to the first that has.
    fn lead(
        &self,
        queue: &mut Vec<Slot>,
        slots: &[Slot],
        id: &ChainId,
        backfill: bool,
        to: Timestamp,
    ) -> Batch {
        let driver = self.driver;
        let ahead = self.take(queue, 0);
        let mut batch = driver
            .pool
            .install(|| driver.fetch(self.names, id, backfill, &ahead));
        let newest = |batch: &Batch| {
            batch
                .readings
                .first()
                .map(|r| (r.name.end, r.own == Own::Absent))
        };
        while let Some((end, true)) = newest(&batch).filter(|(end, _)| *end >= to) {
            let later = slots.partition_point(|s| s.end() <= end);
            let Some(slot) = slots.get(later) else { break };
            let more = driver.fetch(self.names, id, backfill, &[*slot]);
            batch.largest = batch.largest.max(more.largest);
            batch.readings.splice(0..0, more.readings);
        }
        batch
    }

    /// Takes the next digests off the queue: as many as memory allows, and all that end together.
    fn take(&self, queue: &mut Vec<Slot>, largest: u64) -> Vec<Slot> {
        let limits = &self.driver.request.limits;
        let fit = usize::try_from(limits.ahead_bytes / largest.max(1)).unwrap_or(usize::MAX);
        let mut taken = Vec::new();
        while let Some(slot) = queue.last().copied() {
            let enough = taken.len() >= limits.digests_ahead.min(fit).max(1);
            if enough
                && taken
                    .last()
                    .is_some_and(|last: &Slot| last.end() != slot.end())
            {
                break;
            }
            taken.push(slot);
            queue.pop();
        }
        taken
    }

    /// Hands digests that end together to the walk: the one at its recorded place first, so that
    /// copies of it do no harm.
    fn place(
        &mut self,
        walk: &mut Walk<'_>,
        id: &ChainId,
        backfill: bool,
        run: Vec<Reading>,
        proven: &mut Proven,
    ) {
        let (home, away): (Vec<_>, Vec<_>) = run.into_iter().partition(at_home);
        let mut proven_here = false;
        for (reading, is_home) in home
            .into_iter()
            .map(|r| (r, true))
            .chain(away.into_iter().map(|r| (r, false)))
        {
            let (bucket, key) = (reading.bucket.clone(), reading.key.clone());
            let placed = walk.place(reading, proven_here && !is_home);
            proven_here |= placed.proven.is_some();
            self.placed(id, backfill, bucket.as_deref(), &key, placed, proven);
        }
    }

    fn placed(
        &mut self,
        id: &ChainId,
        backfill: bool,
        bucket: Option<&str>,
        key: &str,
        placed: Placed,
        proven: &mut Proven,
    ) {
        let kind = if backfill {
            event::Kind::Backfill
        } else {
            event::Kind::Digest
        };
        self.logs.unproven += placed.passed_over;
        let worst = placed.worst;
        self.driver.observer.judged(Judged {
            chain: id,
            kind,
            bucket,
            key,
            worst,
            read: true,
        });
        proven.extend(placed.proven);
    }

    /// Looks by name for what links name and listing did not show, down to `next`.
    fn settle(
        &mut self,
        walk: &mut Walk<'_>,
        id: &ChainId,
        backfill: bool,
        next: Option<Timestamp>,
        proven: &mut Proven,
    ) {
        let fetcher = self.driver.fetcher;
        while let Some((bucket, key, end)) = walk.overdue(next) {
            self.unlisted += 1;
            if self.unlisted > self.driver.request.limits.unlisted_links {
                self.complete = false;
                walk.absent(
                    (&bucket, &key),
                    end,
                    Some(("limit", "too many digests are known by link alone".into())),
                );
                continue;
            }
            let Some(name) = DigestKey::parse(&key).map(|k| k.name) else {
                walk.absent((&bucket, &key), end, None);
                continue;
            };
            let known = |root: RootId, bucket: &str| {
                !fetcher.atlas.unnamed(root) || walk.knows_bucket(bucket)
            };
            let found = fetcher.found(&bucket, &key, &known, |root, key| {
                match fetcher.digest(root, key, name.clone()) {
                    Reading {
                        content:
                            Content::Unread {
                                reason: "not-found",
                                ..
                            },
                        ..
                    } => Err(GetError::NotFound),
                    reading => Ok(reading),
                }
            });
            match found {
                Ok(reading) => {
                    let (bucket, key) = (reading.bucket.clone(), reading.key.clone());
                    let placed = walk.place(reading, false);
                    self.placed(id, backfill, bucket.as_deref(), &key, placed, proven);
                }
                Err(GetError::NotFound) => walk.absent((&bucket, &key), end, None),
                Err(error) => {
                    walk.absent((&bucket, &key), end, Some((error.reason(), error.detail())))
                }
            }
            // Whatever was found there, the claims on this place are settled.
            walk.absent((&bucket, &key), end, None);
        }
    }

    /// Counts and reports the logs of a batch, in the order of the walk.
    fn fold(&mut self, id: &ChainId, proven: &[Box<Verified>], states: Vec<LogState>) {
        let mut states = states.into_iter();
        for digest in proven {
            let interval = digest.interval();
            for (entry, state) in digest.log_files().iter().zip(states.by_ref()) {
                let (word, worst) = match state {
                    LogState::Valid { optional_fields } => {
                        self.logs.valid += 1;
                        if optional_fields {
                            let message = "this log's gzip header carries optional fields (a name, a \
                                           comment or extra); its content is as delivered";
                            let finding = Finding::new(Code::GzipHeaderChanged, message);
                            let finding =
                                finding.at(Some(&entry.bucket), &entry.key).over(interval);
                            self.ledger.add(
                                Finding {
                                    digest: Some(digest.place().1.into()),
                                    ..finding
                                }
                                .of(id),
                            );
                        }
                        ("valid", None)
                    }
                    LogState::NotRead => {
                        self.logs.not_read += 1;
                        ("not-read", None)
                    }
                    LogState::Found(finding) => {
                        match (finding.code, finding.severity) {
                            (Code::LogMissing, _) => self.logs.missing += 1,
                            (_, Severity::Failed) => self.logs.failed += 1,
                            _ => self.logs.unproven += 1,
                        }
                        let (code, severity) = (finding.code, finding.severity);
                        self.colours.push((severity, interval));
                        let finding = finding
                            .at(Some(&entry.bucket), &entry.key)
                            .over(interval)
                            .of(id);
                        self.ledger.add(Finding {
                            digest: Some(digest.place().1.into()),
                            ..finding
                        });
                        (code.as_str(), Some(severity))
                    }
                };
                let hash = entry
                    .hash
                    .as_ref()
                    .map_or_else(String::clone, ToString::to_string);
                self.evidence.update(format!(
                    "log {}/{} {hash} {word}\n",
                    entry.bucket, entry.key
                ));
                self.driver.observer.judged(Judged {
                    chain: id,
                    kind: event::Kind::Log,
                    bucket: Some(&entry.bucket),
                    key: &entry.key,
                    worst,
                    read: word != "not-read",
                });
            }
        }
        // Adjoining colours of one severity need not be kept one by one.
        self.colours.dedup();
    }
}

/// Digests fetched together, newest first.
struct Batch {
    readings: Vec<Reading>,
    /// The most logs that one of them names, as bytes of digest.
    largest: u64,
}

impl Driver<'_> {
    fn fetch(&self, names: &Names, id: &ChainId, backfill: bool, slots: &[Slot]) -> Batch {
        let read = |slot: &Slot| {
            let (root, key, name) = names.key(id, *slot, backfill)?;
            Some(self.fetcher.digest(root, &key, name))
        };
        let readings: Vec<Reading> = slots.par_iter().filter_map(read).collect();
        let largest = readings.iter().map(weight).max().unwrap_or(0);
        Batch { readings, largest }
    }

    fn check_logs(
        &self,
        proven: &[Box<Verified>],
        known: &(dyn Fn(RootId, &str) -> bool + Sync),
    ) -> Vec<LogState> {
        let read = self.request.logs == Logs::All;
        let entries: Vec<_> = proven.iter().flat_map(|d| d.log_files()).collect();
        entries
            .into_par_iter()
            .map(|entry| self.fetcher.log(entry, read, known))
            .collect()
    }
}

/// What a digest's log list costs in memory, roughly.
fn weight(reading: &Reading) -> u64 {
    match &reading.content {
        Content::Digest { digest, .. } => 1024 + 512 * digest.claimed_logs_unverified() as u64,
        _ => 1024,
    }
}

/// Whether a digest says it was written where it was found.
fn at_home(reading: &Reading) -> bool {
    match &reading.content {
        Content::Digest { digest, .. } => {
            let (bucket, key) = digest.claimed_place_unverified();
            reading.recorded.iter().any(|r| r.is(bucket, key))
        }
        _ => false,
    }
}

/// Splits readings, newest first, into those that end together.
fn runs(readings: Vec<Reading>) -> Vec<Vec<Reading>> {
    let mut runs: Vec<Vec<Reading>> = Vec::new();
    for reading in readings {
        match runs.last_mut() {
            Some(run) if run.first().is_some_and(|f| f.name.end == reading.name.end) => {
                run.push(reading)
            }
            _ => runs.push(vec![reading]),
        }
    }
    runs
}
