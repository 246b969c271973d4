//! Faults of the network, through a proxy that harms answers on the wire, with the real binary:
//!
//! - `matrix`: every harm at every step, once, twice and for ever, over intact and damaged worlds.
//! - `combined`: several harms at once, at random.
//!
//! `verdicts` says what each run may end with, `scenes` are the worlds, and `run` runs them. Both suites take
//! a part of all cases and print what they counted; `TRAILPROOF_TRIALS=N` multiplies it, and 307 is all of `matrix`.

mod combined;
mod matrix;
mod run;
pub mod scenes;
mod verdicts;
