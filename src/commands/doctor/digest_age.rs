//! How old the newest digest is, held against what CloudTrail says of the trail.

use super::DoctorRequest;
use super::newest_digest::Newest;
use super::trail::Trail;
use crate::base::time::HOUR;
use crate::report::doctor::check::{Check, CheckChart, Status};

/// Says how old it is.
pub fn look(wanted: &DoctorRequest, newest: &Newest, trail: &Trail, chart: &mut CheckChart) {
    let (check, subject) = (Check::DigestAge, &newest.subject);
    let end = newest.digest.name.end;
    let age = wanted.now.as_second() - end.as_second();
    if age < 0 {
        let found = format!("it ends at {end}, which is still to come by the local clock");
        let advice = "see clock-skew; where the clocks agree, the name of this digest is not right";
        return chart.advise(check, subject, Status::Warning, found, advice);
    }
    let found = format!("it ends at {end}, {} ago", spell(age));
    if age <= wanted.delivery_lag + HOUR {
        return chart.note(check, subject, Status::Ok, found);
    }
    let validating = trail.config.as_ref().is_none_or(|c| c.validation);
    let (status, why) = match &trail.status {
        Some(status) if !status.logging => (Status::Warning, "and the trail is not logging".into()),
        _ if !validating => (Status::Warning, "and log file validation is off".into()),
        _ if newest.partial => (
            Status::Warning,
            "and newer ones may lie in folders that were not looked into".into(),
        ),
        Some(status) => {
            let said = match (&status.digest_error, status.last_digest) {
                (Some(error), _) => format!("says that the last delivery failed: {error}"),
                (None, Some(at)) => format!("says that the last digest was delivered at {at}"),
                (None, None) => "knows of no digest that was delivered".into(),
            };
            let why = format!("though the trail is logging; GetTrailStatus {said}");
            (Status::Failed, why)
        }
        None => (
            Status::Warning,
            "and whether the trail is logging is not known".into(),
        ),
    };
    chart.advise(
        check,
        subject,
        status,
        format!("{found}, {why}"),
        "see logging, validation-on and delivery; trailproof validate tells what is missing since",
    );
}

/// A time in hours and minutes, or in days.
fn spell(seconds: i64) -> String {
    let (hours, minutes) = (seconds / HOUR, seconds % HOUR / 60);
    match hours {
        48.. => format!("{} days", hours / 24),
        _ => format!("{hours} h {minutes} min"),
    }
}
