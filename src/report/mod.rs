//! Rendering: the frozen view of an outcome, and one file a format.

pub mod json;
mod matrix;
pub mod text;
pub mod trails;
pub mod v1;

use std::io::{self, Write};
use std::str::FromStr;

use crate::trail::NotAn;

/// A report format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: schema `trailproof.report/v1`.
    Json,
}

impl FromStr for Format {
    type Err = NotAn;

    fn from_str(s: &str) -> Result<Self, NotAn> {
        match s {
            "text" => Ok(Format::Text),
            "json" => Ok(Format::Json),
            _ => Err(NotAn("one of the formats text, json")),
        }
    }
}

/// Writes a report.
///
/// # Errors
/// Where writing fails.
pub fn render(report: &v1::Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(report, out),
        Format::Json => json::write(report, out),
    }
}
