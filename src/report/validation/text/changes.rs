//! What recorded calls changed about the trails, and where such calls were searched for.

use std::io;

use super::lines;
use crate::base::text::{escape, plural};
use crate::report::tone::TextWriter;
use crate::report::validation::changes::{
    by_weight, counted, effect, searched, shown, title, trail,
};
use crate::report::validation::presentation::Presentation;
use crate::report::validation::v1::{Change, ChangesOfTrail, Report};

/// Trails shown.
const TRAILS: usize = 20;
/// Changes of one trail shown.
const CHANGES: usize = 20;

pub(super) fn write(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    if report.changes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", title(report))?;
    let trails = by_weight(report);
    let mut ends_in_calls = false;
    for of in trails.iter().take(TRAILS) {
        if ends_in_calls {
            writeln!(out)?;
        }
        ends_in_calls = !of.changes.is_empty();
        self::of_trail(of, out)?;
    }
    if trails.len() > TRAILS {
        let more = plural(trails.len() - TRAILS, "more trail");
        writeln!(out, "  {more}; --format json lists them all")?;
    }
    Ok(())
}

fn of_trail(of: &ChangesOfTrail, out: &mut dyn TextWriter) -> io::Result<()> {
    let unnamed = Presentation::default();
    let parts = counted(of).into_iter().chain(searched(of, &unnamed));
    let parts: Vec<String> = parts.collect();
    let line = format!("{}: {}", trail(of, &unnamed), parts.join("; "));
    writeln!(out, "  {}", escape(&line))?;
    let (changes, more) = shown(of, CHANGES);
    for change in changes {
        self::change(change, out)?;
    }
    match more {
        0 => Ok(()),
        more => writeln!(
            out,
            "\n  {}; --format json lists {}",
            plural(more, "more change"),
            match of.more {
                0 => "them all",
                _ => "the first ones",
            }
        ),
    }
}

fn change(change: &Change, out: &mut dyn TextWriter) -> io::Result<()> {
    out.tone(change.into());
    writeln!(
        out,
        "\n  {} {}  at {}",
        effect(change),
        escape(&change.what.word()),
        change.evidence.event_time
    )?;
    writeln!(out, "    what     {}", escape(&change.sentence))?;
    lines::events(&[&change.evidence], 0, out)
}
