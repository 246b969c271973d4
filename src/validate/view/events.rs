//! The report of an event.

use crate::cloudtrail::event::{
    Actor as KnownActor, BucketChange, Call, Evidence as KnownEvent, TrailRef, Via as KnownVia,
};
use crate::report::validation::v1::{Actor, Bearing, EventObject, Evidence, Role, Via};

/// Objects listed with one event.
const OBJECTS: usize = 20;

/// The report of an event; `is_cause` if the cause of a gap follows from it.
pub(super) fn evidence(known: &KnownEvent, is_cause: bool) -> Evidence {
    let role = match is_cause {
        true => Role::Cause,
        false if known.is_lead() => Role::Lead,
        false => Role::Context,
    };
    let KnownEvent { event, via } = known;
    let (via, log, digest) = match via {
        KnownVia::VerifiedLog { log, digest, .. } => {
            (Via::VerifiedLog, Some(log.1.clone()), Some(digest.clone()))
        }
        KnownVia::LookupEvents => (Via::LookupEvents, None, None),
        KnownVia::TrailStatus => (Via::TrailStatus, None, None),
        KnownVia::UnprovenLog { log, digest } => {
            (Via::UnprovenLog, Some(log.1.clone()), Some(digest.clone()))
        }
    };
    let actor = event.actor.as_ref();
    let (bucket, key, version) = event.call.object();
    let (objects, more_objects) = objects(&event.call);
    Evidence {
        event_name: event.name.clone(),
        event_time: event.time,
        event_id: event.id.clone(),
        actor: actor.map(who),
        source_ip: event.source_ip.clone(),
        user_agent: event.user_agent.clone(),
        error_code: event.error_code.clone(),
        region: event.region.as_ref().map(ToString::to_string),
        mfa: actor.and_then(|actor| actor.mfa),
        issuer: actor.and_then(|actor| actor.issuer.clone()),
        trail: trail(&event.call),
        kms_key: kms_key(&event.call),
        bucket: bucket.map(str::to_owned),
        key: key.map(str::to_owned),
        version_id: version.map(str::to_owned),
        objects,
        more_objects,
        request_parameters: event.parameters.clone(),
        role: Some(role.into()),
        bearing: Some(bearing(&event.call).into()),
        via: via.into(),
        log,
        digest,
    }
}

/// The trail that a call was on.
fn trail(call: &Call) -> Option<String> {
    match call {
        Call::Trail(TrailRef::Name(name), _) => Some(name.to_string()),
        Call::Trail(TrailRef::Arn(arn), _) => Some(arn.to_string()),
        _ => None,
    }
}

/// The KMS key that a call was on.
fn kms_key(call: &Call) -> Option<String> {
    match call {
        Call::Key(key, _) => Some(key.clone()),
        _ => None,
    }
}

/// The objects of a call that removed several, and how many more there are.
fn objects(call: &Call) -> (Vec<EventObject>, u64) {
    let Call::Remove(_, objects) = call else {
        return (Vec::new(), 0);
    };
    if objects.len() < 2 {
        return (Vec::new(), 0);
    }
    let shown = objects.iter().take(OBJECTS).map(|object| EventObject {
        key: object.key.clone(),
        version_id: object.version.clone(),
    });
    let more = objects.len().saturating_sub(OBJECTS);
    (shown.collect(), more as u64)
}

/// What a call was on.
fn bearing(call: &Call) -> Bearing {
    match call {
        Call::Trail(..) => Bearing::Trail,
        Call::Account(_) => Bearing::Account,
        Call::Remove(_, objects) if objects.is_empty() => Bearing::UnlistedRemoval,
        Call::Remove(_, objects) if objects.iter().all(|o| o.version.is_some()) => {
            Bearing::VersionRemoval
        }
        Call::Remove(..) => Bearing::Removal,
        Call::Write(..) => Bearing::Write,
        Call::Bucket(_, change, _) => bucket_bearing(*change),
        Call::Key(..) => Bearing::KmsKey,
        Call::Other => Bearing::Other,
    }
}

/// What a change of a bucket was on.
fn bucket_bearing(change: BucketChange) -> Bearing {
    match change {
        BucketChange::Lifecycle => Bearing::Lifecycle,
        BucketChange::Policy => Bearing::Policy,
        BucketChange::Versioning => Bearing::Versioning,
        BucketChange::Deleted => Bearing::BucketRemoval,
        BucketChange::ObjectLock => Bearing::ObjectLock,
        BucketChange::Replication => Bearing::Replication,
        BucketChange::Encryption => Bearing::Encryption,
        BucketChange::PublicAccess => Bearing::PublicAccess,
        BucketChange::Acl => Bearing::Acl,
        BucketChange::Ownership => Bearing::Ownership,
    }
}

fn who(actor: &KnownActor) -> Box<Actor> {
    Box::new(Actor {
        kind: actor.kind.clone(),
        arn: actor.arn.clone(),
        account: actor.account.clone(),
        access_key_id: actor.access_key_id.clone(),
        access_key_term: actor.key_term().map(Into::into),
        session: actor.session.clone(),
        invoked_by: actor.invoked_by.clone(),
    })
}
