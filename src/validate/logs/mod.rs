//! Third phase: the logs that proven digests list are read, hashed and compared.
//!
//! ```text
//!  manifest ──> order of pages, oldest digest first             (pages)
//!                 │
//!                 ├─> workers: fetch, inflate, hash, compare        (one_log, fetch)
//!                 │     and, where events are wanted, keep the text  (log_text)
//!                 └─> in order: count, report, collect events        (reader)
//!                          │
//!                          └──> CheckedLogs of each chain, KnownEvents ──> causes
//! ```
//!
//! In: the chains with the pages of their proven digests, the witnesses, and the filter that says in which
//! logs events are wanted. Out: the [`CheckedLogs`](super::chain_state::CheckedLogs) and findings of each
//! chain, and the events that were found.
//!
//! - Events are taken only from a log whose hash matched.
//! - Every log in the window is searched for changes of a trail, of its bucket and of its key, by its bytes; only
//!   where these show one are its records parsed.
//! - Logs are reported in the order of their digests, whatever order the answers come in.
//! - They are read oldest first over all chains. A call that damaged a log is recorded after the log was
//!   delivered, so its record is still to be read or was read just now.
//! - No log is read twice, unless damage or an unexplained gap turns up after a log was read: then up to
//!   [`RECENT`] of the last logs are fetched again for their events, and their hashes checked again.

mod arrivals;
mod digest_logs;
pub(crate) mod log_text;
pub(crate) mod manifest;
mod one_log;
pub(crate) mod pages;
mod reader;

use super::causes::witness::Witness;
use super::chain_state::ChainState;
use super::context::Context;
use crate::proof::gap::event_filter::EventFilter;
use crate::proof::gap::events::KnownEvents;
use reader::LogReader;

/// The events that were found in proven logs.
#[derive(Default)]
pub(crate) struct LogEvents {
    /// Those around gaps and damage.
    pub near: KnownEvents,
    /// Those that changed a trail, a bucket or a key, from all logs in the window.
    pub changes: KnownEvents,
}

/// Logs that may be fetched again for their events.
const RECENT: usize = 256;

/// Checks the logs of all chains, and returns the events that were found in them and in the logs of the
/// witnesses, and the leads.
pub(super) fn check(
    context: &Context<'_>,
    chains: &mut [&mut ChainState],
    witnesses: &[Witness],
    filter: EventFilter,
) -> LogEvents {
    let better = super::context::better_workers(context.fetcher.source, context.pool);
    let pool = better.as_ref().unwrap_or(context.pool);
    LogReader::new(context, pool, chains, witnesses, filter).run()
}
