//! One chain, as one run of `aws cloudtrail validate-logs` tells it.

use std::collections::{HashMap, HashSet};
use std::io;

use jiff::Timestamp;

use super::printer::{Count, Printer, Streams};
use super::told::{Entry, Told, ToldDigest};
use super::words;
use crate::finding::Code;
use crate::report::v1::{Chain, Digests, Finding, Report};
use crate::trail::{ChainId, HOUR, TrailArn, shift};

/// In the place of a trail or file that is not known.
const NOWHERE: &str = "-";

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

/// Something to be told in its turn.
enum Item<'a> {
    Told(Entry),
    Finding(&'a Finding),
    Gap(Timestamp, Timestamp),
}

/// What the printing of a block has come to.
struct Course<'a, 'b, 'c> {
    printer: Printer<'a, 'b>,
    told: Option<&'c Told>,
    /// The window that was asked for.
    window: (Timestamp, Timestamp),
    /// What valid digests cover of it.
    found: Option<(Timestamp, Timestamp)>,
    /// The trail's home region.
    home: &'c str,
    by_key: HashMap<&'c str, &'c Finding>,
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
        told: Option<&Told>,
        verbose: bool,
        streams: &mut Streams<'_>,
    ) -> io::Result<()> {
        let window = self.window();
        let mut printer = Printer::new(streams, verbose);
        printer.start(&self.arn(), window)?;
        let mut by_key: HashMap<&str, &Finding> = HashMap::new();
        for finding in self.findings.iter().filter(|f| !words::is_of_log(f)) {
            let Some(key) = finding.key.as_deref() else {
                continue;
            };
            let worst = by_key.entry(key).or_insert(finding);
            if finding.severity > worst.severity {
                *worst = finding;
            }
        }
        let mut course = Course {
            printer,
            told,
            window,
            found: None,
            home: self.id.split('/').nth(2).unwrap_or_default(),
            by_key,
        };
        for backfill in [false, true] {
            let items = self.items(told, backfill)?;
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
        let digest = match (words::is_of_log(finding), &finding.digest) {
            (true, Some(_)) if told && finding.key.is_some() => return Some(false),
            (true, digest) => digest.as_deref()?,
            (false, _) => finding.key.as_deref().unwrap_or_default(),
        };
        finding.chain.as_ref()?;
        // These are told by counting nothing.
        Some(digest.ends_with("_backfill.json.gz"))
    }

    /// What is told in one walk, newest first.
    fn items(&self, told: Option<&Told>, backfill: bool) -> io::Result<Vec<Item<'a>>> {
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
            let of_log = words::is_of_log(finding);
            let known = finding.key.as_ref().is_some_and(|key| keys.contains(key))
                || (of_log && told.is_some());
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
        let digests = |d: &Digests| Count {
            valid: d.valid,
            invalid: sum(&[d.failed, d.missing, d.missing_inferred, d.unproven]),
        };
        let logs = &chain.logs;
        let unreferenced = logs.unreferenced.unwrap_or(0);
        course.printer.digests = digests(&chain.digests);
        course.printer.backfills = digests(&chain.backfill_digests);
        course.printer.logs = Count {
            valid: logs.valid,
            invalid: sum(&[logs.failed, logs.missing, logs.unproven, unreferenced]),
        };
        if let (Some(first), Some(last)) = (&chain.first_digest, &chain.last_digest) {
            course.covers(shift(first.end, -HOUR), last.end);
        }
    }
}

impl Course<'_, '_, '_> {
    fn walk(&mut self, items: &[Item<'_>], backfill: bool) -> io::Result<()> {
        // Where a starting digest begins before the window, it looks no further.
        let mut ended = false;
        for (at, item) in items.iter().enumerate() {
            match item {
                Item::Finding(finding) => self.finding(finding, backfill)?,
                Item::Gap(from, to) => self.printer.gap("", *from, *to)?,
                Item::Told(entry) => {
                    let Some(told) = self.told else { continue };
                    let digest = told.read(*entry)?;
                    self.digest(told, &digest, backfill, ended)?;
                    let Some((from, _, starting)) = digest.proven.filter(|_| self.counts(&digest))
                    else {
                        continue;
                    };
                    let older = items[at + 1..].iter().find_map(|item| match item {
                        Item::Told(older) if older.end < entry.end => Some(older.end),
                        _ => None,
                    });
                    if let Some(older) = older.filter(|_| starting && !ended) {
                        let what = if backfill { "(backfill) " } else { "" };
                        self.printer.gap(what, instant(older), instant(from))?;
                    }
                    ended |= from < self.window.0.as_second();
                }
            }
        }
        Ok(())
    }

    /// Whether it is valid.
    fn counts(&self, digest: &ToldDigest) -> bool {
        digest.problem.is_none() && !self.by_key.contains_key(digest.key.as_str())
    }

    /// A digest, and the logs that it names. Those of one that is not valid are told only where
    /// something was found on them, and so is all that it does not reach.
    fn digest(
        &mut self,
        told: &Told,
        digest: &ToldDigest,
        backfill: bool,
        unreached: bool,
    ) -> io::Result<()> {
        let what = digest_file(backfill);
        let place = place(digest.bucket.as_deref(), &digest.key);
        let valid = self.counts(digest);
        if !valid {
            let finding = self.by_key.get(digest.key.as_str());
            let why = match (finding, digest.problem) {
                (Some(finding), _) => words::digest(finding, self.home),
                (None, problem) => problem.map_or("", words::of_code).into(),
            };
            self.printer.invalid(what, &place, &why)?;
            self.digests(backfill).invalid += 1;
        } else if !unreached {
            self.printer.valid(what, &place)?;
            self.digests(backfill).valid += 1;
            if let Some((from, to, _)) = digest.proven {
                self.covers(instant(from), instant(to));
            }
        }
        told.logs(digest, &mut |log| {
            let place = place_of_log(&log.bucket, &log.key);
            match log.problem {
                Some(why) => {
                    self.printer.logs.invalid += 1;
                    self.printer.invalid("Log file", &place, &why)
                }
                None if valid && !unreached => {
                    self.printer.logs.valid += 1;
                    self.printer.valid("Log file", &place)
                }
                None => Ok(()),
            }
        })
    }

    /// A finding on something that was not told of by itself.
    fn finding(&mut self, finding: &Finding, backfill: bool) -> io::Result<()> {
        let count = finding.count.unwrap_or(1);
        let (what, why) = if words::is_of_log(finding) {
            self.printer.logs.invalid = sum(&[self.printer.logs.invalid, count]);
            ("Log file", words::log_of_report(finding))
        } else {
            // That there is nothing is told by the summary.
            let nothing = [Code::NothingFound, Code::ChainMissing];
            if nothing.iter().any(|code| finding.code == *code) {
                return Ok(());
            }
            if finding.code.known() != Some(&Code::KeyInvalid) {
                let counted = self.digests(backfill);
                counted.invalid = sum(&[counted.invalid, count]);
            }
            (digest_file(backfill), words::digest(finding, self.home))
        };
        let place = match &finding.key {
            Some(key) => place(finding.bucket.as_deref(), key),
            None => NOWHERE.into(),
        };
        self.printer.invalid(what, &place, &why)
    }

    fn digests(&mut self, backfill: bool) -> &mut Count {
        match backfill {
            true => &mut self.printer.backfills,
            false => &mut self.printer.digests,
        }
    }

    /// A valid digest covers some of what was asked for.
    fn covers(&mut self, from: Timestamp, to: Timestamp) {
        let (from, to) = (from.max(self.window.0), to.min(self.window.1));
        let found = self.found.get_or_insert((from, to));
        *found = (found.0.min(from), found.1.max(to));
    }
}

fn digest_file(backfill: bool) -> &'static str {
    match backfill {
        true => "(backfill) Digest file",
        false => "Digest file",
    }
}

fn place(bucket: Option<&str>, key: &str) -> String {
    match bucket {
        Some(bucket) => format!("s3://{bucket}/{key}"),
        None => key.into(),
    }
}

fn place_of_log(bucket: &str, key: &str) -> String {
    place(Some(bucket), key)
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

fn sum(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum, n| sum.saturating_add(*n))
}
