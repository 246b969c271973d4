//! The findings but for gaps, worst first, and the notes. What is found in many chains is one paragraph.

use std::fmt::Write as _;
use std::io;

use super::lines;
use crate::base::text::{escape, grouped, plural};
use crate::report::tone::TextWriter;
use crate::report::validation::groups::{FindingGroup, OTHERS};
use crate::report::validation::over_chains::number_of_all_chains;
use crate::report::validation::v1::Report;

/// Groups shown.
const GROUPS: usize = 200;
/// With more groups than this, only one finding of each is shown after the first.
const FEW_GROUPS: usize = 20;

pub(super) fn write(
    report: &Report,
    groups: &[FindingGroup<'_>],
    out: &mut dyn TextWriter,
) -> io::Result<()> {
    let counts = &report.totals.findings;
    let all = [counts.failed, counts.unproven, counts.gap, counts.note];
    if all == [0; 4] {
        return writeln!(out, "\nno findings");
    }
    let [failed, unproven, gap, note] = all.map(grouped);
    writeln!(
        out,
        "\nfindings: {failed} failed, {unproven} unproven, {gap} gap, {note} note"
    )?;
    self::groups(report, groups, out)
}

/// The notes. Nothing if there are none.
pub(super) fn write_notes(
    report: &Report,
    notes: &[FindingGroup<'_>],
    out: &mut dyn TextWriter,
) -> io::Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    let count = grouped(report.totals.findings.note);
    writeln!(out, "\nnotes: {count}; no verdict depends on them")?;
    groups(report, notes, out)
}

fn groups(
    report: &Report,
    groups: &[FindingGroup<'_>],
    out: &mut dyn TextWriter,
) -> io::Result<()> {
    let others = if groups.len() > FEW_GROUPS { 1 } else { OTHERS };
    let chains = number_of_all_chains(report);
    for group in groups.iter().take(GROUPS) {
        self::group(group, others, chains, out)?;
    }
    if groups.len() > GROUPS {
        let more = plural(groups.len() - GROUPS, "more kind");
        writeln!(out, "\n  {more} of finding; --format json lists them all")?;
    }
    Ok(())
}

fn group(
    group: &FindingGroup<'_>,
    others: usize,
    all: usize,
    out: &mut dyn TextWriter,
) -> io::Result<()> {
    let mut head = format!("{} {}", group.severity(), escape(&group.first.code.word()));
    let count = group.count();
    if count > 1 {
        let _ = write!(head, " ({})", grouped(count));
    }
    let chains = group.chains();
    if let Some(place) = lines::place(&chains, all) {
        let _ = write!(head, "  {place}");
    }
    out.tone(group.first.severity.into());
    writeln!(out, "\n  {head}")?;
    lines::names(&chains, all, out)?;
    for (name, value) in group.values(others) {
        writeln!(out, "    {name:<8} {}", escape(&value))?;
    }
    let (events, more) = group.events();
    lines::events(&events, more, out)?;
    match &group.first.hint {
        Some(hint) => writeln!(out, "    hint     {}", escape(hint)),
        None => Ok(()),
    }
}
