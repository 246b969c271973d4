//! The exit status of a validation, and its verdict where no report could be written.

use crate::base::error::Error;
use crate::cli::diagnose::note;
use crate::proof::finding::Verdict;
use crate::validate::accept::ExitVerdict;

/// The error of a report that could not be written: the verdict is known all the same.
pub(in crate::cli) fn with_verdict(error: Error, verdict: Verdict) -> Error {
    let verdict = verdict.as_str();
    let finished = format!("the validation finished; its verdict was: {verdict}");
    let known = error.known().map(|known| format!("{known}; {finished}"));
    error.note(known.unwrap_or(finished))
}

/// The exit status, which is that of the verdict `exit`. A note says why if the verdict of the report has
/// another, or if a look that failed keeps it.
pub(in crate::cli) fn exit_status(verdict: Verdict, exit: ExitVerdict, is_accepted: bool) -> u8 {
    let code = exit.verdict.exit_code();
    if let Some(look) = exit.held_by {
        note(&format!(
            "the exit status is {code} whatever --accept and --fail-on say: {}",
            look.clause()
        ));
    } else if code != verdict.exit_code() {
        let why = match is_accepted {
            true => "--accept",
            false => "--fail-on",
        };
        let verdict = verdict.as_str();
        note(&format!(
            "the verdict is {verdict}; the exit status is {code} because of {why}"
        ));
    }
    code
}
