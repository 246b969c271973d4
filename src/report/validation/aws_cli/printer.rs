//! The two streams of `aws cloudtrail validate-logs`, and the empty lines that it prints between messages.

use std::io::{self, Write};

use jiff::Timestamp;

use super::subject::is_unchecked;
use crate::base::text::escape;
use crate::proof::finding::Code;

/// Where to print. Problems go to standard error, which may be the same as standard output.
pub struct Streams<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error, if it is a stream of its own.
    pub err: Option<&'a mut dyn Write>,
}

/// The window of the output. Its start is `None` if it was not requested and no data gives it.
#[derive(Debug, Clone, Copy)]
pub struct AskedWindow {
    pub from: Option<Timestamp>,
    pub to: Timestamp,
}

impl AskedWindow {
    /// The time that files may cover.
    pub fn bounds(self) -> (Timestamp, Timestamp) {
        (self.from.unwrap_or(self.to), self.to)
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Digest,
    BackfillDigest,
    Log,
}

impl FileKind {
    /// The kind of a chain's digests.
    pub fn digest(backfill: bool) -> Self {
        match backfill {
            true => FileKind::BackfillDigest,
            false => FileKind::Digest,
        }
    }

    /// How a line about one file begins.
    fn label(self) -> &'static str {
        match self {
            FileKind::Digest => "Digest file",
            FileKind::BackfillDigest => "(backfill) Digest file",
            FileKind::Log => "Log file",
        }
    }

    /// The kind in the summary.
    fn noun(self) -> &'static str {
        match self {
            FileKind::Digest => "digest",
            FileKind::BackfillDigest => "backfill digest",
            FileKind::Log => "log",
        }
    }
}

/// How many files of one kind there are, by result.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileCount {
    pub valid: u64,
    pub invalid: u64,
    /// Files that were not checked. The AWS CLI gives up at the first.
    pub unchecked: u64,
    /// Files that exist and were not read, on request. The AWS CLI reads all.
    pub not_read: u64,
}

impl FileCount {
    /// Counts files with a finding of this code.
    pub fn add(&mut self, code: Option<&Code>, files: u64) {
        let count = match is_unchecked(code) {
            true => &mut self.unchecked,
            false => &mut self.invalid,
        };
        *count = count.saturating_add(files);
    }

    fn total(self) -> u64 {
        let checked = self.valid.saturating_add(self.invalid);
        let present = checked.saturating_add(self.unchecked);
        present.saturating_add(self.not_read)
    }
}

/// Prints the output for one chain, and counts its files.
pub struct Printer<'a, 'b> {
    streams: &'a mut Streams<'b>,
    verbose: bool,
    /// Which run of the AWS CLI prints this, if there are several. Standard error gets it before the first
    /// problem.
    label: Option<String>,
    is_label_due: bool,
    /// Whether the last message ended in an empty line.
    spaced: bool,
    digests: FileCount,
    backfill_digests: FileCount,
    logs: FileCount,
}

impl<'a, 'b> Printer<'a, 'b> {
    pub fn new(streams: &'a mut Streams<'b>, verbose: bool, label: Option<String>) -> Self {
        Printer {
            is_label_due: streams.err.is_some(),
            label: label.map(|label| escape(&label).into_owned()),
            streams,
            verbose,
            spaced: true,
            digests: FileCount::default(),
            backfill_digests: FileCount::default(),
            logs: FileCount::default(),
        }
    }

    /// The count of one kind of file.
    pub fn count(&mut self, kind: FileKind) -> &mut FileCount {
        match kind {
            FileKind::Digest => &mut self.digests,
            FileKind::BackfillDigest => &mut self.backfill_digests,
            FileKind::Log => &mut self.logs,
        }
    }

    /// The label, if there is one, and the first line of the output.
    pub fn start(&mut self, arn: &str, asked: AskedWindow) -> io::Result<()> {
        let window = match asked.from {
            Some(from) => format!("between {} and {}", time(from), time(asked.to)),
            None => format!("until {}", time(asked.to)),
        };
        let arn = escape(arn);
        let out = &mut self.streams.out;
        if let Some(label) = &self.label {
            writeln!(out, "trailproof: {label}")?;
        }
        write!(out, "Validating log files for trail {arn} {window}\n\n")
    }

    /// A valid file. Only `--verbose` prints these.
    pub fn valid(&mut self, kind: FileKind, uri: &str) -> io::Result<()> {
        if !self.verbose {
            return Ok(());
        }
        self.spaced = false;
        let label = kind.label();
        writeln!(self.streams.out, "{label}\t{}\tvalid", escape(uri))
    }

    /// A file with a finding of this code.
    pub fn invalid(
        &mut self,
        kind: FileKind,
        uri: &str,
        code: Option<&Code>,
        message: &str,
    ) -> io::Result<()> {
        let (label, uri, message) = (kind.label(), escape(uri), escape(message));
        let state = match is_unchecked(code) {
            true => "not checked",
            false => "INVALID",
        };
        self.problem(&format!("{label}\t{uri}\t{state}: {message}"))
    }

    /// A problem that is not about a file. The AWS CLI has no such lines, so ours begin with our name.
    pub fn not_about_a_file(&mut self, text: &str) -> io::Result<()> {
        self.problem(&format!("trailproof: {}", escape(text)))
    }

    /// A stretch of time without digests.
    pub fn gap(&mut self, kind: FileKind, from: Timestamp, to: Timestamp) -> io::Result<()> {
        let prefix = match kind {
            FileKind::BackfillDigest => "(backfill) ",
            FileKind::Digest | FileKind::Log => "",
        };
        let (from, to) = (time(from), time(to));
        self.problem(&format!(
            "{prefix}No log files were delivered by CloudTrail between {from} and {to}"
        ))
    }

    fn problem(&mut self, message: &str) -> io::Result<()> {
        let before = if self.spaced { "" } else { "\n" };
        self.spaced = true;
        let err = match &mut self.streams.err {
            Some(err) => {
                // A terminal shows both streams; flushing keeps their order.
                self.streams.out.flush()?;
                err
            }
            None => &mut self.streams.out,
        };
        let label = self.label.as_deref().filter(|_| self.is_label_due);
        let label = label.map_or_else(String::new, |label| format!("trailproof: {label}\n"));
        self.is_label_due = false;
        err.write_all(format!("{label}{before}{message}\n\n").as_bytes())
    }

    /// The summary. `found` is the part of the window that valid digests cover. Where digests could not all be
    /// looked up, it does not say that there are none.
    pub fn summary(
        mut self,
        asked: AskedWindow,
        found: Option<(Timestamp, Timestamp)>,
        is_looked_up: bool,
    ) -> io::Result<()> {
        let out = &mut self.streams.out;
        if !self.spaced {
            writeln!(out)?;
        }
        match asked.from {
            Some(from) => writeln!(
                out,
                "Results requested for {} to {}",
                time(from),
                time(asked.to)
            )?,
            None => writeln!(out, "Results requested until {}", time(asked.to))?,
        }
        if self.digests.total() == 0 && self.backfill_digests.total() == 0 {
            return match is_looked_up {
                true => writeln!(out, "No digests found"),
                false => writeln!(
                    out,
                    "Not known whether digests exist: not everything could be read"
                ),
            };
        }
        match found {
            Some((from, to)) => writeln!(out, "Results found for {} to {}:", time(from), time(to))?,
            None => writeln!(out, "No valid digests found in range")?,
        }
        for kind in [FileKind::Digest, FileKind::BackfillDigest, FileKind::Log] {
            self.ratio(kind)?;
        }
        writeln!(self.streams.out)
    }

    fn ratio(&mut self, kind: FileKind) -> io::Result<()> {
        let (count, noun) = (*self.count(kind), kind.noun());
        let (out, total) = (&mut self.streams.out, count.total());
        if total == 0 {
            return Ok(());
        }
        write!(out, "\n{}/{total} {noun} files valid", count.valid)?;
        let others = [
            (count.invalid, "INVALID"),
            (count.unchecked, "not checked"),
            (count.not_read, "not read"),
        ];
        for (files, state) in others.iter().filter(|(files, _)| *files > 0) {
            write!(out, ", {files}/{total} {noun} files {state}")?;
        }
        Ok(())
    }
}

/// A time without fractions of a second.
fn time(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%Y-%m-%dT%H:%M:%SZ")
}
