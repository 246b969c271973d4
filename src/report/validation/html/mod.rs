//! The report as one HTML page to hand in. It needs no network, no script and no other file, and everything
//! that it shows in colour it also says in words.
//!
//! ```text
//! front      title, verdict, three sentences, contents, accounts by regions     front.html
//! findings   what was found besides gaps, once for all chains                   finding.html
//! gaps       time that no digest covers, once for all chains                    gap.html
//! changes    what recorded calls changed about the trails             changes.html
//! notes      what no verdict depends on                                         finding.html
//! chains     verified ones as rows, the others with their timeline              chain.html, verified.html
//! back       what is proven and what is not, keys, how to repeat, glossary      back.html
//! ```
//!
//! The front links to what follows it, so the parts between are made first. Each is bounded while it is made.
//! The templates are beside this file; every value in them passes through `escaper::HtmlEscaper`.

mod back;
mod chains;
mod changes;
mod command_line;
pub(crate) mod escaper;
mod events;
pub(crate) mod facts;
mod findings;
mod front;
mod gaps;
mod glossary;
mod links;
pub(crate) mod running_header;
pub(crate) mod sign;
pub(crate) mod timeline;

use std::io::{self, Write};

use askama::Template as _;

use super::groups::FindingGroup;
use super::presentation::Presentation;
use super::v1::Report;
use crate::report::timeline::html as timeline_page;
use back::Back;
use front::{Front, Sections};
use links::Links;

/// Writes the page.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(
    report: &Report,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut links = Links::of(presentation);
    let chains = chains::section(report, &mut links)?;
    let gaps = gaps::section(report, &links)?;
    let changes = changes::section(report, &links)?;
    let (groups, notes) = FindingGroup::before_and_after_gaps(report);
    let findings = findings::section(report, &groups, &mut links)?;
    let notes = findings::notes(report, &notes, groups.len(), &links)?;
    let sections = Sections {
        gaps: gaps.is_some(),
        changes: changes.is_some(),
        notes: notes.is_some(),
    };
    Front::of(report, &links, &sections).write_into(out)?;
    out.write_all(&findings)?;
    out.write_all(&gaps.unwrap_or_default())?;
    out.write_all(&changes.unwrap_or_default())?;
    out.write_all(&notes.unwrap_or_default())?;
    if let Some(timeline) = &report.timeline {
        timeline_page::section(timeline, out)?;
    }
    out.write_all(&chains)?;
    Back::of(report).write_into(out)
}
