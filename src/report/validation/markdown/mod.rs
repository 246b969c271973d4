//! The report to paste into a ticket: the verdict, the chains that are not verified, the findings, and what
//! is not proven. It always fits into one ticket; what is left out is counted.

mod inline;

use std::fmt::Write as _;
use std::io::{self, Write};

use super::groups::{FindingGroup, OTHERS, distinct_values};
use super::headline::{
    NOT_COMPLETE, filters, keys, made, meaning, missing_chains, shown_chains, window_line,
};
use super::label::Label;
use super::presentation::Presentation;
use super::v1::{Accepted, Chain, Evidence, Gap, Report, full_name};
use super::wording::{cause, certainty, clip, digests, event_values, logs, span};
use crate::base::text::{plural, sentence};
use crate::proof::finding::Verdict;
use inline::{cell, code, prose};

/// Bytes of the report: trackers accept about 65,000 characters.
const ROOM: usize = 60_000;
/// Bytes of the report up to the end of the chains.
const FOR_CHAINS: usize = 15_000;
/// Bytes of the report up to the end of the gaps.
const FOR_GAPS: usize = 25_000;
/// Bytes of the report up to the end of the findings.
const FOR_FINDINGS: usize = 45_000;
/// Bytes of the report up to the end of the acceptances.
const FOR_ACCEPTED: usize = 52_000;
/// Events shown of one gap, or of one group of findings.
const EVENTS: usize = 5;
/// Characters shown of a value of which there are many. CloudTrail's keys have about 150.
const SHORT: usize = 300;

/// Writes the report.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(
    report: &Report,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = MarkdownPage::default();
    verdict(report, presentation, &mut page);
    let after_verdict = page.text.len();
    chains(report, presentation, &mut page);
    gaps(report, &mut page);
    findings(report, &mut page);
    accepted(report, &mut page);
    page.text += "\n## What is not proven\n\n";
    let sentence = |s: &String| format!("- {}\n", prose(s));
    page.fill(ROOM, "sentence", report.not_proven.iter(), sentence);
    let _ = write!(page.text, "\nMade {}.\n", prose(&made(report)));
    // The note takes no room from the report.
    if let Some(note) = presentation.note_markdown() {
        page.text.insert_str(after_verdict, &format!("\n{note}"));
    }
    out.write_all(page.text.as_bytes())
}

/// An account in a table, with its name if that was given.
fn account(id: &str, presentation: &Presentation) -> String {
    match presentation.name_of(id) {
        Some(name) => format!("{} {}", cell(id), cell(name)),
        None => cell(id),
    }
}

/// Blocks that may turn out too long before the rest is only counted.
const MISSES: usize = 100;

/// The part of the report that is written so far.
#[derive(Default)]
struct MarkdownPage {
    text: String,
}

impl MarkdownPage {
    /// Adds the blocks of those items that fit while the page has at most `room` bytes, and counts the
    /// others. An item that is too long is skipped, so that shorter ones after it still fit.
    fn fill<T>(
        &mut self,
        room: usize,
        what: &str,
        items: impl ExactSizeIterator<Item = T>,
        block: impl Fn(T) -> String,
    ) {
        let mut more = 0;
        let mut misses = 0;
        for item in items {
            // A block that does not fit costs as much time as one that does. There may be a million.
            if misses >= MISSES {
                more += 1;
                continue;
            }
            let block = block(item);
            if self.text.len() + block.len() <= room {
                self.text += &block;
            } else {
                more += 1;
                misses += 1;
            }
        }
        if more > 0 {
            let what = plural(more, &format!("more {what}"));
            let _ = write!(self.text, "\nand {what}; the JSON report has them all\n");
        }
    }
}

fn verdict(report: &Report, presentation: &Presentation, page: &mut MarkdownPage) {
    let requested = &report.requested;
    let _ = write!(
        page.text,
        "# {}: {}\n\n{}\n\n",
        prose(presentation.title_or("CloudTrail logs")),
        report.verdict.as_str().to_uppercase(),
        prose(&meaning(report))
    );
    if !report.complete {
        let _ = write!(page.text, "**{NOT_COMPLETE}**\n\n");
    }
    let _ = writeln!(page.text, "- window: {}", window_line(report));
    let _ = writeln!(page.text, "- public keys: {}", keys(report));
    let filters: Vec<_> = filters(requested).collect();
    page.fill(
        FOR_CHAINS / 2,
        "filter",
        filters.into_iter(),
        |(name, values)| {
            let mut shown: Vec<String> = values.iter().take(20).map(|v| code(v)).collect();
            if values.len() > shown.len() {
                shown.push(format!("and {} more", values.len() - shown.len()));
            }
            format!("- {name}: {}\n", shown.join(", "))
        },
    );
}

fn chains(report: &Report, presentation: &Presentation, page: &mut MarkdownPage) {
    let verified = report.chains.iter();
    let verified = verified.filter(|c| c.verdict == Verdict::Verified).count();
    let absent = missing_chains(report);
    let missing = match absent {
        0 => String::new(),
        missing => format!("; {missing} missing"),
    };
    let _ = write!(
        page.text,
        "\n## Chains\n\n{verified} of {} verified{missing}.\n",
        report.chains.len() + absent,
    );
    let shown = shown_chains(report);
    if shown.is_empty() {
        return;
    }
    page.text += "\n| verdict | account | region | trail | from | proven without a break until | digests | logs |\n";
    page.text += "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
    let row = |chain: &Chain| {
        let until = chain.verified_until.map(|until| until.to_string());
        let organization = chain.organization.as_deref().filter(|_| chain.shares_id);
        format!(
            "| **{}** | {} | {} | {} | {} | {} | {} | {} |\n",
            chain.verdict.as_str(),
            account(&chain.account, presentation),
            cell(&chain.region),
            cell(&full_name(&chain.trail, organization)),
            chain.window.from,
            until.as_deref().unwrap_or("not from the beginning"),
            digests(&chain.digests),
            logs(&chain.logs)
        )
    };
    page.fill(FOR_CHAINS, "chain", shown.into_iter(), row);
}

/// The gaps of which something is known.
fn gaps(report: &Report, page: &mut MarkdownPage) {
    let gaps = report.chains.iter().map(Box::as_ref);
    let gaps = gaps.flat_map(|chain| chain.gaps.iter().map(move |gap| (chain, gap)));
    let shown: Vec<_> = gaps
        .filter(|(_, gap)| !gap.evidence.is_empty() || certainty(gap).is_some())
        .collect();
    if shown.is_empty() {
        return;
    }
    page.text += "\n## Gaps explained\n";
    let gap = |(chain, gap): (&Chain, &Gap)| {
        let mut text = format!("\n- {}: {}\n", code(&chain.name()), prose(&span(gap)));
        if let Some(removals) = &gap.removals {
            let _ = writeln!(text, "  - objects removed: {}", prose(&sentence(removals)));
        }
        let _ = writeln!(text, "  - why: {}", prose(&cause(gap)));
        if let Some(certainty) = certainty(gap) {
            let _ = writeln!(text, "  - how sure: {}", prose(&certainty));
        }
        for event in gap.evidence.iter().take(EVENTS) {
            self::event(event, "  ", &mut text);
        }
        let more = gap.evidence.len().saturating_sub(EVENTS);
        if more > 0 {
            let _ = writeln!(text, "  - and {}", plural(more, "more event"));
        }
        text
    };
    page.fill(FOR_GAPS, "gap", shown.into_iter(), gap);
}

fn event(event: &Evidence, indent: &str, text: &mut String) {
    let _ = writeln!(text, "{indent}- event: {}", short(&event.event_name));
    for (label, value) in event_values(event) {
        let value = match label {
            Label::KnownBy => prose(&value),
            _ => short(&value),
        };
        let _ = writeln!(text, "{indent}  - {label}: {value}");
    }
}

/// A name as a code span, cut short so that one long name does not take the place of many.
fn short(value: &str) -> String {
    code(&clip(value, SHORT))
}

fn findings(report: &Report, page: &mut MarkdownPage) {
    let counts = &report.totals.findings;
    let _ = write!(
        page.text,
        "\n## Findings\n\n{} failed, {} unproven, {} gap, {} note.\n",
        counts.failed, counts.unproven, counts.gap, counts.note
    );
    let groups = FindingGroup::of_each_chain(&report.findings);
    page.fill(FOR_FINDINGS, "kind", groups.iter(), finding);
}

fn finding(group: &FindingGroup<'_>) -> String {
    let mut text = format!(
        "\n### {} {}",
        group.severity(),
        code(&group.first.code.word())
    );
    if group.count() > 1 {
        let _ = write!(text, " ({})", group.count());
    }
    text += "\n\n";
    if let Some(chain) = group.first.chain_name() {
        let _ = writeln!(text, "- chain: {}", code(&chain));
    }
    for (label, value) in group.first_values() {
        let value = match label {
            Label::What | Label::Time => prose(&value),
            _ => code(&value),
        };
        let _ = writeln!(text, "- {label}: {value}");
    }
    for other in group.others().iter().take(OTHERS) {
        for (label, value) in distinct_values(other) {
            let (label, value) = match label {
                Label::Object => (Label::And, short(&value)),
                Label::Time => (label, prose(&value)),
                _ => (label, short(&value)),
            };
            let _ = writeln!(text, "- {label}: {value}");
        }
    }
    let more = group.others().len().saturating_sub(OTHERS);
    if more > 0 {
        let _ = writeln!(text, "- and {more} more; the JSON report has them all");
    }
    let (events, more) = group.events();
    for event in events.iter().take(EVENTS) {
        self::event(event, "", &mut text);
    }
    let more = more + events.len().saturating_sub(EVENTS);
    if more > 0 {
        let _ = writeln!(text, "- and {}", plural(more, "more event"));
    }
    if let Some(hint) = &group.first.hint {
        let _ = writeln!(text, "- hint: {}", prose(hint));
    }
    text
}

fn accepted(report: &Report, page: &mut MarkdownPage) {
    if report.accepted.is_empty() {
        return;
    }
    page.text += "\n## Accepted beforehand\n\nThe verdict is what it would be without.\n\n";
    let line = |a: &Accepted| {
        format!(
            "- {} {} to {}: {} ({}; {})\n",
            code(&a.chain),
            a.from,
            a.to,
            prose(&a.reason),
            prose(&a.who),
            plural(a.findings, "finding")
        )
    };
    page.fill(FOR_ACCEPTED, "acceptance", report.accepted.iter(), line);
}
