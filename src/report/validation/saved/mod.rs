//! Reads a report that was saved as JSON, to render it in another format. The file comes from outside, so its
//! memory is bounded first (see `bounds`).

pub(crate) mod bounds;

use std::fmt;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use serde::de::DeserializeOwned;

use super::in_toto;
use super::presentation::Presentation;
use super::saved::bounds::Measured;
use super::summary;
use super::v1::{Report, SCHEMA};
use crate::base::sha256::Sha256Writer;
use crate::report::tone::TextWriter;
use crate::report::{Format, json, render};

/// Bytes read at a time.
const BLOCK: usize = 64 << 10;

/// A saved report, and the file that it was read from.
#[derive(Debug)]
pub struct Saved<R> {
    report: Report,
    json: R,
}

/// Why a file is not a saved report, in words.
#[derive(Debug)]
pub struct NotAReport(String);

impl fmt::Display for NotAReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAReport {}

impl<R: Read + Seek> Saved<R> {
    /// Reads what `--format json` wrote, in this version or in another one with the same schema. The text is
    /// not kept in memory.
    ///
    /// # Errors
    /// When the file cannot be read, is not a JSON object, has another schema or does not follow its schema,
    /// would take far more memory than its text, or has an evidence hash that is not that of its chains.
    pub fn read(mut json: R) -> Result<Self, NotAReport> {
        let measured: Measured =
            parse(&mut json).map_err(|e| NotAReport(format!("it is not a JSON object: {e}")))?;
        match measured.schema.as_deref() {
            Some(SCHEMA) => {}
            Some(other) => {
                return Err(NotAReport(format!(
                    "its schema is {other}; expected {SCHEMA}"
                )));
            }
            None => {
                return Err(NotAReport(format!(
                    "the file has no \"schema\" field; expected {SCHEMA}"
                )));
            }
        }
        let length = json.seek(SeekFrom::End(0));
        let length = length.map_err(|e| NotAReport(format!("it cannot be read: {e}")))?;
        measured.bounded(length).map_err(NotAReport)?;
        let mut report: Report = parse(&mut json)
            .map_err(|e| NotAReport(format!("it does not follow {SCHEMA}: {e}")))?;
        let claimed = std::mem::take(&mut report.evidence_sha256);
        summary::derive(&mut report);
        if !claimed.is_empty() && claimed != report.evidence_sha256 {
            let hash = &report.evidence_sha256;
            return Err(NotAReport(format!(
                "its evidence_sha256 is not that of its chains, which is {hash}"
            )));
        }
        Ok(Saved { report, json })
    }

    /// The report, without fields that this version does not know.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Writes the report in a format. JSON keeps the fields that this version does not know. An in-toto Statement
    /// is about the file as it was read.
    ///
    /// # Errors
    /// When reading the file again or writing fails.
    pub fn render(
        &mut self,
        presentation: &Presentation,
        format: Format,
        out: &mut dyn TextWriter,
    ) -> io::Result<()> {
        match format {
            Format::Json => {
                self.json.rewind()?;
                json::copy(&mut self.json, out)
            }
            Format::InToto => {
                self.json.rewind()?;
                let mut hashed = Sha256Writer::default();
                io::copy(&mut self.json, &mut hashed)?;
                in_toto::write(&self.report, hashed.finish(), out)
            }
            other => render(&self.report, presentation, other, out),
        }
    }
}

/// Reads the file to its end as one JSON value.
fn parse<T: DeserializeOwned>(json: &mut (impl Read + Seek)) -> serde_json::Result<T> {
    json.rewind().map_err(serde_json::Error::io)?;
    serde_json::from_reader(BufReader::with_capacity(BLOCK, json))
}
