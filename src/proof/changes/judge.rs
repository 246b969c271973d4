//! Calls on one trail, judged by those before them and by whose trail they were on (pure).

use super::before::Before;
use super::describe::change_after;
use super::{Change, TrailInScope};
use crate::cloudtrail::event::{Call, TrailChange, TrailSettings};

/// Judges calls on a trail, which are by time, by what the calls before them set. Where not all logs were searched,
/// there may be calls in between.
pub(super) fn judge(trail: &TrailInScope<'_>, changes: &mut [Change]) {
    let is_own = trail.id.organization.is_none();
    let never_organizations = || Before {
        settings: TrailSettings {
            organization: is_own.then_some(false),
            ..TrailSettings::default()
        },
        ..Before::default()
    };
    let mut before = never_organizations();
    for change in changes {
        let event = &change.evidence.event;
        let Call::Trail(_, set) = &event.call else {
            continue;
        };
        if change.refused || event.is_by_service_role() || trail.owner.account().is_none() {
            continue;
        }
        if let Some(judged) = change_after(&change.evidence, &before) {
            (change.reduces, change.sentence) = (judged.reduces, judged.sentence);
        }
        if trail.not_searched.is_none() {
            before.take(set);
        }
    }
}

/// Says of each call on an organization's trail, if nobody knows whose trail that is, that it may be on another trail
/// of the same name. It reduces nothing if it is on a trail that is in scope itself.
pub(super) fn say_whose(trail: &TrailInScope<'_>, changes: &mut [Change]) {
    if trail.owner.account().is_some() {
        return;
    }
    for change in changes {
        let event = &change.evidence.event;
        let Some((account, ..)) = event.on_trail() else {
            continue;
        };
        if event.is_by_service_role() {
            continue;
        }
        change.sentence +=
            &format!("; it may be a trail of account {account} alone that has the same name");
        let ends_organization = matches!(
            &event.call,
            Call::Trail(_, TrailChange::Update(set)) if set.organization == Some(false)
        );
        change.reduces &= ends_organization || !trail.namesakes.contains(account);
    }
}
