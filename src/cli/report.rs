//! `trailproof report`: a saved report in another format.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use clap::ArgMatches;

use super::output::{self, Targets};
use super::{args, aws_cli};
use crate::error::{Error, Kind};
use crate::limits::Limits;
use crate::report::Format;
use crate::report::saved::Saved;

/// Writes it, and gives the exit status, which says nothing of the verdict.
///
/// # Errors
/// Where it cannot be read, is not a report, or cannot be written.
pub fn run(args: &args::Report, matches: Option<&ArgMatches>) -> Result<u8, Error> {
    let pairs = output::pairs(matches, Format::Text)?;
    // Read first, for it may be the file that is to be replaced.
    let json = read(&args.saved, Limits::default().saved_report)?;
    let saved = Saved::read(json).map_err(|e| {
        Error::new(
            Kind::Input,
            format!("{} is not a report", named(&args.saved)),
        )
        .because(e)
        .hint("give what trailproof validate --format json wrote")
    })?;
    let targets = Targets::open(pairs, Format::Text)?;
    targets.write(|format, out| match format {
        Format::AwsCli => aws_cli::print(saved.report(), None, false, out),
        format => saved.render(format, out),
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

fn read(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let all = |source: &mut dyn Read| {
        let mut bytes = Vec::new();
        source.take(most + 1).read_to_end(&mut bytes).map(|_| bytes)
    };
    let bytes = if path == Path::new("-") {
        all(&mut io::stdin().lock())
    } else {
        File::open(path).and_then(|mut file| all(&mut file))
    };
    let error = || Error::new(Kind::Input, format!("cannot read {}", named(path)));
    let bytes = bytes.map_err(|e| error().because(e))?;
    if bytes.len() as u64 > most {
        return Err(error().because(format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}
