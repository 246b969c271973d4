//! The two streams of `aws cloudtrail validate-logs`, and the empty lines between what goes to them.

use std::io::{self, Write};

use jiff::Timestamp;

use super::messages;
use crate::base::text::escape;
use crate::proof::finding::Code;

/// Where it prints: problems go to standard error, which may be the same as standard output.
pub struct Streams<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error, where that is another.
    pub err: Option<&'a mut dyn Write>,
}

/// What was counted of one kind of file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    pub valid: u64,
    pub invalid: u64,
    /// Of which nothing is known: the AWS CLI gives up at the first.
    pub unlooked: u64,
}

impl Count {
    /// Counts files on which something was found.
    pub fn add(&mut self, code: Option<&Code>, files: u64) {
        let count = match messages::is_unlooked(code) {
            true => &mut self.unlooked,
            false => &mut self.invalid,
        };
        *count = count.saturating_add(files);
    }

    fn total(self) -> u64 {
        let known = self.valid.saturating_add(self.invalid);
        known.saturating_add(self.unlooked)
    }
}

/// Prints what is told of one chain.
pub struct Printer<'a, 'b> {
    streams: &'a mut Streams<'b>,
    verbose: bool,
    /// Whether what was told last ended in an empty line.
    spaced: bool,
    pub digests: Count,
    pub backfills: Count,
    pub logs: Count,
}

impl<'a, 'b> Printer<'a, 'b> {
    pub fn new(streams: &'a mut Streams<'b>, verbose: bool) -> Self {
        Printer {
            streams,
            verbose,
            spaced: true,
            digests: Count::default(),
            backfills: Count::default(),
            logs: Count::default(),
        }
    }

    /// The line that begins it.
    pub fn start(&mut self, arn: &str, window: (Timestamp, Timestamp)) -> io::Result<()> {
        let (from, to) = (time(window.0), time(window.1));
        let arn = escape(arn);
        let out = &mut self.streams.out;
        write!(
            out,
            "Validating log files for trail {arn} between {from} and {to}\n\n"
        )
    }

    /// A file that is valid.
    pub fn valid(&mut self, what: &str, place: &str) -> io::Result<()> {
        if !self.verbose {
            return Ok(());
        }
        self.spaced = false;
        writeln!(self.streams.out, "{what}\t{}\tvalid", escape(place))
    }

    /// A file on which something was found.
    pub fn found(
        &mut self,
        what: &str,
        place: &str,
        code: Option<&Code>,
        why: &str,
    ) -> io::Result<()> {
        let (place, why) = (escape(place), escape(why));
        let state = match messages::is_unlooked(code) {
            true => "not looked at",
            false => "INVALID",
        };
        self.problem(&format!("{what}\t{place}\t{state}: {why}"))
    }

    /// What is said of no file.
    pub fn aside(&mut self, text: &str) -> io::Result<()> {
        self.problem(&format!("trailproof: {}", escape(text)))
    }

    /// Time without digests.
    pub fn gap(&mut self, what: &str, from: Timestamp, to: Timestamp) -> io::Result<()> {
        let (from, to) = (time(from), time(to));
        self.problem(&format!(
            "{what}No log files were delivered by CloudTrail between {from} and {to}"
        ))
    }

    fn problem(&mut self, message: &str) -> io::Result<()> {
        let before = if self.spaced { "" } else { "\n" };
        self.spaced = true;
        let err = match &mut self.streams.err {
            Some(err) => {
                // In a terminal, what came before it stands before it.
                self.streams.out.flush()?;
                err
            }
            None => &mut self.streams.out,
        };
        err.write_all(format!("{before}{message}\n\n").as_bytes())
    }

    /// The summary.
    pub fn summary(
        mut self,
        (from, to): (Timestamp, Timestamp),
        found: Option<(Timestamp, Timestamp)>,
    ) -> io::Result<()> {
        let (digests, backfills) = (self.digests, self.backfills);
        let out = &mut self.streams.out;
        if !self.spaced {
            writeln!(out)?;
        }
        writeln!(out, "Results requested for {} to {}", time(from), time(to))?;
        if digests.total() == 0 && backfills.total() == 0 {
            return writeln!(out, "No digests found");
        }
        match found {
            Some((from, to)) => writeln!(out, "Results found for {} to {}:", time(from), time(to))?,
            None => writeln!(out, "No valid digests found in range")?,
        }
        self.ratio(digests, "digest")?;
        self.ratio(backfills, "backfill digest")?;
        self.ratio(self.logs, "log")?;
        writeln!(self.streams.out)
    }

    fn ratio(&mut self, count: Count, name: &str) -> io::Result<()> {
        let (out, total) = (&mut self.streams.out, count.total());
        if total == 0 {
            return Ok(());
        }
        write!(out, "\n{}/{total} {name} files valid", count.valid)?;
        let others = [
            (count.invalid, "INVALID"),
            (count.unlooked, "not looked at"),
        ];
        for (files, state) in others.iter().filter(|(files, _)| *files > 0) {
            write!(out, ", {files}/{total} {name} files {state}")?;
        }
        Ok(())
    }
}

/// A time to the second.
fn time(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%Y-%m-%dT%H:%M:%SZ")
}
