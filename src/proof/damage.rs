//! Who removed or overwrote a missing or damaged object, if proven logs record it (pure).
//!
//! Only evidence from proven logs is used, and the message says "removed" only where such a call is
//! recorded.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::base::time::Window;
use crate::cloudtrail::event::{Call, Evidence, RemovedObject, TrailSetting};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{DigestObjectKey, KeyRoot};
use crate::proof::chain::Location;
use crate::proof::finding::Detail;
use crate::proof::finding::{Code, Finding};
use crate::proof::reason::Reason;

/// The number of events of each kind that are shown with one finding.
const SHOWN: usize = 5;

/// The number of calls on KMS keys that are compared with findings.
const KEYS: usize = 100;

/// Calls on stored objects, on their buckets and on the KMS keys that encrypt them.
#[derive(Default)]
pub struct DamageCalls<'e> {
    /// Removals and writes, by bucket and key.
    objects: BTreeMap<(&'e str, &'e str), Vec<&'e Evidence>>,
    /// Removals of digests by chain: the end in the digest's name, its place, and the call.
    digests: BTreeMap<ChainId, Vec<(Timestamp, DamagedPlace<'e>, &'e Evidence)>>,
    /// Removals by bucket whose record lacks the keys.
    unnamed: BTreeMap<&'e str, Vec<&'e Evidence>>,
    buckets: BTreeMap<&'e str, Vec<(TrailSetting, &'e Evidence)>>,
    keys: Vec<(&'e str, &'e Evidence)>,
}

/// A bucket, and the prefix and organization in a key of it.
type DamagedPlace<'e> = (&'e str, KeyRoot);

/// The kind of damage to an object, according to a finding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Damage {
    Missing,
    Altered,
    Unreadable,
}

impl Damage {
    fn of(finding: &Finding) -> Option<Damage> {
        match finding.code {
            Code::DigestMissing | Code::LogMissing => Some(Damage::Missing),
            Code::DigestSignatureInvalid
            | Code::DigestMalformed
            | Code::DigestIdentityMismatch
            | Code::ChainLinkMismatch
            | Code::LogModified
            | Code::LogMalformed
            | Code::LogTrailingData => Some(Damage::Altered),
            Code::DigestUnreadable | Code::LogUnreadable => match finding.reason {
                Some(Reason::Denied | Reason::Archived) => Some(Damage::Unreadable),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a change of a bucket's settings can have led to it.
    fn may_follow(self, setting: TrailSetting) -> bool {
        match self {
            Damage::Missing => setting != TrailSetting::Policy,
            Damage::Altered => setting == TrailSetting::Versioning,
            Damage::Unreadable => setting == TrailSetting::Policy,
        }
    }
}

/// From when calls may bear on a finding, which is the beginning of its time; `None` if none can.
pub fn since(finding: &Finding) -> Option<Timestamp> {
    Damage::of(finding)?;
    finding.interval.map(|time| time.from)
}

impl<'e> DamageCalls<'e> {
    /// Sorts calls by what they were made on. Refused calls changed nothing and are left out.
    pub fn new(events: &'e [Evidence]) -> Self {
        let mut calls = DamageCalls::default();
        for evidence in events.iter().filter(|e| e.event.error_code.is_none()) {
            match &evidence.event.call {
                Call::Remove(bucket, keys) => calls.add_removal(bucket, keys, evidence),
                Call::Write(bucket, key) => {
                    let object = (bucket.as_str(), key.as_str());
                    calls.objects.entry(object).or_default().push(evidence);
                }
                Call::Bucket(bucket, setting) => {
                    let set = calls.buckets.entry(bucket).or_default();
                    set.push((*setting, evidence));
                }
                Call::Key(key) => calls.keys.push((key, evidence)),
                Call::Trail(..) | Call::Account(_) => {}
            }
        }
        calls.digests.values_mut().for_each(|d| d.sort());
        calls.keys.truncate(KEYS);
        calls
    }

    fn add_removal(
        &mut self,
        bucket: &'e str,
        objects: &'e [RemovedObject],
        evidence: &'e Evidence,
    ) {
        if objects.is_empty() {
            self.unnamed.entry(bucket).or_default().push(evidence);
        }
        for object in objects {
            let known = self.objects.entry((bucket, &object.key)).or_default();
            // A call may delete several versions of one object.
            if known.last() != Some(&evidence) {
                known.push(evidence);
            }
            if let Some(digest) = DigestObjectKey::parse(&object.key) {
                let removed = self.digests.entry(digest.name.chain).or_default();
                removed.push((digest.name.end, (bucket, digest.root), evidence));
            }
        }
    }

    /// Calls that removed digests of a chain from the locations it writes to, whose ends are in
    /// `time`.
    pub fn removed(
        &self,
        chain: &ChainId,
        locations: &[Location],
        time: Window,
    ) -> Vec<&'e Evidence> {
        let here = |(bucket, root): &DamagedPlace<'_>| {
            locations
                .iter()
                .any(|l| l.bucket == *bucket && l.root == *root)
        };
        // A trail that became an organization's has digests in two folders, and two chains by their names.
        let organizations: BTreeSet<_> = locations.iter().map(|l| &l.root.organization).collect();
        let digests = organizations.into_iter().flat_map(|organization| {
            let id = chain.clone().in_organization(organization.clone());
            self.digests.get(&id).into_iter().flatten()
        });
        let mut removed: Vec<_> = digests
            .filter(|(end, place, e)| {
                time.from < *end && *end <= time.to && e.event.time >= *end && here(place)
            })
            .map(|(.., e)| *e)
            .collect();
        removed.sort();
        removed.dedup();
        removed
    }

    /// Adds the calls that bear on a finding to its evidence, and who damaged the object to its
    /// message. `kms_key` is the KMS key that the trail encrypts with, if that is known.
    pub fn attach(&self, finding: &mut Finding, locations: &[Location], kms_key: Option<&str>) {
        let (Some(damage), Some(time)) = (Damage::of(finding), finding.interval) else {
            return;
        };
        let mut done = self.done_to(finding, damage, time, locations);
        done.sort();
        let key = finding.key.as_deref();
        let (versions, objects): (Vec<&Evidence>, Vec<_>) =
            done.iter().partition(|e| deletes_versions(e, key));
        if let (Some(first), Some(last)) = (objects.first(), objects.last()) {
            finding.message += &who(damage, first, last, objects.len());
        }
        if let Some(last) = versions.last() {
            finding.message += &version_deleted(last, versions.len());
        }
        // The first call is shown, and the last ones.
        if done.len() > SHOWN {
            let last = done.split_off(done.len() - SHOWN + 1);
            done.truncate(1);
            done.extend(last);
        }
        let settings = self.settings(finding, damage, time);
        let unnamed = self.unnamed(finding, damage, time);
        let keys = self.keys(finding, damage, time, kms_key);
        let all = done.into_iter().chain(settings).chain(unnamed).chain(keys);
        finding.evidence.extend(all.cloned());
    }

    /// The calls that damaged the object of a finding.
    fn done_to(
        &self,
        finding: &Finding,
        damage: Damage,
        time: Window,
        locations: &[Location],
    ) -> Vec<&'e Evidence> {
        match (&finding.bucket, &finding.key, &finding.chain) {
            (Some(bucket), Some(key), _) => self.done_to_object(bucket, key, damage, time),
            (_, None, Some(chain)) if damage == Damage::Missing => {
                self.removed(chain, locations, time)
            }
            _ => Vec::new(),
        }
    }

    fn done_to_object(
        &self,
        bucket: &str,
        key: &str,
        damage: Damage,
        time: Window,
    ) -> Vec<&'e Evidence> {
        // A digest is delivered after its end, so it can be removed or overwritten only then.
        let digest = DigestObjectKey::parse(key).map(|digest| digest.name.end);
        let delivered = digest.unwrap_or(time.from);
        let calls = self.objects.get(&(bucket, key)).into_iter().flatten();
        let mut calls: Vec<&Evidence> = calls
            .copied()
            .filter(|e| e.event.time >= delivered)
            .collect();
        calls.sort();
        let is_write = |e: &&Evidence| matches!(e.event.call, Call::Write(..));
        match damage {
            // A removal before the last write did not remove what is missing now.
            Damage::Missing => {
                let last = calls.iter().rposition(is_write);
                calls.split_off(last.map_or(0, |last| last + 1))
            }
            // Deleting the newest version uncovers an older one.
            Damage::Altered => {
                let bears = |e: &&Evidence| is_write(e) || deletes_versions(e, Some(key));
                calls.into_iter().filter(bears).collect()
            }
            Damage::Unreadable => Vec::new(),
        }
    }

    /// Changes of the bucket's settings that can have led to the damage.
    fn settings<'s>(
        &'s self,
        finding: &Finding,
        damage: Damage,
        time: Window,
    ) -> impl Iterator<Item = &'e Evidence> + use<'s, 'e> {
        let bucket = finding.bucket.as_deref().and_then(|b| self.buckets.get(b));
        let set = bucket.into_iter().flatten();
        set.filter(move |(setting, e)| damage.may_follow(*setting) && e.event.time >= time.from)
            .map(|(_, e)| *e)
            .take(SHOWN)
    }

    /// Removals from the bucket whose record lacks the keys.
    fn unnamed<'s>(
        &'s self,
        finding: &Finding,
        damage: Damage,
        time: Window,
    ) -> impl Iterator<Item = &'e Evidence> + use<'s, 'e> {
        let bucket = finding.bucket.as_deref();
        let bucket = bucket.filter(|_| damage == Damage::Missing);
        let calls = bucket.and_then(|b| self.unnamed.get(b));
        let calls = calls.into_iter().flatten().copied();
        calls.filter(move |e| e.event.time >= time.from).take(SHOWN)
    }

    /// Calls on the KMS key that an unreadable object is encrypted with: the trail's key, or the
    /// one in the answer of the store.
    fn keys(
        &self,
        finding: &Finding,
        damage: Damage,
        time: Window,
        key: Option<&str>,
    ) -> Vec<&'e Evidence> {
        if damage != Damage::Unreadable {
            return Vec::new();
        }
        let answer = match &finding.detail {
            Some(Detail::Unread { answer, .. }) => Some(answer),
            _ => None,
        };
        let is_its_key = |id: &str| {
            let id = id.rsplit('/').next().unwrap_or(id);
            key.is_some_and(|key| key.ends_with(id))
                || answer.is_some_and(|answer| answer.contains(id))
        };
        let calls = self.keys.iter();
        let calls =
            calls.filter(|(id, e)| !id.is_empty() && is_its_key(id) && e.event.time >= time.from);
        calls.take(SHOWN).map(|(_, e)| *e).collect()
    }
}

/// Whether a call named a version of each object that it deleted: of this one, or of all if `key` is `None`.
pub fn deletes_versions(evidence: &Evidence, key: Option<&str>) -> bool {
    let Call::Remove(_, objects) = &evidence.event.call else {
        return false;
    };
    let meant = |object: &&RemovedObject| key.is_none_or(|key| object.key == key);
    let mut meant = objects.iter().filter(meant).peekable();
    meant.peek().is_some() && meant.all(|object| object.version.is_some())
}

/// Who deleted a version of an object, as a clause. What the version was is not known: it may have been a
/// delete marker, or a version that somebody else wrote.
fn version_deleted(last: &Evidence, calls: usize) -> String {
    let event = &last.event;
    format!(
        "; a version was deleted{} at {} ({}){}, as a proven log records{}; the event does not show \
         whether it was the one CloudTrail wrote",
        event.by(),
        event.time,
        event.name_and_id(),
        event.origin(),
        match calls {
            1 => String::new(),
            n => format!("; that is the last of {n} such calls"),
        }
    )
}

/// Who damaged an object, as a clause. Of several calls both the first and the last are given:
/// removing a missing object again removes nothing, and who writes again may write the same bytes.
fn who(damage: Damage, first: &Evidence, last: &Evidence, calls: usize) -> String {
    let verb = match damage {
        Damage::Missing => "removed",
        Damage::Altered | Damage::Unreadable => "written over",
    };
    let by = |evidence: &Evidence| {
        let event = &evidence.event;
        let (by, called, from) = (event.by(), event.name_and_id(), event.origin());
        format!("{by} at {} ({called}){from}", event.time)
    };
    match calls {
        1 => format!("; {verb}{}, as a proven log records", by(last)),
        n => format!(
            "; {verb}{}, as a proven log records; that is the first of {n} such calls, and the \
             last was made{}",
            by(first),
            by(last)
        ),
    }
}

#[cfg(test)]
mod tests;
