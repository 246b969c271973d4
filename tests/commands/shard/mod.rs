//! `shard`: one validation on several machines.

mod plan;
