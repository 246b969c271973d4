//! Time that no digest covers. A gap that many chains have in common is one paragraph.

use std::io;

use super::lines;
use crate::base::text::{escape, grouped, plural};
use crate::report::tone::TextWriter;
use crate::report::validation::over_chains::{GapGroup, InChains, number_of_all_chains};
use crate::report::validation::v1::Report;
use crate::report::validation::wording::certainty;

/// Groups shown.
const GROUPS: usize = 100;

pub(super) fn write(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let groups = GapGroup::all(report);
    if groups.is_empty() {
        return Ok(());
    }
    let all = number_of_all_chains(report);
    let gaps: usize = report.chains.iter().map(|chain| chain.gaps.len()).sum();
    let with_gaps = report.chains.iter().filter(|c| !c.gaps.is_empty());
    let place = InChains::of(with_gaps.map(|chain| chain.name())).words(all);
    let place = place.map_or_else(String::new, |place| format!(" {place}"));
    writeln!(out, "\ngaps: {}{place}", grouped(gaps))?;
    for group in groups.iter().take(GROUPS) {
        self::group(group, all, out)?;
    }
    if groups.len() > GROUPS {
        let more = plural(groups.len() - GROUPS, "more gap");
        writeln!(out, "\n  {more}; --format json lists them all")?;
    }
    Ok(())
}

fn group(group: &GapGroup<'_>, all: usize, out: &mut dyn TextWriter) -> io::Result<()> {
    let chains = group.chains();
    out.tone(group.kind().into());
    let code = group.code().unwrap_or_default();
    write!(out, "\n  GAP {}  {}", escape(&code), group.span())?;
    match lines::place(&chains, all) {
        Some(place) => writeln!(out, "  {place}")?,
        None => writeln!(out)?,
    }
    lines::names(&chains, all, out)?;
    for removals in group.removals() {
        writeln!(out, "    removed  {}", escape(removals))?;
    }
    writeln!(out, "    what     {}", escape(&group.message()))?;
    if let Some(certainty) = certainty(group.first) {
        writeln!(out, "    sure     {}", escape(&certainty))?;
    }
    if let Some(logs) = group.undigested_in_words() {
        writeln!(out, "    logs     {logs}")?;
    }
    lines::events(&group.events(), 0, out)?;
    match group.hint() {
        Some(hint) => writeln!(out, "    hint     {}", escape(hint)),
        None => Ok(()),
    }
}
