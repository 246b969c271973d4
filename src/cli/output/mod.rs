//! Where reports go. Targets are opened before the work, and a regular file is replaced only after its
//! report is complete.

pub(crate) mod earlier;
pub(crate) mod replacement;
pub(crate) mod standard;
pub(crate) mod target;

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde::Serialize;

use self::standard::StandardOutput;
use super::args::shared::format::PlainFormat;
use super::diagnose::note;
use super::output::target::OutputTarget;
use super::terminal::FittedWriter;
use crate::base::error::{Error, ErrorKind, words};
use crate::base::text::quoted;
use crate::report::json;
use crate::report::tone::TextWriter;

/// Standard output in messages.
const STDOUT: &str = "standard output";

/// A format and the path of its report; `None` is standard output.
pub type Pair<F> = (F, Option<PathBuf>);

/// Pairs each `--out` with the `--format` before it; an `--out` without one gets the `default` format.
/// `before` is a format that the command itself gives, before all others.
///
/// # Errors
/// If an `--out` stands before its `--format`, or two reports would go to standard output.
pub fn pairs<F>(
    matches: Option<&ArgMatches>,
    before: Option<F>,
    default: F,
) -> Result<Vec<Pair<F>>, Error>
where
    F: Copy + Send + Sync + 'static,
{
    let mut given: Vec<(usize, Result<F, PathBuf>)> = Vec::new();
    if let Some(matches) = matches {
        let formats = matches
            .get_many::<F>("format")
            .into_iter()
            .flatten()
            .copied()
            .map(Ok);
        let outs = matches
            .get_many::<PathBuf>("out")
            .into_iter()
            .flatten()
            .cloned()
            .map(Err);
        given.extend(
            matches
                .indices_of("format")
                .into_iter()
                .flatten()
                .zip(formats),
        );
        given.extend(matches.indices_of("out").into_iter().flatten().zip(outs));
    }
    given.sort_by_key(|(at, _)| *at);
    let first_out = given
        .first()
        .filter(|_| before.is_none())
        .and_then(|(_, item)| item.as_ref().err().cloned());
    let mut pairs: Vec<Pair<F>> = before.map(|format| (format, None)).into_iter().collect();
    for (_, item) in given {
        match (item, pairs.last_mut()) {
            (Ok(format), _) => pairs.push((format, None)),
            (Err(path), Some((_, out @ None))) => *out = Some(path),
            (Err(path), _) => pairs.push((default, Some(path))),
        }
    }
    let format = matches.and_then(|matches| matches.get_raw("format")?.next());
    if let (Some(out), Some(format)) = (first_out, format)
        && pairs.iter().any(|(_, out)| out.is_none())
    {
        return Err(out_before_format(&out, format));
    }
    if pairs.is_empty() {
        pairs.push((default, None));
    }
    if pairs.iter().filter(|(_, out)| out.is_none()).count() > 1 {
        let error = Error::new(ErrorKind::Usage, "two reports would go to standard output");
        return Err(error.hint("give each --format its own --out; one may do without"));
    }
    Ok(pairs)
}

/// The error of an `--out` that stands before its `--format`: the report in that format would go to standard
/// output, and the file would get another one.
fn out_before_format(out: &Path, format: &OsStr) -> Error {
    let (out, format) = (quoted(&out.to_string_lossy()), format.display());
    let message =
        format!("--out {out} stands before --format {format}, so it does not apply to it");
    Error::new(ErrorKind::Usage, message).hint(format!(
        "put each --out directly after its --format: --format {format} --out {out}"
    ))
}

/// The opened targets.
pub struct OutputTargets<F> {
    targets: Vec<(F, OutputTarget)>,
    /// The format that is fitted to a terminal.
    text: F,
}

impl<F: Copy + PartialEq> OutputTargets<F> {
    /// Opens every target; `text` is the format that is fitted to a terminal.
    ///
    /// # Errors
    /// If a target cannot be written to, or two reports have the same one.
    pub fn open(pairs: Vec<Pair<F>>, text: F) -> Result<Self, Error> {
        let mut targets: Vec<(F, OutputTarget)> = Vec::new();
        for (format, path) in pairs {
            let target = match path {
                None => OutputTarget::stdout().map_err(|e| unwritable(STDOUT.as_ref(), &e))?,
                Some(path) => OutputTarget::open(&path).map_err(|e| unwritable(&path, &e))?,
            };
            if target.is_closed_or_null() {
                note_closed(&target.name().to_string_lossy());
            }
            if let Some((_, other)) = targets
                .iter()
                .find(|(_, other)| other.is_same_place(&target))
            {
                let [one, other] = [other, &target].map(|target| target.name().display());
                let message = format!("two reports would go to the same file: {one} and {other}");
                let error = Error::new(ErrorKind::Usage, message);
                return Err(error.hint("give each --format its own --out"));
            }
            targets.push((format, target));
        }
        Ok(OutputTargets { targets, text })
    }

    /// Checks that no report would replace a file that the run reads, under whatever name; in a folder that is
    /// read, none of its files. Each with the option that gives it.
    ///
    /// # Errors
    /// If one would.
    pub fn spare(
        &self,
        inputs: impl Iterator<Item = (&'static str, PathBuf)>,
    ) -> Result<(), Error> {
        for (option, input) in inputs {
            let found = input.metadata().ok();
            let is_input = |target: &&OutputTarget| match &found {
                Some(found) => target.is_of(found),
                // A file that the run makes.
                None => target.is_at(&input),
            };
            let mut targets = self.targets.iter().map(|(_, target)| target);
            let Some(target) = targets.find(is_input) else {
                continue;
            };
            let (target, input) = (target.name().display(), input.display());
            return Err(would_replace(format!("{target} is {option} {input}")));
        }
        Ok(())
    }

    /// Checks that no report would replace a copy that is one file, or an object of one that is a folder.
    ///
    /// # Errors
    /// If one would.
    pub fn spare_copies(&self, copies: impl Iterator<Item = PathBuf>) -> Result<(), Error> {
        for copy in copies {
            let is_file = copy.metadata().ok().filter(Metadata::is_file);
            let mut targets = self.targets.iter().map(|(_, target)| target);
            let target = targets.find(|target| match &is_file {
                Some(file) => target.is_of(file),
                None => target.is_object_in(&copy),
            });
            if let Some(target) = target {
                let (target, copy) = (target.name().display(), copy.display());
                return Err(would_replace(format!("{target} is in --path {copy}")));
            }
        }
        Ok(())
    }

    /// Checks that no report would be a file in one of these bundles: it would no longer be as it was collected.
    ///
    /// # Errors
    /// If one would.
    pub fn spare_bundles(&self, bundles: impl Iterator<Item = PathBuf>) -> Result<(), Error> {
        for bundle in bundles {
            let mut targets = self.targets.iter().map(|(_, target)| target);
            if let Some(target) = targets.find(|target| target.is_in(&bundle)) {
                let (target, bundle) = (target.name().display(), bundle.display());
                let message = format!("the report would change a bundle: {target} is in {bundle}");
                let error = Error::new(ErrorKind::Usage, message);
                return Err(error.hint("choose a file outside the bundle for --out"));
            }
        }
        Ok(())
    }

    /// The first target whose report would be written into a file that is read.
    pub fn changing(&self, file: &Metadata) -> Option<&Path> {
        let mut targets = self.targets.iter().map(|(_, target)| target);
        targets
            .find(|target| target.changes(file))
            .map(OutputTarget::name)
    }

    /// Removes and returns the targets of a format that is written while the work goes on.
    pub fn take(&mut self, format: F) -> Vec<OutputTarget> {
        let targets = std::mem::take(&mut self.targets).into_iter();
        let (matching, left): (Vec<_>, Vec<_>) = targets.partition(|(of, _)| *of == format);
        self.targets = left;
        matching.into_iter().map(|(_, target)| target).collect()
    }

    /// Writes a report to each target; `render` writes it in a format. Says whether all of it was read.
    ///
    /// # Errors
    /// The first failure to write, after all targets were tried. A closed pipe is not an error: its
    /// reader has read enough.
    pub fn write(
        self,
        mut render: impl FnMut(F, &mut dyn TextWriter) -> io::Result<()>,
    ) -> Result<Delivery, Error> {
        let mut first_error = None;
        let mut delivery = Delivery::Complete;
        for (format, target) in self.targets {
            let mut put = |out: &mut dyn TextWriter| {
                render(format, out)?;
                out.flush()
            };
            let result = match target {
                OutputTarget::Stdout => {
                    let mut out = BufWriter::new(StandardOutput);
                    let written = match FittedWriter::to_stdout(&mut out) {
                        Ok(mut fitted) if format == self.text => put(&mut fitted),
                        _ => put(&mut out),
                    };
                    let read = Delivery::of(written).map_err(|e| unwritable(STDOUT.as_ref(), &e));
                    read.map(|read| delivery = delivery.max(read))
                }
                OutputTarget::Stream(file, path) => {
                    let written = put(&mut BufWriter::new(file));
                    let read = Delivery::of(written).map_err(|e| unwritable(&path, &e));
                    read.map(|read| delivery = delivery.max(read))
                }
                OutputTarget::Replace(file) => {
                    let path = file.path().to_path_buf();
                    let written = put(&mut BufWriter::new(file.file()));
                    let written = written.and_then(|()| file.finish());
                    written.map_err(|e| unwritable(&path, &e))
                }
            };
            first_error = first_error.or(result.err());
        }
        first_error.map_or(Ok(delivery), Err)
    }
}

/// Whether a report reached its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// All of it was written.
    Complete,
    /// A pipe was closed before its end.
    Cut,
}

impl Delivery {
    /// What became of a report that was written. A closed pipe is not an error.
    ///
    /// # Errors
    /// If writing failed.
    pub fn of(written: io::Result<()>) -> io::Result<Delivery> {
        match written {
            Ok(()) => Ok(Delivery::Complete),
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(Delivery::Cut),
            Err(e) => Err(e),
        }
    }
}

/// Standard output as the target of `doctor` or `explain`.
///
/// # Errors
/// If it cannot be written to.
pub fn to_stdout(format: PlainFormat) -> Result<OutputTargets<PlainFormat>, Error> {
    OutputTargets::open(vec![(format, None)], PlainFormat::Text)
}

/// Writes the report of `doctor` or `explain`.
///
/// # Errors
/// If it cannot be written. A closed pipe is not an error.
pub fn write_plain<R: Serialize>(
    targets: OutputTargets<PlainFormat>,
    report: &R,
    text: impl Fn(&R, &mut dyn TextWriter) -> io::Result<()>,
) -> Result<(), Error> {
    let written = targets.write(|format, out| match format {
        PlainFormat::Text => text(report, out),
        PlainFormat::Json => json::write(report, out),
    });
    written.map(|_| ())
}

/// Prints bytes to standard output, and gives the exit status.
///
/// # Errors
/// If they cannot be written. A closed pipe is not an error.
pub fn print(what: &str, text: &[u8]) -> Result<u8, Error> {
    print_by(what, || StandardOutput.write_all(text))
}

/// Prints the help or the version, as its printer styles them, and gives the exit status.
///
/// # Errors
/// If they cannot be written. A closed pipe is not an error.
pub fn print_help(help: &clap::Error) -> Result<u8, Error> {
    print_by("the help", || {
        help.print().and_then(|()| io::stdout().flush())
    })
}

fn print_by(what: &str, write: impl FnOnce() -> io::Result<()>) -> Result<u8, Error> {
    let written = standard::check().and_then(|()| {
        if OutputTarget::Stdout.is_closed_or_null() {
            note_closed(STDOUT);
        }
        write()
    });
    let error = |e| {
        let message = format!("cannot write {what} to {STDOUT}");
        Error::new(ErrorKind::Output, message).because(words(&e))
    };
    or_closed(written).map_err(error).map(|()| 0)
}

/// Notes that nobody can read what is written to a stream.
fn note_closed(name: &str) {
    note(&format!(
        "{name} is closed, or leads to /dev/null: nobody can read what is written there"
    ));
}

/// Treats a closed pipe as success: its reader has read enough.
pub fn or_closed(written: io::Result<()>) -> io::Result<()> {
    Delivery::of(written).map(|_| ())
}

fn would_replace(what: String) -> Error {
    let message = format!("the report would replace an input: {what}");
    Error::new(ErrorKind::Usage, message).hint("choose another file for --out")
}

/// The error of a report that cannot be written.
pub fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::new(
        ErrorKind::Output,
        format!("cannot write the report to {}", path.display()),
    )
    .because(words(error))
}
