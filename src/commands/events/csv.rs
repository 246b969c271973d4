//! Events as CSV: one row per event, in which no cell can be run as a formula.

use std::io::{self, Write};

use super::columns::{NAMES, cells};
use super::lines::LineWriter;
use super::sink::{EncodedLog, EventFormat, EventWriter, LogInHand};
use crate::cloudtrail::records::fields::RecordFields;
use crate::report::csv_table::{csv_table, inert_data, io_error};

/// Events as CSV.
pub struct CsvRows;

impl EventFormat for CsvRows {
    fn encode(&self, log: &mut LogInHand<'_>) -> EncodedLog {
        let mut rows = Vec::new();
        let mut table = csv_table(&mut rows);
        log.for_each(&mut |record| {
            let fields = RecordFields::parse(record.bytes).unwrap_or_default();
            let cells = cells(record, &fields);
            let cells = cells
                .iter()
                .map(|cell| inert_data(cell.as_deref().unwrap_or_default()));
            // A vector takes all of it.
            let _ = table.write_record(cells);
        });
        let _ = table.flush();
        drop(table);
        rows.into()
    }

    fn begin<'w>(
        &'w self,
        mut out: Box<dyn Write + Send + 'w>,
    ) -> io::Result<Box<dyn EventWriter + 'w>> {
        let mut header = csv_table(&mut out);
        header.write_record(NAMES).map_err(io_error)?;
        header.flush()?;
        drop(header);
        Ok(Box::new(LineWriter(out)))
    }
}
