//! Who removed or overwrote a missing or damaged object, if proven logs record it (pure).
//!
//! Only evidence from proven logs is used, and the message says "deleted" only where such a call is recorded.

mod around_gap;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::base::text::{capital, s3_uri};
use crate::base::time::Window;
use crate::cloudtrail::event::{BucketChange, Call, Evidence, KeyChange, RemovedObject};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::{DigestObjectKey, KeyRoot, LogObjectKey};
use crate::proof::chain::Location;
use crate::proof::finding::{Code, Detail, FATE_UNKNOWN, Finding, Hint};
use crate::proof::reason::Reason;

pub use around_gap::GapCalls;
pub use words::on_gap;

/// The number of events of each kind that are shown with one finding.
const SHOWN: usize = 5;

/// The number of calls on KMS keys that are compared with findings.
const KEYS: usize = 100;

/// Calls on stored objects, on their buckets and on the KMS keys that encrypt them.
#[derive(Default)]
pub struct DamageCalls<'e> {
    /// Removals and writes, by bucket and key.
    objects: BTreeMap<(&'e str, &'e str), Vec<&'e Evidence>>,
    /// Removals and writes of digests, by chain.
    digests: BTreeMap<ChainId, Vec<StoredCall<'e>>>,
    /// Removals and writes of logs, by account and region.
    logs: BTreeMap<(AccountId, Region), Vec<StoredCall<'e>>>,
    /// Removals by bucket whose record lacks the keys.
    unnamed: BTreeMap<&'e str, Vec<&'e Evidence>>,
    buckets: BTreeMap<&'e str, Vec<(BucketChange, &'e Evidence)>>,
    keys: Vec<(&'e str, &'e Evidence)>,
}

/// A call on a digest or log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct StoredCall<'e> {
    /// The time in the name of the digest or log. CloudTrail delivers it then or later.
    time: Timestamp,
    bucket: &'e str,
    root: KeyRoot,
    evidence: &'e Evidence,
    /// The object, if the call removed it.
    removed: Option<&'e RemovedObject>,
}

impl StoredCall<'_> {
    /// Whether the object is of a time, in one of these places. A call before CloudTrail can have delivered the
    /// object does not count.
    fn is_in(&self, time: Window, locations: &[Location]) -> bool {
        let mut places = locations.iter();
        time.from < self.time
            && self.time <= time.to
            && self.time <= self.evidence.event.time
            && places.any(|l| l.bucket == self.bucket && l.root == self.root)
    }
}

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
            Code::StateMismatch if finding.actual.is_none() => Some(Damage::Missing),
            Code::DigestSignatureInvalid
            | Code::DigestMalformed
            | Code::DigestIdentityMismatch
            | Code::ChainLinkMismatch
            | Code::StateMismatch
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

    /// What to do where the calls that did it are recorded.
    fn hint_about_calls(self) -> Option<Hint> {
        match self {
            Damage::Missing => Some(Hint::AskAboutRemoval),
            Damage::Altered => Some(Hint::AskAboutWrite),
            Damage::Unreadable => None,
        }
    }

    /// Whether a change of a bucket's settings can have led to it.
    fn may_follow(self, setting: BucketChange) -> bool {
        match self {
            Damage::Missing => matches!(
                setting,
                BucketChange::Lifecycle
                    | BucketChange::Versioning
                    | BucketChange::Deleted
                    | BucketChange::ObjectLock
            ),
            Damage::Altered => setting == BucketChange::Versioning,
            Damage::Unreadable => setting == BucketChange::Policy,
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
                    calls.add_stored(bucket, key, None, evidence);
                }
                Call::Bucket(bucket, setting, _) => {
                    let set = calls.buckets.entry(bucket).or_default();
                    set.push((*setting, evidence));
                }
                Call::Key(key, change) if keeps_from_use(*change) => {
                    calls.keys.push((key, evidence));
                }
                Call::Key(..) | Call::Trail(..) | Call::Account(_) | Call::Other => {}
            }
        }
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
            self.add_stored(bucket, &object.key, Some(object), evidence);
        }
    }

    fn add_stored(
        &mut self,
        bucket: &'e str,
        key: &str,
        removed: Option<&'e RemovedObject>,
        evidence: &'e Evidence,
    ) {
        let call = |time, root| StoredCall {
            time,
            bucket,
            root,
            evidence,
            removed,
        };
        if let Some(digest) = DigestObjectKey::parse(key) {
            let calls = self.digests.entry(digest.name.chain).or_default();
            calls.push(call(digest.name.end, digest.root));
        } else if let Some(log) = LogObjectKey::parse(key) {
            let calls = self.logs.entry((log.account, log.region)).or_default();
            calls.push(call(log.minute, log.root));
        }
    }

    /// Calls on digests of a chain in the places it writes to, whose ends are in `time`.
    fn calls_on_digests(
        &self,
        chain: &ChainId,
        locations: &[Location],
        time: Window,
    ) -> Vec<&StoredCall<'e>> {
        // A trail that became an organization's has digests in two folders, and two chains by their names.
        let organizations: BTreeSet<_> = locations.iter().map(|l| &l.root.organization).collect();
        let calls = organizations.into_iter().flat_map(|organization| {
            let id = chain.clone().in_organization(organization.clone());
            self.digests.get(&id).into_iter().flatten()
        });
        calls.filter(|call| call.is_in(time, locations)).collect()
    }

    /// Adds the calls that bear on a finding to its evidence, and who damaged the object to the beginning of its
    /// message. `kms_key` is the KMS key that the trail encrypts with, if that is known.
    pub fn attach(&self, finding: &mut Finding, locations: &[Location], kms_key: Option<&str>) {
        let (Some(damage), Some(time)) = (Damage::of(finding), finding.interval) else {
            return;
        };
        let mut done = self.done_to(finding, damage, time, locations);
        done.sort();
        let key = finding.key.as_deref();
        let object = match key {
            Some(key) => s3_uri(finding.bucket.as_deref(), key),
            None => "digests of this time".to_owned(),
        };
        let (versions, objects): (Vec<&Evidence>, Vec<_>) =
            done.iter().partition(|e| deletes_versions(e, key));
        let by = [
            words::on_object(damage, &object, &objects),
            words::on_versions(&object, key, &versions),
        ];
        let by = Vec::from_iter(by.into_iter().flatten());
        if !by.is_empty() {
            if damage == Damage::Missing && key.is_some() && !objects.is_empty() {
                finding.message = finding.message.replacen(FATE_UNKNOWN, "", 1);
            }
            finding.message = format!("{}. {}", by.join(". "), capital(&finding.message));
            finding.hint = damage.hint_about_calls().or(finding.hint.take());
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
        let indirect = settings.chain(unnamed).chain(keys).cloned();
        finding.evidence.extend(done.into_iter().chain(indirect));
    }

    /// The calls that damaged the object of a finding.
    fn done_to(
        &self,
        finding: &Finding,
        damage: Damage,
        time: Window,
        locations: &[Location],
    ) -> Vec<Evidence> {
        match (&finding.bucket, &finding.key, &finding.chain) {
            (Some(bucket), Some(key), _) => {
                let calls = self.done_to_object(bucket, key, damage, time);
                calls.into_iter().map(|e| on_one(e, key)).collect()
            }
            (_, None, Some(chain)) if damage == Damage::Missing => {
                let calls = self.calls_on_digests(chain, locations, time).into_iter();
                around_gap::narrowed(calls.filter(|call| call.removed.is_some()))
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
            let bare = id.rsplit('/').next().filter(|bare| !bare.is_empty());
            key.is_some_and(|key| is_id_of(id, key))
                || answer.is_some_and(|answer| bare.is_some_and(|id| answer.contains(id)))
        };
        let calls = self.keys.iter();
        let calls = calls.filter(|(id, e)| is_its_key(id) && e.event.time >= time.from);
        calls.take(SHOWN).map(|(_, e)| *e).collect()
    }
}

/// The same call, with this one of the objects that it removed.
fn on_one(evidence: &Evidence, key: &str) -> Evidence {
    let objects = match &evidence.event.call {
        Call::Remove(_, objects) => objects.as_slice(),
        _ => &[],
    };
    let this = objects.iter().filter(|object| object.key == key);
    evidence.narrowed(this.cloned())
}

/// Whether a call gave a version of each object that it deleted: of this one, or of all if `key` is `None`.
fn deletes_versions(evidence: &Evidence, key: Option<&str>) -> bool {
    let Call::Remove(_, objects) = &evidence.event.call else {
        return false;
    };
    let meant = |object: &&RemovedObject| key.is_none_or(|key| object.key == key);
    let mut meant = objects.iter().filter(meant).peekable();
    meant.peek().is_some() && meant.all(|object| object.version.is_some())
}

/// Whether a change of a KMS key can keep anybody from using it.
fn keeps_from_use(change: KeyChange) -> bool {
    match change {
        KeyChange::Disabled | KeyChange::DeletionScheduled | KeyChange::Policy => true,
        KeyChange::Enabled | KeyChange::DeletionCancelled => false,
    }
}

/// Whether a call gave this KMS key, by its id or ARN.
pub(in crate::proof) fn is_id_of(id: &str, key: &str) -> bool {
    let id = id.rsplit('/').next().unwrap_or(id);
    !id.is_empty() && key.ends_with(id)
}

#[cfg(test)]
mod tests;
