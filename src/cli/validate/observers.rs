//! The observers of one run, and the reports that are written from what they collected.

use std::io;
use std::time::Instant;

use super::aws_cli::Files;
use super::jsonl::JsonlStream;
use super::verbose::VerboseLines;
use crate::base::error::Error;
use crate::cli::output::OutputTargets;
use crate::cli::terminal::progress::Progress;
use crate::report::tone::TextWriter;
use crate::report::validation::presentation::Presentation;
use crate::report::validation::v1::{Report, Requested, Run};
use crate::report::{Format, render};
use crate::validate::observer::{All, Observer};

/// Which observers there are.
pub(super) struct ObserverChoice {
    /// Whether progress is shown, if standard error is a terminal.
    pub progress: bool,
    /// Whether lines of files are collected for the text report, and printed for aws-cli.
    pub verbose: bool,
    /// Whether results of files are collected for aws-cli.
    pub files: bool,
}

/// The observers of one run.
pub(super) struct RunObservers {
    stream: JsonlStream,
    progress: Option<Progress>,
    lines: Option<VerboseLines>,
    files: Option<Files>,
    verbose: bool,
}

impl RunObservers {
    /// Starts them. The targets of JSON lines are taken out, because these are written during the run.
    ///
    /// # Errors
    /// If a target cannot be written to, or no temporary file can be made.
    pub fn begin(
        choice: &ObserverChoice,
        targets: &mut OutputTargets<Format>,
        (requested, run): (&Requested, &Run),
        start: Instant,
    ) -> Result<Self, Error> {
        let progress = Progress::begin("looking for digests", start, !choice.progress);
        let lines = choice.verbose.then(VerboseLines::default);
        Ok(RunObservers {
            stream: JsonlStream::begin(targets.take(Format::Jsonl), requested, run)?,
            progress,
            lines,
            files: choice.files.then(Files::default),
            verbose: choice.verbose,
        })
    }

    /// All of them as one.
    pub fn all(&self) -> All<'_> {
        let mut all: Vec<&dyn Observer> = vec![&self.stream];
        all.extend(self.progress.iter().map(|p| p as &dyn Observer));
        all.extend(self.lines.iter().map(|l| l as &dyn Observer));
        all.extend(self.files.iter().map(|f| f as &dyn Observer));
        All(all)
    }

    /// Removes the progress from the terminal.
    pub fn end_progress(&mut self) {
        self.progress = None;
    }

    /// Writes every report.
    ///
    /// # Errors
    /// If one could not be written. The others are written all the same.
    pub fn write(
        self,
        report: &Report,
        presentation: &Presentation,
        targets: OutputTargets<Format>,
    ) -> Result<(), Error> {
        let RunObservers {
            stream,
            lines,
            files,
            verbose,
            ..
        } = self;
        let streamed = stream.end(report);
        let write = |format, out: &mut dyn TextWriter| -> io::Result<()> {
            if let (Format::AwsCli, Some(files)) = (format, &files) {
                return files.print(report, verbose, out);
            }
            render(report, presentation, format, out)?;
            if let (Format::Text, Some(lines)) = (format, &lines) {
                writeln!(out, "\nfiles, newest digest first")?;
                lines.copy(out)?;
            }
            Ok(())
        };
        streamed.and(targets.write(write))
    }
}
