//! The command line: arguments, output, terminals and signals, by the real binary.

mod args;
mod generate;
mod output;
#[cfg(feature = "aws")]
pub mod signals;
mod terminal;
mod validate;
