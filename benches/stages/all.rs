//! Every stage's cases.

pub mod case;
mod chain;
mod coverage;
mod data;
mod digest;
mod gap;
mod inflate;
mod keyname;
mod logfile;
mod record;
mod report;
mod signature;

use case::Named;

/// Those in which no workers take part: the same instructions each time.
pub fn pure() -> impl Iterator<Item = Named> {
    let stages = [
        keyname::CASES,
        inflate::CASES,
        digest::CASES,
        signature::CASES,
        chain::CASES,
        logfile::CASES,
        coverage::CASES,
        gap::CASES,
        record::CASES,
        report::CASES,
    ];
    stages.into_iter().flatten().copied()
}

/// Those in which they do.
pub fn threaded() -> impl Iterator<Item = Named> {
    chain::THREADED.iter().copied()
}
