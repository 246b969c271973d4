//! The tests of the whole: one binary, over forged chains with real signatures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[cfg(feature = "aws")]
mod aws;
mod base;
mod cli;
mod cloudtrail;
mod commands;
mod layering;
mod library;
mod proof;
mod report;
mod source;
mod support;
mod validate;
mod whole;
