//! Metrics in Prometheus' text format, as the textfile collector of the node exporter reads them.

use std::collections::BTreeSet;
use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};

use super::absent::{absent_chains, absent_verdict, count_by_verdict};
use super::custody;
use super::scope_label::scope;
use super::v1::{Chain, Change, ChangesOfTrail, Digests, Finding, FindingCounts, Logs, Report};
use crate::base::text::escape;
use crate::proof::coverage::State;
use crate::proof::finding::{Code, Severity, Verdict};

const VERDICTS: [Verdict; 4] = [
    Verdict::Verified,
    Verdict::Gaps,
    Verdict::Unproven,
    Verdict::Failed,
];

/// The facts of custody that are labels. All metrics have the label `scope`.
const INFO: [&str; 13] = [
    "evidence_sha256",
    "manifest_sha256",
    "tool",
    "version",
    "command",
    "caller",
    "source",
    "collected_by",
    "collected_with",
    "collected_started",
    "collected_ended",
    "continues_from",
    "state_sha256",
];

/// Writes the metrics.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let totals = &report.totals;
    let mut metrics = Metrics {
        out,
        scope: label(&scope(report)),
    };
    metrics.one(
        "last_completion_timestamp_seconds",
        "When the last validation was finished.",
        seconds(report.run.finished),
    )?;
    metrics.one(
        "verdict",
        "The verdict: 0 verified, 1 gaps, 2 unproven, 3 failed.",
        level(report.verdict),
    )?;
    metrics.one(
        "complete",
        "1 if everything requested could be checked, otherwise 0.",
        u8::from(report.complete),
    )?;
    if let Some(status) = report.run.exit_status {
        let help = "The exit status: that of the verdict over everything that is not accepted; 130 \
                    if the run was interrupted.";
        metrics.one("exit_status", help, status)?;
    }
    if let Some(runs) = state_runs(report) {
        let help =
            "How many runs the state has seen. Lower than before: it was begun anew or put back.";
        metrics.one("state_runs", help, runs)?;
    }
    custody(report, &mut metrics)?;
    chains(report, &mut metrics)?;
    findings(&totals.findings, &mut metrics)?;
    changes(report, &mut metrics)?;
    let help = "Digests by state.";
    digests("digests", help, &totals.digests, &mut metrics)?;
    let (name, help) = ("backfill_digests", "Backfill digests by state.");
    digests(name, help, &totals.backfill_digests, &mut metrics)?;
    logs(&totals.logs, &mut metrics)?;
    per_chain(report, &mut metrics)
}

/// What an auditor compares with another report. Times are values, so that they are no series of their own.
fn custody(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    let (start, end) = custody::window(report);
    let times = [
        (
            "started_timestamp_seconds",
            "When the last validation was started.",
            Some(report.run.started),
        ),
        (
            "as_of_timestamp_seconds",
            "The time of the check, as given or by the clock.",
            report.requested.as_of,
        ),
        (
            "window_start_timestamp_seconds",
            "The beginning of the window.",
            start,
        ),
        (
            "window_end_timestamp_seconds",
            "The end of the window.",
            end,
        ),
    ];
    for (name, help, time) in times {
        if let Some(time) = time {
            metrics.one(name, help, seconds(time))?;
        }
    }
    let help = "Always 1. The labels say which evidence was judged, by which program and for whom.";
    metrics.head("report_info", help)?;
    let facts: Vec<(&str, String)> = custody::known(report)
        .filter(|(name, _)| INFO.contains(name))
        .collect();
    let labels: Vec<(&str, &str)> = facts
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    metrics.sample("report_info", &labels, 1)
}

/// How many runs the state holds that this run leaves, or that it continued if it leaves none.
fn state_runs(report: &Report) -> Option<i64> {
    let continued = report.requested.continues_from.as_ref();
    let is_left = report.run.state_sha256.is_some();
    if continued.is_none() && !is_left {
        return None;
    }
    let before = continued.map_or(0, |state| state.runs);
    i64::try_from(before.saturating_add(is_left.into())).ok()
}

fn chains(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    let help = "Chains by verdict; missing chains count too.";
    metrics.head("chains", help)?;
    for verdict in VERDICTS {
        let count = count_by_verdict(report, verdict);
        metrics.sample("chains", &[("verdict", verdict.as_str())], count)?;
    }
    let help = "Chains that should exist, and of which no digest was found.";
    let missing = i64::try_from(missing_chains(report)).unwrap_or(i64::MAX);
    metrics.one("chains_missing", help, missing)
}

/// How many chains are reported as missing.
fn missing_chains(report: &Report) -> usize {
    let findings = report.findings.iter();
    let missing = findings.filter(|f| f.code == Code::ChainMissing && f.severity > Severity::Note);
    let chains = missing.map(|f| (f.chain.as_deref(), f.organization.as_deref()));
    chains.collect::<BTreeSet<_>>().len()
}

fn findings(counts: &FindingCounts, metrics: &mut Metrics<'_>) -> io::Result<()> {
    metrics.head("findings", "Findings by severity.")?;
    for (severity, count) in [
        ("failed", counts.failed),
        ("unproven", counts.unproven),
        ("gap", counts.gap),
        ("note", counts.note),
    ] {
        metrics.sample("findings", &[("severity", severity)], count)?;
    }
    Ok(())
}

/// The changes to each trail. A trail without an owner that is known has the label of its organization.
fn changes(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    if report.changes.is_empty() {
        return Ok(());
    }
    let name = "trail_changes";
    metrics.head(
        name,
        "Recorded calls on a trail, its bucket and its KMS key, by what they did; at most 200 of one trail.",
    )?;
    for of in &report.changes {
        let count = |is: fn(&Change) -> bool| of.changes.iter().filter(|c| is(c)).count();
        for (effect, count) in [
            ("reduced", count(|c| c.reduces)),
            ("changed", count(|c| !c.reduces && !c.refused)),
            ("refused", count(|c| !c.reduces && c.refused)),
        ] {
            let mut labels = labels_of_trail(of);
            labels.push(("effect", effect));
            metrics.sample(name, &labels, count)?;
        }
    }
    let name = "trail_changes_searched";
    metrics.head(
        name,
        "1 if the logs of a trail's owner in its home region were searched for such calls, otherwise 0.",
    )?;
    for of in &report.changes {
        let searched = u8::from(of.not_searched.is_none());
        metrics.sample(name, &labels_of_trail(of), searched)?;
    }
    Ok(())
}

fn labels_of_trail(of: &ChangesOfTrail) -> Vec<(&'static str, &str)> {
    let owner = of.owner.as_deref();
    let organization = of.organization.as_deref();
    let of_trail = [
        ("home_region", of.home_region.as_str()),
        ("trail", &of.trail),
    ];
    let owner = owner.map(|owner| ("owner", owner));
    let organization = organization.map(|organization| ("organization", organization));
    let labels = owner.into_iter().chain(organization);
    labels.chain(of_trail).collect()
}

fn digests(name: &str, help: &str, digests: &Digests, metrics: &mut Metrics<'_>) -> io::Result<()> {
    metrics.head(name, help)?;
    for (state, count) in [
        ("valid", digests.valid),
        ("failed", digests.failed),
        ("missing", digests.missing),
        ("missing_inferred", digests.missing_inferred),
        ("unproven", digests.unproven),
    ] {
        metrics.sample(name, &[("state", state)], count)?;
    }
    Ok(())
}

fn logs(logs: &Logs, metrics: &mut Metrics<'_>) -> io::Result<()> {
    metrics.head("logs", "Logs by state.")?;
    for (state, count) in [
        ("valid", Some(logs.valid)),
        ("failed", Some(logs.failed)),
        ("missing", Some(logs.missing)),
        ("unproven", Some(logs.unproven)),
        ("unreferenced", logs.unreferenced),
        ("not_read", Some(logs.not_read)),
    ] {
        if let Some(count) = count {
            metrics.sample("logs", &[("state", state)], count)?;
        }
    }
    Ok(())
}

fn per_chain(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    let name = "chain_verdict";
    metrics.head(
        name,
        "The verdict of a chain: 0 verified, 1 gaps, 2 unproven, 3 failed.",
    )?;
    for chain in &report.chains {
        metrics.sample(name, &labels(chain), level(chain.verdict))?;
    }
    for worst in absent_chains(report).into_values() {
        let level = level(absent_verdict(worst));
        metrics.sample(name, &labels_of(worst), level)?;
    }
    let name = "chain_verified_until_timestamp_seconds";
    metrics.head(
        name,
        "The end of the time that is verified without interruption from the window's start; absent \
         if the start is not verified.",
    )?;
    for chain in &report.chains {
        if let Some(until) = chain.verified_until {
            metrics.sample(name, &labels(chain), seconds(until))?;
        }
    }
    let name = "chain_gap_seconds";
    metrics.head(
        name,
        "The part of a chain's window that no digest covers, in seconds.",
    )?;
    for chain in &report.chains {
        let gaps = chain.coverage.iter().filter(|s| s.state == State::Gap);
        let open: SignedDuration = gaps
            .map(|s| s.to.duration_since(s.from))
            .fold(SignedDuration::ZERO, SignedDuration::saturating_add);
        metrics.sample(name, &labels(chain), open.as_secs())?;
    }
    let name = "chain_gap_removals";
    metrics.head(
        name,
        "Gaps of a chain in which recorded calls removed or overwrote objects.",
    )?;
    for chain in &report.chains {
        let removals = chain.gaps.iter().filter(|gap| gap.removals.is_some());
        metrics.sample(name, &labels(chain), removals.count())?;
    }
    let name = "chain_logs_not_read";
    metrics.head(name, "Logs of a chain that exist but were not read.")?;
    for chain in &report.chains {
        metrics.sample(name, &labels(chain), chain.logs.not_read)?;
    }
    Ok(())
}

fn level(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Verified => 0,
        Verdict::Gaps => 1,
        Verdict::Unproven => 2,
        Verdict::Failed => 3,
    }
}

fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}

/// The labels of a chain. If an account's own trail and its organization's have the same name, the organization
/// tells them apart: two samples of one series would be an error.
fn labels(chain: &Chain) -> Vec<(&'static str, &str)> {
    let own = [
        ("account", chain.account.as_str()),
        ("region", &chain.region),
        ("home_region", &chain.home_region),
        ("trail", &chain.trail),
    ];
    let organization = chain.organization.as_deref();
    let organization = organization.filter(|_| chain.shares_id);
    let organization = organization.map(|organization| ("organization", organization));
    own.into_iter().chain(organization).collect()
}

/// The labels of a chain without a digest, of which only the id and the organization are known.
fn labels_of(finding: &Finding) -> Vec<(&'static str, &str)> {
    let mut parts = finding.chain.iter().flat_map(|id| id.splitn(4, '/'));
    let own = ["account", "region", "home_region", "trail"];
    let own = own.map(|name| (name, parts.next().unwrap_or("")));
    let organization = finding.organization.as_deref();
    let organization = organization.filter(|_| finding.shares_id);
    let organization = organization.map(|organization| ("organization", organization));
    own.into_iter().chain(organization).collect()
}

/// Writes gauges.
struct Metrics<'a> {
    out: &'a mut dyn Write,
    /// A label that differs between runs on different trails or buckets. A collector reads the files of
    /// several runs, and two samples of the same series would be an error.
    scope: String,
}

impl Metrics<'_> {
    fn one(&mut self, name: &str, help: &str, value: impl Into<i64>) -> io::Result<()> {
        self.head(name, help)?;
        self.sample(name, &[], value.into())
    }

    fn head(&mut self, name: &str, help: &str) -> io::Result<()> {
        writeln!(self.out, "# HELP trailproof_{name} {help}")?;
        writeln!(self.out, "# TYPE trailproof_{name} gauge")
    }

    fn sample(
        &mut self,
        name: &str,
        labels: &[(&str, &str)],
        value: impl std::fmt::Display,
    ) -> io::Result<()> {
        write!(self.out, "trailproof_{name}{{scope=\"{}\"", self.scope)?;
        for (name, text) in labels {
            write!(self.out, ",{name}=\"{}\"", label(text))?;
        }
        writeln!(self.out, "}} {value}")
    }
}

/// A label's value as the format writes it. `escape` has replaced line feeds already.
fn label(text: &str) -> String {
    escape(text).replace('\\', "\\\\").replace('"', "\\\"")
}
