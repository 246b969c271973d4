//! `trailproof help`: commands and topics, the help of a command, or a topic of the manual.

use super::output;
use super::terminal::{self, Stream};
use crate::base::error::Error;
use crate::manual::{self, Topic};

/// The columns of a topic where standard output is no terminal, or one of unknown width.
const WIDTH: usize = 80;
/// The widest text that is comfortable to read.
const WIDEST: usize = 110;

/// Prints what help there is about a word: the help of the command with that name, then the topic.
/// Without a word, the list of both.
///
/// # Errors
/// If it cannot be written.
pub fn print(parser: clap::Command, about: Option<&str>) -> Result<u8, Error> {
    let topic = about.and_then(Topic::of);
    let is_command = about.is_none_or(|name| parser.find_subcommand(name).is_some());
    if is_command {
        let name = parser.get_name().to_owned();
        let line = std::iter::once(name.as_str())
            .chain(about)
            .chain(["--help"]);
        if let Err(help) = parser.try_get_matches_from(line) {
            output::print_help(&help)?;
        }
    }
    let Some(topic) = topic else { return Ok(0) };
    let width = terminal::width().map_or(WIDTH, |width| width.min(WIDEST));
    let bold = |word: &str| terminal::bold(word, Stream::Stdout);
    let mut text = manual::to_text(topic, width, &bold);
    if is_command {
        text.insert(0, '\n');
    }
    output::print("the topic", text.as_bytes())
}
