//! The report for a terminal.

use std::io;

use super::v1::{Report, Row};
use crate::base::text::escape;
use crate::report::doctor::check::{Check, Status};
use crate::report::tone::{TextWriter, Tone};

/// Writes the report: the answer, then one line per check with the advice below it.
///
/// # Errors
/// When writing fails.
pub fn write(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    out.tone(match report.status {
        // The first word is "ok" all the same.
        Status::Warning => Tone::Plain,
        status => status.into(),
    });
    writeln!(out, "{}\n", answer(report))?;
    let names = Check::ALL.iter().map(|c| c.as_str().len());
    let wide = names.max().unwrap_or_default();
    for (at, row) in report.checks.iter().enumerate() {
        let alike = |other: &&Row| is_alike(row, other);
        if report.checks[..at].iter().any(|other| alike(&other)) {
            continue;
        }
        let subject = row.subject.as_deref().map(|s| format!("{s}: "));
        out.tone(row.status.into());
        writeln!(
            out,
            "{:<7}  {:<wide$}  {}{}",
            row.status.as_str(),
            row.check.as_str(),
            escape(&subject.unwrap_or_default()),
            escape(&row.found)
        )?;
        let also: Vec<&str> = report.checks[at + 1..]
            .iter()
            .filter(alike)
            .map(|other| other.check.as_str())
            .collect();
        if !also.is_empty() {
            writeln!(out, "{:<7}  {:<wide$}  {}: same", "", "", also.join(", "))?;
        }
        if let Some(advice) = &row.advice {
            writeln!(out, "{:<7}  {:<wide$}  -> {}", "", "", escape(advice))?;
        }
    }
    let count = |status: Status| report.checks.iter().filter(|r| r.status == status).count();
    let (failed, warning) = (count(Status::Failed), count(Status::Warning));
    let (unknown, ok) = (count(Status::Unknown), count(Status::Ok));
    writeln!(
        out,
        "\n{failed} failed, {warning} warning, {unknown} unknown, {ok} ok"
    )
}

/// Whether two checks could not be made for the same reason. The reason is then shown once.
fn is_alike(one: &Row, other: &Row) -> bool {
    let unknown = one.status == Status::Unknown && one.advice.is_none();
    unknown
        && (one.status, &one.subject, &one.found, &one.advice)
            == (other.status, &other.subject, &other.found, &other.advice)
}

/// Unknown checks that the first line lists by name. Of more it says how many, and why the first is unknown.
const MOST_NAMED: usize = 3;

/// The answer to whether a validation will work.
fn answer(report: &Report) -> String {
    let named = |status: Status| {
        let of = |r: &&Row| r.status == status && (status == Status::Failed || r.needed);
        let rows = report.checks.iter().filter(of);
        let mut names: Vec<&str> = rows.map(|r| r.check.as_str()).collect();
        names.dedup();
        names
    };
    match report.status {
        Status::Ok => "ok: no obstacle to a validation was found".into(),
        Status::Warning => "ok, with warnings: no obstacle to a validation was found".into(),
        Status::Failed => format!("failed: {}", named(Status::Failed).join(", ")),
        Status::Unknown => match &named(Status::Unknown)[..] {
            names if names.len() > MOST_NAMED => {
                let names = names.len();
                format!("unknown: {names} checks could not be made{}", cause(report))
            }
            names => format!("unknown: could not check {}", names.join(", ")),
        },
    }
}

/// Why the first check that matters could not be made: the others follow from it.
fn cause(report: &Report) -> String {
    let is_unknown = |r: &&Row| r.status == Status::Unknown && r.needed;
    let first = report.checks.iter().find(is_unknown);
    first.map_or_else(String::new, |row| {
        format!("; {}: {}", row.check.as_str(), escape(&row.found))
    })
}
