//! A report that was saved as JSON, read again to be rendered in another format.

use std::fmt;
use std::io::{self, Write};

use serde::Deserialize;

use super::v1::{Report, SCHEMA};
use super::{Format, json, render};

/// A saved report.
#[derive(Debug)]
pub struct Saved {
    report: Report,
    json: Vec<u8>,
}

/// Why something is not a saved report.
#[derive(Debug)]
pub struct NotAReport(String);

impl fmt::Display for NotAReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAReport {}

/// All that is asked of JSON before it is taken for a report.
#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

impl Saved {
    /// Reads what `--format json` wrote, of this version or of another that writes the same schema.
    ///
    /// # Errors
    /// Where it is not JSON, of another schema, or not as its schema says.
    pub fn read(json: Vec<u8>) -> Result<Self, NotAReport> {
        let head: Head = serde_json::from_slice(&json)
            .map_err(|e| NotAReport(format!("it is not a JSON object: {e}")))?;
        match head.schema.as_deref() {
            Some(SCHEMA) => {}
            Some(other) => {
                return Err(NotAReport(format!("its schema is {other}, not {SCHEMA}")));
            }
            None => return Err(NotAReport(format!("it names no schema; {SCHEMA} is read"))),
        }
        let report = serde_json::from_slice(&json)
            .map_err(|e| NotAReport(format!("it is not as {SCHEMA} says: {e}")))?;
        Ok(Saved { report, json })
    }

    /// What it says, as far as this version knows.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Writes it in a format; as JSON with everything that it holds.
    ///
    /// # Errors
    /// Where writing fails.
    pub fn render(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => json::copy(&self.json, out),
            other => render(&self.report, other, out),
        }
    }
}
