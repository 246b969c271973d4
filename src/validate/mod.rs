//! The driver: the only file that joins source, keys and stages.

mod absences;
mod batch;
mod chain;
mod cover;
mod explain;
mod follow;
mod group;
mod logs;
mod manifest;
mod references;
mod run;
mod scan;
mod search;
mod selected;
mod spool;
mod tail;
mod tell;
mod unnamed;
mod unreferenced;
mod witness;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use crate::atlas::Atlas;
use crate::beside::Beside;
use crate::discover::{self, Named, Survey};
use crate::error::{Error, Kind};
use crate::event::{Observer, Step};
use crate::fetch::Fetcher;
use crate::finding::{Code, Finding, LOOK_FOR_MISSING};
use crate::gap::{Cause, Certainty};
use crate::interest::Interest;
use crate::keyname::{DIGEST_FOLDER, KeyRoot};
use crate::keys::Keys;
use crate::ledger::{Ledger, Ledgers};
use crate::not_proven::{self, Told};
use crate::outcome::{Outcome, Requests, verdict};
use crate::scope::Request;
use crate::signature::KeyUse;
use crate::source::{RootId, Source};
use crate::trail::{AccountId, ChainId, HOUR, Region, Window, shift};
use crate::trails::Trails;
use crate::unlisted;
use absences::{ended_before_siblings, missing_at_home, missing_beside_siblings};
use chain::Proved;
use group::{Group, GroupResult};
use logs::Reader;
use manifest::Manifest;
use search::Search;
use selected::Selected;
use spool::Spool;

/// Where everything comes from.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    /// Objects.
    pub source: &'a dyn Source,
    /// Which place is which.
    pub atlas: &'a Atlas,
    /// Public keys.
    pub keys: &'a dyn Keys,
    /// What CloudTrail says of trails, where it can be asked.
    pub trails: Option<&'a dyn Trails>,
}

/// Proves every chain that was asked for.
///
/// # Errors
/// Only where no workers can be had: whatever happens while looking is in the outcome.
pub fn validate(
    access: Access<'_>,
    request: &Request,
    observer: &dyn Observer,
) -> Result<Outcome, Error> {
    let Access {
        source,
        atlas,
        keys,
        trails,
    } = access;
    let limits = &request.limits;
    let pool = workers(request.jobs.max(1))
        .map_err(|e| Error::new(Kind::Internal, "cannot start workers").because(e))?;
    let fetcher = Fetcher::new(source, atlas, keys, limits, request.delivery_lag);
    let survey = discover::survey(source, atlas, &request.filter, limits, &pool);
    let busy = request.chains_at_once.min(survey.groups.len());
    fetcher.listed(survey.listings);
    let (manifest, unnamed) = (Manifest::default(), Spool::default());
    let driver = Driver {
        fetcher: &fetcher,
        trails,
        request,
        observer,
        pool: &pool,
        manifest: &manifest,
        named: &Arc::default(),
        unnamed: &unnamed,
        ahead: limits.digests_ahead.max(request.jobs / busy.max(1)),
        keys: Mutex::default(),
        ledgers: Ledgers::new(limits.findings_per_code, limits.findings),
    };
    let walk = |((account, region), places): (&(AccountId, Region), &Vec<(RootId, KeyRoot)>)| {
        driver.group(account, region, places, &survey.members)
    };
    observer.step(Step::Folders(survey.groups.len() as u64));
    // All digests first: a broken chain is told early, and around gaps events are looked for.
    let mut groups = driver.side_by_side(survey.groups.iter().collect(), walk);
    let trails = driver.trails_of(&groups);
    let searches: Vec<_> = groups.iter_mut().map(|g| g.search.take()).collect();
    let (mut listed, mut selected) = (Vec::new(), Selected::default());
    // What hangs on no log is asked for while logs are read.
    let list = |search: Option<Box<Search>>| search.map(|search| driver.list_logs(search));
    let told = std::thread::scope(|scope| {
        scope.spawn(|| listed = driver.side_by_side(searches, list));
        scope.spawn(|| selected = driver.selected(&trails));
        driver.read_and_explain(&mut groups)
    });
    for (group, search) in groups.iter_mut().zip(listed) {
        group.search = search;
    }
    let results = driver.side_by_side(groups, |group| driver.finish(group));
    Ok(driver.join(survey, results.into_iter(), &told, &selected))
}

fn workers(n: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(n).build()
}

struct Driver<'a> {
    fetcher: &'a Fetcher<'a>,
    trails: Option<&'a dyn Trails>,
    request: &'a Request,
    observer: &'a dyn Observer,
    pool: &'a rayon::ThreadPool,
    manifest: &'a Manifest,
    /// Logs that digests name.
    named: &'a Arc<Spool>,
    /// Logs that no digest names.
    unnamed: &'a Spool,
    /// Digests of one chain that are fetched ahead, where their size allows.
    ahead: usize,
    /// Keys that proved something: of thousands of chains, mostly the same.
    keys: Mutex<BTreeSet<KeyUse>>,
    /// What was found.
    ledgers: Ledgers,
}

impl Driver<'_> {
    /// Whether a digest with this end that does not meet the window touches it, and is told of.
    fn touches(&self, end: Timestamp) -> bool {
        let Request {
            touching, from, to, ..
        } = self.request;
        *touching
            && from.is_some_and(|from| end >= from)
            && to.is_some_and(|to| end <= shift(to, HOUR))
    }

    /// Works on several accounts and regions at a time, and gives what came of them in their order.
    fn side_by_side<T: Send, R: Send>(
        &self,
        groups: Vec<T>,
        work: impl Fn(T) -> R + Sync,
    ) -> Vec<R> {
        let threads = self.request.chains_at_once.min(groups.len()).max(1);
        let results = Mutex::new(Vec::with_capacity(groups.len()));
        let queue = Mutex::new(groups.into_iter().enumerate());
        let run = || {
            loop {
                let next = queue.lock().unwrap_or_else(|e| e.into_inner()).next();
                let Some((at, group)) = next else { break };
                let result = work(group);
                let mut results = results.lock().unwrap_or_else(|e| e.into_inner());
                results.push((at, result));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(run);
            }
            run();
        });
        let mut results = results.into_inner().unwrap_or_else(|e| e.into_inner());
        results.sort_unstable_by_key(|(at, _)| *at);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// Other workers, where by now it is known that more or fewer objects are best read at the same time.
    /// Without them all goes on, slower.
    fn other_workers(&self) -> Option<rayon::ThreadPool> {
        let best = self.fetcher.source.best_at_once();
        let other = best > 0 && best != self.request.jobs;
        other.then(|| workers(best).ok()).flatten()
    }

    /// Reads the logs that digests name, and holds gaps and damage against what was called around
    /// them. Gives what of that is not known, in sentences.
    fn read_and_explain(&self, groups: &mut [Group]) -> Vec<String> {
        let chains = groups.iter_mut().flat_map(|g| &mut g.walked);
        let mut chains: Vec<&mut Proved> = chains.collect();
        if self.request.only.is_some() {
            Reader::new(self, &mut chains, &[], Interest::default()).run();
            return Vec::new();
        }
        let interest = self.interest(&chains);
        let (witnesses, silent) = self.witnesses(&chains);
        self.observer.step(Step::Logs);
        let reader = Reader::new(self, &mut chains, &witnesses, interest);
        let mut heard = reader.run();
        self.observer.step(Step::Causes);
        let unasked = self.explain(&mut chains, &mut heard);
        self.observer.step(Step::Others);
        let gaps = chains.iter().flat_map(|p| &p.gaps);
        let (told, untold): (Vec<_>, Vec<_>) = gaps.partition(|g| g.certainty != Certainty::None);
        let off = told.iter().filter(|g| g.cause != Cause::TrailCreated);
        let counts = (off.count(), untold.len());
        not_proven::around_gaps(self.request, counts, &heard, &silent, &unasked)
    }

    fn join(
        &self,
        survey: Survey,
        results: impl ExactSizeIterator<Item = Box<GroupResult>>,
        events: &[String],
        selected: &Selected,
    ) -> Outcome {
        let mut complete = survey.trouble.is_empty() && !survey.bounded;
        let mut ledger = self.ledgers.open();
        let beforehand = &self.request.beforehand;
        beforehand
            .iter()
            .for_each(|f| self.add(&mut ledger, f.clone()));
        self.fetcher
            .keys
            .broken()
            .into_iter()
            .for_each(|f| self.add(&mut ledger, f));
        survey
            .trouble
            .iter()
            .for_each(|t| self.add(&mut ledger, unlisted::folder(self.fetcher.atlas, t)));
        let mut chains = Vec::with_capacity(results.len());
        let mut ledgers = Vec::new();
        let mut answered = Vec::new();
        let mut ends = BTreeMap::new();
        let mut found = Vec::with_capacity(results.len());
        let mut pending = Vec::new();
        let mut unrecognised = Named::default();
        let mut unasked = Vec::new();
        let mut unvalidated = BTreeSet::new();
        let mut among_logs = Beside::default();
        for result in results {
            if let Some(beside) = result.beside {
                among_logs.add(*beside, &self.request.limits);
            }
            complete &= result.complete;
            unasked.extend(result.unasked);
            unvalidated.extend(result.unvalidated);
            chains.extend(result.chains);
            ledgers.extend(result.ledgers);
            answered.extend(result.answered);
            found.extend(result.found);
            ends.extend(result.ends);
            pending.extend(result.pending);
            unrecognised.count += result.unrecognised.count;
            unrecognised.first.extend(result.unrecognised.first);
        }
        unrecognised.first.truncate(self.request.limits.named);
        std::mem::take(&mut among_logs.trouble)
            .into_iter()
            .for_each(|f| self.add(&mut ledger, f));
        complete &= self.fetcher.lasted() && self.request.complete && !selected.cut_short;
        unvalidated
            .iter()
            .for_each(|arn| self.add(&mut ledger, tail::unvalidated(arn)));
        chains.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        self.absences(&survey, &chains, &answered, &mut ledger);
        let listed = |(root, account, region): &&(KeyRoot, AccountId, Region)| {
            !survey.is_hidden(&root.folder(account, DIGEST_FOLDER, region))
        };
        let logged: Vec<_> = survey.logged.iter().filter(listed).cloned().collect();
        let trails = &self.request.trails;
        let beside = missing_beside_siblings(&found, &logged, trails);
        let missing = |id: &ChainId, message: &str| {
            let finding = Finding::new(Code::ChainMissing, message);
            finding.hint(LOOK_FOR_MISSING).of(id)
        };
        for id in &beside {
            let message = "logs of this account lie in this region and no digest of this trail does, \
                           though it has digests in other regions: nothing of it is proven";
            self.add(&mut ledger, missing(id, message));
        }
        let named = !self.request.filter.trail_arns.is_empty();
        for id in missing_at_home(&found, trails, named) {
            let wanted = self.request.filter.concerns(&id) && !beside.contains(&id);
            let folder = |(root, found): &(KeyRoot, ChainId)| {
                let hidden = root.folder(&id.account, DIGEST_FOLDER, &id.region);
                found.trail == id.trail && survey.is_hidden(&hidden)
            };
            if wanted && !found.iter().any(folder) {
                let message = "this is the home region of a trail that writes digests here, and none of \
                               its own is there: nothing of it is proven";
                self.add(&mut ledger, missing(&id, message));
            }
        }
        let late = self.request.delivery_lag.saturating_add(HOUR);
        for (id, time) in ended_before_siblings(&found, &ends, late) {
            let asked = Window::new(
                self.request.from.unwrap_or(Timestamp::MIN),
                self.request.to.unwrap_or(Timestamp::MAX),
            );
            if time.clip(&asked).is_empty() {
                continue;
            }
            let message = format!(
                "the digests of this chain end at {}, and others of its trail go on until {}: its region \
                 or account was left out since, or its digests are not there",
                time.from, time.to
            );
            self.add(&mut ledger, missing(&id, &message).over(time));
        }
        self.settle(&mut ledger);
        ledgers.push(ledger);
        let findings = ledgers.into_iter().flat_map(Ledger::into_findings);
        let mut findings: Vec<Finding> = findings.collect();
        findings.sort_by_cached_key(Finding::order);
        // Two folders of one bucket may both say the same of one object.
        findings.dedup();
        let states = chains
            .iter()
            .flat_map(|c| c.coverage.iter().map(|s| s.state));
        let mut keys = self.keys.lock().unwrap_or_else(|e| e.into_inner());
        let (bytes_read, bytes_hashed) = self.fetcher.bytes();
        let not_proven = not_proven::sentences(&Told {
            request: self.request,
            atlas: self.fetcher.atlas,
            survey: &survey,
            unrecognised: &unrecognised,
            chains: &chains,
            pending: &pending,
            unasked: &unasked,
            selected: &selected.said,
            beside: &among_logs,
            keys: self.fetcher.keys.origin(),
            events,
        });
        Outcome {
            verdict: verdict(findings.iter().map(|f| f.severity).max(), states, complete),
            complete,
            chains,
            findings,
            keys: std::mem::take(&mut *keys).into_iter().collect(),
            not_proven,
            bytes_read,
            bytes_hashed,
            requests: Requests {
                trails: self.trails.map_or(0, Trails::requests),
                ..self.fetcher.requests()
            },
        }
    }
}
