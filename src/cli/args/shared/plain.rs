//! The formats of a report that is no validation's.

use clap::ValueEnum;

/// What it is written as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlainFormat {
    Text,
    Json,
}
