//! The report formats of commands other than `validate` and `trails`.

use clap::ValueEnum;

/// A report format for people or for programs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlainFormat {
    Text,
    Json,
}
