//! The report for people: what was asked, the verdict in words, where window and keys came from,
//! coverage, and findings worst first. Readable without colour; everything from outside is escaped.

use std::fmt::Write as _;
use std::io;

use super::groups::{FindingGroup, OTHERS};
use super::headline::{NOT_COMPLETE, asked, keys, meaning, number_of_chains, told, window};
use super::matrix::Matrix;
use super::v1::{Chain, Evidence, Report};
use super::wording::{digests, explained, facts, logs, span, until};
use crate::base::text::{escape, plural};
use crate::base::time::in_words_between;
use crate::proof::coverage::State;
use crate::proof::finding::Verdict;
use crate::report::tone::{TextWriter, Tone};

/// Chains told one by one.
const MOST_CHAINS: usize = 200;
/// Stretches of one chain's coverage told.
const STRETCHES: usize = 50;
/// Gaps of one chain explained.
const GAPS: usize = 20;
/// Events of one gap told.
const EVENTS: usize = 10;
/// Findings told.
const FINDINGS: usize = 200;
/// Kinds of findings of which many are told one by one.
const FEW_KINDS: usize = 20;

/// Writes the report.
///
/// # Errors
/// Where writing fails.
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
    let (start, end) = window(report);
    writeln!(out, "  window   {start} to {end}")?;
    write!(out, "  keys     {}", keys(report))?;
    let given: Vec<_> = requested.keys.iter().map(|k| escape(k)).collect();
    if !given.is_empty() {
        write!(out, ": {}", given.join(", "))?;
    }
    writeln!(out)?;
    if let Some(caller) = &report.run.caller {
        writeln!(out, "  caller   {}", escape(caller))?;
    }
    for (name, values) in asked(requested) {
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
    let mut told = told(report);
    told.truncate(MOST_CHAINS);
    let more = report.chains.len() - told.len();
    for chain in told {
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
        escape(&chain.id),
        chain.verdict.as_str(),
        until(chain)
    )?;
    for location in &chain.locations {
        let prefix = location
            .prefix
            .as_ref()
            .map(|p| format!("/{p}"))
            .unwrap_or_default();
        let place = format!("{}{prefix}", location.bucket);
        let organization = location
            .organization
            .as_ref()
            .map(|o| format!(" ({o})"))
            .unwrap_or_default();
        let place = format!("{place}{organization}");
        writeln!(out, "    written to {}", escape(&place))?;
    }
    for stretch in chain.coverage.iter().take(STRETCHES) {
        let length = in_words_between(stretch.from, stretch.to);
        let state = if stretch.state == State::Gap {
            "GAP"
        } else {
            stretch.state.as_str()
        };
        out.tone(stretch.state.into());
        writeln!(
            out,
            "    {state:<8} {} to {}  {length}",
            stretch.from, stretch.to
        )?;
    }
    if chain.coverage.len() > STRETCHES {
        writeln!(
            out,
            "    {} more stretches",
            chain.coverage.len() - STRETCHES
        )?;
    }
    for gap in chain.gaps.iter().filter(|g| g.from == g.to).take(STRETCHES) {
        out.tone(Tone::Gap);
        writeln!(out, "    RESTART  at {}", gap.from)?;
    }
    let gaps = chain.gaps.iter();
    let mut told = gaps.filter_map(|gap| Some((gap, explained(gap)?)));
    for (gap, said) in told.by_ref().take(GAPS) {
        out.tone(Tone::Gap);
        writeln!(out, "    gap      {}", escape(&span(gap)))?;
        writeln!(out, "    why      {}", escape(&said))?;
        for event in gap.evidence.iter().take(EVENTS) {
            self::event(event, out)?;
        }
        let more = gap.evidence.len().saturating_sub(EVENTS);
        if more > 0 {
            writeln!(out, "    event    {more} more; --format json has them all")?;
        }
    }
    let more = told.count();
    if more > 0 {
        out.tone(Tone::Gap);
        writeln!(out, "    gap      {more} more; --format json has them all")?;
    }
    writeln!(out, "    digests  {}", digests(&chain.digests))?;
    let backfill = digests(&chain.backfill_digests);
    if backfill != "none" {
        writeln!(out, "    backfill {backfill}")?;
    }
    writeln!(out, "    logs     {}", logs(&chain.logs))
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
    let groups = FindingGroup::all(&report.findings);
    let others = if groups.len() > FEW_KINDS { 1 } else { OTHERS };
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
    if let Some(chain) = &group.first.chain {
        let _ = write!(head, "  {}", escape(chain));
    }
    out.tone(group.first.severity.into());
    writeln!(out, "\n  {head}")?;
    for (name, value) in group.all_lines(others) {
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
    for (name, value) in facts(event) {
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
