//! `--investigate`: the timeline of the incident, as a part of the report.

use crate::base::cancel::CancelFlag;
use crate::base::error::Error;
use crate::cli::args::timeline::MOST;
use crate::cli::diagnose::note;
use crate::commands::timeline::{InvestigationSettings, investigate};
use crate::proof::finding::Verdict;
use crate::report::Format;
use crate::report::timeline::v1::investigation::Timeline;
use crate::report::validation::v1::{Report, Requests};
use crate::validate::Access;
use crate::validate::outcome::Outcome;
use crate::validate::request::Request;

/// The timeline of a validation, and the requests that it took; `None` unless it was requested, or if the validation
/// itself ended early.
///
/// # Errors
/// If the logs could not be searched.
pub(super) fn timeline(
    is_requested: bool,
    access: Access<'_>,
    request: &Request,
    outcome: &Outcome,
) -> Result<Option<(Timeline, Requests)>, Error> {
    let searches = is_requested && outcome.ended_by.is_none();
    let settings = InvestigationSettings {
        most: MOST,
        watch: None,
    };
    let found = searches.then(|| investigate(access, request, outcome, settings));
    found.transpose()
}

/// Notes that no format shows the timeline, unless standard error belongs to the report.
pub(super) fn note_unused(is_requested: bool, formats: &[Format]) {
    let shows = |format: &Format| matches!(format, Format::Text | Format::Json | Format::Html);
    // Without a format, it is text.
    let is_shown = formats.is_empty() || formats.iter().any(shows);
    if is_requested && !is_shown && !formats.contains(&Format::AwsCli) {
        note(
            "--investigate has no effect: only --format text, --format json and --format html show the timeline",
        );
    }
}

/// Adds the timeline to the report, and gives the exit status.
pub(super) fn add(
    report: &mut Report,
    timeline: Option<(Timeline, Requests)>,
    code: u8,
    stop: &CancelFlag,
) -> u8 {
    let Some((timeline, requests)) = timeline else {
        return code;
    };
    report.run.requests.add(&requests);
    let is_cut = timeline.ended_early;
    report.timeline = Some(Box::new(timeline));
    let ended = stop.reason().filter(|_| is_cut);
    let least = Verdict::Unproven.exit_code();
    match ended {
        Some(reason) if [0, Verdict::Gaps.exit_code()].contains(&code) => {
            note(&format!(
                "{reason} ended the search: the timeline is partial"
            ));
            report.run.exit_status = Some(least);
            report.run.all_accepted = false;
            least
        }
        _ => code,
    }
}
