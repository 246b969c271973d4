//! How events are written.

use super::super::args::events::EventsArgs;
use super::super::args::shared::events::EventFormatKind;
use super::super::terminal;
use crate::commands::events::count::{CountLayout, EventCounts};
use crate::commands::events::csv::CsvRows;
use crate::commands::events::lines::JsonLines;
use crate::commands::events::sink::EventFormat;
use crate::commands::events::table::EventTable;

/// How many groups a table of counts lists.
const TOP: u64 = 25;

/// The format, or the counts instead of events. On a terminal, tables fit its width.
pub(super) fn format(args: &EventsArgs, is_terminal: bool) -> Box<dyn EventFormat> {
    let width = terminal::width().filter(|_| is_terminal);
    let given = &args.format;
    if let Some(fields) = &given.count_by {
        let (layout, top) = match given.format {
            Some(EventFormatKind::Csv) => (CountLayout::Csv, None),
            Some(EventFormatKind::Jsonl) => (CountLayout::JsonLines, None),
            _ => (CountLayout::Table(width.unwrap_or(usize::MAX)), Some(TOP)),
        };
        return Box::new(EventCounts {
            fields: fields.clone(),
            top: given.top.or(top),
            layout,
        });
    }
    let include_unproven = args.output.include_unproven;
    match given.format.unwrap_or(EventFormatKind::Jsonl) {
        EventFormatKind::Jsonl => Box::new(JsonLines {
            provenance: args.output.provenance || include_unproven,
        }),
        EventFormatKind::Csv => Box::new(CsvRows),
        EventFormatKind::Table => Box::new(EventTable::new(width, include_unproven)),
    }
}
