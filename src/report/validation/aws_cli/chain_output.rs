//! The output for one chain, like one run of `aws cloudtrail validate-logs` on its trail.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use super::printer::{AskedWindow, FileCount, FileKind, Printer, Streams};
use super::results::FileResults;
use super::subject::{is_about_log, is_backfill_key};
use super::walk::{AwsCliWalk, UNKNOWN, WalkItem};
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::{ChainId, TrailArn};
use crate::proof::finding::Code;
use crate::report::validation::v1::{Chain, Digests, Finding, Report, full_name};

/// The id of a chain, and its organization.
pub type ChainName<'a> = (&'a str, Option<&'a str>);

/// What is printed for one chain.
pub struct ChainOutput<'a> {
    report: &'a Report,
    id: &'a str,
    organization: Option<&'a str>,
    /// `None` for a chain that is missing.
    chain: Option<&'a Chain>,
    /// The problems of the chain.
    pub findings: Vec<&'a Finding>,
    /// Problems that belong to no chain and are printed with this one.
    pub without_chain: Vec<&'a Finding>,
}

impl<'a> ChainOutput<'a> {
    /// The output for a chain, still without findings.
    pub fn new(
        report: &'a Report,
        (id, organization): ChainName<'a>,
        chain: Option<&'a Chain>,
    ) -> Self {
        ChainOutput {
            report,
            id,
            organization,
            chain,
            findings: Vec::new(),
            without_chain: Vec::new(),
        }
    }

    /// Prints the output, with `is_labelled` after a label. Without `results`, files are counted as the report
    /// counts them.
    pub fn print(
        &self,
        results: Option<&FileResults>,
        verbose: bool,
        is_labelled: bool,
        streams: &mut Streams<'_>,
    ) -> io::Result<()> {
        let (asked, arn) = (self.window(), self.arn());
        let label = self.label(&arn).filter(|_| is_labelled);
        let mut printer = Printer::new(streams, verbose, label);
        printer.start(&arn, asked)?;
        let mut walk = AwsCliWalk {
            printer,
            results,
            window: asked.bounds(),
            found: None,
            home: self.id.split('/').nth(2).unwrap_or_default(),
            is_absent: self.chain.is_none(),
            by_key: self.worst_by_digest(),
            without_finding: self.findings_on_logs(),
        };
        for backfill in [false, true] {
            let items = self.items(results, backfill, &walk.by_key)?;
            walk.run(&items, backfill)?;
        }
        // Last come logs that no digest lists, and findings that are not about a file.
        for finding in self.findings.iter().chain(&self.without_chain) {
            if self.place_of(finding, results.is_some()).is_none() {
                walk.finding(finding, false)?;
            }
        }
        if results.is_none() {
            self.count_as_reported(&mut walk);
        }
        let not_read = self.chain.map_or(0, |chain| chain.logs.not_read);
        walk.printer.count(FileKind::Log).not_read = not_read;
        let unreadable = |f: &Finding| f.code == Code::SourceUnreadable;
        let is_looked_up = !self.report.findings.iter().any(unreadable);
        walk.printer.summary(asked, walk.found, is_looked_up)
    }

    /// The options of the AWS CLI's run for this chain. It validates one region per run, and needs the account
    /// of an organization's chain. `None` if the chain is not known.
    fn label(&self, arn: &str) -> Option<String> {
        let id: ChainId = self.id.parse().ok()?;
        let mut label = format!("--trail-arn {arn} --region {}", id.region);
        let owner = arn.parse::<TrailArn>().ok().map(|arn| arn.account);
        if self.organization.is_some() || owner.is_some_and(|owner| owner != id.account) {
            label += &format!(" --account-id {}", id.account);
        }
        Some(label)
    }

    /// The trail's ARN: the requested one, if it belongs to the chain.
    fn arn(&self) -> String {
        let requested = &self.report.requested.trail_arns;
        let Ok(id) = self.id.parse::<ChainId>() else {
            return requested.first().cloned().unwrap_or_else(|| UNKNOWN.into());
        };
        // An organization trail belongs to another account than the chain.
        let organization = |c: &&Chain| c.locations.iter().any(|l| l.organization.is_some());
        let any_owner = self.chain.is_none() || self.chain.as_ref().is_some_and(organization);
        let is_its = |text: &&String| {
            text.parse::<TrailArn>().is_ok_and(|arn| {
                arn.trail == id.trail
                    && arn.home_region == id.home_region
                    && (any_owner || arn.account == id.account)
            })
        };
        requested.iter().find(is_its).cloned().unwrap_or_else(|| {
            let arn = TrailArn {
                partition: id.region.partition().into(),
                home_region: id.home_region,
                account: id.account,
                trail: id.trail,
            };
            arn.to_string()
        })
    }

    /// The requested window. The data give the bounds that were not requested.
    fn window(&self) -> AskedWindow {
        let requested = &self.report.requested;
        let window = self.chain.map(|c| &c.window);
        let to = requested.end.or(window.map(|w| w.to)).or(requested.as_of);
        let to = to.unwrap_or(self.report.run.started);
        let from = requested.start.or(window.map(|w| w.from));
        AskedWindow { from, to }
    }

    /// The worst finding of each digest: a file is printed once.
    fn worst_by_digest(&self) -> HashMap<&'a str, &'a Finding> {
        let mut by_key: HashMap<&str, &Finding> = HashMap::new();
        for finding in self.findings.iter().filter(|f| !is_about_log(f)) {
            let Some(key) = finding.key.as_deref() else {
                continue;
            };
            let worst = by_key.entry(key).or_insert(finding);
            if finding.severity > worst.severity {
                *worst = finding;
            }
        }
        by_key
    }

    /// Minus the number of logs that have a finding of their own, by code. The walk adds every log that it
    /// prints, so what results are the logs without one.
    fn findings_on_logs(&self) -> BTreeMap<Code, i64> {
        let mut counts: BTreeMap<Code, i64> = BTreeMap::new();
        let own = |f: &&&Finding| is_about_log(f) && f.key.is_some() && f.digest.is_some();
        let own = self.findings.iter().filter(own);
        for code in own.filter_map(|f| f.code.known()) {
            *counts.entry(*code).or_default() -= 1;
        }
        counts
    }

    /// The walk in which a finding is printed: over backfill digests (`true`) or over the others. `None` if
    /// it is printed after both. With `has_results`, logs that a digest lists are printed anyway.
    fn place_of(&self, finding: &Finding, has_results: bool) -> Option<bool> {
        // A finding that represents many files comes last, when it is known how many of them were printed.
        if finding.key.is_none() && finding.code != Code::DigestMissing {
            return None;
        }
        let digest = match (is_about_log(finding), &finding.digest) {
            (true, Some(_)) if has_results && finding.key.is_some() => return Some(false),
            (true, digest) => digest.as_deref()?,
            (false, _) => finding.key.as_deref().unwrap_or_default(),
        };
        finding.chain.as_ref()?;
        Some(is_backfill_key(digest))
    }

    /// The steps of one walk, newest first.
    fn items(
        &self,
        results: Option<&FileResults>,
        backfill: bool,
        by_key: &HashMap<&str, &Finding>,
    ) -> io::Result<Vec<WalkItem<'a>>> {
        let mut items: Vec<(i64, WalkItem<'a>)> = Vec::new();
        let mut recorded = HashSet::new();
        if let Some(results) = results {
            let keys = self.findings.iter().filter_map(|f| f.key.as_deref());
            let problems: HashSet<&str> = keys.collect();
            for entry in results.digests(&full_name(self.id, self.organization), backfill) {
                let key = results.read(entry)?.key;
                if problems.contains(key.as_str()) {
                    recorded.insert(key);
                }
                items.push((entry.end, WalkItem::Digest(entry)));
            }
        }
        for finding in &self.findings {
            let is_printed_elsewhere = match (&finding.key, is_about_log(finding)) {
                (_, true) => results.is_some(),
                (Some(key), _) => {
                    let worst = by_key.get(key.as_str());
                    recorded.contains(key)
                        || worst.is_some_and(|worst| !std::ptr::eq(*worst, *finding))
                }
                (None, _) => false,
            };
            if self.place_of(finding, results.is_some()) == Some(backfill) && !is_printed_elsewhere
            {
                let end = finding.to.map_or(i64::MIN, |to| to.as_second());
                items.push((end, WalkItem::Finding(finding)));
            }
        }
        let gaps = self.chain.iter().flat_map(|c| &c.gaps);
        for gap in gaps.filter(|g| g.restart && results.is_none() && !backfill) {
            items.push((gap.to.as_second(), WalkItem::Gap(gap.from, gap.to)));
        }
        items.sort_by_key(|(end, _)| Reverse(*end));
        Ok(items.into_iter().map(|(_, item)| item).collect())
    }

    /// Takes over the counts of the report, which lists only files with findings.
    fn count_as_reported(&self, walk: &mut AwsCliWalk<'_, '_, '_>) {
        let Some(chain) = self.chain else { return };
        let mut set = |kind, valid, wrong: &[u64], unproven: u64| {
            let count = walk.printer.count(kind);
            let unchecked = count.unchecked.min(unproven);
            let wrong = wrong.iter().fold(0, |sum: u64, n| sum.saturating_add(*n));
            *count = FileCount {
                valid,
                invalid: wrong.saturating_add(unproven - unchecked),
                unchecked,
                not_read: 0,
            };
        };
        let digests = [
            (FileKind::Digest, &chain.digests),
            (FileKind::BackfillDigest, &chain.backfill_digests),
        ];
        for (kind, d) in digests {
            let Digests {
                valid,
                failed,
                missing,
                missing_inferred,
                unproven,
            } = *d;
            set(kind, valid, &[failed, missing, missing_inferred], unproven);
        }
        let logs = &chain.logs;
        let wrong = [logs.failed, logs.missing, logs.unreferenced.unwrap_or(0)];
        set(FileKind::Log, logs.valid, &wrong, logs.unproven);
        if let (Some(first), Some(last)) = (&chain.first_digest, &chain.last_digest) {
            walk.extend_found(shift(first.end, -HOUR), last.end);
        }
    }
}
