//! The timeline for a terminal. Everything that comes from outside is escaped.

use std::io;

use super::rows::{Grouping, Row, groups};
use super::v1::TimelineReport;
use super::v1::investigation::{Timeline, TimelineEvent};
use super::wording;
use crate::base::text::{escape, plural};
use crate::report::tone::{TextWriter, Tone};

/// Writes the report: the verdict of the validation, and the timeline.
///
/// # Errors
/// When writing fails.
pub(super) fn write(
    report: &TimelineReport,
    grouping: Grouping,
    out: &mut dyn TextWriter,
) -> io::Result<()> {
    let verdict = report.verdict.as_str().to_uppercase();
    out.tone(report.verdict.into());
    let summary = wording::summary_of_report(report);
    writeln!(out, "{verdict}: {}", escape(&summary))?;
    if !report.complete {
        writeln!(out, "  the validation is not complete")?;
    }
    list("not found or not proven", &report.doubts, out)?;
    body(&report.timeline, grouping, out)?;
    list("not proven", &report.not_proven, out)
}

/// Writes the timeline as a section of the report of `validate`.
///
/// # Errors
/// When writing fails.
pub(crate) fn section(timeline: &Timeline, out: &mut dyn TextWriter) -> io::Result<()> {
    writeln!(out, "\ntimeline: {}", escape(&wording::summary(timeline)))?;
    body(timeline, Grouping::None, out)
}

fn body(timeline: &Timeline, grouping: Grouping, out: &mut dyn TextWriter) -> io::Result<()> {
    marks(timeline, out)?;
    subjects(timeline, out)?;
    for group in groups(timeline, grouping) {
        match group.principal {
            Some(principal) => {
                let calls = plural(principal.events, "call");
                let name = escape(&principal.name);
                writeln!(out, "\n{}  {name}, {calls}", principal.id)?;
            }
            None if group.rows.is_empty() => {}
            None => writeln!(out, "\n{}", group.title)?,
        }
        for row in group.rows {
            self::row(row, out)?;
        }
    }
    if timeline.more_events > 0 {
        let more = plural(timeline.more_events, "more record");
        writeln!(out, "\n  {more}: --most bounds the timeline")?;
    }
    list("not shown", &timeline.not_shown, out)
}

fn marks(timeline: &Timeline, out: &mut dyn TextWriter) -> io::Result<()> {
    if timeline.marks.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nmarks")?;
    for mark in &timeline.marks {
        writeln!(out, "  {:<5} {}", mark.id, escape(&wording::mark(mark)))?;
        if let Some(text) = wording::explanation(mark) {
            writeln!(out, "        {}", escape(text))?;
        }
    }
    match timeline.more_marks {
        0 => Ok(()),
        more => writeln!(out, "  {}", plural(more, "more mark")),
    }
}

fn subjects(timeline: &Timeline, out: &mut dyn TextWriter) -> io::Result<()> {
    if timeline.subjects.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nsubjects")?;
    for subject in &timeline.subjects {
        let kind = wording::kind(subject);
        let line = format!("{kind} {}", subject.name);
        writeln!(out, "  {:<5} {}", escape(&subject.id), escape(&line))?;
        let mut why = subject.why.clone();
        if !subject.marks.is_empty() {
            why += &format!(" ({})", wording::first(&subject.marks));
        }
        let line = format!("{why}; {}", wording::records(subject));
        writeln!(out, "        {}", escape(&line))?;
    }
    match timeline.more_subjects {
        0 => Ok(()),
        more => writeln!(out, "  {}", plural(more, "more subject")),
    }
}

fn row(row: Row<'_>, out: &mut dyn TextWriter) -> io::Result<()> {
    match row {
        Row::GapBegins(gap) => {
            out.tone(Tone::Gap);
            writeln!(
                out,
                "----- {} begins: {}",
                gap.id,
                escape(&wording::mark(gap))
            )
        }
        Row::GapEnds(gap) => {
            out.tone(Tone::Gap);
            let to = gap.to.map_or_else(String::new, |to| format!(" at {to}"));
            writeln!(out, "----- {} ends{to}", gap.id)
        }
        Row::Finding(mark) => {
            out.tone(Tone::Bad);
            writeln!(out, "***** {}: {}", mark.id, escape(&wording::mark(mark)))
        }
        Row::Event(event) => self::event(event, out),
    }
}

fn event(event: &TimelineEvent, out: &mut dyn TextWriter) -> io::Result<()> {
    // The hours of a gap are marked at the side.
    let side = match event.during.is_empty() {
        true => "  ",
        false => "| ",
    };
    writeln!(
        out,
        "{side}{}  {}",
        event.time,
        escape(&wording::call(event))
    )?;
    let listed = (!event.watchlist.is_empty()).then(|| event.watchlist.join(", "));
    let values = [
        ("changed", event.change.clone()),
        ("watchlist", listed),
        ("who", Some(wording::who(&event.actor))),
        ("from", wording::origin(event)),
    ];
    let values = values.into_iter();
    let values = values.filter_map(|(name, value)| Some((name, value?)));
    for (name, value) in values.chain(wording::details(event)) {
        writeln!(out, "{side}    {name:<9} {}", escape(&value))?;
    }
    Ok(())
}

fn list(title: &str, sentences: &[String], out: &mut dyn TextWriter) -> io::Result<()> {
    if sentences.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    for sentence in sentences {
        writeln!(out, "  - {}", escape(sentence))?;
    }
    Ok(())
}
