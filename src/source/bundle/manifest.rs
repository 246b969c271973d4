//! Reads `manifest.jsonl` line by line, in bounded memory. It is input from outside: a line that is not valid is
//! reported with its number, and reading goes on behind it.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use sha2::Digest as _;

use super::layout::{MANIFEST, UNFINISHED};
use super::record::ManifestLine;
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;

/// Bytes read at a time.
const BUFFER: usize = 256 << 10;
/// The longest path of a file, in bytes: that of most systems.
const LONGEST_PATH: usize = 4096;

/// Reads a manifest, and hashes it on the way.
pub struct ManifestReader<R> {
    input: BufReader<R>,
    hasher: sha2::Sha256,
    /// The longest line that is held, in bytes.
    longest: usize,
    /// Lines so far.
    number: u64,
    line: Vec<u8>,
    /// The path of the last valid line.
    last: String,
}

/// One line of a manifest.
#[derive(Debug, PartialEq, Eq)]
pub enum ManifestItem {
    /// A file, and the hash of its bytes.
    File(Box<ManifestLine>, Sha256),
    /// A line that is not valid: its number, from 1, and why.
    Invalid(u64, LineProblem),
}

/// Why a line of a manifest is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineProblem {
    /// It is longer than [`Limits::manifest_line`].
    TooLong,
    /// It is not JSON, or lacks a member.
    NotALine,
    /// Its path leads out of the bundle, is too long, or is that of a file that no manifest lists.
    Path,
    /// Its path does not come after that of the line before: each file has one line, and they are sorted.
    Order,
    /// No line feed ends it: the file is cut.
    Cut,
}

impl fmt::Display for LineProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LineProblem::TooLong => "it is too long",
            LineProblem::NotALine => "it is not a line of a manifest",
            LineProblem::Path => "its path is not valid",
            LineProblem::Order => "its path does not come after that of the line before",
            LineProblem::Cut => "it is cut off",
        })
    }
}

impl<R: Read> ManifestReader<R> {
    /// Reads from the beginning.
    pub fn new(input: R, limits: &Limits) -> Self {
        ManifestReader {
            input: BufReader::with_capacity(BUFFER, input),
            hasher: sha2::Sha256::new(),
            longest: limits.manifest_line,
            number: 0,
            line: Vec::new(),
            last: String::new(),
        }
    }

    /// Reads the next line; `None` at the end.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn item(&mut self) -> io::Result<Option<ManifestItem>> {
        let Some(end) = self.read_line()? else {
            return Ok(None);
        };
        self.number += 1;
        let read = match end {
            LineEnd::Complete => self.parse(),
            LineEnd::TooLong => Err(LineProblem::TooLong),
            LineEnd::Cut => Err(LineProblem::Cut),
        };
        Ok(Some(match read {
            Ok((line, sha256)) => {
                self.last.clone_from(&line.path);
                ManifestItem::File(Box::new(line), sha256)
            }
            Err(problem) => ManifestItem::Invalid(self.number, problem),
        }))
    }

    /// The hash of everything that was read: of the manifest, once [`item`](Self::item) gave `None`.
    pub fn sha256(self) -> Sha256 {
        Sha256(self.hasher.finalize().into())
    }

    /// Reads one line into `line`, without its line feed; `None` at the end.
    fn read_line(&mut self) -> io::Result<Option<LineEnd>> {
        self.line.clear();
        let (mut is_empty, mut is_long) = (true, false);
        loop {
            let bytes = match self.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            if bytes.is_empty() {
                return Ok((!is_empty).then_some(LineEnd::Cut));
            }
            is_empty = false;
            let feed = bytes.iter().position(|byte| *byte == b'\n');
            let part = &bytes[..feed.unwrap_or(bytes.len())];
            is_long |= self.line.len() + part.len() > self.longest;
            if !is_long {
                self.line.extend_from_slice(part);
            }
            let read = feed.map_or(bytes.len(), |at| at + 1);
            self.hasher.update(&bytes[..read]);
            self.input.consume(read);
            match (feed, is_long) {
                (None, _) => {}
                (Some(_), true) => return Ok(Some(LineEnd::TooLong)),
                (Some(_), false) => return Ok(Some(LineEnd::Complete)),
            }
        }
    }

    /// Checks the line that was read.
    fn parse(&self) -> Result<(ManifestLine, Sha256), LineProblem> {
        let line: ManifestLine =
            serde_json::from_slice(&self.line).map_err(|_| LineProblem::NotALine)?;
        let sha256 = Sha256::from_hex(&line.sha256).ok_or(LineProblem::NotALine)?;
        if !is_listed(&line.path) {
            return Err(LineProblem::Path);
        }
        match line.path > self.last {
            true => Ok((line, sha256)),
            false => Err(LineProblem::Order),
        }
    }
}

/// How a line ended.
enum LineEnd {
    Complete,
    TooLong,
    Cut,
}

/// Whether a manifest may list a path.
fn is_listed(path: &str) -> bool {
    let is_part = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\0');
    path.len() <= LONGEST_PATH
        && path != MANIFEST
        && path.split('/').next() != Some(UNFINISHED)
        && path.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::{LineProblem, ManifestItem, ManifestReader};
    use crate::base::limits::Limits;
    use crate::base::sha256::Sha256;

    fn line(path: &str) -> String {
        let hash = Sha256::of(b"");
        format!(
            "{{\"path\":{path:?},\"size\":0,\"sha256\":\"{hash}\",\"from\":null,\"at\":null}}\n"
        )
    }

    /// The paths of valid lines, and the problems of the others.
    fn read(text: &str) -> Vec<Result<String, (u64, LineProblem)>> {
        let limits = Limits {
            manifest_line: 300,
            ..Limits::default()
        };
        let mut reader = ManifestReader::new(text.as_bytes(), &limits);
        let mut all = Vec::new();
        while let Some(item) = reader.item().expect("memory") {
            all.push(match item {
                ManifestItem::File(line, _) => Ok(line.path),
                ManifestItem::Invalid(number, why) => Err((number, why)),
            });
        }
        assert_eq!(reader.sha256(), Sha256::of(text.as_bytes()));
        all
    }

    #[test]
    fn lines_are_read_in_order_and_the_text_is_hashed() {
        let text = line("a") + &line("a.b") + &line("a/b") + &line("é");
        let paths = ["a", "a.b", "a/b", "é"].map(|path| Ok(path.to_owned()));
        assert_eq!(read(&text), paths);
        assert_eq!(read(""), []);
    }

    #[test]
    fn a_line_that_is_not_valid_is_reported_and_the_next_one_read() {
        let bad = [
            ("{}\n".to_owned(), LineProblem::NotALine),
            ("\n".to_owned(), LineProblem::NotALine),
            ("\u{0}\n".to_owned(), LineProblem::NotALine),
            (line("b").replace('e', "\\u00"), LineProblem::NotALine),
            (line(&"b".repeat(400)), LineProblem::TooLong),
            (line("../b"), LineProblem::Path),
            (line("b/../c"), LineProblem::Path),
            (line("/b"), LineProblem::Path),
            (line("b//c"), LineProblem::Path),
            (line(""), LineProblem::Path),
            (line("manifest.jsonl"), LineProblem::Path),
            (line(".collect/run.json"), LineProblem::Path),
            (line("a"), LineProblem::Order),
            (line("A"), LineProblem::Order),
        ];
        for (bad, why) in bad {
            let text = line("a") + &bad + &line("c");
            let expected = [Ok("a".to_owned()), Err((2, why)), Ok("c".to_owned())];
            assert_eq!(read(&text), expected, "{bad}");
        }
    }

    #[test]
    fn a_manifest_that_is_cut_shows_it() {
        let text = line("a") + &line("b");
        let cut = &text[..text.len() - 1];
        assert_eq!(read(cut), [Ok("a".to_owned()), Err((2, LineProblem::Cut))]);
    }
}
