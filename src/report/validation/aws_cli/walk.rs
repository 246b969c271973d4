//! The walk over what is told of one chain, as the AWS CLI walks it.

use std::collections::{BTreeMap, HashMap};
use std::io;

use jiff::Timestamp;

use super::messages;
use super::printer::{Count, Printer};
use super::results::{DigestEntry, DigestResult, FileResults};
use crate::base::text::s3_uri;
use crate::proof::finding::Code;
use crate::proof::reason::Reason;
use crate::report::validation::v1::Finding;

/// In the place of a trail or file that is not known.
pub const NOWHERE: &str = "-";

/// Something to be told in its turn.
pub enum Item<'a> {
    Told(DigestEntry),
    Finding(&'a Finding),
    Gap(Timestamp, Timestamp),
}

/// What the printing of a block has come to.
pub struct Course<'a, 'b, 'c> {
    pub printer: Printer<'a, 'b>,
    pub told: Option<&'c FileResults>,
    /// The window that was asked for.
    pub window: (Timestamp, Timestamp),
    /// What valid digests cover of it.
    pub found: Option<(Timestamp, Timestamp)>,
    /// The trail's home region.
    pub home: &'c str,
    pub by_key: HashMap<&'c str, &'c Finding>,
    /// Files told of beyond those with findings of their own: one that stands for many counts them.
    pub collapsed: BTreeMap<Code, i64>,
}

impl Course<'_, '_, '_> {
    pub fn walk(&mut self, items: &[Item<'_>], backfill: bool) -> io::Result<()> {
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
    fn counts(&self, digest: &DigestResult) -> bool {
        digest.problem.is_none() && !self.by_key.contains_key(digest.key.as_str())
    }

    /// A digest, and the logs that it names. Those of one that is not valid are told only where
    /// something was found on them, and so is all that it does not reach.
    fn digest(
        &mut self,
        told: &FileResults,
        digest: &DigestResult,
        backfill: bool,
        unreached: bool,
    ) -> io::Result<()> {
        let what = digest_file(backfill);
        let place = s3_uri(digest.bucket.as_deref(), &digest.key);
        let valid = self.counts(digest);
        if !valid {
            let (code, why) = match (self.by_key.get(digest.key.as_str()), &digest.problem) {
                (Some(finding), _) => {
                    let why = messages::digest_of_report(finding, self.home);
                    (finding.code.known(), why)
                }
                (None, Some((code, why))) => {
                    *self.collapsed.entry(*code).or_default() += 1;
                    (Some(code), why.clone())
                }
                (None, None) => (None, String::new()),
            };
            self.printer.found(what, &place, code, &why)?;
            self.digests(backfill).add(code, 1);
        } else if !unreached {
            self.printer.valid(what, &place)?;
            self.digests(backfill).valid += 1;
            if let Some((from, to, _)) = digest.proven {
                self.covers(instant(from), instant(to));
            }
        }
        told.logs(digest, &mut |log| {
            let place = s3_uri(Some(&log.bucket), &log.key);
            match log.problem {
                Some((code, why)) => {
                    *self.collapsed.entry(code).or_default() += 1;
                    self.printer.logs.add(Some(&code), 1);
                    self.printer.found("Log file", &place, Some(&code), &why)
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
    pub fn finding(&mut self, finding: &Finding, backfill: bool) -> io::Result<()> {
        // That there is nothing is told by the summary.
        let nothing = [Code::NothingFound, Code::ChainMissing];
        if nothing.iter().any(|code| finding.code == *code) {
            return Ok(());
        }
        if !messages::is_of_files(finding) {
            return self.printer.aside(&messages::aside(finding));
        }
        let code = finding.code.known();
        let rest = finding
            .reason
            .as_deref()
            .and_then(Reason::parse)
            .is_some_and(Reason::ends_run);
        let told = code.and_then(|code| self.collapsed.get(code));
        let told = told.filter(|_| self.told.is_some() && finding.key.is_none() && !rest);
        let count = finding.count.unwrap_or(1);
        let count = count.saturating_sub(told.map_or(0, |n| u64::try_from(*n).unwrap_or(0)));
        if count == 0 {
            return Ok(());
        }
        let (what, why) = match messages::is_of_log(finding) {
            true => {
                self.printer.logs.add(code, count);
                ("Log file", messages::log_of_report(finding))
            }
            false => {
                self.digests(backfill).add(code, count);
                let why = messages::digest_of_report(finding, self.home);
                (digest_file(backfill), why)
            }
        };
        let place = match &finding.key {
            Some(key) => s3_uri(finding.bucket.as_deref(), key),
            None => NOWHERE.into(),
        };
        self.printer.found(what, &place, code, &why)
    }

    fn digests(&mut self, backfill: bool) -> &mut Count {
        match backfill {
            true => &mut self.printer.backfills,
            false => &mut self.printer.digests,
        }
    }

    /// A valid digest covers some of what was asked for.
    pub fn covers(&mut self, from: Timestamp, to: Timestamp) {
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

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

pub fn sum(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum, n| sum.saturating_add(*n))
}
