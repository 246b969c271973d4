//! The history for a terminal: what the state says in three sentences, the facts, the chains, what is not verified,
//! findings, gaps, the runs that did not end as they should, and what all of it does not prove. It needs no colour,
//! and everything that comes from outside is escaped.

use std::io;

use super::lists::{
    custody, each_time, ended, facts, gap_time, heading, not_verified, open, pause, percent, place,
    reported, troubled, unchecked, worst_first,
};
use super::v1::{Chain, History};
use crate::base::text::{escape, plural};
use crate::base::time::in_words_between;
use crate::report::tone::{TextWriter, Tone};
use crate::report::validation::wording::{cause_in_words, certainty_in_words};

/// Chains shown.
const CHAINS: usize = 200;
/// Lines of each other table.
const LINES: usize = 200;
/// With more chains than this, their newest digests are left to the other formats.
const HEADS: usize = 20;
/// Characters of the column of chain ids. Longer ids are not cut, so their line is out of alignment.
const WIDTH: usize = 72;

/// Writes the history.
///
/// # Errors
/// When writing fails.
pub(super) fn write(history: &History, out: &mut dyn TextWriter) -> io::Result<()> {
    let mut sentences = history.sentences.iter();
    if let Some(first) = sentences.next() {
        writeln!(out, "{}\n", escape(first))?;
    }
    out.tone(history.worst.into());
    writeln!(out, "  {}", heading(history))?;
    for sentence in sentences {
        writeln!(out, "  {}", escape(sentence))?;
    }
    writeln!(out)?;
    for (name, value) in facts(history) {
        writeln!(out, "  {name:<13} {}", escape(&value))?;
    }
    let chains = worst_first(history);
    table(&chains, out)?;
    times(&chains, out)?;
    findings(&chains, out)?;
    gaps(&chains, out)?;
    runs(history, out)?;
    heads(&chains, out)?;
    writeln!(out, "\nnot proven")?;
    for sentence in &history.not_proven {
        writeln!(out, "  - {}", escape(sentence))?;
    }
    writeln!(out, "\ncustody")?;
    for (name, value) in custody(history) {
        writeln!(out, "  {name:<10} {}", escape(&value))?;
    }
    Ok(())
}

/// One line per chain.
fn table(chains: &[&Chain], out: &mut dyn TextWriter) -> io::Result<()> {
    if chains.is_empty() {
        return Ok(());
    }
    let widest = chains.iter().take(CHAINS).map(|c| c.name().chars().count());
    let width = widest.max().unwrap_or_default().clamp(5, WIDTH);
    let none = || "no time".to_owned();
    writeln!(
        out,
        "\n  {:<width$}  {:>11}  {:<20}  {:<20}  {:<9}  last check",
        "chain", "verified", "verified since", "until", "open"
    )?;
    for chain in chains.iter().take(CHAINS) {
        let [since, until] = [chain.verified_since, chain.verified_until];
        writeln!(
            out,
            "  {:<width$}  {:>11}  {:<20}  {:<20}  {:<9}  {}",
            escape(&chain.name()),
            percent(chain),
            since.map_or_else(none, |at| at.to_string()),
            until.map_or_else(none, |at| at.to_string()),
            open(chain),
            chain.last_check
        )?;
    }
    more(chains.len().saturating_sub(CHAINS), "further chain", out)
}

/// Says how many entries are left out.
fn more(left: usize, what: &str, out: &mut dyn TextWriter) -> io::Result<()> {
    match left {
        0 => Ok(()),
        left => writeln!(
            out,
            "  and {}; --format json lists them all",
            plural(left, what)
        ),
    }
}

/// Time that is not verified.
fn times(chains: &[&Chain], out: &mut dyn TextWriter) -> io::Result<()> {
    let times = chains.iter();
    let times = times.flat_map(|chain| not_verified(chain).map(move |time| (chain, time)));
    let count = times.clone().count();
    let is_pending = |chain: &&&Chain| chain.hours.pending > 0.0;
    let pending = chains.iter().filter(is_pending).count();
    let waiting = chains.iter().filter_map(|c| Some((c.waiting_since?, c)));
    let oldest = waiting.min_by_key(|(since, _)| *since);
    let stopped = chains.iter().filter(|chain| chain.checked);
    let stopped = stopped.filter_map(|chain| Some((chain, chain.unchecked_since?)));
    let unchecked_chains = stopped.clone().count();
    if count + pending + unchecked_chains == 0 && oldest.is_none() {
        return Ok(());
    }
    writeln!(out, "\nnot verified, as it was found last")?;
    for (chain, (stretch, next)) in times.take(LINES) {
        out.tone(stretch.state.into());
        writeln!(
            out,
            "  {:<8} {}  {} to {}, {}; {next}",
            stretch.state.as_str(),
            escape(&chain.name()),
            stretch.from,
            stretch.to,
            in_words_between(stretch.from, stretch.to)
        )?;
    }
    more(count.saturating_sub(LINES), "further time", out)?;
    for (chain, since) in stopped.take(LINES) {
        writeln!(
            out,
            "  stopped  {}  {}",
            escape(&chain.name()),
            unchecked(since)
        )?;
    }
    more(unchecked_chains.saturating_sub(LINES), "further chain", out)?;
    if pending > 0 {
        let chains = plural(pending, "chain");
        writeln!(
            out,
            "  pending  {chains}: digests of the newest hours may not have been delivered yet"
        )?;
    }
    if let Some((since, chain)) = oldest {
        writeln!(
            out,
            "  waiting  {}  no digest lists a log of {since} yet; a backfill digest may still list it",
            escape(&chain.name())
        )?;
    }
    Ok(())
}

fn findings(chains: &[&Chain], out: &mut dyn TextWriter) -> io::Result<()> {
    let all = chains.iter();
    let all = all.flat_map(|chain| chain.findings.iter().map(move |found| (chain, found)));
    let count = all.clone().count();
    if count == 0 {
        return Ok(());
    }
    writeln!(out, "\nfindings")?;
    for (chain, found) in all.take(LINES) {
        out.tone(found.severity.into());
        writeln!(
            out,
            "  {:<8} {}  {}\n    {}; {}",
            found.severity.as_str(),
            found.code.as_str(),
            escape(&chain.name()),
            reported(found),
            each_time(found)
        )?;
    }
    more(count.saturating_sub(LINES), "further finding", out)
}

fn gaps(chains: &[&Chain], out: &mut dyn TextWriter) -> io::Result<()> {
    let all = chains.iter();
    let all = all.flat_map(|chain| chain.gaps.iter().map(move |gap| (chain, gap)));
    let count = all.clone().count();
    if count == 0 {
        return Ok(());
    }
    writeln!(out, "\ngaps")?;
    for (chain, gap) in all.take(LINES) {
        out.tone(Tone::Gap);
        writeln!(
            out,
            "  gap      {}  {}, {}\n    {}{}",
            escape(&chain.name()),
            gap_time(gap),
            in_words_between(gap.from, gap.to),
            cause_in_words(gap.cause),
            certainty_in_words(gap.certainty).map_or_else(String::new, |sure| format!(" ({sure})"))
        )?;
    }
    more(count.saturating_sub(LINES), "further gap", out)
}

/// The runs whose verdict was not `verified`, or that were not complete.
fn runs(history: &History, out: &mut dyn TextWriter) -> io::Result<()> {
    let troubled = troubled(history);
    if troubled.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nruns that were not verified or not complete")?;
    for runs in troubled.iter().take(LINES) {
        out.tone(runs.verdict.into());
        let time = match runs.runs {
            1 => format!("1 run, {}", runs.first),
            n => format!(
                "{}, {} to {}, longest pause {}",
                plural(n, "run"),
                runs.first,
                runs.last,
                pause(runs.longest_pause)
            ),
        };
        let complete = if runs.complete { "" } else { "; not complete" };
        let ended = ended(runs).map_or_else(String::new, |ended| format!("; {ended}"));
        let verdict = runs.verdict.as_str();
        writeln!(out, "  {verdict:<8} {time}{complete}{ended}")?;
    }
    more(troubled.len().saturating_sub(LINES), "further line", out)
}

/// The newest proven digest of each chain.
fn heads(chains: &[&Chain], out: &mut dyn TextWriter) -> io::Result<()> {
    if chains.len() > HEADS || chains.iter().all(|chain| chain.head.is_none()) {
        return Ok(());
    }
    writeln!(out, "\nnewest proven digests")?;
    for chain in chains {
        let Some(head) = &chain.head else {
            continue;
        };
        writeln!(
            out,
            "  {}  ends {}\n    {}\n    sha256 {}",
            escape(&chain.name()),
            head.end,
            escape(&place(head)),
            escape(&head.sha256)
        )?;
    }
    Ok(())
}
