//! The driver: the only file that joins source, keys and stages.

mod absences;
mod batch;
mod chain;
mod cover;
mod follow;
mod group;
mod references;
mod run;
mod scan;
mod tail;
mod unreferenced;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;

use crate::atlas::Atlas;
use crate::beside::Beside;
use crate::discover::{self, Named, Survey};
use crate::error::{Error, Kind};
use crate::event::Observer;
use crate::fetch::Fetcher;
use crate::finding::{Code, Finding, LOOK_FOR_MISSING};
use crate::keyname::{DIGEST_FOLDER, KeyRoot};
use crate::keys::Keys;
use crate::ledger::Ledger;
use crate::not_proven::{self, Told};
use crate::outcome::{Outcome, Requests, verdict};
use crate::scope::Request;
use crate::source::Source;
use crate::trail::{AccountId, ChainId, HOUR, Region, Window};
use crate::trails::Trails;
use crate::unlisted;
use absences::{ended_before_siblings, missing_at_home, missing_beside_siblings};
use group::GroupResult;

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
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.jobs.max(1))
        .build()
        .map_err(|e| Error::new(Kind::Internal, "cannot start workers").because(e))?;
    let fetcher = Fetcher::new(source, atlas, keys, limits, request.delivery_lag);
    let survey = discover::survey(source, atlas, &request.filter, limits, &pool);
    fetcher.listed(survey.listings);
    let driver = Driver {
        fetcher: &fetcher,
        trails,
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
            let result = driver.group(account, region, places, &survey.members);
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
    Ok(driver.join(survey, results.into_values()))
}

struct Driver<'a> {
    fetcher: &'a Fetcher<'a>,
    trails: Option<&'a dyn Trails>,
    request: &'a Request,
    observer: &'a dyn Observer,
    pool: &'a rayon::ThreadPool,
}

impl Driver<'_> {
    fn join(&self, survey: Survey, results: impl Iterator<Item = GroupResult>) -> Outcome {
        let mut complete = survey.trouble.is_empty() && !survey.bounded;
        let mut ledger = Ledger::new(self.request.limits.findings_per_code);
        let beforehand = &self.request.beforehand;
        beforehand.iter().for_each(|f| ledger.add(f.clone()));
        self.fetcher
            .keys
            .broken()
            .into_iter()
            .for_each(|f| ledger.add(f));
        survey
            .trouble
            .iter()
            .for_each(|t| ledger.add(unlisted::folder(self.fetcher.atlas, t)));
        let mut chains = Vec::new();
        let mut findings = Vec::new();
        let mut keys = BTreeSet::new();
        let mut answered = Vec::new();
        let mut ends = BTreeMap::new();
        let mut found = Vec::new();
        let mut pending = Vec::new();
        let mut unrecognised = Named::default();
        let mut unasked = Vec::new();
        let mut unvalidated = BTreeSet::new();
        let mut among_logs = Beside::default();
        for result in results {
            among_logs.add(result.beside, &self.request.limits);
            complete &= result.complete;
            unasked.extend(result.unasked);
            unvalidated.extend(result.unvalidated);
            chains.extend(result.chains);
            findings.extend(result.findings);
            keys.extend(result.keys);
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
            .for_each(|f| ledger.add(f));
        complete &= self.fetcher.lasted() && self.request.complete;
        unvalidated
            .iter()
            .for_each(|arn| ledger.add(tail::unvalidated(arn)));
        chains.sort_by(|a, b| a.id.cmp(&b.id));
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
            ledger.add(missing(id, message));
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
                ledger.add(missing(&id, message));
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
            ledger.add(missing(&id, &message).over(time));
        }
        findings.extend(ledger.into_findings());
        findings.sort_by_cached_key(Finding::order);
        // Two folders of one bucket may both say the same of one object.
        findings.dedup();
        let states = chains
            .iter()
            .flat_map(|c| c.coverage.iter().map(|s| s.state));
        let (bytes_read, bytes_hashed) = self.fetcher.bytes();
        let not_proven = not_proven::sentences(&Told {
            request: self.request,
            atlas: self.fetcher.atlas,
            survey: &survey,
            unrecognised: &unrecognised,
            chains: &chains,
            pending: &pending,
            unasked: &unasked,
            beside: &among_logs,
            keys: self.fetcher.keys.origin(),
        });
        Outcome {
            verdict: verdict(&findings, states, complete),
            complete,
            chains,
            findings,
            keys: keys.into_iter().collect(),
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
