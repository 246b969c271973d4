//! Which calls are wanted, and what each asked for.

use std::collections::BTreeSet;

use super::raw::{Params, RawRecord, Resources};
use super::{Call, TrailChange, TrailRef, TrailSetting, TrailSettings};

/// A kind of call that bears on trails or on what they have stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallKind {
    Start,
    Stop,
    Create,
    Update,
    DeleteTrail,
    Selectors,
    Remove,
    Write,
    Bucket(TrailSetting),
    Key,
}

const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
const S3: &str = "s3.amazonaws.com";
const KMS: &str = "kms.amazonaws.com";

impl CallKind {
    /// Whether calls of a service are wanted at all.
    pub(super) fn is_source(source: &str) -> bool {
        [CLOUDTRAIL, S3, KMS].contains(&source)
    }

    /// What a service's call of that name is.
    pub(super) fn of(source: &str, name: &str) -> Option<CallKind> {
        let kind = match (source, name) {
            (CLOUDTRAIL, "StartLogging") => CallKind::Start,
            (CLOUDTRAIL, "StopLogging") => CallKind::Stop,
            (CLOUDTRAIL, "CreateTrail") => CallKind::Create,
            (CLOUDTRAIL, "UpdateTrail") => CallKind::Update,
            (CLOUDTRAIL, "DeleteTrail") => CallKind::DeleteTrail,
            (CLOUDTRAIL, "PutEventSelectors") => CallKind::Selectors,
            (S3, "DeleteObject" | "DeleteObjects") => CallKind::Remove,
            (S3, "PutObject" | "CopyObject" | "CompleteMultipartUpload") => CallKind::Write,
            (
                S3,
                "PutBucketLifecycle" | "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle",
            ) => CallKind::Bucket(TrailSetting::Lifecycle),
            (S3, "PutBucketPolicy" | "DeleteBucketPolicy") => {
                CallKind::Bucket(TrailSetting::Policy)
            }
            (S3, "PutBucketVersioning") => CallKind::Bucket(TrailSetting::Versioning),
            (KMS, "DisableKey" | "ScheduleKeyDeletion") => CallKind::Key,
            _ => return None,
        };
        Some(kind)
    }

    /// CloudTrail itself writes what it delivers: that bears on nothing.
    pub(super) fn is_delivery(self, raw: &RawRecord) -> bool {
        let by = [raw.identity.invoked_by.said(), raw.source_ip.said()];
        self == CallKind::Write
            && raw.identity.kind.said() == Some("AWSService")
            && by.contains(&Some(CLOUDTRAIL))
    }

    /// What a call of this kind asked for, if its record says of what.
    pub(super) fn call(self, raw: &RawRecord) -> Option<Call> {
        let (params, resources) = (&raw.params, &raw.resources);
        let settings = || TrailSettings {
            validation: params.validation.0,
            bucket: params.trail_bucket.kept(),
            multi_region: params.multi_region.0,
        };
        let change = match self {
            CallKind::Start => TrailChange::Start,
            CallKind::Stop => TrailChange::Stop,
            CallKind::Create => TrailChange::Create(settings()),
            CallKind::Update => TrailChange::Update(settings()),
            CallKind::DeleteTrail => TrailChange::Delete,
            CallKind::Selectors => TrailChange::Selectors,
            CallKind::Remove => {
                let bucket = bucket(params, resources)?;
                let keys = removed(bucket, params, resources);
                return Some(Call::Remove(bucket.to_owned(), keys));
            }
            CallKind::Write => {
                let bucket = bucket(params, resources)?;
                // A copy's resources name what was copied as well, so that its own key goes first.
                let key = params.key.said();
                let key = key.or_else(|| keys(bucket, resources).next())?;
                return Some(Call::Write(bucket.to_owned(), key.to_owned()));
            }
            CallKind::Bucket(setting) => {
                return Some(Call::Bucket(bucket(params, resources)?.to_owned(), setting));
            }
            CallKind::Key => return Some(Call::Key(key(params, resources)?.to_owned())),
        };
        let trail = params.name.said().or(params.trail_name.said())?;
        Some(Call::Trail(trail_ref(trail)?, change))
    }
}

fn trail_ref(trail: &str) -> Option<TrailRef> {
    if trail.starts_with("arn:") {
        trail.parse().ok().map(TrailRef::Arn)
    } else {
        trail.parse().ok().map(TrailRef::Name)
    }
}

/// The bucket of a call. By way of an access point, only the resources name it.
fn bucket<'a>(params: &'a Params, resources: &'a Resources) -> Option<&'a str> {
    let given = params.bucket.said();
    given
        .filter(|name| !name.starts_with("arn:") && !name.ends_with("-s3alias"))
        .or_else(|| {
            let bucket = of_type(resources, "AWS::S3::Bucket").find_map(s3_resource);
            let object = || objects(resources).next().map(|(bucket, _)| bucket);
            bucket.or_else(object)
        })
}

/// The keys that a call removed: wherever the record names them.
fn removed(bucket: &str, params: &Params, resources: &Resources) -> Vec<String> {
    let mut all: BTreeSet<String> = params.delete.keys.clone();
    all.extend(params.key.kept());
    all.extend(keys(bucket, resources).map(str::to_owned));
    all.into_iter().collect()
}

/// The KMS key of a call, by its ARN where the record tells it.
fn key<'a>(params: &'a Params, resources: &'a Resources) -> Option<&'a str> {
    let given = params.key_id.said();
    given
        .filter(|id| id.starts_with("arn:"))
        .or_else(|| of_type(resources, "AWS::KMS::Key").next())
        .or(given)
}

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

fn of_type<'a>(resources: &'a Resources, kind: &str) -> impl Iterator<Item = &'a str> {
    resources
        .0
        .iter()
        .filter(move |resource| resource.kind.said() == Some(kind))
        .filter_map(|resource| resource.arn.said())
}

/// What an ARN as `arn:aws:s3:::bucket/key` names, in any partition.
fn s3_resource(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let scheme = parts.next()?;
    let (_partition, service) = (parts.next()?, parts.next()?);
    let (region, account) = (parts.next()?, parts.next()?);
    let is_s3 = scheme == "arn" && service == "s3" && region.is_empty() && account.is_empty();
    parts.next().filter(|name| is_s3 && !name.is_empty())
}
