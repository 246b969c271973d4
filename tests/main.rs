//! The tests of the whole: one binary, over forged chains with real signatures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod attacks;
mod cases;
mod causes;
mod cli;
mod codes;
#[cfg(feature = "aws")]
mod differences;
mod discovery;
mod edges;
mod explain;
mod faults;
mod flips;
mod forge;
mod formats;
mod generated;
mod hostile;
mod layering;
mod library;
#[cfg(feature = "aws")]
mod loopback;
#[cfg(feature = "aws")]
mod online;
mod oracle;
mod program;
mod properties;
mod python;
mod random;
mod real_keys;
mod records;
mod review_gaps;
mod sample;
mod selectors;
mod support;
mod targets;
mod terminal;
mod trails;
mod walk;
