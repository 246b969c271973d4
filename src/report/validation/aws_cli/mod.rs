//! The output of `aws cloudtrail validate-logs` for the same evidence, for scripts written for it. It is
//! equal byte for byte wherever the AWS CLI finds what we find.
//!
//! The AWS CLI validates one trail in one region per run, so each chain is printed like one run, in the order of
//! its walk: digests newest first, each followed by the logs that it lists, then backfill digests in the same
//! way, then the counts. Problems go to standard error and everything else to standard output. With several
//! chains, a line before each says which run of the AWS CLI would print it.
//!
//! A report alone holds counts and findings, not the result of each file. For `--verbose` and for the exact
//! order, a run therefore records every result in [`FileResults`] while it validates.

mod chain_output;
mod messages;
mod printer;
mod results;
mod subject;
mod walk;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::headline;
use super::v1::{Finding, Report};
use crate::base::text::escape;
use crate::proof::finding::{Code, Severity, Verdict};
use chain_output::{ChainName, ChainOutput};
pub use messages::{digest as digest_problem, log as log_problem};
pub use printer::Streams;
pub use results::{DigestResult, FileResults, LogResult};

/// Writes what a report alone holds, counts and files that are not valid, with both streams as one.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut streams = Streams { out, err: None };
    print(report, None, false, &mut streams)
}

/// Writes the report to its two streams. Without `results`, only what the report itself holds is printed.
///
/// # Errors
/// When writing fails, or when a result could not be recorded.
pub fn print(
    report: &Report,
    results: Option<&FileResults>,
    verbose: bool,
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    results.map_or(Ok(()), FileResults::check)?;
    let mut outputs: BTreeMap<ChainName<'_>, ChainOutput<'_>> = BTreeMap::new();
    for chain in &report.chains {
        let name = (chain.id.as_str(), chain.organization.as_deref());
        outputs.insert(name, ChainOutput::new(report, name, Some(chain)));
    }
    let problems = report.findings.iter();
    let problems = problems.filter(|f| f.severity >= Severity::Unproven);
    let (of_chains, others): (Vec<_>, Vec<_>) = problems.partition(|f| f.chain.is_some());
    for finding in of_chains {
        let id = finding.chain.as_deref().unwrap_or_default();
        let name = (id, finding.organization.as_deref());
        let output = outputs
            .entry(name)
            .or_insert_with(|| ChainOutput::new(report, name, None));
        output.findings.push(finding);
    }
    if outputs.is_empty() {
        let name = ("", None);
        outputs.insert(name, ChainOutput::new(report, name, None));
    }
    // Problems without a chain are printed once, with the last chain.
    if let Some(mut last) = outputs.last_entry() {
        last.get_mut().without_chain = others;
    }
    let is_labelled = outputs.len() > 1;
    let mut outputs = outputs.values();
    outputs.try_for_each(|output| output.print(results, verbose, is_labelled, streams))
}

/// Why the exit status is not 0 where a bucket or a folder could not be read.
const UNREADABLE: &str = "not everything could be read, for the reason above";

/// Why the exit status is not 0, in one line. The AWS CLI prints nothing of the kind.
pub fn status(code: u8, report: &Report) -> String {
    let unreadable =
        |f: &Finding| f.code == Code::SourceUnreadable || f.code == Code::BundleAltered;
    // The reason is printed with the problems.
    let meaning = match report.verdict {
        Verdict::Unproven if report.findings.iter().any(unreadable) => UNREADABLE.to_owned(),
        _ => headline::meaning(report),
    };
    let verdict = report.verdict.as_str();
    let meaning = meaning.trim_end_matches('.');
    let line = format!(
        "trailproof: exit status {code}: {verdict}: {meaning}; the other output is what `aws cloudtrail \
         validate-logs` prints"
    );
    escape(&line).into_owned()
}
