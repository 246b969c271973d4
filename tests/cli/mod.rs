//! The command line: arguments, output, terminals and signals, by the real binary.

mod alerts;
mod args;
mod bad_input;
#[cfg(feature = "aws")]
mod deadline;
mod generate;
#[cfg(feature = "aws")]
mod lambda;
#[cfg(feature = "aws")]
mod open;
mod output;
mod presentation;
mod schedule;
mod shard;
mod shards;
#[cfg(feature = "aws")]
mod signals;
mod terminal;
mod validate;
