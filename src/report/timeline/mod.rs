//! Reports of `timeline`: the frozen types, the text for a terminal, and the page to keep. The reports of `validate`
//! show the same timeline.
//!
//! ```text
//! v1::investigation::Timeline ──> rows: events and marks in one order, or by principal ──> text, html
//!                                 wording: who, from where, on what
//! ```

pub(crate) mod html;
mod rows;
pub(crate) mod text;
pub mod v1;
mod wording;

use std::io;
use std::str::FromStr;

use super::json;
use super::tone::TextWriter;
use crate::cloudtrail::ids::NotAn;
pub use rows::Grouping;
use v1::TimelineReport;

/// The formats of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimelineFormat {
    /// For people, in a terminal.
    Text,
    /// For programs: schema `trailproof.timeline/v1`.
    Json,
    /// For people, to keep: one page that needs no other file.
    Html,
}

impl FromStr for TimelineFormat {
    type Err = NotAn;

    fn from_str(s: &str) -> Result<Self, NotAn> {
        match s {
            "text" => Ok(TimelineFormat::Text),
            "json" => Ok(TimelineFormat::Json),
            "html" => Ok(TimelineFormat::Html),
            _ => Err(NotAn("one of the formats text, json, html")),
        }
    }
}

/// Writes a timeline. JSON has every event by time, each with its principal, however the others are grouped.
///
/// # Errors
/// When writing fails.
pub fn render(
    report: &TimelineReport,
    grouping: Grouping,
    format: TimelineFormat,
    out: &mut dyn TextWriter,
) -> io::Result<()> {
    match format {
        TimelineFormat::Text => text::write(report, grouping, out),
        TimelineFormat::Json => json::write(report, out),
        TimelineFormat::Html => html::write(report, grouping, out),
    }
}
