//! Shared by the benches: the forge of the tests, and corpora made with it.
#![allow(
    dead_code,
    unused_imports,
    clippy::expect_used,
    reason = "each bench uses a part, and a bench without its data must fail at once"
)]

#[path = "../../tests/support/forge/mod.rs"]
mod forge;

pub mod corpus;
mod corpus_writer;
mod huge;
mod log;
pub mod spec;

pub use forge::*;
