//! The age of the newest digest, compared with what CloudTrail says about the trail.

use super::DoctorContext;
use super::chart::CheckChart;
use super::newest_digest::NewestDigest;
use super::trail::TrailFacts;
use crate::base::time::HOUR;
use crate::report::doctor::check::{Check, Status};

/// Checks that the newest digest is as recent as delivery allows: not older than one interval and the lag.
pub fn check(
    context: DoctorContext<'_>,
    newest: &NewestDigest,
    trail: &TrailFacts,
    chart: &mut CheckChart,
) {
    let (check, subject) = (Check::DigestAge, &newest.subject);
    let end = newest.digest.name.end;
    let age = context.request.now.as_second() - end.as_second();
    if age < 0 {
        let found =
            format!("the newest digest ends at {end}, which is in the future by the local clock");
        let advice = "see clock-skew; if the clocks agree, the name of this digest is wrong";
        return chart.advise(check, subject, Status::Warning, found, advice);
    }
    let found = format!("the newest digest ends at {end}, {} ago", rounded(age));
    if age <= context.request.delivery_lag + HOUR {
        return chart.note(check, subject, Status::Ok, found);
    }
    let (status, why) = why_old(newest, trail);
    chart.advise(
        check,
        subject,
        status,
        format!("{found}; {why}"),
        "see logging, validation-on and delivery; trailproof validate reports what is missing since then",
    );
}

/// Why there is no newer digest. It is a failure only if CloudTrail says that it should have delivered one.
fn why_old(newest: &NewestDigest, trail: &TrailFacts) -> (Status, String) {
    let is_validating = trail.config.as_ref().is_none_or(|c| c.validation);
    let warning = |why: &str| (Status::Warning, why.to_owned());
    match &trail.status {
        Some(status) if !status.logging => warning("the trail is not logging"),
        _ if !is_validating => warning("log file validation is off"),
        _ if newest.is_partial => warning("newer ones may exist in folders that were not checked"),
        None => warning("it is not known whether the trail is logging"),
        Some(status) => {
            let delivery = match (&status.digest_error, status.last_digest) {
                (Some(error), _) => format!("the last delivery failed: {error}"),
                (None, Some(at)) => format!("the last digest was delivered at {at}"),
                (None, None) => "no digest was ever delivered".into(),
            };
            let why = format!("the trail is logging, and GetTrailStatus reports: {delivery}");
            (Status::Failed, why)
        }
    }
}

/// A length of time in days, or if it is shorter than two of them, in hours and minutes.
fn rounded(seconds: i64) -> String {
    let (hours, minutes) = (seconds / HOUR, seconds % HOUR / 60);
    match hours {
        48.. => format!("{} days", hours / 24),
        _ => format!("{hours} h {minutes} min"),
    }
}
