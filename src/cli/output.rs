//! Where reports go. Targets are opened before the work, and a regular file is replaced only once
//! its report is whole.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use tempfile::NamedTempFile;

use crate::error::{Error, Kind};

/// A format and where its report goes: `None` is standard output.
pub type Pair<F> = (F, Option<PathBuf>);

/// Joins each `--out` with the `--format` before it; an `--out` alone is in the `usual` one.
///
/// # Errors
/// Where two reports would go to standard output.
pub fn pairs<F>(matches: Option<&ArgMatches>, usual: F) -> Result<Vec<Pair<F>>, Error>
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
    let mut pairs: Vec<Pair<F>> = Vec::new();
    for (_, item) in given {
        match (item, pairs.last_mut()) {
            (Ok(format), _) => pairs.push((format, None)),
            (Err(path), Some((_, out @ None))) => *out = Some(path),
            (Err(path), _) => pairs.push((usual, Some(path))),
        }
    }
    if pairs.is_empty() {
        pairs.push((usual, None));
    }
    if pairs.iter().filter(|(_, out)| out.is_none()).count() > 1 {
        let error = Error::new(Kind::Usage, "two reports would go to standard output");
        return Err(error.hint("give each --format but one its own --out"));
    }
    Ok(pairs)
}

enum Target {
    Stdout,
    /// A pipe, a device or the like: written as it is.
    Stream(File, PathBuf),
    /// A regular file: written beside and renamed.
    Replace(NamedTempFile, PathBuf),
}

/// The opened targets.
pub struct Targets<F>(Vec<(F, Target)>);

impl<F: Copy> Targets<F> {
    /// Opens every target.
    ///
    /// # Errors
    /// Where one cannot be written to.
    pub fn open(pairs: Vec<Pair<F>>) -> Result<Self, Error> {
        let open = |(format, path): Pair<F>| {
            let target = match path {
                None => Target::Stdout,
                Some(path) => Target::open(&path).map_err(|e| unwritable(&path, &e))?,
            };
            Ok((format, target))
        };
        pairs
            .into_iter()
            .map(open)
            .collect::<Result<_, _>>()
            .map(Targets)
    }

    /// Writes a report to each, as `render` writes it in a format.
    ///
    /// # Errors
    /// Where one could not be written; a closed pipe on standard output is no error.
    pub fn write(self, render: impl Fn(F, &mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let mut trouble = None;
        for (format, target) in self.0 {
            let put = |out: &mut dyn Write| {
                render(format, out)?;
                out.flush()
            };
            let result = match target {
                Target::Stdout => match put(&mut BufWriter::new(io::stdout().lock())) {
                    Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
                    Err(e) => Err(unwritable(Path::new("standard output"), &e)),
                    Ok(()) => Ok(()),
                },
                Target::Stream(file, path) => {
                    put(&mut BufWriter::new(file)).map_err(|e| unwritable(&path, &e))
                }
                Target::Replace(mut file, path) => {
                    let written = put(&mut BufWriter::new(file.as_file_mut()));
                    written
                        .and_then(|()| file.persist(&path).map(|_| ()).map_err(|e| e.error))
                        .map_err(|e| unwritable(&path, &e))
                }
            };
            trouble = trouble.or(result.err());
        }
        trouble.map_or(Ok(()), Err)
    }
}

impl Target {
    fn open(path: &Path) -> io::Result<Target> {
        if path.metadata().is_ok_and(|m| !m.is_file()) {
            let file = OpenOptions::new().write(true).open(path)?;
            return Ok(Target::Stream(file, path.into()));
        }
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let mut file = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // What a newly made file would have; the user's mask applies.
            file.permissions(std::fs::Permissions::from_mode(0o666));
        }
        Ok(Target::Replace(
            file.prefix(".trailproof-").tempfile_in(folder)?,
            path.into(),
        ))
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::new(
        Kind::Output,
        format!("cannot write the report to {}", path.display()),
    )
    .because(error)
}
