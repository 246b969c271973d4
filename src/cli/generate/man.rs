//! `trailproof man`: the manual, generated from the arguments and from the topics, so that it cannot differ from
//! them.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use roff::{Roff, roman};

use super::NAME;
use crate::base::error::{Error, ErrorKind};
use crate::cli::args::Args;
use crate::cli::args::generate::TOPICS_HEADING;
use crate::cli::output;
use crate::manual::{self, TOPICS};

/// The name of the manual.
const MANUAL: &str = "trailproof manual";
/// The beginning of the part of the help about exit statuses.
const EXIT_STATUS: &str = "Exit status: ";

/// A man page, with the name of its file.
struct ManPage {
    file: String,
    roff: Vec<u8>,
}

/// Writes the man pages: into the folders `man1` and `man7` of a folder, which are created, or all of them to standard output.
///
/// # Errors
/// If they cannot be written.
pub fn print(folder: Option<&Path>) -> Result<u8, Error> {
    let pages = pages()
        .map_err(|e| Error::new(ErrorKind::Internal, "cannot make the man pages").because(e))?;
    let Some(folder) = folder else {
        let all: Vec<u8> = pages.into_iter().flat_map(|page| page.roff).collect();
        return output::print("the man pages", &all);
    };
    for page in pages {
        let section = page.file.rsplit('.').next().unwrap_or_default();
        let section = folder.join(format!("man{section}"));
        let path = section.join(&page.file);
        fs::create_dir_all(&section)
            .and_then(|()| fs::write(&path, &page.roff))
            .map_err(|e| {
                let message = format!("cannot write the man page {}", path.display());
                Error::new(ErrorKind::Output, message).because(e)
            })?;
    }
    Ok(0)
}

/// The pages of all commands, then those of all topics.
fn pages() -> io::Result<Vec<ManPage>> {
    let mut command = Args::parser();
    command.build();
    let mut pages = Vec::new();
    for of in with_subcommands(&command) {
        let mut roff = Vec::new();
        page(of, &mut roff)?;
        let file = Man::new(of.clone()).get_filename();
        pages.push(ManPage { file, roff });
    }
    let of_topics = TOPICS.iter().map(|topic| ManPage {
        file: topic.file_name(),
        roff: manual::to_roff(*topic, &source(), MANUAL).into_bytes(),
    });
    pages.extend(of_topics);
    Ok(pages)
}

/// A command, and the commands below it.
fn with_subcommands(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().flat_map(with_subcommands);
    std::iter::once(command).chain(below).collect()
}

/// The program with its version.
fn source() -> String {
    format!("{NAME} {}", env!("CARGO_PKG_VERSION"))
}

/// Writes the page of one command.
fn page(command: &Command, out: &mut dyn Write) -> io::Result<()> {
    let man = Man::new(command.clone())
        .manual(MANUAL)
        .source(source())
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
    if let Some(topics) = help.strip_prefix(TOPICS_HEADING) {
        return section("TOPICS", topics.trim_start_matches('\n'), out);
    }
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
