//! The timeline as one HTML page to hand in, and as a section of the page of `validate`. It needs no network, no
//! script and no other file, and everything that it shows in colour it also says in words.
//!
//! ```text
//! begin      verdict, summary, what was searched                          begin.html
//! section    marks, subjects, events: bounded, the rest is in JSON        section.html
//! end        what is not proven, how it was made                          end.html
//! ```
//!
//! Style sheet and escaper are those of the report of `validate`.

mod strip;

use std::io::{self, Write};

use askama::Template;

use super::rows::{Grouping, Row, RowGroup, groups};
use super::v1::TimelineReport;
use super::v1::investigation::Timeline;
use super::wording;
use crate::base::text::{capital, grouped, plural, sentence};
use crate::report::validation::html::facts::Fact;
use crate::report::validation::html::running_header;
use crate::report::validation::html::sign::Sign as _;
use strip::Strip;

/// What the page is called.
const TITLE: &str = "Timeline of an incident in CloudTrail logs";
/// Rows of tables and lists.
const LINES: usize = 1_000;
/// Rows of the timeline itself.
const ROWS: usize = 10_000;

/// Writes the page.
///
/// # Errors
/// When writing fails.
pub(super) fn write(
    report: &TimelineReport,
    grouping: Grouping,
    out: &mut dyn Write,
) -> io::Result<()> {
    TimelineHead::of(report).write_into(out)?;
    TimelineSection::of(&report.timeline, grouping).write_into(out)?;
    TimelineEnd::of(report).write_into(out)
}

/// Writes the timeline as a section of the page of `validate`.
///
/// # Errors
/// When writing fails.
pub(crate) fn section(timeline: &Timeline, out: &mut dyn Write) -> io::Result<()> {
    TimelineSection::of(timeline, Grouping::None).write_into(out)
}

#[derive(Template)]
#[template(path = "begin.html", config = "src/report/timeline/html/askama.toml")]
struct TimelineHead<'a> {
    report: &'a TimelineReport,
    running_header: String,
    word: String,
    summary: String,
    facts: Vec<Fact>,
}

impl<'a> TimelineHead<'a> {
    fn of(report: &'a TimelineReport) -> Self {
        let word = capital(report.verdict.as_str());
        let timeline = &report.timeline;
        let complete = match timeline.complete && report.complete {
            true => "Yes",
            false => "No",
        };
        let count = |n: usize, noun| plural(n as u64, noun);
        TimelineHead {
            report,
            running_header: running_header::rule_of(TITLE, &word, &report.run),
            word,
            summary: sentence(&wording::summary_of_report(report)),
            facts: vec![
                Fact::of("Complete", complete),
                Fact::of("Records", count(timeline.events.len(), "record")),
                Fact::of("Subjects", count(timeline.subjects.len(), "subject")),
                Fact::of("Principals", count(timeline.principals.len(), "principal")),
                Fact::of("Searches", grouped(timeline.searches)),
            ],
        }
    }
}

#[derive(Template)]
#[template(path = "section.html", config = "src/report/timeline/html/askama.toml")]
struct TimelineSection<'a> {
    timeline: &'a Timeline,
    summary: String,
    strip: Option<Strip>,
    more_marks: u64,
    more_subjects: u64,
    groups: Vec<RowGroup<'a>>,
    more_events: u64,
}

impl<'a> TimelineSection<'a> {
    fn of(timeline: &'a Timeline, grouping: Grouping) -> Self {
        let more = |shown: usize, more: u64| shown.saturating_sub(LINES) as u64 + more;
        let mut groups = groups(timeline, grouping);
        let left_out = bound(&mut groups);
        TimelineSection {
            timeline,
            summary: wording::summary(timeline),
            strip: Strip::of(timeline),
            more_marks: more(timeline.marks.len(), timeline.more_marks),
            more_subjects: more(timeline.subjects.len(), timeline.more_subjects),
            groups,
            more_events: left_out + timeline.more_events,
        }
    }
}

/// Cuts the groups where the page would become too long, and says how many events were left out.
fn bound(groups: &mut Vec<RowGroup<'_>>) -> u64 {
    let is_event = |row: &&Row<'_>| matches!(row, Row::Event(_));
    let (mut room, mut left_out) = (ROWS, 0);
    for group in groups.iter_mut() {
        let beyond = group.rows.get(room.min(group.rows.len())..);
        left_out += beyond.unwrap_or_default().iter().filter(is_event).count();
        group.rows.truncate(room);
        room -= group.rows.len();
    }
    groups.retain(|group| !group.rows.is_empty());
    left_out as u64
}

#[derive(Template)]
#[template(path = "end.html", config = "src/report/timeline/html/askama.toml")]
struct TimelineEnd<'a> {
    report: &'a TimelineReport,
    more: usize,
    made: Vec<Fact>,
}

impl<'a> TimelineEnd<'a> {
    fn of(report: &'a TimelineReport) -> Self {
        let run = &report.run;
        let caller = run.caller.as_deref();
        TimelineEnd {
            report,
            more: report.not_proven.len().saturating_sub(LINES),
            made: vec![
                Fact::of("Program", format!("{} {}", run.tool, run.version)),
                Fact::of("Command", run.command.join(" ")),
                Fact::of("Started", run.started.to_string()),
                Fact::of("Finished", run.finished.to_string()),
                Fact::of("Caller", caller.unwrap_or("Not known")),
            ],
        }
    }
}
