//! The driver: the only file that joins source, keys and stages.

pub mod accept;
mod causes;
mod conclude;
pub mod digests;
pub mod fetch;
pub mod findings;
pub mod folder;
pub(crate) mod logs;
pub mod not_proven;
mod notify;
pub mod observer;
pub mod outcome;
pub mod request;
pub mod survey;
mod unreferenced;
pub mod view;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use crate::base::error::{Error, ErrorKind};
use crate::base::spool::Spool;
use crate::cloudtrail::ids::{AccountId, Region};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::gap::event_filter::EventFilter;
use crate::proof::gap::{Cause, Certainty};
use crate::proof::keys::Keys;
use crate::proof::signature::KeyUse;
use crate::source::places::Places;
use crate::source::trails::TrailApi;
use crate::source::{RootId, Source};
use crate::validate::fetch::Fetcher;
use crate::validate::findings::Ledgers;
use crate::validate::observer::{Observer, Step};
use crate::validate::outcome::Outcome;
use crate::validate::request::Request;
use crate::validate::survey::survey;
use causes::selectors::TrailSelectors;
use digests::chain::ChainState;
use digests::group::Group;
use logs::LogReader;
use logs::manifest::Manifest;
use unreferenced::search::LogSearch;

/// Where everything comes from.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    /// Objects.
    pub source: &'a dyn Source,
    /// Which place is which.
    pub places: &'a Places,
    /// Public keys.
    pub keys: &'a dyn Keys,
    /// What CloudTrail says of trails, where it can be asked.
    pub trails: Option<&'a dyn TrailApi>,
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
        places,
        keys,
        trails,
    } = access;
    let limits = &request.limits;
    let pool = workers(request.jobs.max(1))
        .map_err(|e| Error::new(ErrorKind::Internal, "cannot start workers").because(e))?;
    let fetcher = Fetcher::new(source, places, keys, limits, request.delivery_lag);
    let survey = survey(source, places, &request.filter, limits, &pool);
    let other = other_workers(source, &pool);
    let pool = other.unwrap_or(pool);
    let busy = request.chains_at_once.min(survey.groups.len());
    fetcher.listed(survey.listings);
    let (manifest, unnamed) = (Manifest::default(), Spool::default());
    let driver = Context {
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
    observer.step(Step::FoldersFound(survey.groups.len() as u64));
    // All digests first: a broken chain is told early, and around gaps events are looked for.
    let mut groups = driver.side_by_side(survey.groups.iter().collect(), walk);
    let trails = driver.trails_of(&groups);
    let searches: Vec<_> = groups.iter_mut().map(|g| g.search.take()).collect();
    let (mut listed, mut selected) = (Vec::new(), TrailSelectors::default());
    // What hangs on no log is asked for while logs are read.
    let list = |search: Option<Box<LogSearch>>| search.map(|search| search.list(&driver));
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

/// Other workers than these, where by now it is known that more or fewer objects are best read at the same
/// time. Without them all goes on, slower.
fn other_workers(source: &dyn Source, these: &rayon::ThreadPool) -> Option<rayon::ThreadPool> {
    let best = source.best_at_once();
    let other = best > 0 && best != these.current_num_threads();
    other.then(|| workers(best).ok()).flatten()
}

fn workers(n: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(n).build()
}

pub(crate) struct Context<'a> {
    fetcher: &'a Fetcher<'a>,
    trails: Option<&'a dyn TrailApi>,
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

impl Context<'_> {
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

    /// Reads the logs that digests name, and holds gaps and damage against what was called around
    /// them. Gives what of that is not known, in sentences.
    fn read_and_explain(&self, groups: &mut [Group]) -> Vec<String> {
        let chains = groups.iter_mut().flat_map(|g| &mut g.walked);
        let mut chains: Vec<&mut ChainState> = chains.collect();
        if self.request.only.is_some() {
            LogReader::new(self, &mut chains, &[], EventFilter::default()).run();
            return Vec::new();
        }
        let interest = self.interest(&chains);
        let (witnesses, silent) = self.witnesses(&chains);
        self.observer.step(Step::LogsBegin);
        let reader = LogReader::new(self, &mut chains, &witnesses, interest);
        let mut heard = reader.run();
        self.observer.step(Step::CausesBegin);
        let unasked = self.explain(&mut chains, &mut heard);
        self.observer.step(Step::UnreferencedBegin);
        let gaps = chains.iter().flat_map(|p| &p.gaps);
        let (told, untold): (Vec<_>, Vec<_>) = gaps.partition(|g| g.certainty != Certainty::None);
        let off = told.iter().filter(|g| g.cause != Cause::TrailCreated);
        let counts = (off.count(), untold.len());
        not_proven::around_gaps(self.request, counts, &heard, &silent, &unasked)
    }
}
