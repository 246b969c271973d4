//! How events are written.

use super::super::args::events::EventsArgs;
use super::super::args::shared::events::EventFormatKind;
use super::super::terminal;
use crate::base::error::Error;
#[cfg(feature = "parquet")]
use crate::base::error::ErrorKind;
use crate::commands::events::count::{CountLayout, CountedEvents};
use crate::commands::events::csv::CsvRows;
use crate::commands::events::lines::JsonLines;
#[cfg(feature = "parquet")]
use crate::commands::events::parquet::ParquetRows;
use crate::commands::events::sink::EventFormat;
use crate::commands::events::table::EventTable;

/// How many groups a table of counts lists.
const TOP: u64 = 25;

/// The format, or the counts instead of events. On a terminal, tables fit its width.
///
/// # Errors
/// If the format cannot be written there, or has no room for counts.
pub(super) fn format(args: &EventsArgs, is_terminal: bool) -> Result<Box<dyn EventFormat>, Error> {
    let width = terminal::width().filter(|_| is_terminal);
    let given = &args.format;
    if let Some(fields) = &given.count_by {
        let (layout, top) = match given.format {
            Some(EventFormatKind::Csv) => (CountLayout::Csv, None),
            Some(EventFormatKind::Jsonl) => (CountLayout::JsonLines, None),
            #[cfg(feature = "parquet")]
            Some(EventFormatKind::Parquet) => {
                let error = "--count-by writes no Parquet files";
                let error = Error::new(ErrorKind::Usage, error);
                return Err(error.hint("use --format csv or --format jsonl"));
            }
            Some(EventFormatKind::Table) | None => {
                (CountLayout::Table(width.unwrap_or(usize::MAX)), Some(TOP))
            }
        };
        let top = given.top.or(top);
        return Ok(Box::new(CountedEvents::new(fields.clone(), top, layout)));
    }
    let include_unproven = args.output.include_unproven;
    Ok(match given.format.unwrap_or(EventFormatKind::Jsonl) {
        EventFormatKind::Jsonl => Box::new(JsonLines {
            provenance: args.output.provenance || include_unproven,
        }),
        EventFormatKind::Csv => Box::new(CsvRows),
        EventFormatKind::Table => {
            let has_rules = !args.watchlist.watchlist.is_empty();
            Box::new(EventTable::new(width, include_unproven, has_rules))
        }
        #[cfg(feature = "parquet")]
        EventFormatKind::Parquet if is_terminal => {
            let error = Error::new(
                ErrorKind::Usage,
                "a Parquet file is not text for a terminal",
            );
            return Err(error.hint("use --out FILE, or --format table"));
        }
        #[cfg(feature = "parquet")]
        EventFormatKind::Parquet => Box::new(ParquetRows),
    })
}
