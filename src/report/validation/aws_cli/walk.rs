//! Prints the digests, logs and findings of one chain in the order of the AWS CLI's walk.

use std::collections::{BTreeMap, HashMap};
use std::io;

use jiff::Timestamp;

use super::messages;
use super::printer::{FileKind, Printer};
use super::results::{DigestEntry, DigestResult, FileResults};
use super::subject::{is_about_files, is_about_log};
use crate::base::text::s3_uri;
use crate::proof::finding::Code;
use crate::proof::reason::Reason;
use crate::report::validation::v1::Finding;

/// Printed for a trail or a file whose name is not known.
pub const UNKNOWN: &str = "-";

/// One step of the walk.
pub enum WalkItem<'a> {
    /// A digest whose result was recorded, and the logs that it lists.
    Digest(DigestEntry),
    /// A finding on an object whose result was not recorded.
    Finding(&'a Finding),
    /// A stretch of time without digests, before a restart.
    Gap(Timestamp, Timestamp),
}

/// The walk over one chain, and what it has found so far.
pub struct AwsCliWalk<'a, 'b, 'c> {
    pub printer: Printer<'a, 'b>,
    pub results: Option<&'c FileResults>,
    /// The window that was requested.
    pub window: (Timestamp, Timestamp),
    /// The part of the window that valid digests cover.
    pub found: Option<(Timestamp, Timestamp)>,
    /// Whether no digest of the chain was found.
    pub is_absent: bool,
    /// The trail's home region.
    pub home: &'c str,
    /// The worst finding of each digest.
    pub by_key: HashMap<&'c str, &'c Finding>,
    /// How many files were printed that have no finding of their own, by code. A finding that represents
    /// many files counts them too, so they are subtracted there.
    pub without_finding: BTreeMap<Code, i64>,
}

impl AwsCliWalk<'_, '_, '_> {
    /// Prints one walk: over the backfill digests, or over the others.
    pub fn run(&mut self, items: &[WalkItem<'_>], backfill: bool) -> io::Result<()> {
        let kind = FileKind::digest(backfill);
        // The AWS CLI stops after the first digest that begins before the window.
        let mut ended = false;
        for (at, item) in items.iter().enumerate() {
            let entry = match item {
                WalkItem::Finding(finding) => {
                    self.finding(finding, backfill)?;
                    continue;
                }
                WalkItem::Gap(from, to) => {
                    self.printer.gap(FileKind::Digest, *from, *to)?;
                    continue;
                }
                WalkItem::Digest(entry) => entry,
            };
            let Some(results) = self.results else {
                continue;
            };
            let digest = results.read(*entry)?;
            self.digest(&digest, kind, ended)?;
            self.logs(results, &digest, ended)?;
            let Some((from, _, starting)) = digest.proven.filter(|_| self.is_valid(&digest)) else {
                continue;
            };
            let older = items[at + 1..].iter().find_map(|item| match item {
                WalkItem::Digest(older) if older.end < entry.end => Some(older.end),
                _ => None,
            });
            if let Some(older) = older.filter(|_| starting && !ended) {
                self.printer.gap(kind, instant(older), instant(from))?;
            }
            ended |= from < self.window.0.as_second();
        }
        Ok(())
    }

    fn is_valid(&self, digest: &DigestResult) -> bool {
        digest.problem.is_none() && !self.by_key.contains_key(digest.key.as_str())
    }

    /// Prints a digest. A valid one is left out after the end of the AWS CLI's walk.
    fn digest(&mut self, digest: &DigestResult, kind: FileKind, ended: bool) -> io::Result<()> {
        let uri = s3_uri(digest.bucket.as_deref(), &digest.key);
        if self.is_valid(digest) {
            if ended {
                return Ok(());
            }
            self.printer.valid(kind, &uri)?;
            self.printer.count(kind).valid += 1;
            if let Some((from, to, _)) = digest.proven {
                self.extend_found(instant(from), instant(to));
            }
            return Ok(());
        }
        let (code, message) = match (self.by_key.get(digest.key.as_str()), &digest.problem) {
            (Some(finding), _) => {
                let message = messages::digest_of_report(finding, self.home);
                (finding.code.known(), message)
            }
            (None, Some((code, message))) => {
                *self.without_finding.entry(*code).or_default() += 1;
                (Some(code), message.clone())
            }
            (None, None) => (None, String::new()),
        };
        self.printer.invalid(kind, &uri, code, &message)?;
        self.printer.count(kind).add(code, 1);
        Ok(())
    }

    /// Prints the logs that a digest lists. Valid logs are left out if the digest is not valid, or after
    /// the end of the AWS CLI's walk.
    fn logs(
        &mut self,
        results: &FileResults,
        digest: &DigestResult,
        ended: bool,
    ) -> io::Result<()> {
        let is_walked = self.is_valid(digest) && !ended;
        results.logs(digest, &mut |log| {
            let uri = s3_uri(Some(&log.bucket), &log.key);
            match log.problem {
                Some((code, message)) => {
                    *self.without_finding.entry(code).or_default() += 1;
                    self.printer.count(FileKind::Log).add(Some(&code), 1);
                    self.printer
                        .invalid(FileKind::Log, &uri, Some(&code), &message)
                }
                None if is_walked => {
                    self.printer.count(FileKind::Log).valid += 1;
                    self.printer.valid(FileKind::Log, &uri)
                }
                None => Ok(()),
            }
        })
    }

    /// Prints a finding on an object whose result was not recorded.
    pub fn finding(&mut self, finding: &Finding, backfill: bool) -> io::Result<()> {
        let is_missing = finding.code == Code::ChainMissing;
        // The summary says that nothing was found. Of a chain that ends early it says nothing.
        if finding.code == Code::NothingFound || is_missing && self.is_absent {
            return Ok(());
        }
        if is_missing || !is_about_files(finding) {
            let text = messages::not_about_a_file(finding);
            return self.printer.not_about_a_file(&text);
        }
        let count = self.not_printed(finding);
        if count == 0 {
            return Ok(());
        }
        let (kind, message) = match is_about_log(finding) {
            true => (FileKind::Log, messages::log_of_report(finding)),
            false => {
                let message = messages::digest_of_report(finding, self.home);
                (FileKind::digest(backfill), message)
            }
        };
        let code = finding.code.known();
        self.printer.count(kind).add(code, count);
        let uri = match &finding.key {
            Some(key) => s3_uri(finding.bucket.as_deref(), key),
            None => UNKNOWN.into(),
        };
        self.printer.invalid(kind, &uri, code, &message)
    }

    /// How many of the files that a finding represents were not printed yet.
    fn not_printed(&self, finding: &Finding) -> u64 {
        let count = finding.count.unwrap_or(1);
        let reason = finding.reason.as_deref().and_then(Reason::parse);
        // After the end of a run no results are recorded, so none of its files were printed.
        let ends_run = reason.is_some_and(Reason::ends_run);
        if self.results.is_none() || finding.key.is_some() || ends_run {
            return count;
        }
        let code = finding.code.known();
        let printed = code.and_then(|code| self.without_finding.get(code));
        count.saturating_sub(printed.map_or(0, |n| u64::try_from(*n).unwrap_or(0)))
    }

    /// Adds the interval of a valid digest to the part of the window that is covered.
    pub fn extend_found(&mut self, from: Timestamp, to: Timestamp) {
        let (from, to) = (from.max(self.window.0), to.min(self.window.1));
        let found = self.found.get_or_insert((from, to));
        *found = (found.0.min(from), found.1.max(to));
    }
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}
