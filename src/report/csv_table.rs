//! Tables for a spreadsheet: CSV as in RFC 4180, in which no cell can be run as a formula.

use std::io::{self, Write};

use csv::{Error, ErrorKind, QuoteStyle, Terminator, Writer, WriterBuilder};

use crate::base::text::escape;

/// A writer of rows.
pub(crate) fn csv_table<W: Write>(out: W) -> Writer<W> {
    WriterBuilder::new()
        .terminator(Terminator::CRLF)
        // Some spreadsheets separate cells by semicolons; quotes keep commas and semicolons inside a cell.
        .quote_style(QuoteStyle::Always)
        .from_writer(out)
}

/// The I/O error inside an error of the CSV writer, so that callers recognize a closed pipe.
pub(crate) fn io_error(error: Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A cell that a spreadsheet shows as text. A cell that begins with one of these signs would be a formula; in
/// some languages their full-width and small forms count too. A reader that separates cells by semicolons
/// only would begin a cell after each of them.
pub(crate) fn inert(cell: &str) -> String {
    let begins = |text: &str| {
        text.starts_with(['\t', '\r'])
            || text.trim_start().starts_with([
                '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫',
            ])
    };
    let part = |part: &str| match begins(part) {
        true => format!("'{}", escape(part)),
        false => escape(part).into_owned(),
    };
    cell.split(';').map(part).collect::<Vec<_>>().join(";")
}
