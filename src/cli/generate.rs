//! `trailproof completions` and `trailproof man`, generated from the arguments so that they cannot differ
//! from them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use roff::{Roff, roman};

use super::args::Args;
use super::output;
use crate::base::error::{Error, ErrorKind};

/// The name of the program.
const NAME: &str = env!("CARGO_PKG_NAME");
/// The beginning of the part of the help about exit statuses.
const EXIT_STATUS: &str = "Exit status: ";

/// Prints a shell completion script.
///
/// # Errors
/// If it cannot be written.
pub fn completions(shell: Shell) -> Result<u8, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), NAME, &mut script);
    output::print("the completions", &script)
}

/// Writes the manual: one page per command into a folder, or all of them to standard output.
///
/// # Errors
/// If it cannot be written.
pub fn man(folder: Option<&Path>) -> Result<u8, Error> {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let mut pages = vec![&command];
    pages.extend(command.get_subcommands());
    let Some(folder) = folder else {
        let mut all = Vec::new();
        let written = pages.iter().try_for_each(|of| page(of, &mut all));
        written
            .map_err(|e| Error::new(ErrorKind::Internal, "cannot make the manual").because(e))?;
        return output::print("the manual", &all);
    };
    for of in pages {
        let path = folder.join(Man::new(of.clone()).get_filename());
        let write = |file| {
            let mut out = BufWriter::new(file);
            page(of, &mut out)?;
            out.flush()
        };
        File::create(&path).and_then(write).map_err(|e| {
            let message = format!("cannot write the manual to {}", path.display());
            Error::new(ErrorKind::Output, message).because(e)
        })?;
    }
    Ok(0)
}

/// Writes the page of one command.
fn page(command: &Command, out: &mut dyn Write) -> io::Result<()> {
    let man = Man::new(command.clone())
        .manual(format!("{NAME} manual"))
        .source(format!("{NAME} {}", env!("CARGO_PKG_VERSION")))
        // No date, so that builds of one version are identical. An empty date would be left out, and the
        // fields after it would move.
        .date(" ");
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(out)?;
    }
    let help = command.get_after_help().map(ToString::to_string);
    let help = help.unwrap_or_default();
    let (examples, exit) = help.split_once(EXIT_STATUS).unwrap_or((&help, ""));
    section("EXAMPLES", examples.trim_start_matches("Examples:\n"), out)?;
    section("EXIT STATUS", exit, out)
}

/// Writes a section. Indented lines are commands, so their line breaks are kept.
fn section(title: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    let mut as_it_is = false;
    for line in text.trim_end().lines() {
        let wanted = if line.is_empty() {
            as_it_is
        } else {
            line.starts_with(' ')
        };
        if wanted != as_it_is {
            roff.control(if wanted { "nf" } else { "fi" }, []);
            as_it_is = wanted;
        }
        roff.text([roman(line)]);
    }
    if as_it_is {
        roff.control("fi", []);
    }
    roff.to_writer(out)
}
