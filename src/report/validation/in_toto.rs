//! The report as an in-toto Statement (version 1), to be signed and time-stamped by other programs. It says that
//! the evidence, the manifest of a bundle and the report belong together, and who judged them, when, and how.
//!
//! The predicate is of a type of its own. The standard test-result predicate knows `PASSED`, `WARNED` and `FAILED`,
//! and none of them says that something could not be checked: a policy that lets `WARNED` pass would let time
//! without any proof pass. Somebody who evaluates this predicate must know its four verdicts.
//!
//! <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::custody::window;
use super::v1::{Collected, ContinuedState, Origin, Report, SourceKind, Totals};
use crate::base::sha256::{Sha256, Sha256Writer};
use crate::proof::finding::Verdict;
use crate::report::json;
use crate::report::open_enum::Word;

/// The type of a Statement.
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// The type of the predicate; the manual topic `evidence` describes it.
const PREDICATE: &str = "trailproof:validation/v1";

#[derive(Serialize)]
struct Statement<'a> {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: Vec<StatementSubject>,
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: Predicate<'a>,
}

/// What the statement is about. A verifier compares hashes, not names, so the names say what each is.
#[derive(Serialize)]
struct StatementSubject {
    name: &'static str,
    digest: SubjectDigest,
}

#[derive(Serialize)]
struct SubjectDigest {
    sha256: String,
}

/// What was judged, by whom and when. The fields have the names that they have in the JSON report.
#[derive(Serialize)]
struct Predicate<'a> {
    schema: &'a str,
    verdict: Verdict,
    complete: bool,
    source: &'a Word<SourceKind>,
    scope: Scope<'a>,
    window: StatedWindow,
    as_of: Option<Timestamp>,
    manifest_given: bool,
    collected: Option<&'a Collected>,
    continues_from: Option<&'a ContinuedState>,
    state_sha256: Option<&'a str>,
    totals: &'a Totals,
    tool: &'a str,
    version: &'a str,
    command: &'a [String],
    caller: Option<&'a str>,
    clock_ahead: Option<i64>,
    started: Timestamp,
    finished: Timestamp,
}

/// The part of the request that decides what is judged.
#[derive(Serialize)]
struct Scope<'a> {
    regions: &'a [String],
    account_ids: &'a [String],
    organization_ids: &'a [String],
    trail_arns: &'a [String],
    buckets: &'a [String],
    prefixes: &'a [String],
    exclude: &'a [String],
    map: &'a [String],
    logs: &'a str,
    seed: Option<&'a str>,
}

#[derive(Serialize)]
struct StatedWindow {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    start_origin: Origin,
    end_origin: Origin,
}

/// Writes the statement about a report whose JSON has this hash.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(report: &Report, of_json: Sha256, out: &mut dyn Write) -> io::Result<()> {
    let statement = Statement {
        kind: STATEMENT,
        subject: subjects(report, of_json),
        predicate_type: PREDICATE,
        predicate: predicate(report),
    };
    json::write(&statement, out)
}

/// The hash of the report as `--format json` writes it.
///
/// # Errors
/// When the report cannot be written as JSON.
pub(crate) fn sha256_of_json(report: &Report) -> io::Result<Sha256> {
    let mut hashed = Sha256Writer::default();
    json::write(report, &mut hashed)?;
    Ok(hashed.finish())
}

fn subjects(report: &Report, of_json: Sha256) -> Vec<StatementSubject> {
    let manifest = report.requested.manifest_sha256.as_deref();
    // A saved report may have any text in its place.
    let manifest = manifest.and_then(Sha256::from_hex);
    let subject = |name, sha256: String| StatementSubject {
        name,
        digest: SubjectDigest { sha256 },
    };
    let evidence = subject("evidence", report.evidence_sha256.clone());
    let manifest = manifest.map(|hash| subject("manifest.jsonl", hash.to_string()));
    let report = subject("report", of_json.to_string());
    [evidence]
        .into_iter()
        .chain(manifest)
        .chain([report])
        .collect()
}

fn predicate(report: &Report) -> Predicate<'_> {
    let (run, requested) = (&report.run, &report.requested);
    let (start, end) = window(report);
    Predicate {
        schema: &report.schema,
        verdict: report.verdict,
        complete: report.complete,
        source: &requested.source,
        scope: Scope {
            regions: &requested.regions,
            account_ids: &requested.account_ids,
            organization_ids: &requested.organization_ids,
            trail_arns: &requested.trail_arns,
            buckets: &requested.buckets,
            prefixes: &requested.prefixes,
            exclude: &requested.exclude,
            map: &requested.map,
            logs: &requested.logs,
            seed: requested.seed.as_deref(),
        },
        window: StatedWindow {
            start,
            end,
            start_origin: requested.start_origin,
            end_origin: requested.end_origin,
        },
        as_of: requested.as_of,
        manifest_given: requested.manifest_given,
        collected: requested.collected.as_ref(),
        continues_from: requested.continues_from.as_ref(),
        state_sha256: run.state_sha256.as_deref(),
        totals: &report.totals,
        tool: &run.tool,
        version: &run.version,
        command: &run.command,
        caller: run.caller.as_deref(),
        clock_ahead: run.clock_ahead,
        started: run.started,
        finished: run.finished,
    }
}
