//! What one call changed, in words (pure).

use super::before::Before;
use super::{Change, ChangeKind};
use crate::base::text::cited;
use crate::cloudtrail::event::{
    BucketChange, Call, Evidence, KeyChange, ManagementEvents, TrailChange, TrailSettings, Turn,
};

/// What a call changed, as a clause, and whether it reduces what is logged.
struct Effect {
    what: ChangeKind,
    reduces: bool,
    sentence: String,
}

/// The change that a call made. `None` if it is on something else, or sets nothing that is known here.
pub fn change(evidence: &Evidence) -> Option<Change> {
    change_after(evidence, &Before::default())
}

/// The change that a call made to a trail of which something is known.
pub(super) fn change_after(evidence: &Evidence, before: &Before) -> Option<Change> {
    let event = &evidence.event;
    let (subject, effect) = match &event.call {
        Call::Trail(trail, change) => {
            let trail = match &event.account {
                // What CloudTrail's own role does is done to the copy of one account of an organization.
                Some(account) if event.is_by_service_role() => {
                    format!("the copy of {trail} in account {account}")
                }
                _ => trail.to_string(),
            };
            let effect = of_trail(&trail, change, before)?;
            (trail, effect)
        }
        Call::Bucket(bucket, change, turn) => {
            let bucket = format!("bucket {bucket}");
            let effect = of_bucket(&bucket, *change, *turn);
            (bucket, effect)
        }
        Call::Key(key, change) => {
            let key = format!("KMS key {key}");
            let effect = of_key(&key, *change);
            (key, effect)
        }
        _ => return None,
    };
    let refused = event.error_code.as_deref();
    let sentence = match refused {
        Some(code) => format!(
            "{} on {subject} was refused with {}, so it changed nothing",
            event.name,
            cited(code)
        ),
        None => effect.sentence,
    };
    Some(Change {
        evidence: evidence.clone(),
        what: effect.what,
        reduces: effect.reduces && refused.is_none(),
        refused: refused.is_some(),
        sentence,
    })
}

fn of_trail(trail: &str, change: &TrailChange, before: &Before) -> Option<Effect> {
    let (what, reduces, predicate) = match change {
        TrailChange::Start => (
            ChangeKind::LoggingStarted,
            false,
            "logs from then on".to_owned(),
        ),
        TrailChange::Stop => (
            ChangeKind::LoggingStopped,
            true,
            "logs nothing from then on".to_owned(),
        ),
        TrailChange::Create(set) => (ChangeKind::TrailCreated, false, created(set)),
        TrailChange::Update(set) => {
            let (reduces, predicate) = update(set, before)?;
            (ChangeKind::TrailUpdated, reduces, predicate)
        }
        TrailChange::Delete => (
            ChangeKind::TrailDeleted,
            true,
            "was deleted, so it logs nothing from then on".to_owned(),
        ),
        TrailChange::Selectors(events) => {
            let (reduces, predicate) = selected(*events, before);
            (ChangeKind::EventSelectors, reduces, predicate.to_owned())
        }
        TrailChange::Insights(kinds) => {
            let (reduces, predicate) = insights(kinds.as_deref());
            (ChangeKind::InsightSelectors, reduces, predicate)
        }
    };
    Some(Effect {
        what,
        reduces,
        sentence: format!("{trail} {predicate}"),
    })
}

/// A trail that is known to have logged no management events cannot log fewer.
fn selected(events: ManagementEvents, before: &Before) -> (bool, &'static str) {
    let may_reduce = before.events != Some(ManagementEvents::None);
    match events {
        ManagementEvents::None => (may_reduce, "logs no management events from then on"),
        ManagementEvents::Some => (may_reduce, "logs only some management events from then on"),
        ManagementEvents::All => (false, "logs all management events from then on"),
        ManagementEvents::Unknown => (false, "has other event selectors from then on"),
    }
}

/// CloudTrail logs Insights events only of the kinds that a trail selects, so a list without any switches them off
/// (CloudTrail API reference, PutInsightSelectors).
fn insights(kinds: Option<&[String]>) -> (bool, String) {
    match kinds {
        Some([]) => (true, "logs no Insights events from then on".into()),
        Some(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(|kind| cited(kind)).collect();
            let kinds = kinds.join(" and ");
            (
                false,
                format!("logs Insights events of {kinds} only from then on"),
            )
        }
        None => (false, "has other Insights selectors from then on".into()),
    }
}

fn created(set: &TrailSettings) -> String {
    let settings = settings(set);
    match settings.is_empty() {
        true => "was created".into(),
        false => format!("was created with {}", settings.join(", ")),
    }
}

/// What UpdateTrail reduced, and what else it set. `None` if it set nothing that is known here. Whoever switches off
/// what is known to have been off reduces nothing.
fn update(set: &TrailSettings, before: &Before) -> Option<(bool, String)> {
    let mut others = set.clone();
    let was = &before.settings;
    let reduced = [
        (
            &mut others.validation,
            was.validation,
            "writes no digests from then on",
        ),
        (
            &mut others.multi_region,
            was.multi_region,
            "logs only its home region from then on",
        ),
        (
            &mut others.organization,
            was.organization,
            "logs only its owner's account from then on",
        ),
        (
            &mut others.global_events,
            was.global_events,
            "logs no events of global services from then on",
        ),
    ];
    let mut clauses: Vec<String> = Vec::new();
    for (on, was, what) in reduced {
        if *on == Some(false) && was != Some(false) {
            *on = None;
            clauses.push(what.into());
        }
    }
    let reduces = !clauses.is_empty();
    let others = settings(&others);
    if !others.is_empty() {
        clauses.push(format!("was set to {}", others.join(", ")));
    }
    (!clauses.is_empty()).then(|| (reduces, clauses.join(", and ")))
}

/// The settings of a call, each with its value. An empty text takes a setting away.
fn settings(set: &TrailSettings) -> Vec<String> {
    let text = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| match value.as_str() {
            "" => format!("no {name}"),
            value => format!("{name} {}", cited(value)),
        })
    };
    let on = |name: &str, on: Option<bool>| on.map(|on| format!("{name} {on}"));
    let set = [
        text("s3BucketName", &set.bucket),
        text("s3KeyPrefix", &set.prefix),
        text("kmsKeyId", &set.kms_key),
        text("snsTopicName", &set.sns_topic),
        text("cloudWatchLogsLogGroupArn", &set.log_group),
        on("isMultiRegionTrail", set.multi_region),
        on("isOrganizationTrail", set.organization),
        on("includeGlobalServiceEvents", set.global_events),
        on("enableLogFileValidation", set.validation),
    ];
    set.into_iter().flatten().collect()
}

/// Without its policy, CloudTrail may not write to a bucket (user guide, "Amazon S3 bucket policy for CloudTrail").
fn of_bucket(bucket: &str, change: BucketChange, turn: Turn) -> Effect {
    let (what, reduces, [set, removed]) = match change {
        BucketChange::Policy => (
            ChangeKind::BucketPolicy,
            turn == Turn::Removed,
            [
                "has another bucket policy from then on",
                "has no bucket policy from then on, so CloudTrail may not write to it",
            ],
        ),
        BucketChange::Deleted => (
            ChangeKind::BucketDeleted,
            true,
            ["was deleted, so CloudTrail cannot write to it"; 2],
        ),
        BucketChange::Lifecycle => (
            ChangeKind::BucketLifecycle,
            false,
            [
                "deletes or moves objects by other lifecycle rules from then on",
                "has no lifecycle rules from then on",
            ],
        ),
        BucketChange::Versioning => (
            ChangeKind::BucketVersioning,
            false,
            [
                "keeps earlier versions of objects from then on",
                "keeps no earlier versions of objects that are overwritten or deleted from then on",
            ],
        ),
        BucketChange::ObjectLock => (
            ChangeKind::BucketObjectLock,
            false,
            ["has another Object Lock configuration from then on"; 2],
        ),
        BucketChange::Replication => (
            ChangeKind::BucketReplication,
            false,
            [
                "replicates its objects by other rules from then on",
                "replicates no objects from then on",
            ],
        ),
        BucketChange::Encryption => (
            ChangeKind::BucketEncryption,
            false,
            [
                "encrypts new objects by another setting from then on",
                "encrypts new objects as S3 does by default from then on",
            ],
        ),
        BucketChange::PublicAccess => (
            ChangeKind::BucketPublicAccess,
            false,
            [
                "blocks all public access from then on",
                "no longer blocks all public access",
            ],
        ),
        BucketChange::Acl => (
            ChangeKind::BucketAcl,
            false,
            ["has another access control list from then on"; 2],
        ),
        BucketChange::Ownership => (
            ChangeKind::BucketOwnership,
            false,
            [
                "has another setting of object ownership from then on",
                "has no setting of object ownership from then on",
            ],
        ),
    };
    let predicate = match turn {
        Turn::Set => set,
        Turn::Removed => removed,
    };
    Effect {
        what,
        reduces,
        sentence: format!("{bucket} {predicate}"),
    }
}

/// CloudTrail cannot write objects that it encrypts with a key that is disabled or waits for its deletion (KMS
/// developer guide, "Key states of AWS KMS keys").
fn of_key(key: &str, change: KeyChange) -> Effect {
    let (what, reduces, predicate) = match change {
        KeyChange::Disabled => (
            ChangeKind::KeyDisabled,
            true,
            "is disabled from then on, so CloudTrail cannot write objects that it encrypts with it",
        ),
        KeyChange::DeletionScheduled => (
            ChangeKind::KeyDeletionScheduled,
            true,
            "is disabled from then on and is to be deleted, so CloudTrail cannot write objects that it encrypts with \
             it",
        ),
        KeyChange::Policy => (
            ChangeKind::KeyPolicy,
            false,
            "has another key policy from then on",
        ),
        KeyChange::Enabled => (ChangeKind::KeyEnabled, false, "is enabled from then on"),
        KeyChange::DeletionCancelled => (
            ChangeKind::KeyDeletionCancelled,
            false,
            "is not to be deleted any more, and stays disabled until somebody enables it",
        ),
    };
    Effect {
        what,
        reduces,
        sentence: format!("{key} {predicate}"),
    }
}

#[cfg(test)]
mod tests;
