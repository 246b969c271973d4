//! What people see on a terminal: lines broken at its width and the words that matter in colour.
//! What goes anywhere else stays as it is.

pub(crate) mod progress;

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write};

use console::{Style, Term};
use textwrap::{Options, WordSplitter};

/// Lines are not broken to be shorter than that.
const NARROWEST: usize = 30;
/// What stands left of a text that is broken: further right nothing is aligned.
const ALIGNED: usize = 45;

/// Whether colour is wanted on standard output, or else on standard error: only on a terminal, and
/// not with `NO_COLOR`, `CLICOLOR=0` or a terminal that knows none. What is empty says nothing, which
/// `console` does not heed.
fn in_colour(stderr: bool) -> bool {
    let terminal = match stderr {
        true => io::stderr().is_terminal(),
        false => io::stdout().is_terminal(),
    };
    let usual = knows_escapes() && said("CLICOLOR").is_none_or(|value| value != "0");
    let forced = said("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    terminal && (usual || forced) && said("NO_COLOR").is_none()
}

/// Whether terminals obey escape codes here, as far as is known.
pub fn knows_escapes() -> bool {
    said("TERM").is_some_and(|kind| kind != "dumb")
}

/// What the environment says, if anything.
fn said(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// A text in the colour of the word that it says, if that has one and colour is wanted.
pub fn painted(word: &str, text: &str, stderr: bool) -> String {
    match style(word) {
        Some(style) if in_colour(stderr) => style.force_styling(true).apply_to(text).to_string(),
        _ => text.to_owned(),
    }
}

/// The colour of a verdict, a severity or a state.
fn style(word: &str) -> Option<Style> {
    Some(match word.to_ascii_lowercase().as_str() {
        "failed" => Style::new().red().bold(),
        "unproven" | "warning" | "unknown" => Style::new().yellow().bold(),
        "gap" | "gaps" | "restart" => Style::new().magenta().bold(),
        "verified" | "ok" => Style::new().green(),
        _ => return None,
    })
}

/// Fits lines to a terminal on their way to it.
pub struct Fitted<W: Write> {
    out: W,
    width: usize,
    line: Vec<u8>,
}

impl<W: Write> Fitted<W> {
    /// Fits to the terminal that standard output is; nothing where it is none.
    pub fn to_stdout(out: W) -> Result<Self, W> {
        let term = Term::stdout();
        if !term.is_term() {
            return Err(out);
        }
        // One that does not tell its width breaks lines by itself.
        let width = term.size_checked().map_or(usize::MAX, |(_, w)| w.into());
        Ok(Fitted {
            out,
            width: width.max(NARROWEST),
            line: Vec::new(),
        })
    }

    fn put(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        for (at, part) in broken(&text, self.width).iter().enumerate() {
            let lead = part.len() - part.trim_start().len();
            let word = match at {
                0 => part[lead..].split([' ', ':']).next().unwrap_or_default(),
                _ => "",
            };
            let (left, right) = part[lead..].split_at(word.len());
            let word = painted(word, left, false);
            writeln!(self.out, "{}{word}{right}", &part[..lead])?;
        }
        Ok(())
    }
}

impl<W: Write> Write for Fitted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|b| *b == b'\n') {
            self.line.extend_from_slice(&rest[..end]);
            self.put()?;
            rest = &rest[end + 1..];
        }
        self.line.extend_from_slice(rest);
        Ok(bytes.len())
    }

    /// Writes whole lines on; every report ends with one.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A line in parts that fit, where words allow it: names of objects stay whole, to be copied, and so
/// do commands.
fn broken(line: &str, width: usize) -> Vec<String> {
    // A command is there to be run, and would not be what it is in two lines.
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

/// The column in which the text of a line begins, after what it is aligned to.
fn hanging(line: &str) -> usize {
    let lead = line.len() - line.trim_start().len();
    let head = line.get(..ALIGNED).unwrap_or(line);
    let column = head[lead.min(head.len())..].rfind("  ");
    match column {
        Some(at) => lead + at + 2,
        None if line[lead..].starts_with("- ") => lead + 2,
        // A label that fills its column, as `verified` does.
        None if line[lead..].find(' ') == Some(8) => lead + 9,
        None => lead + 2,
    }
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn lines_are_broken_between_words_and_go_on_below_their_text() {
        let line = "    what     no digest covers this time of the window";
        let expected = [
            "    what     no digest covers",
            "             this time of the",
            "             window",
        ];
        assert_eq!(broken(line, 30), expected);
        let line = "  - one sentence of what is not proven";
        assert_eq!(
            broken(line, 30),
            ["  - one sentence of what is", "    not proven"]
        );
        let line = "    verified 2026-03-01T00:12:34Z to 2026-03-01T03:30:00Z";
        assert_eq!(
            broken(line, 40),
            [
                "    verified 2026-03-01T00:12:34Z to",
                "             2026-03-01T03:30:00Z"
            ]
        );
    }

    #[test]
    fn a_name_stays_whole_and_what_fits_stays_as_it_is() {
        let line =
            "    object   s3://bucket/AWSLogs/111111111111/CloudTrail/eu-west-1/file.json.gz";
        let parts = broken(line, 40);
        assert!(
            parts.iter().any(|p| p.ends_with("/eu-west-1/file.json.gz")),
            "{parts:?}"
        );
        assert_eq!(broken(line, 80), [line]);
        assert_eq!(broken("", 30), [""]);
    }
}
