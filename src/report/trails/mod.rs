//! Reports of `trails`: the list of chains as its frozen types, for people, for programs, and as
//! `validate --expect` reads it.

mod expect;
mod text;
pub mod v1;

use std::io::{self, Write};
use std::str::FromStr;

use super::json;
use crate::cloudtrail::ids::NotAn;
use v1::Trails;

/// The formats of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrailsFormat {
    /// For people.
    Text,
    /// For programs: schema `trailproof.trails/v1`.
    Json,
    /// One chain per line, as `validate --expect` reads it.
    Expect,
}

impl FromStr for TrailsFormat {
    type Err = NotAn;

    fn from_str(s: &str) -> Result<Self, NotAn> {
        match s {
            "text" => Ok(TrailsFormat::Text),
            "json" => Ok(TrailsFormat::Json),
            "expect" => Ok(TrailsFormat::Expect),
            _ => Err(NotAn("one of the formats text, json, expect")),
        }
    }
}

/// Writes a list.
///
/// # Errors
/// When writing fails.
pub fn render(trails: &Trails, format: TrailsFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        TrailsFormat::Text => text::write(trails, out),
        TrailsFormat::Json => json::write(trails, out),
        TrailsFormat::Expect => expect::write(trails, out),
    }
}
