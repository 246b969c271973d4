//! `--verbose`: one line per file, kept on disk until the report is written, so that memory does not
//! grow with the number of files.

use std::io::{self, Write as _};
use std::sync::Mutex;

use crate::base::spool::Spool;
use crate::base::text::{escape, s3_uri};
use crate::report::tone::{TextWriter, Tone};
use crate::validate::observer::{JudgedObject, ObjectKind, Observer};

/// Lines are written to the spool in blocks of this many bytes.
const BLOCK: usize = 64 << 10;

/// The tones of lines. A line in a block begins with one byte, the index of its tone.
const TONES: [Tone; 5] = [
    Tone::Plain,
    Tone::Good,
    Tone::Gap,
    Tone::Doubtful,
    Tone::Bad,
];

/// The lines so far.
#[derive(Default)]
pub struct VerboseLines {
    spool: Spool,
    pending: Mutex<PendingLines>,
}

/// Lines that are not in the spool yet.
#[derive(Default)]
struct PendingLines {
    block: Vec<u8>,
    /// The first error of writing to the spool.
    error: Option<io::Error>,
}

impl VerboseLines {
    /// Copies the lines to a report.
    ///
    /// # Errors
    /// If a line could not be kept or copied.
    pub fn copy(&self, out: &mut dyn TextWriter) -> io::Result<()> {
        let mut pending = self.pending.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(error) = pending.error.take() {
            return Err(error);
        }
        self.spool.for_each(|block| copy_lines(block, out))?;
        copy_lines(&pending.block, out)
    }
}

/// Writes the lines of a block, each with its tone.
fn copy_lines(block: &[u8], out: &mut dyn TextWriter) -> io::Result<()> {
    for line in block.split_inclusive(|byte| *byte == b'\n') {
        if let Some((tag, text)) = line.split_first() {
            let tone = TONES.get(usize::from(*tag)).copied();
            out.tone(tone.unwrap_or(Tone::Plain));
            out.write_all(text)?;
        }
    }
    Ok(())
}

impl Observer for VerboseLines {
    fn judged(&self, object: JudgedObject<'_>) {
        if object.outside_window {
            return;
        }
        let kind = match object.kind {
            ObjectKind::Digest => "digest",
            ObjectKind::Backfill => "backfill",
            ObjectKind::Log => "log",
        };
        let (state, tone) = match (object.finding, object.read) {
            (Some(finding), _) => (finding.severity.as_str(), finding.severity.into()),
            (None, true) => ("valid", Tone::Plain),
            (None, false) => ("present", Tone::Plain),
        };
        let tag = TONES.iter().position(|other| *other == tone);
        let place = s3_uri(object.bucket, object.key);
        let mut pending = self.pending.lock().unwrap_or_else(|e| e.into_inner());
        pending.block.push(tag.unwrap_or_default() as u8);
        // Writing to memory cannot fail.
        let _ = writeln!(pending.block, "  {state:<8} {kind:<8} {}", escape(&place));
        if pending.block.len() >= BLOCK {
            let added = self.spool.add(&pending.block);
            pending.block.clear();
            if let Err(e) = added {
                pending.error.get_or_insert(e);
            }
        }
    }
}
