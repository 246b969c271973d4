//! From a raw record to an event: who made the call, and the operation with its parameters.

use std::collections::BTreeSet;

use super::kind::{CLOUDTRAIL, CallKind};
use super::raw::{Params, RawAttributes, RawIdentity, RawRecord, Resources};
use crate::cloudtrail::event::{
    AccountChange, Actor, BucketChange, Call, Event, ManagementEvents, RemovedObject, TrailChange,
    TrailRef, TrailSettings, Turn,
};

/// The event that a record of a wanted kind describes. `None` if it does not say when the call was made,
/// how it ended, or what it was on.
pub(super) fn event(kind: CallKind, raw: &RawRecord) -> Option<Event> {
    if raw.error_code.is_unknown {
        return None;
    }
    let recipient = raw.recipient.get().and_then(|id| id.parse().ok());
    let caller = || raw.identity.as_ref()?.account.get()?.parse().ok();
    Some(Event {
        time: raw.time.get()?.parse().ok()?,
        name: raw.name.cloned()?,
        id: raw.id.cloned(),
        region: raw.region.get().and_then(|region| region.parse().ok()),
        account: recipient.or_else(caller),
        actor: raw.identity.as_ref().map(actor),
        source_ip: raw.source_ip.cloned(),
        user_agent: raw.user_agent.cloned(),
        error_code: raw.error_code.code.cloned(),
        parameters: raw.params.shown().map(str::to_owned),
        call: call(kind, raw)?,
    })
}

/// Whether CloudTrail itself wrote an object: it records its own deliveries, which are not evidence.
pub(super) fn is_delivery(kind: CallKind, raw: &RawRecord) -> bool {
    let identity = raw.identity.as_ref();
    let invoked_by = identity.and_then(|identity| identity.invoked_by.get());
    kind == CallKind::Write
        && identity.is_some_and(|identity| identity.kind.get() == Some("AWSService"))
        && [invoked_by, raw.source_ip.get()].contains(&Some(CLOUDTRAIL))
}

fn actor(identity: &RawIdentity) -> Actor {
    Actor {
        kind: identity.kind.cloned(),
        arn: identity.arn.cloned(),
        account: identity.account.cloned(),
        access_key_id: identity.access_key_id.cloned(),
        session: session(identity).map(str::to_owned),
        invoked_by: identity.invoked_by.cloned(),
        issuer: session_issuer(identity),
        mfa: attributes(identity).and_then(|attributes| attributes.mfa.0),
    }
}

/// The ARN of the role or user that a session's credentials came from.
fn session_issuer(identity: &RawIdentity) -> Option<String> {
    let issuer = identity.session.as_ref()?.issuer.as_ref()?;
    issuer.arn.cloned()
}

fn attributes(identity: &RawIdentity) -> Option<&RawAttributes> {
    identity.session.as_ref()?.attributes.as_ref()
}

/// The session name: the end of the ARN, else of the principal id, `AROA…:SESSION`. Principals of other
/// kinds may contain a colon too.
fn session(identity: &RawIdentity) -> Option<&str> {
    let arn = identity.arn.get().unwrap_or_default();
    if let Some((_, role)) = arn.split_once(":assumed-role/") {
        return role.split_once('/').map(|(_, session)| session);
    }
    if let Some((_, user)) = arn.split_once(":federated-user/") {
        return Some(user);
    }
    let (id, session) = identity.principal.get()?.split_once(':')?;
    let of_role = id.starts_with("AROA");
    (of_role || identity.kind.get() == Some("FederatedUser")).then_some(session)
}

/// The operation of a call and its parameters; `None` if the record does not say what it was on.
fn call(kind: CallKind, raw: &RawRecord) -> Option<Call> {
    let (params, resources) = (&raw.params.read, &raw.resources);
    let settings = || TrailSettings {
        validation: params.validation.0,
        bucket: params.trail_bucket.cloned(),
        multi_region: params.multi_region.0,
        organization: params.organization.0,
        global_events: params.global_events.0,
        prefix: params.prefix.cloned(),
        kms_key: params.kms_key.given(),
        sns_topic: params.sns_topic.given(),
        log_group: params.log_group.given(),
    };
    let change = match kind {
        CallKind::Start => TrailChange::Start,
        CallKind::Stop => TrailChange::Stop,
        CallKind::Create => TrailChange::Create(settings()),
        CallKind::Update => TrailChange::Update(settings()),
        CallKind::DeleteTrail => TrailChange::Delete,
        CallKind::Selectors => {
            let admitted = params.selectors.admitted().max(params.advanced.admitted());
            TrailChange::Selectors(admitted.unwrap_or(ManagementEvents::Unknown))
        }
        CallKind::Insights => TrailChange::Insights(params.insights.0.clone()),
        CallKind::WithdrawAccess
        | CallKind::Leave
        | CallKind::RemoveAccount
        | CallKind::CloseAccount
        | CallKind::DisableRegion
        | CallKind::EnableRegion => return account_change(kind, params).map(Call::Account),
        CallKind::Remove => {
            let bucket = bucket(params, resources)?;
            let keys = removed(bucket, params, resources);
            return Some(Call::Remove(bucket.to_owned(), keys));
        }
        CallKind::Write => {
            let bucket = bucket(params, resources)?;
            // The resources of CopyObject include the source object, so the key parameter goes first.
            let key = params.key.get();
            let key = key.or_else(|| keys(bucket, resources).next())?;
            return Some(Call::Write(bucket.to_owned(), key.to_owned()));
        }
        CallKind::Bucket(setting, turn) => {
            let bucket = bucket(params, resources)?.to_owned();
            return Some(Call::Bucket(bucket, setting, turned(setting, turn, params)));
        }
        CallKind::Key(change) => {
            return Some(Call::Key(kms_key(params, resources)?.to_owned(), change));
        }
    };
    let trail = params.name.get().or(params.trail_name.get())?;
    Some(Call::Trail(trail_ref(trail)?, change))
}

/// Whether a call set a setting of a bucket or took it away, by its name and its parameters.
fn turned(setting: BucketChange, by_name: Turn, params: &Params) -> Turn {
    let is_off = match setting {
        BucketChange::Versioning => params.versioning.status.get() == Some("Suspended"),
        BucketChange::PublicAccess => !params.public_access.blocks_all(),
        _ => false,
    };
    match is_off {
        true => Turn::Removed,
        false => by_name,
    }
}

/// A change of an organization or account; `None` if the record does not say what was changed.
fn account_change(kind: CallKind, params: &Params) -> Option<AccountChange> {
    let account = || params.account.get().and_then(|id| id.parse().ok());
    let region = || params.region.get()?.parse().ok();
    let change = match kind {
        CallKind::WithdrawAccess => AccountChange::AccessWithdrawn(params.service.cloned()?),
        CallKind::Leave => AccountChange::Left,
        CallKind::RemoveAccount => AccountChange::Removed(account()?),
        CallKind::CloseAccount => AccountChange::Closed(account()),
        CallKind::DisableRegion => AccountChange::RegionDisabled(region()?, account()),
        CallKind::EnableRegion => AccountChange::RegionEnabled(region()?, account()),
        _ => return None,
    };
    Some(change)
}

fn trail_ref(trail: &str) -> Option<TrailRef> {
    if trail.starts_with("arn:") {
        trail.parse().ok().map(TrailRef::Arn)
    } else {
        trail.parse().ok().map(TrailRef::Name)
    }
}

/// The bucket of a call. A call by way of an access point has the access point as a parameter, and the
/// bucket only among the resources.
fn bucket<'a>(params: &'a Params, resources: &'a Resources) -> Option<&'a str> {
    let given = params.bucket.get();
    given
        .filter(|name| !name.starts_with("arn:") && !name.ends_with("-s3alias"))
        .or_else(|| {
            let bucket = of_type(resources, "AWS::S3::Bucket").find_map(s3_resource);
            let object = || objects(resources).next().map(|(bucket, _)| bucket);
            bucket.or_else(object)
        })
}

/// The objects that a call removed, from every place where a record may list them. Resources name no
/// version, so they count only where nothing else lists the object.
fn removed(bucket: &str, params: &Params, resources: &Resources) -> Vec<RemovedObject> {
    let mut all: BTreeSet<RemovedObject> = params.delete.objects.0.clone();
    all.extend(params.key.cloned().map(|key| RemovedObject {
        key,
        version: params.version.cloned(),
    }));
    let known: BTreeSet<String> = all.iter().map(|object| object.key.clone()).collect();
    let others = keys(bucket, resources).filter(|key| !known.contains(*key));
    all.extend(others.map(RemovedObject::current));
    all.into_iter().collect()
}

/// The KMS key of a call; its ARN if the record contains it, else the id that the caller gave.
fn kms_key<'a>(params: &'a Params, resources: &'a Resources) -> Option<&'a str> {
    let given = params.key_id.get();
    given
        .filter(|id| id.starts_with("arn:"))
        .or_else(|| of_type(resources, "AWS::KMS::Key").next())
        .or(given)
}

/// The keys of a bucket's objects among the resources.
fn keys<'a>(bucket: &str, resources: &'a Resources) -> impl Iterator<Item = &'a str> {
    objects(resources)
        .filter(move |(of, _)| *of == bucket)
        .map(|(_, key)| key)
}

/// Bucket and key of each object among the resources.
fn objects(resources: &Resources) -> impl Iterator<Item = (&str, &str)> {
    of_type(resources, "AWS::S3::Object")
        .filter_map(s3_resource)
        .filter_map(|object| object.split_once('/'))
        .filter(|(_, key)| !key.is_empty())
}

/// The ARNs of the resources of a type.
fn of_type<'a>(resources: &'a Resources, kind: &str) -> impl Iterator<Item = &'a str> {
    resources
        .0
        .iter()
        .filter(move |resource| resource.kind.get() == Some(kind))
        .filter_map(|resource| resource.arn.get())
}

/// The `BUCKET` or `BUCKET/KEY` of an ARN such as `arn:aws:s3:::BUCKET/KEY`, in any partition.
fn s3_resource(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let scheme = parts.next()?;
    let (_partition, service) = (parts.next()?, parts.next()?);
    let (region, account) = (parts.next()?, parts.next()?);
    let is_s3 = scheme == "arn" && service == "s3" && region.is_empty() && account.is_empty();
    parts.next().filter(|name| is_s3 && !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::s3_resource;

    #[test]
    fn a_bucket_or_an_object_is_named_by_an_arn_of_s3_alone() {
        for (arn, name) in [
            ("arn:aws:s3:::logs", Some("logs")),
            ("arn:aws-cn:s3:::logs/a:b/c", Some("logs/a:b/c")),
            ("arn:aws:s3:::", None),
            ("arn:aws:s3::", None),
            ("urn:aws:s3:::logs", None),
            ("arn:aws:sns:::logs", None),
            ("arn:aws:s3:eu-west-1::logs", None),
            ("arn:aws:s3::111122223333:logs", None),
            ("arn:aws:s3:eu-west-1:111122223333:accesspoint/a", None),
        ] {
            assert_eq!(s3_resource(arn), name, "{arn}");
        }
    }
}
