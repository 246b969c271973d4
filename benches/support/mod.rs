//! What the benches share: the forge of the tests, and the corpora made on it.
#![allow(
    dead_code,
    unused_imports,
    clippy::expect_used,
    reason = "each bench uses a part, and one that lacks what it measures must fail at once"
)]

#[path = "../../tests/support/forge/mod.rs"]
mod forge;

pub mod corpus;
mod huge;
mod log;
mod shelf;
pub mod spec;

pub use forge::*;
