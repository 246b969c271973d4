//! Where the events go.

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;

use crate::base::cancel::CancelReason;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::base::text::is_unsafe;
use crate::cli::args::shared::source::SourceArgs;
use crate::cli::diagnose::warning;
use crate::cli::output::target::OutputTarget;
use crate::cli::output::{Delivery, OutputTargets, unwritable};
use crate::source::bundle::custody::is_bundle;

/// The output, opened before the work.
pub(super) struct EventOutput(OutputTarget);

impl EventOutput {
    /// Opens the file, or standard output. Checks that it replaces nothing that is read: none of the `inputs`,
    /// each with its option, and no copy.
    ///
    /// # Errors
    /// If it cannot be written to, or would replace an input.
    pub fn open(
        out: Option<PathBuf>,
        inputs: impl Iterator<Item = (&'static str, PathBuf)>,
        source: &SourceArgs,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let mut targets = OutputTargets::open(vec![((), out)], ())?;
        targets.spare(inputs)?;
        targets.spare_bundles(source.copies().filter(|dir| is_bundle(dir, limits)))?;
        targets.spare_copies(source.copies())?;
        let target = targets.take(()).pop();
        let none = || Error::new(ErrorKind::Internal, "the events have no output");
        target.map(EventOutput).ok_or_else(none)
    }

    /// Whether people read it while it is written.
    pub fn is_terminal(&self) -> bool {
        matches!(self.0, OutputTarget::Stdout) && io::stdout().is_terminal()
    }

    /// Whether it is a file that is written completely or not at all.
    pub fn is_file(&self) -> bool {
        matches!(self.0, OutputTarget::Replace(_))
    }

    /// What writes to it.
    ///
    /// # Errors
    /// If there are too many open files.
    pub fn writer(&self) -> Result<Box<dyn Write + Send>, Error> {
        let writer = self.0.writer().map_err(|e| self.unwritable(&e))?;
        Ok(match self.is_terminal() {
            true => Box::new(TerminalLines(writer)),
            false => writer,
        })
    }

    /// The error if it cannot be written.
    pub fn unwritable(&self, error: &io::Error) -> Error {
        unwritable(self.0.name(), error)
    }

    /// Closes it. A file of a run that ended early is not complete, so it is not put in its place.
    ///
    /// # Errors
    /// If not all of it could be written. A closed pipe is not an error.
    pub fn finish(
        self,
        written: io::Result<()>,
        ended_by: Option<CancelReason>,
    ) -> Result<Delivery, Error> {
        match (&self.0, ended_by, &written) {
            (OutputTarget::Replace(file), Some(reason), Ok(())) => {
                warning(&format!(
                    "{} is not written: {reason} ended the run before all events were read",
                    file.path().display()
                ));
                Ok(Delivery::Complete)
            }
            _ => self.0.finish(written),
        }
    }
}

/// Lines of JSON on a terminal. What could mislead it is written as the same JSON in escapes.
struct TerminalLines(Box<dyn Write + Send>);

impl Write for TerminalLines {
    /// Takes complete lines.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(&escaped(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Text with every character that could mislead a terminal as an escape of JSON. The ends of lines stay.
fn escaped(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let mut safe = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let ends_line = c == '\n' || c == '\r' && chars.peek() == Some(&'\n');
        if ends_line || !is_unsafe(c) {
            safe.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            safe.push_str(&format!("\\u{unit:04x}"));
        }
    }
    safe.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_could_mislead_a_terminal_is_escaped_as_json() {
        let line = "{\"a\":\"\u{7f}\u{9b}31m\u{202e}\u{e0001}é\u{1b}[2J\"}\n";
        let safe = r#"{"a":"\u007f\u009b31m\u202e\udb40\udc01é\u001b[2J"}"#;
        assert_eq!(
            String::from_utf8_lossy(&escaped(line.as_bytes())),
            format!("{safe}\n")
        );
        assert_eq!(escaped(b"a\rb\r\n"), b"a\\u000db\r\n");
    }
}
