//! Faults of the network, through a proxy that harms answers on the wire, with the real binary:
//!
//! - `matrix`: every harm at every step, once, twice and for ever, over intact and damaged worlds.
//! - `combined`: several harms at once, at random.
//!
//! `verdicts` says what each run may end with, `scenes` are the worlds, and `run` runs them. Both suites take
//! a part of all cases; `TRAILPROOF_FAULTS=N` multiplies it, for example by 100.

mod combined;
mod matrix;
mod run;
pub mod scenes;
mod verdicts;

/// How much more than usual is tried.
fn times_more() -> usize {
    let more = std::env::var("TRAILPROOF_FAULTS").ok();
    more.and_then(|n| n.parse().ok()).unwrap_or(1)
}
