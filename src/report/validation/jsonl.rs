//! The JSON report in pieces, one a line, for programs that read it as it comes: `report` first, then
//! `chain` with its `gap`s after it, `finding`, `key`, `accepted`, `not_proven`, and at last `summary`. A
//! line's fields are those that the piece has in the JSON report. A run writes chains and findings as
//! they become final; a report that is there as a whole has all chains before all findings.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::v1::{
    Accepted, Chain, DigestRef, Digests, Finding, Gap, Key, Location, Logs, Report, Requested,
    Requests, Run, SCHEMA, Span, Stretch, Totals,
};
use crate::proof::finding::Verdict;
use crate::report::json::line;

/// One line.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    /// What is known before the work.
    Report {
        schema: &'a str,
        requested: &'a Requested,
        tool: &'a str,
        version: &'a str,
        command: &'a [String],
        started: Timestamp,
        caller: Option<&'a str>,
    },
    Chain(OfChain<'a>),
    Gap {
        chain: &'a str,
        #[serde(flatten)]
        gap: &'a Gap,
    },
    Finding(&'a Finding),
    Key(&'a Key),
    Accepted(&'a Accepted),
    NotProven {
        text: &'a str,
    },
    /// What is known after it.
    Summary {
        verdict: Verdict,
        complete: bool,
        totals: &'a Totals,
        finished: Timestamp,
        caller: Option<&'a str>,
        requests: &'a Requests,
    },
}

/// A chain without its gaps, which are lines of their own.
#[derive(Serialize)]
struct OfChain<'a> {
    id: &'a str,
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

/// Writes the lines of a report that is there as a whole.
///
/// # Errors
/// Where writing fails.
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

/// Writes what is known before the work, which comes first.
///
/// # Errors
/// Where writing fails.
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
/// Where writing fails.
pub fn finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    line(&Line::Finding(finding), out)
}

/// Writes a chain and its gaps.
///
/// # Errors
/// Where writing fails.
pub fn chain(chain: &Chain, out: &mut dyn Write) -> io::Result<()> {
    line(&Line::Chain(of(chain)), out)?;
    for gap in &chain.gaps {
        let chain = &chain.id;
        line(&Line::Gap { chain, gap }, out)?;
    }
    Ok(())
}

/// Writes what is known after the work, and the summary, which comes last.
///
/// # Errors
/// Where writing fails.
pub fn end(report: &Report, out: &mut dyn Write) -> io::Result<()> {
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
        totals: &report.totals,
        finished: report.run.finished,
        caller: report.run.caller.as_deref(),
        requests: &report.run.requests,
    };
    line(&summary, out)
}

fn of(chain: &Chain) -> OfChain<'_> {
    // Every field by name, so that one that is added is not forgotten here.
    let Chain {
        id,
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
    OfChain {
        id,
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
