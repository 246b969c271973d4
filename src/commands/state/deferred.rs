//! Old time that earlier runs of a scheduled check could not settle. To validate it again in every run would cost the
//! history every hour. So each run reports it, and time that could not be validated is read again once a day.

use jiff::Timestamp;

use super::load::Loaded;
use super::next::GIVEN_UP;
use crate::base::time::{HOUR, Window, shift};
use crate::proof::coverage::State as CoverageState;
use crate::proof::finding::{Code, Finding, Severity};
use crate::report::state::v1::Deferred;
use crate::validate::request::ChainFilter;
use crate::validate::request::continuation::Continuations;

/// How long after it was tried old time is validated again, in seconds: once a day, by a schedule that is not exact.
const AGAIN: i64 = 23 * HOUR;

/// Lets the windows of chains begin with the old time that is due again. Returns the findings on what is not, for the
/// chains that the filter selects.
pub fn take_up(
    loaded: &Loaded,
    at: Timestamp,
    continues: &mut Continuations,
    filter: &ChainFilter,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ((id, continuation), chain) in continues.chains.iter_mut().zip(&loaded.state.chains) {
        let due = chain.deferred.iter().filter(|one| is_due(one, at));
        if let Some(from) = due.map(|one| one.from).min() {
            continuation.from = continuation.from.min(from);
        }
        let begin = continuation.from;
        let left = chain.deferred.iter().filter(|one| one.from < begin);
        if filter.selects(id) {
            findings.extend(left.map(|one| finding(one).of(id)));
        }
    }
    findings
}

/// Whether old time is validated again at a time. Evidence that something was altered does not change.
fn is_due(one: &Deferred, at: Timestamp) -> bool {
    one.state != CoverageState::Failed && at >= shift(one.tried, AGAIN)
}

fn finding(one: &Deferred) -> Finding {
    let until = shift(one.since, GIVEN_UP);
    let time = Window {
        from: one.from,
        to: one.to,
    };
    let (severity, message, hint) = match one.state {
        CoverageState::Failed => (
            Severity::Failed,
            format!(
                "the run at {} found damage in this time, which this run did not validate again; it is reported until \
                 {until}",
                one.since
            ),
            "read the report of that run, or validate this time without --state; what is accepted belongs in --accept",
        ),
        _ => (
            Severity::Unproven,
            format!(
                "earlier runs could not validate this time, the first at {}; one run a day tries it again, until {until}",
                one.since
            ),
            "cure what their reports show, such as keys or permissions; or validate this time without --state",
        ),
    };
    Finding {
        severity,
        ..Finding::new(Code::StateOpen, message).hint(hint).over(time)
    }
}
