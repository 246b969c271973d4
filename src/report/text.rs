//! The report for people: what was asked, the verdict in words, where window and keys came from,
//! coverage, and findings worst first. Readable without colour; everything from outside is escaped.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};

use super::matrix::Matrix;
use super::v1::{
    Chain, Digests, Evidence, Finding, Logs, Origin, Report, Requested, SourceKind, Via,
};
use crate::coverage::State;
use crate::escape::escape;
use crate::finding::{Code, Severity, Verdict};

/// Chains told one by one before only those that are not verified are.
const CHAINS: usize = 20;
/// Chains told one by one at all.
const MOST_CHAINS: usize = 200;
/// Stretches of one chain's coverage told.
const STRETCHES: usize = 50;
/// Findings told.
const FINDINGS: usize = 200;

/// Writes the report.
///
/// # Errors
/// Where writing fails.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    verdict(report, out)?;
    Matrix::of(report).write(out)?;
    chains(report, out)?;
    findings(report, out)?;
    accepted(report, out)?;
    writeln!(out, "\nnot proven")?;
    for sentence in &report.not_proven {
        writeln!(out, "  - {}", escape(sentence))?;
    }
    Ok(())
}

fn verdict(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Requested {
        start,
        end,
        start_origin,
        end_origin,
        as_of,
        keys,
        source,
        ..
    } = &report.requested;
    let verdict = report.verdict.as_str().to_uppercase();
    writeln!(out, "{verdict}: {}", meaning(report))?;
    if !report.complete {
        writeln!(
            out,
            "  not complete: not everything asked for could be looked at"
        )?;
    }
    let bound = |text: &Option<String>, origin: &Origin, data: &str| match (text, origin) {
        (Some(time), Origin::Given) => format!("{time} (given)"),
        _ => format!("{data} (from the data)"),
    };
    let last = match (end, as_of, source) {
        (None, Some(now), SourceKind::S3) => format!("{now} (when it was looked at)"),
        _ => bound(end, end_origin, "each chain's last digest"),
    };
    writeln!(
        out,
        "  window   {} to {}",
        bound(start, start_origin, "each chain's first digest"),
        last
    )?;
    let given: Vec<_> = keys.iter().map(|k| escape(k)).collect();
    match (report.keys.len(), given.is_empty()) {
        (n, true) if *source == SourceKind::S3 => {
            writeln!(out, "  keys     {n} used, from ListPublicKeys")?;
        }
        (_, true) => writeln!(out, "  keys     none were given: give them with --keys")?,
        (0, false) => writeln!(out, "  keys     none used of those in {}", given.join(", "))?,
        (n, false) => writeln!(out, "  keys     {n} used, from files: {}", given.join(", "))?,
    }
    for (name, values) in asked(&report.requested) {
        let values: Vec<_> = values.iter().map(|v| escape(v)).collect();
        writeln!(out, "  {name:<8} {}", values.join(", "))?;
    }
    Ok(())
}

/// The verdict in words, with what it leaves out.
fn meaning(report: &Report) -> String {
    let not_read = report.totals.logs.not_read;
    let logs = if not_read == 0 {
        "there and intact"
    } else {
        "there"
    };
    let pending = pending_from(report);
    let mut said = match report.verdict {
        Verdict::Verified => {
            let until = pending
                .map(|from| format!(" until {from}"))
                .unwrap_or_default();
            format!(
                "every instant asked for{until} is covered by proven digests, and every log they name \
                 is {logs}"
            )
        }
        Verdict::Gaps => format!(
            "logging or validation was restarted, or no digest covers part of the window; what is \
             covered is proven, and every log it names is {logs}"
        ),
        Verdict::Unproven if report.chains.is_empty() => {
            "no digest was found; nothing is proven".into()
        }
        Verdict::Unproven if !report.chains.iter().any(has_proven) => {
            "no instant asked for is proven; nothing was found to be altered".into()
        }
        Verdict::Unproven => {
            "something could not be checked; nothing was found to be altered".into()
        }
        Verdict::Failed => "something was altered, is missing, or is forged".into(),
    };
    if pending.is_some() {
        said += "; later digests may not have been delivered yet";
    }
    if not_read > 0 {
        let Requested { logs, seed, .. } = &report.requested;
        let sample = seed.as_ref().map_or_else(String::new, |seed| {
            format!("; the sample {logs} was drawn with --seed {}", escape(seed))
        });
        let _ = write!(
            said,
            " ({not_read} logs were looked for and not read{sample})"
        );
    }
    said
}

fn has_proven(chain: &Chain) -> bool {
    chain.coverage.iter().any(|s| s.state == State::Verified)
}

/// The earliest instant at which a chain is pending.
fn pending_from(report: &Report) -> Option<&String> {
    let stretches = report.chains.iter().flat_map(|c| &c.coverage);
    stretches
        .filter(|s| s.state == State::Pending)
        .map(|s| &s.from)
        .min_by_key(|from| from.parse::<Timestamp>().ok())
}

fn asked(requested: &Requested) -> impl Iterator<Item = (&'static str, &Vec<String>)> {
    [
        ("regions", &requested.regions),
        ("accounts", &requested.account_ids),
        ("organizations", &requested.organization_ids),
        ("trails", &requested.trail_arns),
        ("buckets", &requested.buckets),
        ("prefixes", &requested.prefixes),
        ("map", &requested.map),
    ]
    .into_iter()
    .filter(|(_, values)| !values.is_empty())
}

fn chains(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let totals = &report.totals;
    writeln!(
        out,
        "\n{}: digests {}; logs {}",
        plural(totals.chains, "chain"),
        digests(&totals.digests),
        logs(&totals.logs)
    )?;
    let mut order: Vec<&Chain> = report.chains.iter().collect();
    order.sort_by_key(|c| std::cmp::Reverse(c.verdict));
    let told: Vec<&Chain> = if order.len() <= CHAINS {
        order
    } else {
        order
            .into_iter()
            .filter(|c| c.verdict != Verdict::Verified)
            .take(MOST_CHAINS)
            .collect()
    };
    let more = report.chains.len() - told.len();
    for chain in told {
        self::chain(chain, out)?;
    }
    if more > 0 {
        let verified = report
            .chains
            .iter()
            .filter(|c| c.verdict == Verdict::Verified)
            .count();
        writeln!(
            out,
            "\n  {more} chains more, of all chains {verified} verified; --format json has them all"
        )?;
    }
    Ok(())
}

fn chain(chain: &Chain, out: &mut dyn Write) -> io::Result<()> {
    let until = chain.verified_until.as_ref().map_or_else(
        || "not proven from the window's beginning".to_owned(),
        |until| format!("proven until {until}"),
    );
    writeln!(
        out,
        "\n  {}: {}, {until}",
        escape(&chain.id),
        chain.verdict.as_str()
    )?;
    for location in &chain.locations {
        let prefix = location
            .prefix
            .as_ref()
            .map(|p| format!("/{p}"))
            .unwrap_or_default();
        let place = format!("{}{prefix}", location.bucket);
        let organization = location
            .organization
            .as_ref()
            .map(|o| format!(" ({o})"))
            .unwrap_or_default();
        writeln!(out, "    written to {}{organization}", escape(&place))?;
    }
    for stretch in chain.coverage.iter().take(STRETCHES) {
        let length = length(&stretch.from, &stretch.to);
        let state = if stretch.state == State::Gap {
            "GAP"
        } else {
            stretch.state.as_str()
        };
        writeln!(
            out,
            "    {state:<8} {} to {}  {length}",
            stretch.from, stretch.to
        )?;
    }
    if chain.coverage.len() > STRETCHES {
        writeln!(
            out,
            "    {} more stretches",
            chain.coverage.len() - STRETCHES
        )?;
    }
    for gap in chain.gaps.iter().filter(|g| g.from == g.to).take(STRETCHES) {
        writeln!(out, "    RESTART  at {}", gap.from)?;
    }
    writeln!(out, "    digests  {}", digests(&chain.digests))?;
    let backfill = digests(&chain.backfill_digests);
    if backfill != "none" {
        writeln!(out, "    backfill {backfill}")?;
    }
    writeln!(out, "    logs     {}", logs(&chain.logs))
}

fn findings(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let counts = &report.totals.findings;
    let all = counts.failed + counts.unproven + counts.gap + counts.note;
    if all == 0 {
        return writeln!(out, "\nno findings");
    }
    writeln!(
        out,
        "\nfindings: {} failed, {} unproven, {} gap, {} note",
        counts.failed, counts.unproven, counts.gap, counts.note
    )?;
    let groups = groups(&report.findings);
    for group in groups.iter().take(FINDINGS) {
        self::finding(report, group, out)?;
    }
    if groups.len() > FINDINGS {
        writeln!(
            out,
            "\n  {} more; --format json has them all",
            groups.len() - FINDINGS
        )?;
    }
    Ok(())
}

/// Findings that say the same of several objects of one chain, told as one; worst first.
fn groups(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut known = HashMap::new();
    for finding in findings {
        let same = (
            finding.code.as_str(),
            &finding.chain,
            &finding.message,
            &finding.hint,
            finding.severity,
        );
        let at = *known.entry(same).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.first().map(|f| f.severity)));
    groups
}

fn finding(report: &Report, group: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let [finding, others @ ..] = group else {
        return Ok(());
    };
    let word = match finding.severity {
        Severity::Note => "note".to_owned(),
        other => other.as_str().to_uppercase(),
    };
    let mut head = format!("{word} {}", finding.code.as_str());
    let count: u64 = group.iter().map(|f| f.count.unwrap_or(1)).sum();
    if count > 1 {
        let _ = write!(head, " ({count})");
    }
    if let Some(chain) = &finding.chain {
        let _ = write!(head, "  {}", escape(chain));
    }
    writeln!(out, "\n  {head}")?;
    let mut line = |name: &str, value: Option<&str>| match value {
        Some(value) => writeln!(out, "    {name:<8} {}", escape(value)),
        None => Ok(()),
    };
    line("object", object(finding).as_deref())?;
    line("time", time(finding).as_deref())?;
    line("what", Some(&finding.message))?;
    let (expected, actual) = match finding.code {
        Code::DigestRelocated | Code::DigestIdentityMismatch => ("signed as", "found as"),
        Code::KeyUnknown | Code::KeyUnavailable | Code::KeyOutsideValidity => ("expected", "key"),
        Code::ChainFork => ("expected", "other"),
        Code::BackfillLate => ("expected", "made at"),
        Code::KeyInvalid => ("named", "really"),
        _ => ("expected", "actual"),
    };
    line(expected, finding.expected.as_deref())?;
    line(actual, finding.actual.as_deref())?;
    line("digest", finding.digest.as_deref())?;
    for event in evidence(report, finding) {
        line("event", Some(&told(event)))?;
    }
    if let Some(last) = others.last() {
        line(
            "and",
            Some(&format!("{} more, the last of them:", others.len())),
        )?;
        line("object", object(last).as_deref())?;
        line("time", time(last).as_deref())?;
    }
    line("hint", finding.hint.as_deref())
}

/// The events that bear on a finding, or on the gap that it tells.
fn evidence<'r>(report: &'r Report, finding: &'r Finding) -> &'r [Evidence] {
    if finding.severity != Severity::Gap {
        return &finding.evidence;
    }
    let chain = report
        .chains
        .iter()
        .find(|c| Some(&c.id) == finding.chain.as_ref());
    let time = (finding.from.as_ref(), finding.to.as_ref());
    let mut gaps = chain.into_iter().flat_map(|c| &c.gaps);
    let gap = gaps.find(|g| (Some(&g.from), Some(&g.to)) == time);
    gap.map_or(&[], |g| &g.evidence)
}

/// An event in one line: when, what, who, from where, and where that is recorded.
fn told(event: &Evidence) -> String {
    let mut said = format!("{} {}", event.event_time, event.event_name);
    if let Some(code) = &event.error_code {
        let _ = write!(said, " (refused: {code})");
    }
    if let Some(actor) = &event.actor
        && let Some(who) = actor
            .arn
            .as_ref()
            .or(actor.account.as_ref())
            .or(actor.kind.as_ref())
    {
        let _ = write!(said, " by {who}");
    }
    let more = [
        ("from", &event.source_ip),
        ("event", &event.event_id),
        ("in", &event.log),
    ];
    for (word, value) in more {
        if let Some(value) = value {
            let _ = write!(said, ", {word} {value}");
        }
    }
    match event.via {
        Via::VerifiedLog => {}
        Via::LookupEvents => said += ", says LookupEvents",
        Via::TrailStatus => said += ", says GetTrailStatus",
    }
    said
}

fn object(finding: &Finding) -> Option<String> {
    let key = finding.key.as_ref()?;
    Some(match &finding.bucket {
        Some(bucket) => format!("s3://{bucket}/{key}"),
        None => key.clone(),
    })
}

fn time(finding: &Finding) -> Option<String> {
    match (&finding.from, &finding.to) {
        (Some(from), Some(to)) if from == to => Some(format!("at {from}")),
        (Some(from), Some(to)) => Some(format!("{from} to {to}  {}", length(from, to))),
        _ => None,
    }
}

fn accepted(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.accepted.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\naccepted beforehand; the verdict is what it would be without"
    )?;
    for a in &report.accepted {
        let line = format!(
            "{} {} to {}: {} ({}; {})",
            a.chain,
            a.from,
            a.to,
            a.reason,
            a.who,
            plural(a.findings, "finding")
        );
        writeln!(out, "  - {}", escape(&line))?;
    }
    Ok(())
}

fn digests(d: &Digests) -> String {
    counted(&[
        (d.valid, "valid"),
        (d.failed, "failed"),
        (d.missing, "missing"),
        (d.missing_inferred, "more inferred missing"),
        (d.unproven, "unproven"),
    ])
}

fn logs(l: &Logs) -> String {
    counted(&[
        (l.valid, "valid"),
        (l.failed, "failed"),
        (l.missing, "missing"),
        (l.unproven, "unproven"),
        (l.not_read, "there, not read"),
    ])
}

fn counted(counts: &[(u64, &str)]) -> String {
    let some: Vec<String> = counts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} {what}"))
        .collect();
    if some.is_empty() {
        "none".into()
    } else {
        some.join(", ")
    }
}

pub(super) fn plural(n: u64, what: &str) -> String {
    if n == 1 {
        format!("1 {what}")
    } else {
        format!("{n} {what}s")
    }
}

/// The length of a stretch, as in `2d 3h 20m`.
pub(super) fn length(from: &str, to: &str) -> String {
    let (Ok(from), Ok(to)) = (from.parse::<Timestamp>(), to.parse::<Timestamp>()) else {
        return String::new();
    };
    lengthy(to.duration_since(from))
}

/// A length, as in `2d 3h 20m`.
pub(super) fn lengthy(length: SignedDuration) -> String {
    let mut seconds = length.max(SignedDuration::ZERO).as_secs();
    let mut parts = Vec::new();
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")] {
        if seconds >= unit {
            parts.push(format!("{}{name}", seconds / unit));
            seconds %= unit;
        }
    }
    if parts.is_empty() {
        "no time".into()
    } else {
        parts.join(" ")
    }
}
