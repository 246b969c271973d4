//! The JSON report in lines, one JSON object each, for programs that read while a run writes. First comes
//! `report`, then each `chain` followed by its `gap`s, then `finding`, `changes` (one line per trail), `key`, `accepted` and `not_proven`, and
//! at last `summary`. The fields of a line are those of the same part of the JSON report. A run writes
//! chains and findings as soon as they are final; a complete report has all chains before all findings.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::v1::{
    Accepted, Chain, ChangesOfTrail, DigestRef, Digests, Finding, Gap, Key, Location, Logs, Report,
    Requested, Requests, Run, SCHEMA, Span, Stretch, Summary, Totals,
};
use crate::proof::finding::Verdict;
use crate::report::json::line;

/// One line.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    /// What is known before the run.
    Report {
        schema: &'a str,
        requested: &'a Requested,
        tool: &'a str,
        version: &'a str,
        command: &'a [String],
        started: Timestamp,
        caller: Option<&'a str>,
    },
    Chain(ChainLine<'a>),
    Gap {
        chain: &'a str,
        #[serde(flatten)]
        gap: &'a Gap,
    },
    Finding(&'a Finding),
    Changes(&'a ChangesOfTrail),
    Key(&'a Key),
    Accepted(&'a Accepted),
    NotProven {
        text: &'a str,
    },
    /// What is known after the run.
    Summary {
        verdict: Verdict,
        complete: bool,
        evidence_sha256: &'a str,
        summary: &'a Summary,
        totals: &'a Totals,
        finished: Timestamp,
        caller: Option<&'a str>,
        state_sha256: Option<&'a str>,
        requests: &'a Requests,
    },
}

/// A chain without its gaps, because each gap is a line of its own.
#[derive(Serialize)]
struct ChainLine<'a> {
    id: &'a str,
    organization: Option<&'a str>,
    partition: &'a str,
    account: &'a str,
    region: &'a str,
    home_region: &'a str,
    trail: &'a str,
    verdict: Verdict,
    verified_until: Option<Timestamp>,
    window: &'a Span,
    locations: &'a [Location],
    coverage: &'a [Stretch],
    digests: &'a Digests,
    backfill_digests: &'a Digests,
    logs: &'a Logs,
    first_digest: Option<&'a DigestRef>,
    last_digest: Option<&'a DigestRef>,
    evidence_sha256: &'a str,
}

/// Writes all lines of a complete report.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    begin(&report.requested, &report.run, out)?;
    for chain in &report.chains {
        self::chain(chain, out)?;
    }
    for finding in &report.findings {
        self::finding(finding, out)?;
    }
    end(report, out)
}

/// Writes the first line: what is known before the run.
///
/// # Errors
/// When writing fails.
pub fn begin(requested: &Requested, run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let head = Line::Report {
        schema: SCHEMA,
        requested,
        tool: &run.tool,
        version: &run.version,
        command: &run.command,
        started: run.started,
        caller: run.caller.as_deref(),
    };
    line(&head, out)
}

/// Writes a finding.
///
/// # Errors
/// When writing fails.
pub fn finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    line(&Line::Finding(finding), out)
}

/// Writes a chain and its gaps.
///
/// # Errors
/// When writing fails.
pub fn chain(chain: &Chain, out: &mut dyn Write) -> io::Result<()> {
    line(&Line::Chain(chain_line(chain)), out)?;
    for gap in &chain.gaps {
        let chain = &chain.id;
        line(&Line::Gap { chain, gap }, out)?;
    }
    Ok(())
}

/// Writes the last lines: what is known after the run, and the summary.
///
/// # Errors
/// When writing fails.
pub fn end(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for of_trail in &report.changes {
        line(&Line::Changes(of_trail), out)?;
    }
    for key in &report.keys {
        line(&Line::Key(key), out)?;
    }
    for accepted in &report.accepted {
        line(&Line::Accepted(accepted), out)?;
    }
    for text in &report.not_proven {
        line(&Line::NotProven { text }, out)?;
    }
    let summary = Line::Summary {
        verdict: report.verdict,
        complete: report.complete,
        evidence_sha256: &report.evidence_sha256,
        summary: &report.summary,
        totals: &report.totals,
        finished: report.run.finished,
        caller: report.run.caller.as_deref(),
        state_sha256: report.run.state_sha256.as_deref(),
        requests: &report.run.requests,
    };
    line(&summary, out)
}

fn chain_line(chain: &Chain) -> ChainLine<'_> {
    // Destructured without `..`, so that a new field cannot be forgotten here.
    let Chain {
        id,
        organization,
        shares_id: _,
        partition,
        account,
        region,
        home_region,
        trail,
        verdict,
        verified_until,
        window,
        locations,
        coverage,
        gaps: _,
        digests,
        backfill_digests,
        logs,
        first_digest,
        last_digest,
        evidence_sha256,
    } = chain;
    ChainLine {
        id,
        organization: organization.as_deref(),
        partition,
        account,
        region,
        home_region,
        trail,
        verdict: *verdict,
        verified_until: *verified_until,
        window,
        locations,
        coverage,
        digests,
        backfill_digests,
        logs,
        first_digest: first_digest.as_ref(),
        last_digest: last_digest.as_ref(),
        evidence_sha256,
    }
}
