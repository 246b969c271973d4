//! Counts as a table for people, as CSV, and as JSON lines.

use std::io::{self, Write};

use super::groups::LargestGroups;
use crate::base::text::{grouped, plural};
use crate::commands::events::cell::{fitted, width_of};
use crate::report::csv_table::{csv_table, inert_data, io_error};

/// How counts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountLayout {
    /// A table that fits so many columns of a terminal.
    Table(usize),
    /// Rows for a spreadsheet.
    Csv,
    /// One JSON object per group.
    JsonLines,
}

/// What stands in place of values for the groups that are not listed.
const OTHERS: &str = "(others)";

/// The narrowest column of values, in columns of the terminal.
const NARROWEST: usize = 8;

impl CountLayout {
    /// Writes the groups.
    ///
    /// # Errors
    /// When writing fails.
    pub(super) fn write(
        self,
        names: &[&str],
        groups: &LargestGroups<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            CountLayout::Table(width) => table(names, groups, width, out),
            CountLayout::Csv => csv(names, groups, out),
            CountLayout::JsonLines => json_lines(names, groups, out),
        }
    }
}

fn table(
    names: &[&str],
    groups: &LargestGroups<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let others = (groups.other_events > 0).then(|| {
        let more = groups.other_groups.map(|n| plural(n, "other group"));
        let more = more.unwrap_or_else(|| "other groups, more than are kept apart".to_owned());
        (grouped(groups.other_events), format!("({more})"))
    });
    let counts = groups.listed.iter().map(|group| grouped(group.events));
    let counts: Vec<String> = counts.collect();
    let longest = counts.iter().chain(others.iter().map(|(count, _)| count));
    let longest = longest
        .map(String::len)
        .max()
        .unwrap_or_default()
        .max("events".len());
    let mut widths: Vec<usize> = names.iter().map(|name| width_of(name)).collect();
    for group in &groups.listed {
        for (width, value) in widths.iter_mut().zip(&group.values) {
            *width = (*width).max(width_of(value.unwrap_or("-")));
        }
    }
    narrow(&mut widths, width.saturating_sub(longest));
    let line = |count: &str, values: &mut dyn Iterator<Item = &str>| {
        let mut line = format!("{count:>longest$}");
        for (value, width) in values.zip(&widths) {
            line.push_str("  ");
            line.push_str(&fitted(value, *width));
        }
        line.trim_end().to_owned() + "\n"
    };
    let header = line("events", &mut names.iter().copied());
    out.write_all(header.as_bytes())?;
    for (group, count) in groups.listed.iter().zip(&counts) {
        let mut values = group.values.iter().map(|value| value.unwrap_or("-"));
        out.write_all(line(count, &mut values).as_bytes())?;
    }
    if let Some((count, more)) = &others {
        out.write_all(format!("{count:>longest$}  {more}\n").as_bytes())?;
    }
    Ok(())
}

/// Makes the widest columns narrower until all fit into so many columns of the terminal, with two blanks before each.
fn narrow(widths: &mut [usize], room: usize) {
    let taken: usize = widths.iter().map(|width| width.saturating_add(2)).sum();
    let mut over = taken.saturating_sub(room);
    while over > 0 {
        let Some(widest) = widths.iter_mut().max().filter(|width| **width > NARROWEST) else {
            return;
        };
        let less = over.min(1 + (*widest - NARROWEST) / 4);
        *widest -= less;
        over -= less;
    }
}

fn csv(names: &[&str], groups: &LargestGroups<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv_table(out);
    let header = std::iter::once("events").chain(names.iter().copied());
    table
        .write_record(header.map(inert_data))
        .map_err(io_error)?;
    let mut row = |events: u64, values: &mut dyn Iterator<Item = &str>| {
        let cells = std::iter::once(events.to_string()).chain(values.map(inert_data));
        table.write_record(cells).map_err(io_error)
    };
    for group in &groups.listed {
        row(
            group.events,
            &mut group.values.iter().map(|value| value.unwrap_or_default()),
        )?;
    }
    if groups.other_events > 0 {
        let others = std::iter::once(OTHERS).chain(std::iter::repeat(""));
        row(groups.other_events, &mut others.take(names.len()))?;
    }
    table.flush()
}

fn json_lines(names: &[&str], groups: &LargestGroups<'_>, out: &mut dyn Write) -> io::Result<()> {
    for group in &groups.listed {
        let mut line = format!("{{\"events\":{}", group.events);
        for (name, value) in names.iter().zip(&group.values) {
            let (name, value) = (serde_json::to_string(name)?, serde_json::to_string(value)?);
            line.push_str(&format!(",{name}:{value}"));
        }
        writeln!(out, "{line}}}")?;
    }
    if groups.other_events > 0 {
        writeln!(
            out,
            "{{\"events\":{},\"others\":true}}",
            groups.other_events
        )?;
    }
    Ok(())
}
