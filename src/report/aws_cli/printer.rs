//! The two streams of `aws cloudtrail validate-logs`, and the empty lines between what goes to them.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::escape::escape;

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
}

impl Count {
    fn total(self) -> u64 {
        self.valid.saturating_add(self.invalid)
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

    /// A file that is not.
    pub fn invalid(&mut self, what: &str, place: &str, why: &str) -> io::Result<()> {
        let (place, why) = (escape(place), escape(why));
        self.problem(&format!("{what}\t{place}\tINVALID: {why}"))
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
        let Count { valid, invalid } = self.digests;
        let backfills = self.backfills;
        let out = &mut self.streams.out;
        if !self.spaced {
            writeln!(out)?;
        }
        writeln!(out, "Results requested for {} to {}", time(from), time(to))?;
        if valid == 0 && invalid == 0 && backfills.total() == 0 {
            return writeln!(out, "No digests found");
        }
        match found {
            Some((from, to)) => writeln!(out, "Results found for {} to {}:", time(from), time(to))?,
            None => writeln!(out, "No valid digests found in range")?,
        }
        self.ratio(self.digests, "digest")?;
        self.ratio(backfills, "backfill digest")?;
        self.ratio(self.logs, "log")?;
        writeln!(self.streams.out)
    }

    fn ratio(&mut self, count: Count, name: &str) -> io::Result<()> {
        let (Count { valid, invalid }, total) = (count, count.total());
        if total > 0 {
            write!(self.streams.out, "\n{valid}/{total} {name} files valid")?;
            if invalid > 0 {
                write!(self.streams.out, ", {invalid}/{total} {name} files INVALID")?;
            }
        }
        Ok(())
    }
}

/// A time to the second.
fn time(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%Y-%m-%dT%H:%M:%SZ")
}
