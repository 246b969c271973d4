//! The first page: the verdict, three sentences, what was checked, contents, accounts by regions.

use askama::Template;

use super::facts::Fact;
use super::links::Links;
use super::running_header;
use super::sign::Sign as _;
use crate::base::text::{capital, grouped, sentence};
use crate::proof::coverage::State;
use crate::proof::finding::Verdict;
use crate::report::validation::absent::{absent_chains, absent_verdict};
use crate::report::validation::commands::Commands;
use crate::report::validation::headline::{
    NOT_COMPLETE, filters, keys, made, meaning, missing_chains, window_line,
};
use crate::report::validation::matrix::{Matrix, Most};
use crate::report::validation::over_chains::number_of_all_chains;
use crate::report::validation::summary::due;
use crate::report::validation::summary::time::TimeByState;
use crate::report::validation::v1::{Report, SourceKind};
use crate::report::validation::wording::{digests, logs, some_digests};

/// The table has room for all regions of AWS, and more.
const CELLS: Most = Most {
    least: 1,
    accounts: 100,
    regions: 40,
};

/// What a report is called without a title of its own.
const TITLE: &str = "Integrity of CloudTrail logs";

/// The first page.
#[derive(Template)]
#[template(path = "front.html", config = "src/report/validation/html/askama.toml")]
pub(super) struct Front<'a> {
    report: &'a Report,
    title: &'a str,
    running_header: String,
    word: String,
    meaning: String,
    note: Option<String>,
    /// What is proven, what is not, and what to do, each with a sign.
    sentences: Vec<(&'static str, &'a str)>,
    /// The share of time that is proven, in words.
    proven: Option<String>,
    /// The share of each state in percent.
    shares: Vec<(State, String)>,
    facts: Vec<Fact>,
    chains: Vec<(usize, Verdict)>,
    missing: usize,
    /// The worst verdict of the chains that are missing.
    of_missing: Verdict,
    contents: Vec<(&'static str, &'static str)>,
    accounts: Option<Accounts>,
}

/// The sections that only some pages have.
pub(super) struct Sections {
    pub gaps: bool,
    pub changes: bool,
    pub notes: bool,
}

impl<'a> Front<'a> {
    pub(super) fn of(report: &'a Report, links: &Links<'a>, sections: &Sections) -> Self {
        let title = links.presentation.title_or(TITLE);
        let accounts = Accounts::of(report, links);
        let time = TimeByState::of_all(report);
        let asked = time.asked.is_positive();
        let until = due::all_until(report).map(|until| format!("all that was due, {until}"));
        let absent = absent_chains(report);
        let of_missing = absent.values().map(|worst| absent_verdict(worst)).max();
        Front {
            report,
            title,
            running_header: running_header::rule(report, title),
            word: report.verdict.as_str().to_uppercase(),
            meaning: sentence(&meaning(report)),
            note: links.presentation.note_html(),
            sentences: signed(&report.summary.sentences),
            shares: match until {
                Some(_) => Vec::new(),
                None => shares(&time),
            },
            proven: until.or_else(|| asked.then(|| time.proven_of_asked())),
            facts: facts(report),
            chains: by_verdict(report),
            missing: missing_chains(report),
            of_missing: of_missing.unwrap_or(Verdict::Unproven),
            contents: contents(report, accounts.is_some(), sections),
            accounts,
        }
    }
}

fn signed(sentences: &[String]) -> Vec<(&'static str, &str)> {
    let signs = ["•", "○", "→"].into_iter();
    signs.zip(sentences.iter().map(String::as_str)).collect()
}

/// How many chains have each verdict, worst first.
fn by_verdict(report: &Report) -> Vec<(usize, Verdict)> {
    let worst_first = [
        Verdict::Failed,
        Verdict::Unproven,
        Verdict::Gaps,
        Verdict::Verified,
    ];
    let count = |verdict| {
        let chains = report.chains.iter();
        chains.filter(|c| c.verdict == verdict).count()
    };
    let counts = worst_first.map(|verdict| (count(verdict), verdict));
    counts.into_iter().filter(|(n, _)| *n > 0).collect()
}

/// The states that have any time, with their share of the time requested in percent.
fn shares(time: &TimeByState) -> Vec<(State, String)> {
    let all = time.asked.as_secs_f64();
    let shares = [
        (State::Verified, time.proven),
        (State::Pending, time.pending),
        (State::Gap, time.gap),
        (State::Unproven, time.unproven),
        (State::Failed, time.failed),
    ];
    let shares = shares.into_iter().filter(|(_, time)| time.is_positive());
    shares
        .map(|(state, time)| (state, format!("{:.3}", time.as_secs_f64() / all * 100.0)))
        .collect()
}

fn facts(report: &Report) -> Vec<Fact> {
    let source = match report.requested.source.known() {
        Some(SourceKind::S3) => "Buckets in S3".to_owned(),
        Some(SourceKind::Disk) => "A copy on disk".to_owned(),
        Some(SourceKind::Bundle) => "A bundle that was collected from buckets in S3".to_owned(),
        None => report.requested.source.word().into_owned(),
    };
    let mut facts = vec![
        Fact::of("Window", window_line(report)),
        Fact::of("Generated", made(report)),
        Fact::of("Evidence hash", &report.evidence_sha256),
        Fact::of("Read from", source),
    ];
    let filters = filters(&report.requested);
    facts.extend(filters.map(|(name, values)| Fact::of(capital(name), values.join(", "))));
    let totals = &report.totals;
    facts.push(Fact::of("Public keys", capital(&keys(report))));
    facts.push(Fact::of("Digests", capital(&digests(&totals.digests))));
    let backfill = some_digests(&totals.backfill_digests);
    facts.extend(backfill.map(|counts| Fact::of("Backfill digests", counts)));
    facts.push(Fact::of("Logs", capital(&logs(&totals.logs))));
    facts
}

/// The sections of this page with their places.
fn contents(
    report: &Report,
    accounts: bool,
    sections: &Sections,
) -> Vec<(&'static str, &'static str)> {
    let commands = Commands::of(report);
    let commands = !commands.list.is_empty() || commands.left_out > 0;
    let sections = [
        (accounts, "accounts", "Accounts by regions"),
        (true, "findings", "Findings"),
        (sections.gaps, "gaps", "Gaps"),
        (sections.changes, "changes", "Changes to the trails"),
        (sections.notes, "notes", "Notes"),
        (report.timeline.is_some(), "timeline", "Timeline"),
        (true, "chains", "Chains"),
        (true, "proven", "What is proven"),
        (true, "not-proven", "What is not proven"),
        (commands, "commands", "Commands to run"),
        (
            !report.accepted.is_empty(),
            "accepted",
            "Accepted beforehand",
        ),
        (true, "keys", "Public keys used"),
        (true, "made", "How this report was made"),
        (true, "repeat", "How to repeat this check"),
        (true, "glossary", "Glossary"),
        (true, "signature", "Signature"),
    ];
    let shown = sections.into_iter().filter(|(shown, ..)| *shown);
    shown.map(|(_, place, title)| (place, title)).collect()
}

/// The table of accounts by regions.
struct Accounts {
    regions: Vec<String>,
    rows: Vec<AccountRow>,
    more: Vec<String>,
}

struct AccountRow {
    account: String,
    name: Option<String>,
    cells: Vec<Option<AccountCell>>,
}

/// The worst verdict of an account in a region, and where the page explains it.
struct AccountCell {
    verdict: Verdict,
    place: Option<String>,
}

impl Accounts {
    fn of(report: &Report, links: &Links<'_>) -> Option<Self> {
        if number_of_all_chains(report) < 2 {
            return None;
        }
        let table = Matrix::of(report).table(CELLS)?;
        let rows = table.rows.iter().map(|(account, cells)| {
            let cells = cells.iter().zip(&table.columns);
            AccountRow {
                account: (*account).to_owned(),
                name: links.name_of(account),
                cells: cells
                    .map(|(verdict, region)| {
                        let place = links.cell(account, region);
                        verdict.map(|verdict| AccountCell {
                            verdict,
                            place: place.map(str::to_owned),
                        })
                    })
                    .collect(),
            }
        });
        Some(Accounts {
            rows: rows.collect(),
            regions: table.columns.iter().map(|r| (*r).to_owned()).collect(),
            more: table.more.iter().map(|more| sentence(more)).collect(),
        })
    }
}
