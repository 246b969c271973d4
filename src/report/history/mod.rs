//! Reports of `history`: the frozen types, the text for a terminal, and the page to print.

mod html;
mod lists;
mod text;
pub mod v1;

use std::io;
use std::str::FromStr;

use super::json;
use super::tone::TextWriter;
use crate::cloudtrail::ids::NotAn;
use v1::History;

/// The formats of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryFormat {
    /// For people.
    Text,
    /// For programs: schema `trailproof.history/v1`.
    Json,
    /// For people, to print and file.
    Html,
}

impl FromStr for HistoryFormat {
    type Err = NotAn;

    fn from_str(s: &str) -> Result<Self, NotAn> {
        match s {
            "text" => Ok(HistoryFormat::Text),
            "json" => Ok(HistoryFormat::Json),
            "html" => Ok(HistoryFormat::Html),
            _ => Err(NotAn("one of the formats text, json, html")),
        }
    }
}

/// Writes a history.
///
/// # Errors
/// When writing fails.
pub fn render(
    history: &History,
    format: HistoryFormat,
    out: &mut dyn TextWriter,
) -> io::Result<()> {
    match format {
        HistoryFormat::Text => text::write(history, out),
        HistoryFormat::Json => json::write(history, out),
        HistoryFormat::Html => html::write(history, out),
    }
}
