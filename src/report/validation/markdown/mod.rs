//! The report to paste into a ticket, in the order of the text report: the verdict, the findings, the gaps, the
//! changes to the trails, the notes, the chains that are not verified, what is proven and what is not. It always fits into one ticket; what is left out
//! is counted.

mod entries;
mod inline;
mod page;

use std::fmt::Write as _;
use std::io::{self, Write};

use super::changes::{by_weight, title};
use super::commands::Commands;
use super::custody;
use super::groups::FindingGroup;
use super::headline::{
    NOT_COMPLETE, filters, keys, made, meaning, missing_chains, number_of_chains, shown_chains,
    window_line,
};
use super::matrix::{Matrix, Most};
use super::over_chains::{GapGroup, number_of_all_chains};
use super::presentation::Presentation;
use super::proven;
use super::summary::due::is_unchanged;
use super::v1::{Accepted, Chain, Report, full_name};
use super::wording::{digests, logs};
use crate::base::text::{capital, grouped, plural, sentence};
use crate::proof::finding::Verdict;
use inline::{cell, code, prose};
use page::MarkdownPage;

/// Bytes of the report: trackers accept about 65,000 characters.
const ROOM: usize = 60_000;
/// Bytes of the report up to the end of the filters.
const FOR_FILTERS: usize = 7_500;
/// Bytes of the report up to the end of the findings.
const FOR_FINDINGS: usize = 29_000;
/// Bytes of the report up to the end of the gaps.
const FOR_GAPS: usize = 36_000;
/// Bytes of the report up to the end of the changes.
const FOR_CHANGES: usize = 38_500;
/// Bytes of the report up to the end of the notes.
const FOR_NOTES: usize = 40_000;
/// Bytes of the report up to the end of the chains.
const FOR_CHAINS: usize = 46_000;
/// Bytes of the report up to the end of what is proven.
const FOR_PROVEN: usize = 47_000;
/// Bytes of the report up to the end of what is not proven.
const FOR_NOT_PROVEN: usize = 53_000;
/// Bytes of the report up to the end of the acceptances.
const FOR_ACCEPTED: usize = 56_000;
/// Accounts and regions shown.
const CELLS: Most = Most {
    least: 2,
    accounts: 15,
    regions: 8,
};
/// Values of one filter shown.
const VALUES: usize = 20;

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
    scope(report, &mut page);
    matrix(report, presentation, &mut page);
    let (groups, notes) = FindingGroup::before_and_after_gaps(report);
    findings(report, &groups, &mut page);
    gaps(report, &mut page);
    changes(report, presentation, &mut page);
    self::notes(report, &notes, &mut page);
    chains(report, presentation, &mut page);
    let sentence = |text: &String| prose(&sentence(text));
    let proven = proven::sentences(report);
    page.list(FOR_PROVEN, "what is proven", &proven, sentence);
    let not_proven = &report.not_proven;
    page.list(FOR_NOT_PROVEN, "what is not proven", not_proven, sentence);
    accepted(report, &mut page);
    custody(report, &mut page);
    commands(report, &mut page);
    let _ = write!(page.text, "\nGenerated {}.\n", prose(&made(report)));
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

fn verdict(report: &Report, presentation: &Presentation, page: &mut MarkdownPage) {
    let _ = write!(
        page.text,
        "# {}: {}\n\n**{}**\n",
        prose(presentation.title_or("CloudTrail logs")),
        report.verdict.as_str().to_uppercase(),
        prose(&sentence(&meaning(report)))
    );
    if !report.complete {
        let _ = write!(page.text, "\n{}\n", prose(&sentence(NOT_COMPLETE)));
    }
    for sentence in &report.summary.sentences {
        let _ = write!(page.text, "\n{}\n", prose(sentence));
    }
}

/// What was requested.
fn scope(report: &Report, page: &mut MarkdownPage) {
    let _ = write!(
        page.text,
        "\n- Window: {}\n- Public keys: {}\n",
        window_line(report),
        keys(report)
    );
    if let Some(caller) = &report.run.caller {
        let _ = writeln!(page.text, "- Caller: {}", code(caller));
    }
    let filters: Vec<_> = filters(&report.requested).collect();
    page.fill(
        FOR_FILTERS,
        "filter",
        filters.into_iter(),
        |(name, values)| {
            let mut shown: Vec<String> = values.iter().take(VALUES).map(|v| code(v)).collect();
            if values.len() > shown.len() {
                shown.push(format!("and {} more", grouped(values.len() - shown.len())));
            }
            format!("- {}: {}\n", capital(name), shown.join(", "))
        },
    );
}

/// The worst verdict of each account in each region.
fn matrix(report: &Report, presentation: &Presentation, page: &mut MarkdownPage) {
    let Some(table) = Matrix::of(report).table(CELLS) else {
        return;
    };
    let _ = write!(page.text, "\n{}.\n", table.title);
    if table.columns.is_empty() {
        page.text += "\nAll are verified.\n";
        return;
    }
    let regions = table.columns.iter().map(|region| cell(region));
    let regions = regions.collect::<Vec<_>>().join(" | ");
    let rule = "| --- ".repeat(table.columns.len() + 1);
    let _ = write!(page.text, "\n| Account | {regions} |\n{rule}|\n");
    for (id, cells) in &table.rows {
        let words = cells.iter().map(|verdict| match verdict {
            Some(Verdict::Verified) => "ok".to_owned(),
            Some(other) => format!("**{}**", other.as_str().to_uppercase()),
            None => "-".to_owned(),
        });
        let words = words.collect::<Vec<_>>().join(" | ");
        let _ = writeln!(page.text, "| {} | {words} |", account(id, presentation));
    }
    for more in &table.more {
        let _ = write!(page.text, "\n{}\n", sentence(more));
    }
}

fn findings(report: &Report, groups: &[FindingGroup<'_>], page: &mut MarkdownPage) {
    let counts = &report.totals.findings;
    let counts = [counts.failed, counts.unproven, counts.gap, counts.note];
    if counts == [0; 4] {
        page.text += "\n## Findings\n\nNone.\n";
        return;
    }
    let [failed, unproven, gap, note] = counts.map(grouped);
    let _ = write!(
        page.text,
        "\n## Findings\n\n{failed} failed, {unproven} unproven, {gap} gap, {note} note.\n"
    );
    let all = number_of_all_chains(report);
    page.fill(FOR_FINDINGS, "kind of finding", groups.iter(), |group| {
        entries::finding(group, all)
    });
}

fn notes(report: &Report, notes: &[FindingGroup<'_>], page: &mut MarkdownPage) {
    if notes.is_empty() {
        return;
    }
    page.text += "\n## Notes\n\nNo verdict depends on these.\n";
    let all = number_of_all_chains(report);
    page.fill(FOR_NOTES, "kind of note", notes.iter(), |group| {
        entries::finding(group, all)
    });
}

fn gaps(report: &Report, page: &mut MarkdownPage) {
    let groups = GapGroup::all(report);
    if groups.is_empty() {
        return;
    }
    page.text += "\n## Gaps\n\nNo digest covers this time.\n";
    let all = number_of_all_chains(report);
    page.fill(FOR_GAPS, "gap", groups.iter(), |group| {
        entries::gap(group, all)
    });
}

/// What recorded calls changed about the trails.
fn changes(report: &Report, presentation: &Presentation, page: &mut MarkdownPage) {
    if report.changes.is_empty() {
        return;
    }
    let _ = write!(page.text, "\n## {}\n", capital(title(report)));
    let trails = by_weight(report);
    page.fill(FOR_CHANGES, "trail", trails.into_iter(), |of| {
        entries::changes(of, presentation)
    });
}

fn chains(report: &Report, presentation: &Presentation, page: &mut MarkdownPage) {
    let verified = report.chains.iter();
    let verified = verified.filter(|c| c.verdict == Verdict::Verified).count();
    let absent = missing_chains(report);
    let missing = match absent {
        0 => String::new(),
        missing => format!("; {} missing", grouped(missing)),
    };
    let all = report.chains.len() + absent;
    let _ = write!(
        page.text,
        "\n## Chains\n\n{} of {} verified{missing}.\n",
        grouped(verified),
        grouped(all),
    );
    let shown = shown_chains(report);
    if !shown.is_empty() {
        page.text += "\n| Verdict | Account | Region | Trail | From | Proven without interruption until | Digests | Logs |\n";
        page.text += "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
        page.fill(FOR_CHAINS, "chain", shown.into_iter(), |chain| {
            row(chain, presentation)
        });
    }
    let totals = &report.totals;
    let _ = write!(
        page.text,
        "\nTotals: {}. Digests: {}. Logs: {}.\n",
        number_of_chains(report),
        digests(&totals.digests),
        logs(&totals.logs)
    );
}

fn row(chain: &Chain, presentation: &Presentation) -> String {
    let until = chain.verified_until.map(|until| until.to_string());
    let organization = chain.organization.as_deref().filter(|_| chain.shares_id);
    format!(
        "| **{}** | {} | {} | {} | {} | {} | {} | {} |\n",
        chain.verdict.as_str(),
        account(&chain.account, presentation),
        cell(&chain.region),
        cell(&full_name(&chain.trail, organization)),
        chain.window.from,
        until.as_deref().unwrap_or(match is_unchanged(chain) {
            true => "nothing new was due",
            false => "not from the beginning",
        }),
        digests(&chain.digests),
        logs(&chain.logs)
    )
}

fn accepted(report: &Report, page: &mut MarkdownPage) {
    if report.accepted.is_empty() {
        return;
    }
    page.text +=
        "\n## Accepted\n\nThese are still reported. Only the exit status ignores them.\n\n";
    let line = |a: &Accepted| {
        format!(
            "- {} {}: {} ({}; {})\n",
            code(&a.chain),
            a.extent(),
            prose(&a.reason),
            prose(&a.who),
            plural(a.findings, "finding")
        )
    };
    page.fill(FOR_ACCEPTED, "acceptance", report.accepted.iter(), line);
}

/// What an auditor files, and compares with another report.
fn custody(report: &Report, page: &mut MarkdownPage) {
    page.text += "\n## Custody\n\n";
    for (name, value) in custody::lines(report) {
        let _ = writeln!(page.text, "- {}: {}", capital(name), code(&value));
    }
}

/// The commands that help. An indented block ends with its line, whatever a name contains.
fn commands(report: &Report, page: &mut MarkdownPage) {
    let commands = Commands::of(report);
    if commands.list.is_empty() && commands.left_out == 0 {
        return;
    }
    let folder = match commands.changes_copy() {
        true => " Run them in the folder given with `--path`.",
        false => "",
    };
    let _ = write!(
        page.text,
        "\n## Commands to run\n\nThey only read from AWS.{folder}\n\n"
    );
    page.fill(ROOM, "command", commands.list.iter(), |command| {
        format!("    # {}\n    {}\n", command.comment, command.line)
    });
    if let Some(left_out) = commands.left_out() {
        let _ = write!(page.text, "\n{}\n", sentence(&left_out));
    }
}
