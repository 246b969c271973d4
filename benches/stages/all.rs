//! The cases of all stages.

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

/// Cases without workers. They take the same number of instructions each time.
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

/// Cases with workers.
pub fn threaded() -> impl Iterator<Item = Named> {
    chain::THREADED.iter().copied()
}
