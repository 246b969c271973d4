//! The tests of the whole: one binary, over forged chains with real signatures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod attacks;
#[cfg(feature = "aws")]
mod aws;
mod cli;
mod cloudtrail;
mod commands;
mod edges;
mod hostile;
mod layering;
mod library;
mod proof;
mod report;
mod support;
mod validate;
mod walk;
mod whole;
