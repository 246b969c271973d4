//! The findings as a table for a spreadsheet: CSV as in RFC 4180, in which no cell can be run as a formula.

use std::borrow::Cow;
use std::io::{self, Write};

use super::custody;
use super::events::{access_key, acted_on, events_of, mfa};
use super::recovery::recovery_in_words;
use super::v1::{Bearing, Evidence, Finding, Report, Role};
use crate::report::csv_table::{csv_table, inert, io_error};
use crate::report::open_enum::Word;

/// The columns of a finding, in order. Those of custody follow.
const COLUMNS: [&str; 37] = [
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
    "recovery",
    "recovery_outcome",
    "original_version_id",
    "restore_line",
    // One entry for each entry of `events`.
    "event_regions",
    "event_sources",
    "event_mfa",
    "event_issuers",
    "event_access_keys",
    "event_objects",
    "event_parameters",
];

/// The value of an event that does not say it.
const NOT_RECORDED: &str = "not recorded";

/// Writes the names of the columns, then one row per finding. Each row ends with the facts of custody, so that they
/// stay with rows that are filtered or merged with those of other reports. Without findings one row has them alone.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv_table(out);
    let custody = custody::NAMES.map(|name| match name {
        // A finding has a command, too.
        "command" => "run_command",
        name => name,
    });
    let columns = COLUMNS.iter().chain(&custody);
    table.write_record(columns).map_err(io_error)?;
    let custody = custody::values(report).map(|value| inert(&value));
    if report.findings.is_empty() {
        // A table without rows would not say of what it is.
        let none = COLUMNS.map(|column| match column {
            "message" => "no findings".to_owned(),
            _ => String::new(),
        });
        let cells = none.iter().chain(&custody);
        table.write_record(cells).map_err(io_error)?;
    }
    for finding in &report.findings {
        let events = events_shown(finding, report);
        let row = row(finding, &events);
        for cell in &row {
            table.write_field(inert(cell)).map_err(io_error)?;
        }
        // The rest of the row.
        table.write_record(&custody).map_err(io_error)?;
    }
    table.flush()
}

fn row<'a>(finding: &'a Finding, shown: &[&Evidence]) -> [Cow<'a, str>; COLUMNS.len()] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default().into();
    let number = |value: Option<u64>| value.map(|n| n.to_string()).unwrap_or_default().into();
    let time = |value: Option<jiff::Timestamp>| {
        let value = value.map(|t| t.to_string());
        value.unwrap_or_default().into()
    };
    let recovery = finding.recovery.as_deref();
    let mut id = finding.chain.iter().flat_map(|id| id.splitn(4, '/'));
    let mut part = || id.next().unwrap_or_default().into();
    let events = |of: fn(&Evidence) -> Option<String>| {
        let values: Vec<String> = shown.iter().filter_map(|e| of(e)).collect();
        values.join("; ").into()
    };
    let each = |of: fn(&Evidence) -> Option<String>| {
        let value = |e: &&Evidence| of(e).unwrap_or_else(|| NOT_RECORDED.to_owned());
        let values: Vec<String> = shown.iter().map(value).collect();
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
        events(|e| {
            let refused = e.error_code.as_ref().map(|code| format!(" ({code})"));
            let refused = refused.unwrap_or_default();
            Some(format!("{} {}{refused}", e.event_time, e.event_name))
        }),
        // Who was refused did nothing.
        events(|e| {
            let actor = e.actor.as_ref().filter(|_| e.error_code.is_none())?;
            actor.arn.clone()
        }),
        text(&finding.organization),
        finding.command_line().unwrap_or_default().into(),
        recovery.map(recovery_in_words).unwrap_or_default().into(),
        recovery.map(|r| r.facts.outcome.word()).unwrap_or_default(),
        recovery
            .and_then(|r| r.facts.original.as_ref()?.version_id.as_deref())
            .unwrap_or_default()
            .into(),
        recovery
            .and_then(|r| r.restore.as_deref())
            .unwrap_or_default()
            .into(),
        each(|e| e.region.clone()),
        each(|e| e.source_ip.clone()),
        each(|e| Some(mfa(e).to_owned())),
        each(|e| e.issuer.clone()),
        each(|e| access_key(e.actor.as_ref()?)),
        each(|e| Some(acted_on(e).join(", ")).filter(|on| !on.is_empty())),
        each(|e| e.request_parameters.clone()),
    ]
}

/// The events that bear on a finding: removals come first, and leads are left out, because a row cannot say that nothing
/// follows from them.
fn events_shown<'r>(finding: &'r Finding, report: &'r Report) -> Vec<&'r Evidence> {
    let is = |word: &Option<Word<Role>>, role| word.as_ref().is_some_and(|word| *word == role);
    let events = events_of(finding, report).iter();
    let mut shown: Vec<&Evidence> = events.filter(|e| !is(&e.role, Role::Lead)).collect();
    shown.sort_by_key(|event| !is_removal(event));
    shown
}

/// Whether an event deleted objects.
fn is_removal(event: &Evidence) -> bool {
    let bearing = event.bearing.as_ref().and_then(Word::known);
    bearing.is_some_and(|bearing| matches!(bearing, Bearing::Removal | Bearing::VersionRemoval))
}
