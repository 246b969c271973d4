//! The report for people.

use std::io;

use super::v1::{By, Report, Step};
use crate::base::text::{escape, one_or_many, plural, s3_uri};
use crate::proof::finding::Severity;
use crate::report::tone::TextWriter;
use crate::report::validation::groups::{of_content, values};

/// Writes the report: the answer, then what it rests on.
///
/// # Errors
/// Where writing fails.
pub fn write(report: &Report, out: &mut dyn TextWriter) -> io::Result<()> {
    let verdict = report.verdict.as_str().to_uppercase();
    out.tone(report.verdict.into());
    writeln!(out, "{verdict}: {}\n", escape(&report.answer))?;
    let place = s3_uri(report.object.bucket.as_deref(), &report.object.key);
    row(out, report.object.kind, &place)?;
    if let Some(sha256) = &report.object.sha256 {
        let what = match report.object.kind {
            "log" => "recorded",
            _ => "sha-256",
        };
        row(out, what, &of_content(sha256))?;
    }
    if report.object.kind == "log" {
        for digest in &report.digests {
            let what = if digest.backfill {
                ", a backfill digest"
            } else {
                ""
            };
            let (from, to) = (digest.from, digest.to);
            row(
                out,
                "named by",
                &format!("{}, {from} to {to}{what}", digest.key),
            )?;
        }
    }
    for step in &report.path {
        row(out, "proven by", &told(step))?;
    }
    for (what, neighbour) in [("before it", &report.previous), ("after it", &report.next)] {
        if let Some(neighbour) = neighbour {
            let state = if neighbour.proven {
                "proven"
            } else {
                "not proven"
            };
            row(out, what, &format!("{}, {state}", neighbour.key))?;
        }
    }
    let searched = &report.searched;
    let chains = one_or_many(searched.chains.len(), "one chain", "chains");
    let backfill = match searched.backfill_digests {
        0 => String::new(),
        n => format!(" and {}", plural(n, "backfill digest")),
    };
    let counts = format!(
        "{}{backfill} of {chains}, {} to {}",
        plural(searched.digests, "digest"),
        searched.from,
        searched.to
    );
    row(out, "searched", &counts)?;
    for finding in report
        .findings
        .iter()
        .filter(|f| f.severity > Severity::Note)
    {
        let key = finding.key.as_deref().unwrap_or_default();
        // Of a log that stands above.
        let of_digest = report.object.kind != "log";
        let (severity, code) = (finding.severity.as_str(), finding.code.word());
        out.tone(finding.severity.into());
        writeln!(out, "\n{severity}  {}  {}", escape(&code), escape(key))?;
        writeln!(out, "  {}", escape(&finding.message))?;
        if let Some(digest) = finding.digest.as_ref().filter(|_| of_digest) {
            writeln!(out, "  named by {}", escape(digest))?;
        }
        for (name, value) in values(finding) {
            writeln!(out, "  {name} {}", escape(&value))?;
        }
        if let Some(hint) = &finding.hint {
            writeln!(out, "  -> {}", escape(hint))?;
        }
    }
    if !report.not_proven.is_empty() {
        writeln!(out, "\nnot proven")?;
    }
    for sentence in &report.not_proven {
        writeln!(out, "  {}", escape(sentence))?;
    }
    Ok(())
}

fn row(out: &mut dyn TextWriter, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{name:<15}  {}", escape(value))
}

/// What proves a digest, in words.
fn told(step: &Step) -> String {
    let key = step.key.as_ref().map(|key| {
        let (from, to) = (key.valid_from, key.valid_to);
        let origin = key.origin.word();
        format!(
            "key {} of {} ({origin}), valid {from} to {to}",
            key.fingerprint, key.region
        )
    });
    let key = key.unwrap_or_default();
    let later = step.recorded_in.as_deref().unwrap_or("a later digest");
    match step.by {
        By::OwnSignature => format!("its signature, under {key}"),
        By::RecordedSignature => format!("its signature, which {later} recorded, under {key}"),
        By::RecordedHash => format!("its sha-256, which {later} recorded"),
    }
}
