//! One key: its versions are listed, and compared with what the proof says of the original.

use jiff::Timestamp;

use super::plan::{SearchPlace, Several, SoughtObject, Task};
use crate::proof::finding::{DeleteMarker, Finding, Recovery, RecoveryOutcome, StoredVersion};
use crate::proof::reason::Reason;
use crate::source::{GetError, VersionEntry, VersionObject, Versions, VersionsKept};
use crate::validate::context::Context;
use crate::validate::fetch::VersionMatch;

/// What the versions of one key showed.
#[derive(Debug, Clone)]
pub(super) struct KeyResult {
    outcome: RecoveryOutcome,
    deleted_by: Option<DeleteMarker>,
    version: Option<StoredVersion>,
    searched: u64,
    reason: Option<Reason>,
}

impl KeyResult {
    fn unknown(reason: Reason) -> Self {
        KeyResult {
            outcome: RecoveryOutcome::Unknown,
            deleted_by: None,
            version: None,
            searched: 0,
            reason: Some(reason),
        }
    }
}

/// Why the versions of a bucket are not searched any further.
pub(super) enum SearchSkipped {
    /// The source has no versions, or the bucket has never kept any.
    NoVersions,
    /// The answer of the source.
    Failed(GetError),
}

impl From<SearchSkipped> for KeyResult {
    /// The result for a key, where others of its bucket could be searched.
    fn from(why: SearchSkipped) -> Self {
        KeyResult::unknown(match why {
            SearchSkipped::NoVersions => Reason::NotListed,
            SearchSkipped::Failed(error) => error.reason(),
        })
    }
}

/// The result for an object that is itself archived. Nothing is requested.
pub(super) fn archived(finding: Finding) -> Option<Recovery> {
    let object = finding.object;
    let written = object.last_modified.and_then(|at| at.parse().ok());
    Some(Recovery {
        outcome: RecoveryOutcome::Archived,
        deleted_by: None,
        version: Some(StoredVersion {
            bucket: finding.bucket?,
            key: finding.key?,
            version_id: object.version_id,
            last_modified: written,
            size: object.size,
            etag: object.etag,
            storage_class: None,
        }),
        searched: 0,
        reason: finding.reason,
        digests: None,
    })
}

/// Searches one key.
///
/// # Errors
/// If no key of the bucket is worth a search.
pub(super) fn key(
    context: &Context<'_>,
    task: &Task,
    place: &SearchPlace,
) -> Result<KeyResult, SearchSkipped> {
    let listed = context.fetcher.versions(place.root, &place.key);
    let versions = match listed.ok_or(SearchSkipped::NoVersions)? {
        Ok(versions) if versions.kept == VersionsKept::Never => {
            return Err(SearchSkipped::NoVersions);
        }
        Ok(versions) => versions,
        Err(error @ (GetError::Denied(_) | GetError::NoBucket(_))) => {
            return Err(SearchSkipped::Failed(error));
        }
        Err(error) if error.ends_all() => return Err(SearchSkipped::Failed(error)),
        Err(error) => return Ok(KeyResult::unknown(error.reason())),
    };
    Ok(compare(context, task, place, &versions))
}

/// Compares the versions of one key, those that may be the original first.
fn compare(
    context: &Context<'_>,
    task: &Task,
    place: &SearchPlace,
    versions: &Versions,
) -> KeyResult {
    let marker = versions.entries.iter().find(|entry| entry.is_latest);
    let marker = marker.filter(|entry| entry.object.is_none());
    let mut result = KeyResult {
        outcome: RecoveryOutcome::Lost,
        deleted_by: marker.map(|marker| DeleteMarker {
            version_id: marker.id.clone(),
            last_modified: marker.last_modified,
        }),
        version: None,
        searched: 0,
        reason: None,
    };
    let most = context.request.limits.versions_read;
    let candidates = candidates(task, versions);
    let mut unknown = (!versions.complete || candidates.len() > most).then_some(Reason::Limit);
    let mut archived = None;
    for (entry, object) in candidates.into_iter().take(most) {
        result.searched += 1;
        let stored = || Some(stored(place, entry, object));
        match is_original(context, task.wanted, place, &entry.id) {
            VersionMatch::Original => {
                result.outcome = RecoveryOutcome::Survives;
                result.version = stored();
                return result;
            }
            VersionMatch::Other => {}
            VersionMatch::Unknown(Reason::Archived) => archived = archived.or_else(stored),
            VersionMatch::Unknown(reason) => unknown = Some(reason),
        }
    }
    if archived.is_some() {
        result.outcome = RecoveryOutcome::Archived;
        result.reason = Some(Reason::Archived);
        result.version = archived;
    } else if unknown.is_some() {
        result.outcome = RecoveryOutcome::Unknown;
        result.reason = unknown;
    }
    result
}

/// The versions that may be the original: the oldest first that was written when CloudTrail delivers. Whoever
/// overwrites an object can only write later, and what was put at its place in advance comes last. The version
/// that was read and found altered is left out.
fn candidates<'v>(
    task: &Task,
    versions: &'v Versions,
) -> Vec<(&'v VersionEntry, &'v VersionObject)> {
    let read = task.finding.object.version_id.as_deref();
    let entries = versions.entries.iter();
    let objects = entries.filter_map(|entry| Some((entry, entry.object.as_ref()?)));
    let mut objects: Vec<_> = objects
        .filter(|(entry, _)| Some(entry.id.as_str()) != read)
        .collect();
    let began = task.finding.interval.map(|time| time.from);
    let is_early = |at: Option<Timestamp>| at < began;
    objects.sort_by_key(|(entry, _)| (is_early(entry.last_modified), entry.last_modified));
    objects
}

fn is_original(
    context: &Context<'_>,
    wanted: SoughtObject,
    place: &SearchPlace,
    version: &str,
) -> VersionMatch {
    let version = (place.root, place.key.as_str(), version);
    match wanted {
        SoughtObject::Log(hash) => context.fetcher.log_version(version, hash),
        SoughtObject::Digest(hash) => context.fetcher.digest_version(version, hash),
    }
}

fn stored(place: &SearchPlace, entry: &VersionEntry, object: &VersionObject) -> StoredVersion {
    StoredVersion {
        bucket: place.bucket.clone(),
        key: place.key.clone(),
        version_id: Some(entry.id.clone()),
        last_modified: entry.last_modified,
        size: object.size,
        etag: object.etag.clone(),
        storage_class: object.storage_class.clone(),
    }
}

/// One result for all keys of a finding; `None` if none was searched.
pub(super) fn combine(task: &Task, keys: Vec<KeyResult>) -> Option<Recovery> {
    let survive = keys
        .iter()
        .filter(|key| key.outcome == RecoveryOutcome::Survives);
    let survive = survive.count() as u64;
    let digests = task.several.map(|several| match several {
        Several::Each(all) => (survive, Some(all)),
        Several::Any => (survive, None),
    });
    let searched = keys.iter().map(|key| key.searched).sum();
    let is_cut = task.left_out > 0;
    // What survives says most, then what may, then what is not known. The first of each is the newest digest.
    let rank = |key: &KeyResult| match key.outcome {
        RecoveryOutcome::Survives => 0,
        RecoveryOutcome::Archived => 1,
        RecoveryOutcome::Unknown => 2,
        RecoveryOutcome::Lost => 3,
    };
    let best = keys.into_iter().min_by_key(rank)?;
    let is_unknown = best.outcome == RecoveryOutcome::Lost && is_cut;
    Some(Recovery {
        outcome: match is_unknown {
            true => RecoveryOutcome::Unknown,
            false => best.outcome,
        },
        deleted_by: best.deleted_by,
        version: best.version,
        searched,
        reason: best.reason.or(is_unknown.then_some(Reason::Limit)),
        digests,
    })
}
