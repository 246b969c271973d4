//! What people see on a terminal: lines wrapped to its width, and words in colour.
//!
//! A text report states the [`Tone`] of a word, and [`FittedWriter`] chooses the colour. No colour is
//! derived from finished text, and output that does not go to a terminal stays as it is.

pub(crate) mod progress;

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write};

use console::{Style, Term};
use textwrap::{Options, WordSplitter};

use crate::report::tone::{TextWriter, Tone};

/// The narrowest width to wrap to, in columns.
const MIN_WIDTH: usize = 30;
/// How many columns of a line can hold the labels that its text is aligned to.
const MAX_ALIGNED: usize = 45;

/// An output stream of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// Whether a stream shows colour: it is a terminal, and neither `NO_COLOR`, `CLICOLOR=0` nor a
/// terminal without escape codes forbids it. `console` does not treat an empty variable as unset, so
/// we read the variables ourselves.
fn shows_colour(stream: Stream) -> bool {
    let terminal = match stream {
        Stream::Stderr => io::stderr().is_terminal(),
        Stream::Stdout => io::stdout().is_terminal(),
    };
    let usual = supports_escapes() && variable("CLICOLOR").is_none_or(|value| value != "0");
    let forced = variable("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    terminal && (usual || forced) && variable("NO_COLOR").is_none()
}

/// Whether `TERM` says that the terminal understands escape codes.
pub fn supports_escapes() -> bool {
    variable("TERM").is_some_and(|kind| kind != "dumb")
}

/// An environment variable, unless it is empty.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// A text in the colour of its tone, if it has one and the stream shows colour.
pub fn painted(tone: Tone, text: &str, stream: Stream) -> String {
    match style(tone) {
        Some(style) if shows_colour(stream) => style.force_styling(true).apply_to(text).to_string(),
        _ => text.to_owned(),
    }
}

/// A text in bold, if the stream shows colour.
pub fn bold(text: &str, stream: Stream) -> String {
    match shows_colour(stream) {
        true => Style::new()
            .bold()
            .force_styling(true)
            .apply_to(text)
            .to_string(),
        false => text.to_owned(),
    }
}

/// The columns of the terminal on standard output, if they are known.
pub fn width() -> Option<usize> {
    let term = Term::stdout();
    let size = term.is_term().then(|| term.size_checked()).flatten();
    size.map(|(_, width)| usize::from(width).max(MIN_WIDTH))
}

fn style(tone: Tone) -> Option<Style> {
    match tone {
        Tone::Plain => None,
        Tone::Good => Some(Style::new().green()),
        Tone::Gap => Some(Style::new().magenta().bold()),
        Tone::Doubtful => Some(Style::new().yellow().bold()),
        Tone::Bad => Some(Style::new().red().bold()),
    }
}

/// Wraps lines to the width of a terminal and colours their first words.
pub struct FittedWriter<W: Write> {
    out: W,
    width: usize,
    /// The line so far.
    line: Vec<u8>,
    /// The tone of the first word of the next line that is not empty.
    tone: Tone,
}

impl<W: Write> FittedWriter<W> {
    /// Fits to the terminal on standard output, or gives `out` back where that is no terminal.
    pub fn to_stdout(out: W) -> Result<Self, W> {
        let term = Term::stdout();
        if !term.is_term() {
            return Err(out);
        }
        // A terminal of unknown width wraps lines by itself.
        let width = term.size_checked().map_or(usize::MAX, |(_, w)| w.into());
        Ok(FittedWriter {
            out,
            width: width.max(MIN_WIDTH),
            line: Vec::new(),
            tone: Tone::Plain,
        })
    }

    /// Writes the line so far.
    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return writeln!(self.out);
        }
        let text = String::from_utf8_lossy(&line);
        let mut tone = std::mem::replace(&mut self.tone, Tone::Plain);
        for part in wrapped(&text, self.width) {
            let (lead, rest) = part.split_at(part.len() - part.trim_start().len());
            let end = rest.find([' ', ':']).unwrap_or(rest.len());
            let (word, rest) = rest.split_at(end);
            let word = painted(tone, word, Stream::Stdout);
            writeln!(self.out, "{lead}{word}{rest}")?;
            tone = Tone::Plain;
        }
        Ok(())
    }
}

impl<W: Write> TextWriter for FittedWriter<W> {
    fn tone(&mut self, tone: Tone) {
        self.tone = tone;
    }
}

impl<W: Write> Write for FittedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|b| *b == b'\n') {
            self.line.extend_from_slice(&rest[..end]);
            self.end_line()?;
            rest = &rest[end + 1..];
        }
        self.line.extend_from_slice(rest);
        Ok(bytes.len())
    }

    /// Flushes complete lines only; every report ends with a line break.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A line in parts that fit the width. Object names and commands are not broken, so that they can be
/// copied; a part with one may be wider.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    // A command in two lines could not be pasted into a shell.
    if line.chars().count() <= width || line.contains("aws ") {
        return vec![line.to_owned()];
    }
    let hanging = " ".repeat(hanging(line).min(width / 2));
    let lead = &line[..line.len() - line.trim_start().len()];
    let options = Options::new(width)
        .initial_indent(lead)
        .subsequent_indent(&hanging)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    let parts = textwrap::wrap(line.trim_start(), options);
    parts.into_iter().map(Into::into).collect()
}

/// The column in which the text of a line begins, after its label.
fn hanging(line: &str) -> usize {
    let lead = line.len() - line.trim_start().len();
    let head = line.get(..MAX_ALIGNED).unwrap_or(line);
    let column = head[lead.min(head.len())..].rfind("  ");
    match column {
        Some(at) => lead + at + 2,
        None if line[lead..].starts_with("- ") => lead + 2,
        // A label as wide as its column, such as `verified`.
        None if line[lead..].find(' ') == Some(8) => lead + 9,
        None => lead + 2,
    }
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn a_long_line_is_wrapped_between_words_and_aligned_to_its_text() {
        let line = "    what     no digest covers this time of the window";
        let expected = [
            "    what     no digest covers",
            "             this time of the",
            "             window",
        ];
        assert_eq!(wrapped(line, 30), expected);
        let line = "  - one sentence of what is not proven";
        assert_eq!(
            wrapped(line, 30),
            ["  - one sentence of what is", "    not proven"]
        );
        let line = "    verified 2026-03-01T00:12:34Z to 2026-03-01T03:30:00Z";
        assert_eq!(
            wrapped(line, 40),
            [
                "    verified 2026-03-01T00:12:34Z to",
                "             2026-03-01T03:30:00Z"
            ]
        );
    }

    #[test]
    fn a_name_is_not_broken_and_a_line_that_fits_is_not_changed() {
        let line =
            "    object   s3://bucket/AWSLogs/111111111111/CloudTrail/eu-west-1/file.json.gz";
        let parts = wrapped(line, 40);
        assert!(
            parts.iter().any(|p| p.ends_with("/eu-west-1/file.json.gz")),
            "{parts:?}"
        );
        assert_eq!(wrapped(line, 80), [line]);
        assert_eq!(wrapped("", 30), [""]);
    }
}
