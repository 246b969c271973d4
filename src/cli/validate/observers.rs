//! The observers of one run, and the reports that are written from what they collected.

use std::io;

use super::aws_cli::Files;
use super::jsonl::JsonlStream;
use super::verbose::VerboseLines;
use crate::base::error::Error;
use crate::cli::args::shared::progress::ProgressMode;
use crate::cli::output::{Delivery, OutputTargets};
use crate::cli::terminal::progress::Progress;
use crate::report::tone::TextWriter;
use crate::report::validation::presentation::Presentation;
use crate::report::validation::v1::{Report, Requested, Run};
use crate::report::{Format, render};
use crate::validate::observer::{All, Observer};

/// Which observers there are.
pub(super) struct ObserverChoice {
    /// How progress is shown.
    pub progress: ProgressMode,
    /// Whether lines of files are collected for the text report, and printed for aws-cli.
    pub verbose: bool,
    /// Whether results of files are collected for aws-cli.
    pub files: bool,
}

/// The observers of one run.
pub(super) struct RunObservers {
    stream: JsonlStream,
    progress: Progress,
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
        progress: Progress,
    ) -> Result<Self, Error> {
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
        let mut all: Vec<&dyn Observer> = vec![&self.stream, &self.progress];
        all.extend(self.lines.iter().map(|l| l as &dyn Observer));
        all.extend(self.files.iter().map(|f| f as &dyn Observer));
        All(all)
    }

    /// Ends the progress: on a terminal it is removed.
    pub fn end_progress(&mut self) {
        self.progress = Progress::none();
    }

    /// Writes every report. Says whether all of each was read.
    ///
    /// # Errors
    /// If one could not be written. The others are written all the same.
    pub fn write(
        self,
        report: &Report,
        presentation: &Presentation,
        targets: OutputTargets<Format>,
    ) -> Result<Delivery, Error> {
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
        // The others are written even after an error.
        let written = targets.write(write);
        Ok(streamed?.max(written?))
    }
}
