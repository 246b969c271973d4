//! The report as one HTML page to keep. It needs no network, no script and no other file, and everything
//! that it shows in colour it also says in words.
//!
//! The page is written part by part (`begin`, each `chain` with its `gap`s, `between`, each `finding`, `end`),
//! so that its size can be bounded while it is written. The templates are beside this file; every
//! value in them passes through `escaper::HtmlEscaper`.

mod chain;
mod command_line;
pub(crate) mod escaper;
mod events;
mod finding;
mod timeline;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Write};

use askama::Template;
use jiff::SignedDuration;

use super::absent::{absent_chains, absent_verdict};
use super::groups::FindingGroup;
use super::headline::{NOT_COMPLETE, filters, keys, made, meaning, missing_chains, window};
use super::matrix::{Matrix, Most, Table};
use super::presentation::Presentation;
use super::v1::{Chain, Report, SourceKind};
use super::wording::{digests, logs, some_digests};
use crate::base::time::in_words;
use crate::proof::finding::Verdict;
use finding::FindingPart;

/// Chains shown.
const CHAINS: usize = 200;
/// Bytes after which no further chain or gap is started.
const CHAIN_BYTES: u64 = 3 << 20;
/// Groups of findings shown.
const FINDINGS: usize = 200;
/// Bytes after which no further group is started.
const FINDING_BYTES: u64 = 5 << 20;
/// Entries of lists whose length comes from outside: keys, sentences, acceptances.
const LINES: usize = 100;
/// Words of a command line shown.
const WORDS: usize = 1_000;
/// The matrix has room for all regions of AWS, and more.
const CELLS: Most = Most {
    accounts: 100,
    regions: 40,
};

/// Writes the page.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(
    report: &Report,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Counted { out, written: 0 };
    Begin::of(report, presentation).write_into(&mut page)?;
    let mut order: Vec<&Chain> = report.chains.iter().map(Box::as_ref).collect();
    order.sort_by_key(|c| Reverse(c.verdict));
    let (mut shown, mut begun) = (HashMap::new(), 0);
    for (n, chain) in order.iter().take(CHAINS).enumerate() {
        if page.written > CHAIN_BYTES {
            break;
        }
        chain::write(n, chain, CHAIN_BYTES, &mut page)?;
        shown.insert(chain.name(), n);
        begun += 1;
    }
    let groups = FindingGroup::of_each_chain(&report.findings);
    Between {
        report,
        more_chains: order.len() - begun,
        kinds: groups.len(),
    }
    .write_into(&mut page)?;
    let mut shown_groups = 0;
    for group in groups.iter().take(FINDINGS) {
        if page.written > FINDING_BYTES {
            break;
        }
        let chain = group.first.chain_name();
        FindingPart::of(group, chain.and_then(|name| shown.get(&name).copied()))
            .write_into(&mut page)?;
        shown_groups += 1;
    }
    End::of(report, groups.len() - shown_groups).write_into(&mut page)
}

/// Counts the bytes written.
struct Counted<'a> {
    out: &'a mut dyn Write,
    written: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.written += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A sign beside the word of a verdict, for readers who cannot tell the colours apart.
trait Sign {
    fn sign(&self) -> &'static str;
}

impl Sign for Verdict {
    fn sign(&self) -> &'static str {
        match self {
            Verdict::Verified => "✓",
            Verdict::Gaps => "!",
            Verdict::Unproven => "?",
            Verdict::Failed => "✗",
        }
    }
}

/// The part before the first chain.
#[derive(Template)]
#[template(path = "begin.html", config = "src/report/validation/html/askama.toml")]
struct Begin<'a> {
    report: &'a Report,
    presentation: &'a Presentation,
    word: String,
    meaning: String,
    start: String,
    end: String,
    made: String,
    source: String,
    keys: String,
    scope: Vec<(&'static str, String)>,
    chains: Vec<(usize, Verdict)>,
    missing: usize,
    /// The worst verdict of the chains that are missing.
    of_missing: Verdict,
    digests: String,
    backfill: Option<String>,
    logs: String,
    table: Option<Table<'a>>,
}

impl<'a> Begin<'a> {
    fn of(report: &'a Report, presentation: &'a Presentation) -> Self {
        let (start, end) = window(report);
        let count = |verdict| {
            report
                .chains
                .iter()
                .filter(|c| c.verdict == verdict)
                .count()
        };
        let worst_first = [
            Verdict::Failed,
            Verdict::Unproven,
            Verdict::Gaps,
            Verdict::Verified,
        ];
        let chains = worst_first.map(|verdict| (count(verdict), verdict));
        let source = match report.requested.source.known() {
            Some(SourceKind::S3) => "buckets in S3".to_owned(),
            Some(SourceKind::Disk) => "a copy on disk".to_owned(),
            None => report.requested.source.word().into_owned(),
        };
        Begin {
            report,
            presentation,
            word: report.verdict.as_str().to_uppercase(),
            meaning: meaning(report),
            start,
            end,
            made: made(report),
            source,
            keys: keys(report),
            scope: scope(report),
            chains: chains.into_iter().filter(|(n, _)| *n > 0).collect(),
            missing: missing_chains(report),
            of_missing: worst_of_absent(report),
            digests: digests(&report.totals.digests),
            backfill: some_digests(&report.totals.backfill_digests),
            logs: logs(&report.totals.logs),
            table: Matrix::of(report).table(CELLS),
        }
    }
}

/// The worst verdict of the chains that are missing.
fn worst_of_absent(report: &Report) -> Verdict {
    let absent = absent_chains(report);
    let verdicts = absent.values().map(|worst| absent_verdict(worst));
    verdicts.max().unwrap_or(Verdict::Unproven)
}

/// The filters of the request, each in one line.
fn scope(report: &Report) -> Vec<(&'static str, String)> {
    let filters = filters(&report.requested);
    filters
        .map(|(name, values)| (name, values.join(", ")))
        .collect()
}

/// The part between chains and findings.
#[derive(Template)]
#[template(
    path = "between.html",
    config = "src/report/validation/html/askama.toml"
)]
struct Between<'a> {
    report: &'a Report,
    more_chains: usize,
    kinds: usize,
}

/// A number of seconds as a length of time.
fn seconds(n: &i64) -> String {
    in_words(SignedDuration::from_secs(*n))
}

/// The part after the findings.
#[derive(Template)]
#[template(path = "end.html", config = "src/report/validation/html/askama.toml")]
struct End<'a> {
    report: &'a Report,
    more_findings: usize,
    scope: Vec<(&'static str, String)>,
    start: String,
    end: String,
    command: Vec<String>,
    repeat: Vec<String>,
}

impl<'a> End<'a> {
    fn of(report: &'a Report, more_findings: usize) -> Self {
        let (start, end) = window(report);
        End {
            report,
            more_findings,
            scope: scope(report),
            start,
            end,
            command: command_line::as_given(report),
            repeat: command_line::to_repeat(report),
        }
    }
}
