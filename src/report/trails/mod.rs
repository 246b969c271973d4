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
pub enum Format {
    /// For people.
    Text,
    /// For programs: schema `trailproof.trails/v1`.
    Json,
    /// One chain per line, as `validate --expect` reads it.
    Expect,
}

impl FromStr for Format {
    type Err = NotAn;

    fn from_str(s: &str) -> Result<Self, NotAn> {
        match s {
            "text" => Ok(Format::Text),
            "json" => Ok(Format::Json),
            "expect" => Ok(Format::Expect),
            _ => Err(NotAn("one of the formats text, json, expect")),
        }
    }
}

/// Writes a list.
///
/// # Errors
/// When writing fails.
pub fn render(trails: &Trails, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(trails, out),
        Format::Json => json::write(trails, out),
        Format::Expect => expect::write(trails, out),
    }
}
