//! The report for a terminal: the verdict, the window and the keys with their origins, the chains with their
//! coverage, the findings worst first, and what is not proven. It needs no colour, and everything that
//! comes from outside is escaped.

use std::fmt::Write as _;
use std::io;

use super::groups::{FindingGroup, OTHERS};
use super::headline::{
    NOT_COMPLETE, filters, keys, meaning, number_of_chains, shown_chains, window_line,
};
use super::matrix::Matrix;
use super::v1::{Chain, Evidence, Report};
use super::wording::{GapKind, digests, event_values, explained, logs, some_digests, span, until};
use crate::base::text::{escape, plural};
use crate::base::time::in_words_between;
use crate::proof::coverage::State;
use crate::proof::finding::Verdict;
use crate::report::tone::{TextWriter, Tone};

/// Chains shown.
const CHAINS: usize = 200;
/// Stretches of one chain's coverage shown.
const STRETCHES: usize = 50;
/// Gaps of one chain explained.
const GAPS: usize = 20;
/// Events of one gap shown.
const EVENTS: usize = 10;
/// Groups of findings shown.
const FINDINGS: usize = 200;
/// With more groups than this, only one finding of each is shown after the first.
const FEW_GROUPS: usize = 20;

/// Writes the report.
///
/// # Errors
/// When writing fails.
pub fn write(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    verdict(report, out)?;
    Matrix::of(report).write(out)?;
    chains(report, out)?;
    findings(report, out)?;
    accepted(report, out)?;
    writeln!(out, "\nnot proven")?;
    for sentence in &report.not_proven {
        writeln!(out, "  - {}", escape(sentence))?;
    }
    Ok(())
}

fn verdict(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let requested = &report.requested;
    let verdict = report.verdict.as_str().to_uppercase();
    out.tone(report.verdict.into());
    writeln!(out, "{verdict}: {}", escape(&meaning(report)))?;
    if !report.complete {
        writeln!(out, "  {NOT_COMPLETE}")?;
    }
    writeln!(out, "  window   {}", window_line(report))?;
    write!(out, "  keys     {}", keys(report))?;
    let given: Vec<_> = requested.keys.iter().map(|k| escape(k)).collect();
    if !given.is_empty() {
        write!(out, ": {}", given.join(", "))?;
    }
    writeln!(out)?;
    if let Some(caller) = &report.run.caller {
        writeln!(out, "  caller   {}", escape(caller))?;
    }
    for (name, values) in filters(requested) {
        let values: Vec<_> = values.iter().map(|v| escape(v)).collect();
        writeln!(out, "  {name:<8} {}", values.join(", "))?;
    }
    Ok(())
}

fn chains(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let totals = &report.totals;
    writeln!(
        out,
        "\n{}: digests {}; logs {}",
        number_of_chains(report),
        digests(&totals.digests),
        logs(&totals.logs)
    )?;
    let mut shown = shown_chains(report);
    shown.truncate(CHAINS);
    let more = report.chains.len() - shown.len();
    for chain in shown {
        self::chain(chain, out)?;
    }
    if more > 0 {
        let verified = report
            .chains
            .iter()
            .filter(|c| c.verdict == Verdict::Verified)
            .count();
        writeln!(
            out,
            "\n  {more} chains more, of all chains {verified} verified; --format json has them all"
        )?;
    }
    Ok(())
}

fn chain(chain: &Chain, out: &mut dyn TextWriter) -> io::Result<()> {
    writeln!(
        out,
        "\n  {}: {}, {}",
        escape(&chain.name()),
        chain.verdict.as_str(),
        until(chain)
    )?;
    locations(chain, out)?;
    coverage(chain, out)?;
    gaps(chain, out)?;
    writeln!(out, "    digests  {}", digests(&chain.digests))?;
    if let Some(backfill) = some_digests(&chain.backfill_digests) {
        writeln!(out, "    backfill {backfill}")?;
    }
    writeln!(out, "    logs     {}", logs(&chain.logs))
}

fn locations(chain: &Chain, out: &mut dyn TextWriter) -> io::Result<()> {
    for location in &chain.locations {
        let mut place = location.bucket.clone();
        if let Some(prefix) = &location.prefix {
            let _ = write!(place, "/{prefix}");
        }
        if let Some(organization) = &location.organization {
            let _ = write!(place, " ({organization})");
        }
        writeln!(out, "    written to {}", escape(&place))?;
    }
    Ok(())
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
        let more = chain.coverage.len() - STRETCHES;
        writeln!(out, "    {more} more stretches")?;
    }
    let restarts = chain.gaps.iter().filter(|g| g.from == g.to);
    for gap in restarts.take(STRETCHES) {
        out.tone(Tone::Gap);
        writeln!(out, "    RESTART  at {}", gap.from)?;
    }
    Ok(())
}

/// The gaps of which something is known.
fn gaps(chain: &Chain, out: &mut dyn TextWriter) -> io::Result<()> {
    let gaps = chain.gaps.iter();
    let mut gaps = gaps.filter_map(|gap| Some((gap, explained(gap)?)));
    for (gap, why) in gaps.by_ref().take(GAPS) {
        out.tone(GapKind::of(gap).into());
        writeln!(out, "    gap      {}", escape(&span(gap)))?;
        writeln!(out, "    why      {}", escape(&why))?;
        for event in gap.evidence.iter().take(EVENTS) {
            self::event(event, out)?;
        }
        let more = gap.evidence.len().saturating_sub(EVENTS);
        if more > 0 {
            writeln!(out, "    event    {more} more; --format json has them all")?;
        }
    }
    let more = gaps.count();
    if more > 0 {
        out.tone(Tone::Gap);
        writeln!(out, "    gap      {more} more; --format json has them all")?;
    }
    Ok(())
}

fn findings(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let counts = &report.totals.findings;
    let all = [counts.failed, counts.unproven, counts.gap, counts.note];
    if all == [0; 4] {
        return writeln!(out, "\nno findings");
    }
    writeln!(
        out,
        "\nfindings: {} failed, {} unproven, {} gap, {} note",
        counts.failed, counts.unproven, counts.gap, counts.note
    )?;
    let groups = FindingGroup::of_each_chain(&report.findings);
    let others = if groups.len() > FEW_GROUPS { 1 } else { OTHERS };
    for group in groups.iter().take(FINDINGS) {
        self::finding(group, others, out)?;
    }
    if groups.len() > FINDINGS {
        writeln!(
            out,
            "\n  {} more; --format json has them all",
            groups.len() - FINDINGS
        )?;
    }
    Ok(())
}

fn finding(group: &FindingGroup<'_>, others: usize, out: &mut dyn TextWriter) -> io::Result<()> {
    let mut head = format!("{} {}", group.severity(), escape(&group.first.code.word()));
    let count = group.count();
    if count > 1 {
        let _ = write!(head, " ({count})");
    }
    if let Some(chain) = group.first.chain_name() {
        let _ = write!(head, "  {}", escape(&chain));
    }
    out.tone(group.first.severity.into());
    writeln!(out, "\n  {head}")?;
    for (name, value) in group.values(others) {
        writeln!(out, "    {name:<8} {}", escape(&value))?;
    }
    let (events, more) = group.events();
    for event in events {
        self::event(event, out)?;
    }
    if more > 0 {
        writeln!(out, "    event    {more} more; --format json has them all")?;
    }
    match &group.first.hint {
        Some(hint) => writeln!(out, "    hint     {}", escape(hint)),
        None => Ok(()),
    }
}

fn event(event: &Evidence, out: &mut dyn TextWriter) -> io::Result<()> {
    writeln!(out, "    event    {}", escape(&event.event_name))?;
    for (name, value) in event_values(event) {
        writeln!(out, "      {name:<10} {}", escape(&value))?;
    }
    Ok(())
}

fn accepted(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    if report.accepted.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\naccepted beforehand; the verdict is what it would be without"
    )?;
    for a in &report.accepted {
        let line = format!(
            "{} {} to {}: {} ({}; {})",
            a.chain,
            a.from,
            a.to,
            a.reason,
            a.who,
            plural(a.findings, "finding")
        );
        writeln!(out, "  - {}", escape(&line))?;
    }
    Ok(())
}
