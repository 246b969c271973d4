//! The chains, worst first: those that are not verified with their coverage, the others in one line each. Then
//! the totals.

use std::fmt::Write as _;
use std::io;

use crate::base::text::{escape, grouped, plural};
use crate::base::time::in_words_between;
use crate::proof::coverage::State;
use crate::proof::finding::Verdict;
use crate::report::tone::{TextWriter, Tone};
use crate::report::validation::headline::{number_of_chains, shown_chains};
use crate::report::validation::summary::due::is_unchanged;
use crate::report::validation::v1::{Chain, Location, Report};
use crate::report::validation::wording::{digests, logs, logs_read, some_digests, until};

/// Chains shown.
const CHAINS: usize = 200;
/// Stretches of one chain's coverage shown.
const STRETCHES: usize = 50;

pub(super) fn write(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    if !report.chains.is_empty() {
        writeln!(out, "\nchains")?;
    }
    let mut shown = shown_chains(report);
    shown.truncate(CHAINS);
    let more = report.chains.len() - shown.len();
    let (verified, others): (Vec<&Chain>, Vec<&Chain>) = shown
        .into_iter()
        .partition(|chain| chain.verdict == Verdict::Verified);
    for chain in &others {
        self::chain(chain, out)?;
    }
    if !others.is_empty() && verified.len() + more > 0 {
        writeln!(out)?;
    }
    for chain in verified {
        one_line(chain, out)?;
    }
    if more > 0 {
        writeln!(out, "  {}", not_listed(report, more))?;
    }
    totals(report, out)
}

/// How many chains are not listed, and what they are.
fn not_listed(report: &Report, more: usize) -> String {
    let chains = report.chains.iter();
    let verified = chains.filter(|c| c.verdict == Verdict::Verified).count();
    let how = "use --format json to see them";
    match more {
        _ if more == report.chains.len() => {
            format!(
                "All {} chains are verified and not listed; {how}",
                grouped(more)
            )
        }
        _ if more == verified => {
            format!(
                "The other {} chains are verified and not listed; {how}",
                grouped(more)
            )
        }
        _ => format!(
            "{} chains are not listed, {} of them verified; {how}",
            grouped(more),
            grouped(verified)
        ),
    }
}

fn totals(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let totals = &report.totals;
    let backfill = some_digests(&totals.backfill_digests);
    let backfill = backfill.map_or_else(String::new, |n| format!("; backfill digests {n}"));
    writeln!(
        out,
        "\ntotals: {}; digests {}; logs {}{backfill}; {} read",
        number_of_chains(report),
        digests(&totals.digests),
        logs(&totals.logs),
        plural(totals.bytes_read, "byte")
    )
}

fn one_line(chain: &Chain, out: &mut dyn TextWriter) -> io::Result<()> {
    let mut line = format!("{}: verified: {}", chain.name(), until(chain));
    if is_unchanged(chain) {
        return writeln!(out, "  {}", escape(&line));
    }
    let _ = write!(line, "; digests {}", digests(&chain.digests));
    if let Some(backfill) = some_digests(&chain.backfill_digests) {
        let _ = write!(line, "; backfill digests {backfill}");
    }
    let _ = write!(line, "; logs {}", logs(&chain.logs));
    if let Some(read) = logs_read(chain) {
        let _ = write!(line, "; {read}");
    }
    writeln!(out, "  {}", escape(&line))
}

fn chain(chain: &Chain, out: &mut dyn TextWriter) -> io::Result<()> {
    writeln!(
        out,
        "\n  {}: {}: {}",
        escape(&chain.name()),
        chain.verdict.as_str(),
        until(chain)
    )?;
    for location in &chain.locations {
        writeln!(out, "    written to {}", escape(&place(location)))?;
    }
    coverage(chain, out)?;
    writeln!(out, "    digests  {}", digests(&chain.digests))?;
    if let Some(backfill) = some_digests(&chain.backfill_digests) {
        writeln!(out, "    backfill {backfill}")?;
    }
    write!(out, "    logs     {}", logs(&chain.logs))?;
    match logs_read(chain) {
        Some(read) => writeln!(out, "; {read}"),
        None => writeln!(out),
    }
}

fn place(location: &Location) -> String {
    let mut place = location.bucket.clone();
    if let Some(prefix) = &location.prefix {
        let _ = write!(place, "/{prefix}");
    }
    if let Some(organization) = &location.organization {
        let _ = write!(place, " ({organization})");
    }
    place
}

fn coverage(chain: &Chain, out: &mut dyn TextWriter) -> io::Result<()> {
    for stretch in chain.coverage.iter().take(STRETCHES) {
        let (from, to) = (stretch.from, stretch.to);
        let length = in_words_between(from, to);
        let state = match stretch.state {
            State::Gap => "GAP",
            state => state.as_str(),
        };
        out.tone(stretch.state.into());
        writeln!(out, "    {state:<8} {from} to {to}  {length}")?;
    }
    if chain.coverage.len() > STRETCHES {
        let more = plural(chain.coverage.len() - STRETCHES, "more period");
        writeln!(out, "    {more} of time; --format json lists them all")?;
    }
    let restarts = chain.gaps.iter().filter(|g| g.from == g.to);
    for gap in restarts.take(STRETCHES) {
        out.tone(Tone::Gap);
        writeln!(out, "    RESTART  at {}", gap.from)?;
    }
    Ok(())
}
