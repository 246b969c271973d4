//! `--verbose`: one line per file, kept on disk until the report is written, so that memory does not
//! grow with the number of files.

use std::io::{self, Write};
use std::sync::Mutex;

use crate::base::error::{Error, ErrorKind};
use crate::base::spool::Spool;
use crate::base::text::{escape, s3_uri};
use crate::validate::observer::{self, JudgedObject, Observer};

/// Lines are written to the spool in blocks of this many bytes.
const BLOCK: usize = 64 << 10;

/// The lines so far.
pub struct VerboseLines {
    spool: Spool,
    pending: Mutex<PendingLines>,
}

/// Lines that are not in the spool yet, and the first error of writing to it.
#[derive(Default)]
struct PendingLines {
    block: Vec<u8>,
    trouble: Option<io::Error>,
}

impl VerboseLines {
    /// An empty list, in an unlinked temporary file.
    ///
    /// # Errors
    /// If no temporary file can be made.
    pub fn new() -> Result<Self, Error> {
        let spool = Spool::on_disk().map_err(|e| {
            Error::new(
                ErrorKind::Output,
                "cannot make a temporary file for --verbose",
            )
            .because(e)
        })?;
        Ok(VerboseLines {
            spool,
            pending: Mutex::default(),
        })
    }

    /// Copies the lines to a report.
    ///
    /// # Errors
    /// If a line could not be kept or copied.
    pub fn copy(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut pending = self.pending.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(trouble) = pending.trouble.take() {
            return Err(trouble);
        }
        self.spool.for_each(|block| out.write_all(block))?;
        out.write_all(&pending.block)
    }
}

impl Observer for VerboseLines {
    fn judged(&self, object: JudgedObject<'_>) {
        if object.outside_window {
            return;
        }
        let kind = match object.kind {
            observer::ObjectKind::Digest => "digest",
            observer::ObjectKind::Backfill => "backfill",
            observer::ObjectKind::Log => "log",
        };
        let state = match (object.finding, object.read) {
            (Some(finding), _) => finding.severity.as_str(),
            (None, true) => "valid",
            (None, false) => "there",
        };
        let place = s3_uri(object.bucket, object.key);
        let mut pending = self.pending.lock().unwrap_or_else(|e| e.into_inner());
        // Writing to memory cannot fail.
        let _ = writeln!(pending.block, "  {state:<8} {kind:<8} {}", escape(&place));
        if pending.block.len() >= BLOCK {
            let kept = self.spool.add(&pending.block);
            pending.block.clear();
            if let Err(e) = kept {
                pending.trouble.get_or_insert(e);
            }
        }
    }
}
