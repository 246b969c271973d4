//! The command line: arguments, output, terminals and signals, by the real binary.

mod args;
mod generate;
#[cfg(feature = "aws")]
mod open;
mod output;
#[cfg(feature = "aws")]
mod signals;
mod terminal;
mod validate;
