//! The answer to an invocation: the verdict, the exit status, and the report as `validate` wrote it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::child::ChildEnd;
use super::error::FunctionError;
use crate::base::text::{clip, escape};
use crate::cli::{INTERNAL_ERROR, NOT_RUN};
use crate::proof::finding::Verdict;
use crate::report::validation::headline::meaning;
use crate::report::validation::saved::Saved;

/// The largest report in an answer, in bytes: Lambda takes answers of at most 6 MiB, and the rest of one is far
/// smaller than the difference.
const LARGEST_REPORT: u64 = (6 << 20) - (64 << 10);

/// The longest headline, in characters: it repeats the seed of the event.
const LONGEST_HEADLINE: usize = 1000;

/// The answer. What is absent is null.
#[derive(Debug, Serialize)]
pub struct FunctionAnswer {
    verdict: Verdict,
    exit_status: u8,
    complete: bool,
    /// The verdict in words.
    headline: String,
    totals: Box<RawValue>,
    report: Option<Box<RawValue>>,
    report_omitted: Option<String>,
    /// The message of the first finding, which is the worst.
    #[serde(skip)]
    worst: Option<String>,
}

impl FunctionAnswer {
    /// The answer for a validation that has ended, and the report that it wrote.
    ///
    /// # Errors
    /// If it wrote none.
    pub fn of(end: ChildEnd, report: &Path) -> Result<FunctionAnswer, FunctionError> {
        match end.code {
            INTERNAL_ERROR => Err(FunctionError::Internal(end.said)),
            NOT_RUN => Err(FunctionError::NotValidated(end.said)),
            code if report.exists() => Self::read(report, code, LARGEST_REPORT),
            code => {
                let message = format!("exit status {code} without a report: {}", end.said);
                Err(FunctionError::Ended(message))
            }
        }
    }

    fn read(path: &Path, exit_status: u8, most: u64) -> Result<FunctionAnswer, FunctionError> {
        let not_read = |e: &io::Error| FunctionError::system("read the report", e);
        let file = File::open(path).map_err(|e| not_read(&e))?;
        let size = file.metadata().map_err(|e| not_read(&e))?.len();
        let not_valid = |why: &dyn std::fmt::Display| {
            FunctionError::Internal(format!("the report is not valid: {why}"))
        };
        let saved = Saved::read(file).map_err(|e| not_valid(&e))?;
        let (report, report_omitted) = if size > most {
            let why = format!("the report has {size} bytes, and an answer of Lambda at most 6 MiB");
            (None, Some(why))
        } else {
            let text = fs::read_to_string(path).map_err(|e| not_read(&e))?;
            let text = RawValue::from_string(text).map_err(|e| not_valid(&e))?;
            (Some(text), None)
        };
        let read = saved.report();
        Ok(FunctionAnswer {
            verdict: read.verdict,
            exit_status,
            complete: read.complete,
            headline: escape(&clip(&meaning(read), LONGEST_HEADLINE)).into_owned(),
            totals: to_raw_value(&read.totals).map_err(|e| not_valid(&e))?,
            report,
            report_omitted,
            worst: read.findings.first().map(|finding| finding.message.clone()),
        })
    }

    /// The same, as an error unless the exit status is 0.
    ///
    /// # Errors
    /// If it is not.
    pub fn alarming(self) -> Result<FunctionAnswer, FunctionError> {
        match self.exit_status {
            0 => Ok(self),
            _ => {
                let why = [Some(self.headline), self.worst];
                let why: Vec<String> = why.into_iter().flatten().collect();
                Err(FunctionError::Alarm(self.verdict, why.join("; ")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};
    use tempfile::NamedTempFile;

    use super::{ChildEnd, FunctionAnswer, FunctionError};
    use crate::report::json;

    /// A report as `validate` writes it, in a file.
    fn report() -> NamedTempFile {
        let text = include_bytes!("../../../testdata/log-missing--starting-digest/expected.json");
        let mut report: Value = serde_json::from_slice(text).expect("JSON");
        let at = "2026-03-01T00:00:00Z";
        let requests = json!({ "list": 1, "get": 1, "head": 0, "keys": 1, "trails": 0 });
        report["run"] = json!({ "tool": "trailproof", "version": "0", "command": [], "started": at,
            "finished": at, "caller": null, "clock_ahead": null, "requests": requests });
        let mut file = NamedTempFile::new().expect("a file");
        json::write(&report, &mut file).expect("a report");
        file
    }

    #[test]
    fn a_report_that_is_too_large_is_left_out_and_the_verdict_stays() {
        let file = report();
        let size = file.path().metadata().expect("a file").len();
        let answered = |most: u64| {
            let answer = FunctionAnswer::read(file.path(), 1, most).expect("a report");
            serde_json::to_value(answer).expect("JSON")
        };
        let mut complete = answered(size);
        assert_eq!(complete["report_omitted"], Value::Null);
        let within = complete["report"].take();
        assert_eq!(within["schema"], "trailproof.report/v1");
        let mut omitted = answered(size - 1);
        let why = omitted["report_omitted"].take();
        let why = why.as_str().expect("a sentence");
        assert!(
            why.starts_with(&format!("the report has {size} bytes")),
            "{why}"
        );
        assert_eq!(omitted, complete);
        assert_eq!(omitted["verdict"], "failed");
        assert_eq!(omitted["totals"], within["totals"]);
    }

    #[test]
    fn where_no_report_was_made_the_status_says_which_error_it_is() {
        let missing = Path::new("testdata/missing.json");
        let error = |code| {
            let end = ChildEnd {
                code,
                said: "why".into(),
            };
            FunctionAnswer::of(end, missing).expect_err("there is no report")
        };
        assert!(matches!(error(2), FunctionError::NotValidated(why) if why == "why"));
        assert!(matches!(error(70), FunctionError::Internal(why) if why == "why"));
        assert!(matches!(error(130), FunctionError::Ended(_)));
    }
}
