//! The results of the checks as the frozen report type of `doctor`.

use super::chart::{CheckResult, worst};
use crate::report::doctor::v1::{Report, Row, Run, SCHEMA};

impl Report {
    /// The report of some results.
    pub fn new(results: Vec<CheckResult>, run: Run) -> Self {
        let status = worst(&results);
        Report {
            schema: SCHEMA,
            status,
            checks: results.into_iter().map(row).collect(),
            run,
        }
    }
}

fn row(result: CheckResult) -> Row {
    Row {
        check: result.check,
        subject: Some(result.subject).filter(|subject| !subject.is_empty()),
        status: result.status,
        needed: result.check.needed(),
        found: result.found,
        advice: result.advice,
    }
}
