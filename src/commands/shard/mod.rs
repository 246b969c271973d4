//! `shard`: one validation on several machines.
//!
//! ```text
//! shard plan ──> plan ──> shard run ──> part ──> shard merge ──> the report of a single run
//!                   └───> shard run ──> part ──┘
//! ```

pub mod merge;
pub mod opening;
pub mod plan;
pub mod plan_file;
pub mod run;
