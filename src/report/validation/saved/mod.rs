//! A report that was saved as JSON, read again to be rendered in another format.

pub(crate) mod bounds;

use std::fmt;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use serde::de::DeserializeOwned;

use super::saved::bounds::Measured;
use super::v1::{Report, SCHEMA};
use crate::report::tone::TextWriter;
use crate::report::{Format, json, render};

/// Bytes read at a time.
const BLOCK: usize = 64 << 10;

/// A saved report: what it says, and where it stands.
#[derive(Debug)]
pub struct Saved<R> {
    report: Report,
    json: R,
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

impl<R: Read + Seek> Saved<R> {
    /// Reads what `--format json` wrote, of this version or of another that writes the same schema. Its
    /// text is not held.
    ///
    /// # Errors
    /// Where it cannot be read, is not JSON that can be written again, of another schema, not as its
    /// schema says, or would take far more memory than its text.
    pub fn read(mut json: R) -> Result<Self, NotAReport> {
        let measured: Measured =
            parse(&mut json).map_err(|e| NotAReport(format!("it is not a JSON object: {e}")))?;
        match measured.schema.as_deref() {
            Some(SCHEMA) => {}
            Some(other) => {
                return Err(NotAReport(format!("its schema is {other}, not {SCHEMA}")));
            }
            None => return Err(NotAReport(format!("it names no schema; {SCHEMA} is read"))),
        }
        let length = json.seek(SeekFrom::End(0));
        let length = length.map_err(|e| NotAReport(format!("it cannot be read: {e}")))?;
        measured.bounded(length).map_err(NotAReport)?;
        let report =
            parse(&mut json).map_err(|e| NotAReport(format!("it is not as {SCHEMA} says: {e}")))?;
        Ok(Saved { report, json })
    }

    /// What it says, as far as this version knows.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Writes it in a format; as JSON with everything that it holds.
    ///
    /// # Errors
    /// Where reading it again or writing fails.
    pub fn render(&mut self, format: Format, out: &mut dyn TextWriter) -> io::Result<()> {
        match format {
            Format::Json => {
                self.json.rewind()?;
                json::copy(&mut self.json, out)
            }
            other => render(&self.report, other, out),
        }
    }
}

/// Reads all of it as one JSON value.
fn parse<T: DeserializeOwned>(json: &mut (impl Read + Seek)) -> serde_json::Result<T> {
    json.rewind().map_err(serde_json::Error::io)?;
    serde_json::from_reader(BufReader::with_capacity(BLOCK, json))
}
