//! Notes on calls that changed a trail: what it logs no longer, and where and how it writes (pure).
//!
//! Only calls that proven logs record give a note. Logs are searched for calls around gaps and after damage, so
//! that there is no note does not show that there was no call.

use crate::base::text::{cited, s3_uri};
use crate::base::time::Window;
use crate::cloudtrail::event::{Call, Evidence, ManagementEvents, TrailChange, TrailSettings, Via};
use crate::proof::finding::{Code, Finding};

/// The note on a call, if it changed what a trail logs or how it writes.
pub fn note(evidence: &Evidence) -> Option<Finding> {
    let (event, Via::VerifiedLog { log, digest, .. }) = (&evidence.event, &evidence.via) else {
        return None;
    };
    let Call::Trail(trail, change) = &event.call else {
        return None;
    };
    if event.error_code.is_some() {
        return None;
    }
    let (code, what) = match change {
        TrailChange::Selectors(ManagementEvents::None) => (
            Code::LoggingReduced,
            "logs no management events from then on".to_owned(),
        ),
        TrailChange::Selectors(ManagementEvents::Some) => {
            let what = "logs only some management events from then on";
            (Code::LoggingReduced, what.to_owned())
        }
        TrailChange::Update(set) => update(set)?,
        _ => return None,
    };
    let message = format!(
        "{trail} {what}: {}{} at {}{}. Recorded in log {}, which proven digest {digest} lists",
        event.name_and_id(),
        event.by(),
        event.time,
        event.origin(),
        s3_uri(Some(&log.0), &log.1),
    );
    let at = Window::new(event.time, event.time);
    let mut finding = Finding::new(code, message)
        .over(at)
        .hint("find out whether this was intended");
    finding.evidence.push(evidence.clone());
    Some(finding)
}

/// What UpdateTrail reduced, else what it set.
fn update(set: &TrailSettings) -> Option<(Code, String)> {
    let reduced = [
        (set.validation, "writes no digests from then on"),
        (set.multi_region, "logs only its home region from then on"),
        (
            set.organization,
            "logs only its owner's account from then on",
        ),
        (
            set.global_events,
            "logs no events of global services from then on",
        ),
    ];
    let off = reduced.iter().filter(|(on, _)| *on == Some(false));
    let off: Vec<&str> = off.map(|(_, what)| *what).collect();
    if !off.is_empty() {
        return Some((Code::LoggingReduced, off.join(", and ")));
    }
    let text = |name: &str, value: &Option<String>| {
        value
            .as_ref()
            .map(|value| format!("{name} {}", cited(value)))
    };
    let on = |name: &str, on: Option<bool>| on.map(|on| format!("{name} {on}"));
    let set = [
        text("s3BucketName", &set.bucket),
        text("s3KeyPrefix", &set.prefix),
        text("kmsKeyId", &set.kms_key),
        on("isMultiRegionTrail", set.multi_region),
        on("isOrganizationTrail", set.organization),
        on("includeGlobalServiceEvents", set.global_events),
        on("enableLogFileValidation", set.validation),
    ];
    let set: Vec<String> = set.into_iter().flatten().collect();
    let what = format!("was set to {}", set.join(", "));
    (!set.is_empty()).then_some((Code::TrailChanged, what))
}

#[cfg(test)]
mod tests;
