//! One chain, as one run of `aws cloudtrail validate-logs` tells it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use jiff::Timestamp;

use super::messages;
use super::printer::{Count, Printer, Streams};
use super::results::FileResults;
use super::walk::{Course, Item, NOWHERE, sum};
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::{ChainId, TrailArn};
use crate::proof::finding::Code;
use crate::report::validation::v1::{Chain, Digests, Finding, Report};

/// What is told of one chain.
pub struct Block<'a> {
    report: &'a Report,
    id: &'a str,
    chain: Option<&'a Chain>,
    /// Problems of the chain.
    pub findings: Vec<&'a Finding>,
    /// Problems that concern no chain.
    pub besides: Vec<&'a Finding>,
}

impl<'a> Block<'a> {
    /// The block of a chain, of which nothing was found yet.
    pub fn new(report: &'a Report, id: &'a str, chain: Option<&'a Chain>) -> Self {
        Block {
            report,
            id,
            chain,
            findings: Vec::new(),
            besides: Vec::new(),
        }
    }

    /// The trail's ARN: the one that was asked for, where it is that of the chain.
    fn arn(&self) -> String {
        let asked = &self.report.requested.trail_arns;
        let Ok(id) = self.id.parse::<ChainId>() else {
            return asked.first().cloned().unwrap_or_else(|| NOWHERE.into());
        };
        let organization = |c: &&Chain| c.locations.iter().any(|l| l.organization.is_some());
        let any_owner = self.chain.is_none() || self.chain.as_ref().is_some_and(organization);
        let is_its = |text: &&String| {
            text.parse::<TrailArn>().is_ok_and(|arn| {
                arn.trail == id.trail
                    && arn.home_region == id.home_region
                    && (any_owner || arn.account == id.account)
            })
        };
        asked.iter().find(is_its).cloned().unwrap_or_else(|| {
            let arn = TrailArn {
                partition: id.region.partition().into(),
                home_region: id.home_region,
                account: id.account,
                trail: id.trail,
            };
            arn.to_string()
        })
    }

    /// The window that was asked for, or that of the data.
    fn window(&self) -> (Timestamp, Timestamp) {
        let requested = &self.report.requested;
        let window = self.chain.map(|c| &c.window);
        let to = requested.end.or(window.map(|w| w.to)).or(requested.as_of);
        let to = to.unwrap_or(self.report.run.started);
        let from = requested.start.or(window.map(|w| w.from));
        (from.unwrap_or(to), to)
    }

    /// Prints it.
    pub fn print(
        &self,
        told: Option<&FileResults>,
        verbose: bool,
        streams: &mut Streams<'_>,
    ) -> io::Result<()> {
        let window = self.window();
        let mut printer = Printer::new(streams, verbose);
        printer.start(&self.arn(), window)?;
        let mut by_key: HashMap<&str, &Finding> = HashMap::new();
        for finding in self.findings.iter().filter(|f| !messages::is_of_log(f)) {
            let Some(key) = finding.key.as_deref() else {
                continue;
            };
            let worst = by_key.entry(key).or_insert(finding);
            if finding.severity > worst.severity {
                *worst = finding;
            }
        }
        let mut collapsed: BTreeMap<Code, i64> = BTreeMap::new();
        let own = |f: &&&Finding| messages::is_of_log(f) && f.key.is_some() && f.digest.is_some();
        for code in self
            .findings
            .iter()
            .filter(own)
            .filter_map(|f| f.code.known())
        {
            *collapsed.entry(*code).or_default() -= 1;
        }
        let mut course = Course {
            printer,
            told,
            window,
            found: None,
            home: self.id.split('/').nth(2).unwrap_or_default(),
            by_key,
            collapsed,
        };
        for backfill in [false, true] {
            let items = self.items(told, backfill, &course.by_key)?;
            course.walk(&items, backfill)?;
        }
        // Logs that no digest names, and what is no file.
        for finding in self.findings.iter().chain(&self.besides) {
            if self.place_of(finding, told.is_some()).is_none() {
                course.finding(finding, false)?;
            }
        }
        if told.is_none() {
            self.count(&mut course);
        }
        course.printer.summary(window, course.found)
    }

    /// In which walk a finding is told, if it has a place in one; `told` where logs that digests name
    /// are told anyway.
    fn place_of(&self, finding: &Finding, told: bool) -> Option<bool> {
        // One that stands for many comes last, when it is known how many were told of.
        if finding.key.is_none() && finding.code != Code::DigestMissing {
            return None;
        }
        let digest = match (messages::is_of_log(finding), &finding.digest) {
            (true, Some(_)) if told && finding.key.is_some() => return Some(false),
            (true, digest) => digest.as_deref()?,
            (false, _) => finding.key.as_deref().unwrap_or_default(),
        };
        finding.chain.as_ref()?;
        Some(digest.ends_with("_backfill.json.gz"))
    }

    /// What is told in one walk, newest first.
    fn items(
        &self,
        told: Option<&FileResults>,
        backfill: bool,
        by_key: &HashMap<&str, &Finding>,
    ) -> io::Result<Vec<Item<'a>>> {
        let mut items: Vec<(i64, Item<'a>)> = Vec::new();
        let mut keys = HashSet::new();
        let problems: HashSet<&str> = self
            .findings
            .iter()
            .filter_map(|f| f.key.as_deref())
            .collect();
        for entry in told.iter().flat_map(|told| told.digests(self.id, backfill)) {
            if let Some(told) = told {
                let key = told.read(entry)?.key;
                if problems.contains(key.as_str()) {
                    keys.insert(key);
                }
            }
            items.push((entry.end, Item::Told(entry)));
        }
        for finding in &self.findings {
            let known = match (&finding.key, messages::is_of_log(finding)) {
                (_, true) => told.is_some(),
                // A file is told of once, with the worst.
                (Some(key), _) => {
                    let worst = by_key.get(key.as_str());
                    keys.contains(key) || worst.is_some_and(|worst| !std::ptr::eq(*worst, *finding))
                }
                (None, _) => false,
            };
            if self.place_of(finding, told.is_some()) == Some(backfill) && !known {
                let end = finding.to.map_or(i64::MIN, |to| to.as_second());
                items.push((end, Item::Finding(finding)));
            }
        }
        let gaps = self.chain.iter().flat_map(|c| &c.gaps);
        for gap in gaps.filter(|g| g.restart && told.is_none() && !backfill) {
            items.push((gap.to.as_second(), Item::Gap(gap.from, gap.to)));
        }
        items.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
        Ok(items.into_iter().map(|(_, item)| item).collect())
    }

    /// Takes the counts of a report that does not tell of each file.
    fn count(&self, course: &mut Course<'_, '_, '_>) {
        let Some(chain) = self.chain else { return };
        let count = |found: Count, valid, wrong: &[u64], unproven: u64| {
            let unlooked = found.unlooked.min(unproven);
            let invalid = sum(&[sum(wrong), unproven - unlooked]);
            Count {
                valid,
                invalid,
                unlooked,
            }
        };
        let digests = |found, d: &Digests| {
            let wrong = [d.failed, d.missing, d.missing_inferred];
            count(found, d.valid, &wrong, d.unproven)
        };
        let logs = &chain.logs;
        let wrong = [logs.failed, logs.missing, logs.unreferenced.unwrap_or(0)];
        let printer = &mut course.printer;
        printer.digests = digests(printer.digests, &chain.digests);
        printer.backfills = digests(printer.backfills, &chain.backfill_digests);
        printer.logs = count(printer.logs, logs.valid, &wrong, logs.unproven);
        if let (Some(first), Some(last)) = (&chain.first_digest, &chain.last_digest) {
            course.covers(shift(first.end, -HOUR), last.end);
        }
    }
}
