//! Lines that findings and gaps have in common.

use std::io;

use crate::base::text::{and_more, escape, grouped};
use crate::report::tone::TextWriter;
use crate::report::validation::events::event_values;
use crate::report::validation::over_chains::InChains;
use crate::report::validation::v1::Evidence;

/// Events of one gap, or of one group of findings, shown.
const EVENTS: usize = 10;
/// Names of chains listed.
const NAMES: usize = 20;

/// The names of the chains of a group. Nothing if it has one, or all.
pub(super) fn names(chains: &InChains, all: usize, out: &mut dyn TextWriter) -> io::Result<()> {
    if chains.names.len() < 2 || chains.is_all(all) {
        return Ok(());
    }
    let shown = chains.names.iter().take(NAMES);
    let shown: Vec<_> = shown.map(|name| escape(name)).collect();
    let more = chains.names.len() - shown.len();
    writeln!(
        out,
        "    chains   {}",
        and_more(shown.join(", "), more as u64)
    )
}

/// The name of a group's chain if it has one, else in how many it is.
pub(super) fn place(chains: &InChains, all: usize) -> Option<String> {
    match chains.names.as_slice() {
        [one] => Some(escape(one).into_owned()),
        _ => chains.words(all),
    }
}

fn event(event: &Evidence, out: &mut dyn TextWriter) -> io::Result<()> {
    writeln!(out, "    event    {}", escape(&event.event_name))?;
    for (name, value) in event_values(event) {
        writeln!(out, "      {name:<10} {}", escape(&value))?;
    }
    Ok(())
}

/// Events, and how many more there are than these.
pub(super) fn events(
    events: &[&Evidence],
    more: usize,
    out: &mut dyn TextWriter,
) -> io::Result<()> {
    for event in events.iter().take(EVENTS) {
        self::event(event, out)?;
    }
    match more + events.len().saturating_sub(EVENTS) {
        0 => Ok(()),
        more => writeln!(
            out,
            "    event    {} more; --format json lists them all",
            grouped(more)
        ),
    }
}
