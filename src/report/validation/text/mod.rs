//! The report for a terminal, in the order in which a reader needs it: the verdict and what it means, what was
//! requested, the findings worst first, the gaps, the changes to the trails, the notes, the chains, what is proven and what is not, who ran
//! what and when, and the commands that help. It needs no colour, and everything that comes from outside is escaped.

mod chains;
mod changes;
mod findings;
mod gaps;
mod lines;

use std::io;

use super::commands::Commands;
use super::custody;
use super::groups::FindingGroup;
use super::headline::{NOT_COMPLETE, filters, keys, meaning, window_line};
use super::matrix::Matrix;
use super::proven;
use super::v1::{Report, Requests, SourceKind};
use crate::base::text::{escape, grouped, plural};
use crate::report::timeline::text as timeline_text;
use crate::report::tone::TextWriter;

/// Commands shown.
const COMMANDS: usize = 40;

/// Writes the report.
///
/// # Errors
/// When writing fails.
pub fn write(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    verdict(report, out)?;
    scope(report, out)?;
    Matrix::of(report).write(out)?;
    let (groups, notes) = FindingGroup::before_and_after_gaps(report);
    findings::write(report, &groups, out)?;
    gaps::write(report, out)?;
    changes::write(report, out)?;
    findings::write_notes(report, &notes, out)?;
    if let Some(timeline) = &report.timeline {
        timeline_text::section(timeline, out)?;
    }
    chains::write(report, out)?;
    sentences("proven", &proven::sentences(report), out)?;
    sentences("not proven", &report.not_proven, out)?;
    accepted(report, out)?;
    custody(report, out)?;
    commands(report, out)
}

fn verdict(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let verdict = report.verdict.as_str().to_uppercase();
    out.tone(report.verdict.into());
    writeln!(out, "{verdict}: {}", escape(&meaning(report)))?;
    if !report.complete {
        writeln!(out, "  {NOT_COMPLETE}")?;
    }
    writeln!(out)?;
    for sentence in &report.summary.sentences {
        writeln!(out, "  {}", escape(sentence))?;
    }
    Ok(())
}

/// What was requested.
fn scope(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let requested = &report.requested;
    writeln!(out, "\n  window   {}", window_line(report))?;
    write!(out, "  keys     {}", keys(report))?;
    let given: Vec<_> = requested.keys.iter().map(|k| escape(k)).collect();
    if !given.is_empty() {
        write!(out, ": {}", given.join(", "))?;
    }
    writeln!(out)?;
    if let Some(caller) = &report.run.caller {
        writeln!(out, "  caller   {}", escape(caller))?;
    }
    if requested.source == SourceKind::S3 {
        writeln!(out, "  requests {}", requests(&report.run.requests))?;
    }
    for (name, values) in filters(requested) {
        let values: Vec<_> = values.iter().map(|v| escape(v)).collect();
        writeln!(out, "  {name:<8} {}", values.join(", "))?;
    }
    Ok(())
}

fn requests(requests: &Requests) -> String {
    let kinds = [
        (requests.list, "LIST"),
        (requests.get, "GET"),
        (requests.head, "HEAD"),
        (requests.keys, "ListPublicKeys"),
    ];
    let kinds = kinds.map(|(n, kind)| format!("{} {kind}", grouped(n)));
    format!(
        "{}, {}",
        kinds.join(", "),
        plural(requests.trails, "trail call")
    )
}

/// A list of sentences. Nothing if there are none.
fn sentences(title: &str, sentences: &[String], out: &mut dyn TextWriter) -> io::Result<()> {
    if sentences.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    for sentence in sentences {
        writeln!(out, "  - {}", escape(sentence))?;
    }
    Ok(())
}

fn accepted(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    if report.accepted.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\naccepted: these are still reported; only the exit status ignores them"
    )?;
    for a in &report.accepted {
        let line = format!(
            "{} {}: {} ({}; {})",
            a.chain,
            a.extent(),
            a.reason,
            a.who,
            plural(a.findings, "finding")
        );
        writeln!(out, "  - {}", escape(&line))?;
    }
    Ok(())
}

/// What an auditor files, and compares with another report.
fn custody(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    writeln!(out, "\ncustody")?;
    for (name, value) in custody::lines(report) {
        writeln!(out, "  {name:<8} {}", escape(&value))?;
    }
    Ok(())
}

/// The commands that help, each once, to be pasted into a shell.
fn commands(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let commands = Commands::of(report);
    if commands.list.is_empty() && commands.left_out == 0 {
        return Ok(());
    }
    let folder = match commands.changes_copy() {
        true => ", in the folder given with --path",
        false => "",
    };
    writeln!(out, "\ncommands to run{folder}; they only read from AWS")?;
    let mut last = "";
    for command in commands.list.iter().take(COMMANDS) {
        if command.comment != last {
            writeln!(out, "  # {}", command.comment)?;
        }
        last = &command.comment;
        writeln!(out, "  {}", command.line)?;
    }
    if commands.list.len() > COMMANDS {
        let more = plural(commands.list.len() - COMMANDS, "more command");
        writeln!(out, "  # {more}; --commands FILE writes all of them")?;
    }
    match commands.left_out() {
        Some(left_out) => writeln!(out, "  # {left_out}"),
        None => Ok(()),
    }
}
