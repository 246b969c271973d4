use super::note;
use crate::cloudtrail::event::{Evidence, ManagementEvents, TrailChange, TrailSettings};
use crate::proof::changes;
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::fixtures::{ACCOUNT, HOME, in_log_of, refused, trail_call};

fn of(evidence: &Evidence) -> Option<Finding> {
    note(&changes::change(evidence)?)
}

fn proven(change: TrailChange) -> Evidence {
    in_log_of(trail_call(ACCOUNT, "09:30", change), HOME, "10:00")
}

fn code(change: TrailChange) -> Option<Code> {
    let finding = of(&proven(change))?;
    assert_eq!(finding.severity, Severity::Note);
    assert_eq!(finding.evidence.len(), 1);
    Some(finding.code)
}

#[test]
fn a_call_that_logs_less_is_told_from_one_that_changes_where() {
    let update = |set| code(TrailChange::Update(set));
    let set = TrailSettings::default;
    for reduced in [
        TrailSettings {
            validation: Some(false),
            ..set()
        },
        TrailSettings {
            multi_region: Some(false),
            bucket: Some("b".into()),
            ..set()
        },
        TrailSettings {
            organization: Some(false),
            ..set()
        },
        TrailSettings {
            global_events: Some(false),
            ..set()
        },
    ] {
        assert_eq!(update(reduced), Some(Code::LoggingReduced));
    }
    for changed in [
        TrailSettings {
            bucket: Some("other".into()),
            ..set()
        },
        TrailSettings {
            prefix: Some("p".into()),
            ..set()
        },
        TrailSettings {
            kms_key: Some("k".into()),
            ..set()
        },
        TrailSettings {
            multi_region: Some(true),
            ..set()
        },
    ] {
        assert_eq!(update(changed), Some(Code::TrailChanged));
    }
    assert_eq!(update(set()), None);
    let selectors = |events| code(TrailChange::Selectors(events));
    assert_eq!(
        selectors(ManagementEvents::None),
        Some(Code::LoggingReduced)
    );
    assert_eq!(
        selectors(ManagementEvents::Some),
        Some(Code::LoggingReduced)
    );
    assert_eq!(selectors(ManagementEvents::All), None);
    assert_eq!(selectors(ManagementEvents::Unknown), None);
    assert_eq!(code(TrailChange::Stop), Some(Code::LoggingReduced));
    assert_eq!(code(TrailChange::Start), None);
    let insights = |kinds: &[&str]| {
        let kinds = kinds.iter().map(|kind| kind.to_string()).collect();
        code(TrailChange::Insights(Some(kinds)))
    };
    assert_eq!(insights(&[]), Some(Code::LoggingReduced));
    assert_eq!(insights(&["ApiCallRateInsight"]), None);
    assert_eq!(code(TrailChange::Insights(None)), None);
}

#[test]
fn only_a_proven_call_that_was_not_refused_gives_a_note() {
    let change = || TrailChange::Selectors(ManagementEvents::None);
    assert!(of(&trail_call(ACCOUNT, "09:30", change())).is_none());
    let moved = TrailSettings {
        bucket: Some("other".into()),
        ..TrailSettings::default()
    };
    for change in [change(), TrailChange::Update(moved)] {
        assert!(of(&proven(change.clone())).is_some(), "{change:?}");
        assert!(of(&refused(proven(change))).is_none());
    }
}
