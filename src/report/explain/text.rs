//! The report for a terminal.

use std::io;

use super::v1::{By, ExplainedKind, Report, Step};
use crate::base::text::{escape, one_or_many, plural, s3_uri};
use crate::proof::finding::Severity;
use crate::report::tone::TextWriter;
use crate::report::validation::groups::{compared_values, mark_hash};
use crate::report::validation::recovery::recovery_values;
use crate::report::validation::v1::Finding;

/// Writes the report: the answer, then its evidence, the findings, and what is not proven.
///
/// # Errors
/// When writing fails.
pub fn write(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let verdict = report.verdict.as_str().to_uppercase();
    out.tone(report.verdict.into());
    writeln!(out, "{verdict}: {}\n", escape(&report.answer))?;
    object(report, out)?;
    for step in &report.path {
        row(out, "proven by", &proof(step))?;
    }
    for (name, neighbour) in [
        ("previous digest", &report.previous),
        ("next digest", &report.next),
    ] {
        if let Some(neighbour) = neighbour {
            let state = match neighbour.proven {
                true => "proven",
                false => "not proven",
            };
            row(out, name, &format!("{}, {state}", neighbour.key))?;
        }
    }
    searched(report, out)?;
    findings(report, out)?;
    if !report.not_proven.is_empty() {
        writeln!(out, "\nnot proven")?;
    }
    for sentence in &report.not_proven {
        writeln!(out, "  - {}", escape(sentence))?;
    }
    Ok(())
}

/// The object, its hash, and the digests that list it if it is a log.
fn object(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let object = &report.object;
    let uri = s3_uri(object.bucket.as_deref(), &object.key);
    row(out, object.kind.as_str(), &uri)?;
    let is_log = object.kind == ExplainedKind::Log;
    if let Some(sha256) = &object.sha256 {
        let name = if is_log { "recorded" } else { "sha-256" };
        row(out, name, &mark_hash(sha256))?;
    }
    for digest in report.digests.iter().filter(|_| is_log) {
        let backfill = match digest.backfill {
            true => "; a backfill digest",
            false => "",
        };
        let (from, to) = (digest.from, digest.to);
        let value = format!("{} ({from} to {to}{backfill})", digest.key);
        row(out, "listed by", &value)?;
    }
    Ok(())
}

fn searched(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let searched = &report.searched;
    let chains = one_or_many(searched.chains.len(), "1 chain", "chains");
    let backfill = match searched.backfill_digests {
        0 => String::new(),
        n => format!(" and {}", plural(n, "backfill digest")),
    };
    let counts = format!(
        "{}{backfill} in {chains}, {} to {}",
        plural(searched.digests, "digest"),
        searched.from,
        searched.to
    );
    row(out, "searched", &counts)
}

/// The findings. Of those that say the same about many digests, only the first is shown.
fn findings(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let shown = report
        .findings
        .iter()
        .filter(|f| f.severity > Severity::Note);
    let shown: Vec<&Finding> = shown.collect();
    for alike in shown.chunk_by(|one, next| is_alike(one, next)) {
        for one in alike.iter().take(1) {
            finding(one, report.object.kind, out)?;
        }
        if alike.len() > 1 {
            let more = plural(alike.len() - 1, "further finding");
            writeln!(
                out,
                "  and {more} of this kind; use --format json to see them"
            )?;
        }
    }
    Ok(())
}

fn is_alike(one: &Finding, other: &Finding) -> bool {
    (&one.code, &one.message, &one.hint) == (&other.code, &other.message, &other.hint)
}

fn finding(finding: &Finding, kind: ExplainedKind, out: &mut dyn TextWriter) -> io::Result<()> {
    let key = finding.key.as_deref().unwrap_or_default();
    let (severity, code) = (finding.severity.as_str(), finding.code.word());
    out.tone(finding.severity.into());
    writeln!(out, "\n{severity}  {}  {}", escape(&code), escape(key))?;
    writeln!(out, "  {}", escape(&finding.message))?;
    // The digest that lists a log is shown with the log already.
    let digest = finding.digest.as_ref();
    if let Some(digest) = digest.filter(|_| kind != ExplainedKind::Log) {
        writeln!(out, "  recorded in {}", escape(digest))?;
    }
    for (label, value) in compared_values(finding) {
        writeln!(out, "  {label} {}", escape(&value))?;
    }
    for (label, value) in recovery_values(finding) {
        writeln!(out, "  {label} {}", escape(&value))?;
    }
    if let Some(hint) = &finding.hint {
        writeln!(out, "  -> {}", escape(hint))?;
    }
    match finding.command_line() {
        Some(line) => writeln!(out, "     {line}"),
        None => Ok(()),
    }
}

fn row(out: &mut dyn TextWriter, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{name:<15}  {}", escape(value))
}

/// How a digest is proven.
fn proof(step: &Step) -> String {
    let key = step.key.as_ref().map(|key| {
        let (from, to) = (key.valid_from, key.valid_to);
        let origin = key.origin.word();
        format!(
            "verified with public key {} of {} ({origin}), valid {from} to {to}",
            key.fingerprint, key.region
        )
    });
    let key = key.unwrap_or_default();
    let later = step.recorded_in.as_deref().unwrap_or("a later digest");
    match step.by {
        By::OwnSignature => format!("its own signature, {key}"),
        By::RecordedSignature => format!("its signature, recorded in {later}, {key}"),
        By::RecordedHash => format!("its SHA-256, recorded in {later}"),
    }
}
