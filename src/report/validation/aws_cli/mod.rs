//! What `aws cloudtrail validate-logs` prints of the same evidence, for scripts written for it: byte for
//! byte wherever it finds what we find. Each chain is told as one run of it.
//!
//! Its order is that of its walk: digests newest first, each followed by the logs it names, then backfill
//! digests in the same way, then the counts. Problems go to standard error, all else to standard output.

mod chain_output;
mod messages;
mod printer;
mod results;
mod walk;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::v1::Report;
use crate::proof::finding::Severity;
use chain_output::Block;
pub use messages::{digest as digest_problem, log as log_problem};
pub use printer::Streams;
pub use results::{DigestResult, FileResults, LogResult};

/// Writes it as far as a report tells it, both streams as one: counts, and files that are not valid.
///
/// # Errors
/// Where writing fails.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut streams = Streams { out, err: None };
    print(report, None, false, &mut streams)
}

/// Writes it: with what was `told` of each file, or without that as far as the report tells it.
///
/// # Errors
/// Where writing fails, or what was told could not be kept.
pub fn print(
    report: &Report,
    told: Option<&FileResults>,
    verbose: bool,
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    told.map_or(Ok(()), FileResults::check)?;
    let mut blocks: BTreeMap<&str, Block<'_>> = BTreeMap::new();
    for chain in &report.chains {
        let block = Block::new(report, &chain.id, Some(chain));
        blocks.insert(&chain.id, block);
    }
    let problems = report.findings.iter();
    let problems = problems.filter(|f| f.severity >= Severity::Unproven);
    let (of_chains, others): (Vec<_>, Vec<_>) = problems.partition(|f| f.chain.is_some());
    for finding in of_chains {
        let id = finding.chain.as_deref().unwrap_or_default();
        let block = blocks
            .entry(id)
            .or_insert_with(|| Block::new(report, id, None));
        block.findings.push(finding);
    }
    if blocks.is_empty() {
        blocks.insert("", Block::new(report, "", None));
    }
    // What concerns no chain is told where all have been.
    if let Some(mut last) = blocks.last_entry() {
        last.get_mut().besides = others;
    }
    let mut blocks = blocks.values();
    blocks.try_for_each(|block| block.print(told, verbose, streams))
}
