//! Notes on calls that changed a trail: what it logs no longer, and where and how it writes (pure).
//!
//! Only calls that proven logs record give a note, so that there is no note does not show that there was no call.

use crate::base::text::s3_uri;
use crate::base::time::Window;
use crate::cloudtrail::event::Via;
use crate::proof::changes::{Change, ChangeKind};
use crate::proof::finding::{Code, Finding};

/// The note on a change of a trail, of its bucket or of its key: if it reduced what is logged, or changed how the trail
/// writes.
pub fn note(change: &Change) -> Option<Finding> {
    let event = &change.evidence.event;
    let Via::VerifiedLog { log, digest, .. } = &change.evidence.via else {
        return None;
    };
    let code = match change.what {
        _ if change.refused => return None,
        _ if change.reduces => Code::LoggingReduced,
        ChangeKind::TrailUpdated => Code::TrailChanged,
        _ => return None,
    };
    let message = format!(
        "{}: {}{} at {}{}. Recorded in log {}, which proven digest {digest} lists",
        change.sentence,
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
    finding.evidence.push(change.evidence.clone());
    Some(finding)
}

#[cfg(test)]
mod tests;
