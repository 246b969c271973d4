//! `trailproof report`: writes a saved report in another format.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::fd::AsFd as _;
use std::path::Path;

use clap::ArgMatches;

use super::args::report::ReportArgs;
use super::args::shared::presentation::NamesFrom;
use super::output::{self, OutputTargets};
use super::presentation;
use super::signals::Signals;
use super::validate::aws_cli;
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::spool::TemporaryFile;
use crate::report::Format;
use crate::report::validation::saved::Saved;
use crate::source::input::open_input;

/// Writes the report, and gives the exit status, which does not depend on the verdict.
///
/// # Errors
/// If the file cannot be read or is not a report, or the new report cannot be written.
pub fn run(args: &ReportArgs, matches: Option<&ArgMatches>) -> Result<u8, Error> {
    let mut pairs = output::pairs(matches, None, Format::Text)?;
    let commands = args.commands.clone();
    pairs.extend(commands.map(|file| (Format::Commands, Some(file))));
    let formats: Vec<Format> = pairs.iter().map(|(format, _)| *format).collect();
    presentation::note_unused(&args.presentation, &formats);
    if args.presentation.names == Some(NamesFrom::Organizations) {
        return Err(presentation::needs_aws("report makes no AWS calls"));
    }
    Signals::listen()?;
    let limits = Limits::default();
    let presentation = presentation::read(&args.presentation, &limits)?;
    // Read before the targets are opened, because it may be the file that is replaced.
    let (json, source) = read(&args.saved, limits.saved_report)?;
    let mut saved = Saved::read(json).map_err(|e| {
        let message = format!("{} is not a report: {e}", named(&args.saved));
        Error::new(ErrorKind::Input, message)
            .hint("give a file that trailproof validate --format json wrote")
    })?;
    let targets = OutputTargets::open(pairs, Format::Text)?;
    targets.spare(args.presentation.files())?;
    if let Some(target) = targets.changing(&source) {
        let (target, saved) = (target.display(), named(&args.saved));
        let message =
            format!("the report would be written into its own input: {target} is {saved}");
        return Err(Error::new(ErrorKind::Usage, message).hint("choose another file for --out"));
    }
    targets.write(|format, out| match format {
        Format::AwsCli => aws_cli::print(saved.report(), None, false, out),
        format => saved.render(&presentation, format, out),
    })?;
    Ok(0)
}

fn named(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".into()
    } else {
        path.display().to_string()
    }
}

/// A saved report that can be read more than once: the file itself, or a copy of a pipe in an unlinked
/// temporary file. Also the metadata of the original.
fn read(path: &Path, most: u64) -> Result<(File, Metadata), Error> {
    let stdin = path == Path::new("-");
    let open = || {
        let mut file = match stdin {
            true => io::stdin().as_fd().try_clone_to_owned().map(File::from)?,
            false => open_input(path)?,
        };
        let source = file.metadata()?;
        let again = !stdin && source.is_file();
        let file = if again {
            file
        } else {
            copied(&mut file, most)?
        };
        Ok((file.metadata()?.len(), file, source))
    };
    let error = || Error::new(ErrorKind::Input, format!("cannot read {}", named(path)));
    let (length, file, source) = open().map_err(|e: io::Error| error().because(words(&e)))?;
    if length > most {
        return Err(error().because(format!("it is larger than {most} bytes")));
    }
    Ok((file, source))
}

/// A copy of at most `most` bytes and one more, which shows that there are too many.
fn copied(source: &mut dyn Read, most: u64) -> io::Result<File> {
    let mut copy = TemporaryFile::new()?;
    io::copy(&mut source.take(most + 1), &mut copy)?;
    copy.into_file()
}
