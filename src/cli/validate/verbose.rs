//! `--verbose`: a line a file, kept on disk until the report is written, so that memory does not
//! grow with the number of files.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::sync::Mutex;

use crate::base::error::{Error, ErrorKind};
use crate::base::text::{escape, s3_uri};
use crate::validate::observer::{self, JudgedObject, Observer};

/// The lines so far.
pub struct VerboseLines {
    file: Mutex<LineSpool>,
}

struct LineSpool {
    out: BufWriter<File>,
    trouble: Option<io::Error>,
}

impl VerboseLines {
    /// An empty list, in an unlinked temporary file.
    ///
    /// # Errors
    /// Where no temporary file can be made.
    pub fn new() -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(|e| {
            Error::new(
                ErrorKind::Output,
                "cannot make a temporary file for --verbose",
            )
            .because(e)
        })?;
        Ok(VerboseLines {
            file: Mutex::new(LineSpool {
                out: BufWriter::new(file),
                trouble: None,
            }),
        })
    }

    /// Copies the lines to a report.
    ///
    /// # Errors
    /// Where a line could not be kept or copied.
    pub fn copy(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut spool = self.file.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(trouble) = spool.trouble.take() {
            return Err(trouble);
        }
        spool.out.flush()?;
        let file = spool.out.get_mut();
        file.seek(SeekFrom::Start(0))?;
        io::copy(file, out).map(|_| ())
    }
}

impl Observer for VerboseLines {
    fn judged(&self, object: JudgedObject<'_>) {
        if object.touches {
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
        let mut spool = self.file.lock().unwrap_or_else(|e| e.into_inner());
        let line = writeln!(
            spool.out,
            "  {state:<8} {kind:<8} {}",
            escape(&s3_uri(object.bucket, object.key))
        );
        if let Err(e) = line {
            spool.trouble.get_or_insert(e);
        }
    }
}
