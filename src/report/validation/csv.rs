//! The findings as a table for a spreadsheet: CSV as in RFC 4180, in which no cell can be run as a formula.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{Error, ErrorKind, QuoteStyle, Terminator, WriterBuilder};

use super::v1::{Evidence, Finding, Report};
use crate::base::text::escape;

/// The columns, in order.
const COLUMNS: [&str; 26] = [
    "severity",
    "code",
    "chain",
    "account",
    "region",
    "home_region",
    "trail",
    "from",
    "to",
    "bucket",
    "key",
    "message",
    "hint",
    "reason",
    "expected",
    "actual",
    "digest",
    "version_id",
    "etag",
    "last_modified",
    "size",
    "count",
    "events",
    "actors",
    "organization",
    "command_line",
];

/// Writes the names of the columns, then one row per finding.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut table = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        // Some spreadsheets separate cells by semicolons; quotes keep commas and semicolons inside a cell.
        .quote_style(QuoteStyle::Always)
        .from_writer(out);
    table.write_record(COLUMNS).map_err(io_error)?;
    for finding in &report.findings {
        let row = row(finding);
        let cells = row.iter().map(|cell| inert(cell));
        table.write_record(cells).map_err(io_error)?;
    }
    table.flush()
}

/// The I/O error inside an error of the CSV writer, so that callers recognize a closed pipe.
fn io_error(error: Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn row(finding: &Finding) -> [Cow<'_, str>; COLUMNS.len()] {
    let text = |value: &'_ Option<String>| value.clone().unwrap_or_default().into();
    let number = |value: Option<u64>| value.map(|n| n.to_string()).unwrap_or_default().into();
    let time = |value: Option<jiff::Timestamp>| {
        let value = value.map(|t| t.to_string());
        value.unwrap_or_default().into()
    };
    let mut id = finding.chain.iter().flat_map(|id| id.splitn(4, '/'));
    let mut part = || id.next().unwrap_or_default().into();
    let events = |of: fn(&Evidence) -> Option<String>| {
        let values: Vec<String> = finding.evidence.iter().filter_map(of).collect();
        values.join("; ").into()
    };
    [
        finding.severity.as_str().into(),
        finding.code.word(),
        text(&finding.chain),
        part(),
        part(),
        part(),
        part(),
        time(finding.from),
        time(finding.to),
        text(&finding.bucket),
        text(&finding.key),
        finding.message.as_str().into(),
        text(&finding.hint),
        text(&finding.reason),
        text(&finding.expected),
        text(&finding.actual),
        text(&finding.digest),
        text(&finding.version_id),
        text(&finding.etag),
        text(&finding.last_modified),
        number(finding.size),
        number(finding.count),
        events(|e| Some(format!("{} {}", e.event_time, e.event_name))),
        events(|e| e.actor.as_ref()?.arn.clone()),
        text(&finding.organization),
        finding.command_line().unwrap_or_default().into(),
    ]
}

/// A cell that a spreadsheet shows as text. A cell that begins with one of these signs would be a formula; in
/// some languages their full-width and small forms count too. A reader that separates cells by semicolons
/// only would begin a cell after each of them.
fn inert(cell: &str) -> String {
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
