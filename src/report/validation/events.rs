//! Phrases about events that all reports for people share, and which events belong to a finding.

use super::label::{Label, LabelledValues};
use super::v1::{Actor, Bearing, Evidence, Finding, Report, Via};
use crate::base::text::{plural, s3_uri};
use crate::cloudtrail::event::KeyTerm;
use crate::proof::finding::Code;
use crate::report::open_enum::Word;

/// The events that bear on a finding. Those of a gap are in its chain.
pub(crate) fn events_of<'r>(finding: &'r Finding, report: &'r Report) -> &'r [Evidence] {
    let is_gap = finding
        .code
        .known()
        .is_some_and(|code| matches!(code, Code::Gap | Code::CoverageHead | Code::CoverageTail));
    if !is_gap {
        return &finding.evidence;
    }
    let chains = report.chains.iter().filter(|chain| {
        finding.chain.as_ref() == Some(&chain.id) && finding.organization == chain.organization
    });
    let gap = chains
        .flat_map(|chain| &chain.gaps)
        .find(|gap| finding.from == Some(gap.from) && finding.to == Some(gap.to));
    gap.map_or(&finding.evidence, |gap| &gap.evidence)
}

/// The objects that a call was on; else the bucket, the trail or the KMS key.
pub(crate) fn acted_on(event: &Evidence) -> Vec<String> {
    let bucket = event.bucket.as_deref();
    let uri = |key: &str, version: Option<&String>| {
        let version = version.map_or_else(String::new, |id| format!(" (version {id})"));
        format!("{}{version}", s3_uri(bucket, key))
    };
    let one = event.key.as_deref();
    let one = one.map(|key| uri(key, event.version_id.as_ref()));
    let objects = event.objects.iter();
    let objects = objects.map(|object| uri(&object.key, object.version_id.as_ref()));
    let more = (event.more_objects > 0).then(|| plural(event.more_objects, "more object"));
    let all: Vec<String> = one.into_iter().chain(objects).chain(more).collect();
    if !all.is_empty() {
        return all;
    }
    let others = [&event.bucket, &event.trail, &event.kms_key];
    others.into_iter().flatten().cloned().collect()
}

/// What is known of an event, apart from its name.
pub(crate) fn event_values(event: &Evidence) -> LabelledValues {
    let mut values = vec![(Label::Time, event.event_time.to_string())];
    let mut add =
        |label, value: Option<&String>| values.extend(value.map(|value| (label, value.clone())));
    if let Some(actor) = &event.actor {
        add(Label::Actor, actor.arn.as_ref());
        add(Label::Identity, actor.kind.as_ref());
        add(Label::Account, actor.account.as_ref());
        add(Label::Session, actor.session.as_ref());
        add(Label::InvokedBy, actor.invoked_by.as_ref());
        add(Label::AccessKey, access_key(actor).as_ref());
    }
    add(Label::Issuer, event.issuer.as_ref());
    let mfa = event.actor.is_some().then(|| mfa(event).to_owned());
    add(Label::Mfa, mfa.as_ref());
    add(Label::Region, event.region.as_ref());
    add(Label::SourceIp, event.source_ip.as_ref());
    add(Label::Agent, event.user_agent.as_ref());
    add(Label::Error, event.error_code.as_ref());
    add(Label::Trail, event.trail.as_ref());
    add(Label::KmsKey, event.kms_key.as_ref());
    let bucket = event.bucket.as_deref();
    let uri = |key: Option<&str>| bucket.map(|_| s3_uri(bucket, key.unwrap_or_default()));
    let on_bucket = event.key.is_none() && event.objects.is_empty();
    add(
        Label::Bucket,
        bucket.map(str::to_owned).filter(|_| on_bucket).as_ref(),
    );
    let object = event.key.as_deref().and_then(|key| uri(Some(key)));
    add(Label::Object, object.as_ref());
    add(Label::Version, event.version_id.as_ref());
    for object in &event.objects {
        add(Label::Object, uri(Some(&object.key)).as_ref());
        add(Label::Version, object.version_id.as_ref());
    }
    let more = (event.more_objects > 0).then(|| plural(event.more_objects, "more object"));
    add(Label::And, more.as_ref());
    add(Label::Parameters, event.request_parameters.as_ref());
    add(Label::EventId, event.event_id.as_ref());
    add(Label::Log, event.log.as_ref());
    add(Label::Digest, event.digest.as_ref());
    add(Label::ShownAs, bearing(event).map(str::to_owned).as_ref());
    let via = match &event.via {
        Word::Known(Via::VerifiedLog) => "a log that a proven digest lists",
        Word::Known(Via::LookupEvents) => "LookupEvents, unsigned",
        Word::Known(Via::TrailStatus) => "GetTrailStatus, unsigned",
        Word::Known(Via::UnprovenLog) => {
            "a log that only an unproven digest lists: a lead, not a cause"
        }
        Word::Other(word) => word,
    };
    values.push((Label::KnownBy, via.to_owned()));
    values
}

/// The access key of an actor, and how long it is valid if its id shows it.
pub(crate) fn access_key(actor: &Actor) -> Option<String> {
    let id = actor.access_key_id.as_ref()?;
    Some(match &actor.access_key_term {
        Some(Word::Known(KeyTerm::LongTerm)) => format!("{id} (long-term)"),
        Some(Word::Known(KeyTerm::Temporary)) => format!("{id} (temporary)"),
        Some(Word::Other(term)) => format!("{id} ({term})"),
        None => id.clone(),
    })
}

/// Whether the session of a call was opened with a second factor.
pub(crate) fn mfa(event: &Evidence) -> &'static str {
    match event.mfa {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not recorded",
    }
}

/// Why an event is shown that bears on a gap or finding only indirectly. The call of a change has no role in either.
fn bearing(event: &Evidence) -> Option<&'static str> {
    event.role.as_ref()?;
    let Some(Word::Known(bearing)) = &event.bearing else {
        return None;
    };
    match bearing {
        Bearing::Trail
        | Bearing::Account
        | Bearing::Removal
        | Bearing::VersionRemoval
        | Bearing::Write
        | Bearing::Other => None,
        Bearing::UnlistedRemoval => Some(
            "possible cause: the record does not list the deleted objects, which may include some of these",
        ),
        Bearing::BucketRemoval => Some(
            "possible cause: S3 deletes only an empty bucket, so all objects were deleted before",
        ),
        Bearing::Lifecycle => Some(
            "possible cause: a lifecycle rule can make S3 delete objects, and no event records that",
        ),
        Bearing::Policy => Some(
            "possible cause: a bucket policy can keep CloudTrail from writing, and decides who may read and \
             delete objects",
        ),
        Bearing::Versioning => Some(
            "possible cause: without versioning, S3 keeps no earlier version of a deleted object",
        ),
        Bearing::ObjectLock => Some(
            "possible cause: without Object Lock, whoever may delete objects can delete new ones at once",
        ),
        // These are shown only among the changes to a trail.
        Bearing::Replication
        | Bearing::Encryption
        | Bearing::PublicAccess
        | Bearing::Acl
        | Bearing::Ownership => None,
        Bearing::KmsKey => Some(
            "possible cause: without its KMS key, CloudTrail cannot write objects and nobody can read them",
        ),
    }
}
