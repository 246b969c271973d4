//! `--format aws-cli`: keeps the result of each file until the report is written.

use std::io::{self, StderrLock, Write};

use rustix::io::Errno;

use crate::cloudtrail::ids::OrganizationId;
use crate::proof::finding::Severity;
use crate::proof::reason::Reason;
use crate::report::validation::aws_cli::{
    self, DigestResult, FileResults, LogResult, Streams, digest_problem, log_problem,
};
use crate::report::validation::v1::{Report, full_name};
use crate::validate::observer::{JudgedObject, ObjectKind, Observer};

/// The results of files so far.
#[derive(Default)]
pub struct Files(FileResults);

impl Files {
    /// Writes the report: problems to standard error, wherever the rest goes.
    ///
    /// # Errors
    /// If writing fails.
    pub fn print(&self, report: &Report, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
        print(report, Some(&self.0), verbose, out)
    }
}

/// Writes a report: problems to standard error, wherever the rest goes.
///
/// # Errors
/// If writing fails.
pub fn print(
    report: &Report,
    results: Option<&FileResults>,
    verbose: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut err = ProblemStream(io::stderr().lock());
    let mut streams = Streams {
        out,
        err: Some(&mut err),
    };
    aws_cli::print(report, results, verbose, &mut streams)
}

/// Writes to standard error why the exit status is not 0. A failure to write is ignored: the report is
/// written, and the status says the same.
pub fn print_status(code: u8, report: &Report) {
    let line = aws_cli::status(code, report) + "\n";
    let _ = ProblemStream(io::stderr().lock()).write_all(line.as_bytes());
}

/// Standard error, whose reader may be gone: the rest of the report is printed all the same. Unlike the
/// standard library, it passes over no other failure.
struct ProblemStream(StderrLock<'static>);

impl Write for ProblemStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match rustix::io::write(&self.0, bytes) {
            Err(Errno::PIPE) => Ok(bytes.len()),
            written => Ok(written?),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Observer for Files {
    fn judged(&self, object: JudgedObject<'_>) {
        // After the work ends early, one finding represents all files that were not checked.
        if object
            .finding
            .and_then(|f| f.reason)
            .is_some_and(Reason::ends_run)
        {
            return;
        }
        let id = object.chain;
        let organization = id.organization.as_ref().map(OrganizationId::as_str);
        let chain = full_name(&id.to_string(), organization);
        match (object.kind, object.digest) {
            (ObjectKind::Log, Some(digest)) => {
                // A log that was not read is neither valid nor invalid.
                if object.read {
                    let log = LogResult {
                        bucket: object.bucket.unwrap_or_default().into(),
                        key: object.key.into(),
                        problem: object.finding.map(|f| (f.code, log_problem(f))),
                    };
                    self.0.log(digest, log);
                }
            }
            (kind, _) => {
                let proven = object.proven;
                let problem = object.finding.filter(|f| f.severity > Severity::Note);
                if proven.is_none() && object.finding.is_some() && problem.is_none() {
                    // A copy of a digest in another place does not belong to the chain.
                    return;
                }
                let home = object.chain.home_region.as_str();
                let digest = DigestResult {
                    bucket: object.bucket.map(Into::into),
                    key: object.key.into(),
                    problem: problem.map(|f| (f.code, digest_problem(f, home))),
                    proven: proven.map(|(digest, _)| {
                        DigestResult::proven(digest.interval(), digest.is_starting())
                    }),
                };
                self.0
                    .digest(&chain, kind == ObjectKind::Backfill, object.end, &digest);
            }
        }
    }
}
