//! What every phase of one validation shares: where to read from, what was requested, whom to report
//! to, and the workers.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::thread::{self, Scope};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::fetch::Fetcher;
use super::findings::Ledgers;
use super::logs::manifest::Manifest;
use super::observer::Observer;
use super::records::RecordReader;
use super::recovery::state::RecoverySearch;
use super::request::{ChainFilter, Request};
use super::shard::Division;
use crate::base::error::{Error, words};
use crate::base::spool::Spool;
use crate::proof::signature::KeyUse;
use crate::source::Source;
use crate::source::trails::TrailApi;

/// Shared by all phases of one validation, and by all threads.
pub(crate) struct Context<'a> {
    pub fetcher: &'a Fetcher<'a>,
    /// Access to CloudTrail's answers about trails; `None` without AWS.
    pub trails: Option<&'a dyn TrailApi>,
    pub request: &'a Request,
    /// The filter of the request, with what is known of the requested trails.
    pub filter: &'a ChainFilter,
    pub observer: &'a dyn Observer,
    /// Who reads the records of logs, if anybody does.
    pub records: Option<&'a dyn RecordReader>,
    pub pool: &'a ThreadPool,
    /// The log lists of proven digests, from the digests phase to the logs phase.
    pub manifest: &'a Manifest,
    /// The names of the logs that proven digests list, for the search for unreferenced logs.
    pub references: &'a Arc<Spool>,
    /// Logs that no digest lists, until the gaps are known.
    pub candidates: &'a Spool,
    /// How many digests of one chain are fetched ahead, if their size allows it.
    pub ahead: usize,
    /// Keys that proved a digest. Thousands of chains mostly share the same few.
    pub keys: Mutex<BTreeSet<KeyUse>>,
    /// How this validation is divided.
    pub division: Division<'a>,
    /// Records that a shard kept because they may explain something.
    pub kept_records: AtomicU64,
    pub ledgers: Ledgers,
    /// The search for the originals of missing and altered objects.
    pub recovery: RecoverySearch,
}

impl Context<'_> {
    /// Whether somebody reads the records of logs that are not proven.
    pub fn takes_unproven(&self) -> bool {
        self.records.is_some_and(|records| records.takes_unproven())
    }

    /// Works on several items at the same time, at most `chains_at_once`. Returns the results in the
    /// order of the items.
    pub fn in_parallel<T: Send, R: Send>(
        &self,
        items: Vec<T>,
        work: impl Fn(T) -> R + Sync,
    ) -> Vec<R> {
        let threads = self.request.chains_at_once.min(items.len()).max(1);
        let results = Mutex::new(Vec::with_capacity(items.len()));
        let queue = Mutex::new(items.into_iter().enumerate());
        let run = || {
            loop {
                let next = queue.lock().unwrap_or_else(|e| e.into_inner()).next();
                let Some((at, item)) = next else { break };
                let result = work(item);
                let mut results = results.lock().unwrap_or_else(|e| e.into_inner());
                results.push((at, result));
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                start_beside(scope, run);
            }
            run();
        });
        let mut results = results.into_inner().unwrap_or_else(|e| e.into_inner());
        results.sort_unstable_by_key(|(at, _)| *at);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

/// Starts work on another thread. Where none can be started, the threads that there are do it all.
pub(super) fn start_beside<'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() + Send + 'scope,
) {
    let _ = thread::Builder::new().spawn_scoped(scope, work);
}

/// A pool of `threads` workers.
///
/// # Errors
/// If they cannot be started.
pub(crate) fn workers(threads: usize) -> Result<ThreadPool, Error> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|e| {
        let of_system = e.source().and_then(|why| why.downcast_ref::<io::Error>());
        let why = of_system.map_or_else(|| e.to_string(), words);
        Error::no_threads(threads).because(why)
    })
}

/// A pool of another size, if the source now knows that it is read best by more or fewer workers than
/// `current`. If that pool cannot be started, the work goes on with the current one.
pub(super) fn better_workers(source: &dyn Source, current: &ThreadPool) -> Option<ThreadPool> {
    let best = source.best_at_once();
    let differs = best > 0 && best != current.current_num_threads();
    differs.then(|| workers(best).ok()).flatten()
}
