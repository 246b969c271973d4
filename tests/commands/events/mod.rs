//! `trailproof events`, run as a program over forged chains.

mod filter;
mod formats;
mod lacking;
mod lines;
mod output;
mod unproven;

use trailproof::cloudtrail::records::split::split;

use crate::support::case::Case;
use crate::support::forge::digest::LogRecord;
use crate::support::forge::{Chain, gunzip};
use crate::support::program::{Run, run};

/// Runs `events` over the copy of a case.
fn events(case: &Case, more: &[&str]) -> Run {
    let dir = case.copied();
    let args = [&["events"], &arguments(case)[..], more].concat();
    run(dir.path(), &args)
}

/// The arguments of a case.
fn arguments(case: &Case) -> Vec<&str> {
    case.args.iter().map(String::as_str).collect()
}

/// The lines that the records of a log are.
fn lines_of(case: &Case, log: &LogRecord) -> String {
    let text = gunzip(&case.world.get(&log.place).expect("a log").body);
    let lines = split(&text).map(|record| format!("{}\n", String::from_utf8_lossy(record)));
    lines.collect()
}

/// The lines of all logs of a chain, in the order of its digests.
fn lines_of_all(case: &Case, chain: &Chain) -> String {
    let logs = chain.digests.iter().flat_map(|digest| &digest.logs);
    logs.map(|log| lines_of(case, log)).collect()
}
