//! Tables for a spreadsheet: CSV as in RFC 4180, in which no cell can be run as a formula.

use std::io::{self, Write};

use csv::{Error, ErrorKind, QuoteStyle, Terminator, Writer, WriterBuilder};

use crate::base::text::{escape, is_unsafe};

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
    quoted_formulas(cell, |part| escape(part).into_owned())
}

/// As [`inert`], for programs that read the cell as data: JSON stays JSON, and every character stays but control
/// characters, which are written as escapes of JSON, so that a row is one line and none can reach a terminal.
pub(crate) fn inert_data(cell: &str) -> String {
    quoted_formulas(cell, |part| {
        let mut data = String::with_capacity(part.len());
        for c in part.chars() {
            match c.is_control() {
                true => data.push_str(&format!("\\u{:04x}", u32::from(c))),
                false => data.push(c),
            }
        }
        data
    })
}

/// A cell with its parts written by `write`, and a quote before each that would be a formula.
fn quoted_formulas(cell: &str, write: impl Fn(&str) -> String) -> String {
    let begins = |text: &str| {
        text.starts_with(['\t', '\r'])
            // A program may drop blanks and what is invisible.
            || text.trim_start_matches(|c| c == ' ' || is_unsafe(c)).starts_with([
                '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫',
            ])
    };
    let part = |part: &str| match begins(part) {
        true => format!("'{}", write(part)),
        false => write(part),
    };
    cell.split(';').map(part).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::{inert, inert_data};

    #[test]
    fn data_keeps_its_characters_and_runs_no_formula() {
        for (cell, data) in [
            ("{\"a\":\"👩\u{200d}💻\"}", "{\"a\":\"👩\u{200d}💻\"}"),
            ("a\u{1b}[2J\n\u{9b}b", "a\\u001b[2J\\u000a\\u009bb"),
            (" =1+1", "' =1+1"),
            ("\u{200b}=1", "'\u{200b}=1"),
            ("a;=1", "a;'=1"),
            ("\ta", "'\\u0009a"),
        ] {
            assert_eq!(inert_data(cell), data, "{cell:?}");
        }
        assert_eq!(inert("a\u{200d};-b"), "a\\u{200d};'-b");
    }
}
