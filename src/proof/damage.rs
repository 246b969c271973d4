//! Who removed or overwrote what is missing or damaged, as far as proven logs tell (pure).

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::base::time::Window;
use crate::cloudtrail::event::{Call, Evidence, TrailSetting};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{DigestObjectKey, KeyRoot};
use crate::proof::chain::Location;
use crate::proof::detail::Detail;
use crate::proof::finding::{Code, Finding};
use crate::proof::reason::Reason;

/// Events shown with one finding.
const SHOWN: usize = 5;

/// Calls on keys that are held against findings.
const KEYS: usize = 100;

/// What was done to stored objects, to their buckets and to the keys that encrypt them.
#[derive(Default)]
pub struct DamageCalls<'e> {
    objects: BTreeMap<(&'e str, &'e str), Vec<&'e Evidence>>,
    /// Digests that were removed: by chain, with the ends in their names, and where.
    digests: BTreeMap<ChainId, Vec<(Timestamp, DamagedPlace<'e>, &'e Evidence)>>,
    /// Objects of a bucket that were removed by calls of which the record does not say which.
    unnamed: BTreeMap<&'e str, Vec<&'e Evidence>>,
    buckets: BTreeMap<&'e str, Vec<(TrailSetting, &'e Evidence)>>,
    keys: Vec<(&'e str, &'e Evidence)>,
}

/// A bucket, and what stands before the account in a key of it.
type DamagedPlace<'e> = (&'e str, KeyRoot);

/// What a finding says was done to its object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Damage {
    Gone,
    Altered,
    Unreadable,
}

fn damage(finding: &Finding) -> Option<Damage> {
    Some(match finding.code {
        Code::DigestMissing | Code::LogMissing => Damage::Gone,
        Code::DigestSignatureInvalid
        | Code::DigestMalformed
        | Code::DigestIdentityMismatch
        | Code::ChainLinkMismatch
        | Code::LogModified
        | Code::LogMalformed
        | Code::LogTrailingData => Damage::Altered,
        Code::DigestUnreadable | Code::LogUnreadable => match finding.reason {
            Some(Reason::Denied | Reason::Archived) => Damage::Unreadable,
            _ => return None,
        },
        _ => return None,
    })
}

/// From when what bears on a finding may be recorded: its object was there by then.
pub fn since(finding: &Finding) -> Option<Timestamp> {
    damage(finding)?;
    finding.interval.map(|time| time.from)
}

impl<'e> DamageCalls<'e> {
    /// What events tell; calls that were refused did nothing.
    pub fn new(events: &'e [Evidence]) -> Self {
        let mut traces = DamageCalls::default();
        for evidence in events.iter().filter(|e| e.event.error_code.is_none()) {
            match &evidence.event.call {
                Call::Remove(bucket, keys) => {
                    if keys.is_empty() {
                        traces.unnamed.entry(bucket).or_default().push(evidence);
                    }
                    for key in keys {
                        let object = (bucket.as_str(), key.as_str());
                        traces.objects.entry(object).or_default().push(evidence);
                        if let Some(digest) = DigestObjectKey::parse(key) {
                            let removed = traces.digests.entry(digest.name.chain).or_default();
                            let place = (bucket.as_str(), digest.root);
                            removed.push((digest.name.end, place, evidence));
                        }
                    }
                }
                Call::Write(bucket, key) => {
                    let object = (bucket.as_str(), key.as_str());
                    traces.objects.entry(object).or_default().push(evidence);
                }
                Call::Bucket(bucket, setting) => {
                    let set = traces.buckets.entry(bucket).or_default();
                    set.push((*setting, evidence));
                }
                Call::Key(key) => traces.keys.push((key, evidence)),
                Call::Trail(..) => {}
            }
        }
        traces.digests.values_mut().for_each(|d| d.sort());
        traces.keys.truncate(KEYS);
        traces
    }

    /// Calls that removed digests of a chain from where it writes, of some time.
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
        let digests = self.digests.get(chain).into_iter().flatten();
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

    /// Adds to a finding what bears on it. `key` is the key that the trail's objects are encrypted
    /// with, where that is known.
    pub fn attach(&self, finding: &mut Finding, locations: &[Location], key: Option<&str>) {
        let (Some(damage), Some(time)) = (damage(finding), finding.interval) else {
            return;
        };
        // A digest is delivered after its end, and can be removed or written over only then.
        let key_of = finding.key.as_deref();
        let there = key_of
            .and_then(DigestObjectKey::parse)
            .map(|digest| digest.name.end);
        let there = there.unwrap_or(time.from);
        let mut done: Vec<&Evidence> = match (&finding.bucket, key_of, &finding.chain) {
            (Some(bucket), Some(key), _) => {
                let object = self.objects.get(&(bucket.as_str(), key));
                let object = object.into_iter().flatten().copied();
                let object = object.filter(|e| e.event.time >= there);
                let mut object: Vec<&Evidence> = object.collect();
                object.sort();
                let write = |e: &&&Evidence| matches!(e.event.call, Call::Write(..));
                match damage {
                    // What was removed before it was written anew is not what is gone now.
                    Damage::Gone => {
                        let last = object.iter().rposition(|e| write(&e));
                        object.split_off(last.map_or(0, |last| last + 1))
                    }
                    Damage::Altered => object.into_iter().filter(|e| write(&e)).collect(),
                    Damage::Unreadable => Vec::new(),
                }
            }
            (_, None, Some(chain)) if damage == Damage::Gone => {
                self.removed(chain, locations, time)
            }
            _ => Vec::new(),
        };
        done.sort();
        if let (Some(first), Some(last)) = (done.first(), done.last()) {
            let verb = match damage {
                Damage::Gone => "removed",
                _ => "written over",
            };
            let by = |e: &Evidence| {
                let event = &e.event;
                let (by, called, from) = (event.by(), event.name_and_id(), event.origin());
                format!("{by} at {} ({called}){from}", event.time)
            };
            finding.message += &match done.len() {
                1 => format!("; {verb}{}, as a proven log records", by(last)),
                // Who removes what is gone removes nothing; who writes again may write the same.
                n => format!(
                    "; {verb}{}, as a proven log records; that is the first of {n} such calls, and the \
                     last was made{}",
                    by(first),
                    by(last)
                ),
            };
        }
        // The first and the last of them.
        if done.len() > SHOWN {
            let last = done.split_off(done.len() - SHOWN + 1);
            done.truncate(1);
            done.extend(last);
        }
        finding.evidence.extend(done.into_iter().cloned());
        let bucket = finding.bucket.as_deref().and_then(|b| self.buckets.get(b));
        let bears = |setting: TrailSetting| match damage {
            Damage::Gone => setting != TrailSetting::Policy,
            Damage::Altered => setting == TrailSetting::Versioning,
            Damage::Unreadable => setting == TrailSetting::Policy,
        };
        let set = bucket.into_iter().flatten();
        let set = set
            .filter(|(s, _)| bears(*s))
            .map(|(_, e)| e)
            .filter(|e| e.event.time >= time.from);
        finding
            .evidence
            .extend(set.take(SHOWN).map(|e| (*e).clone()));
        if let (Damage::Gone, Some(bucket)) = (damage, &finding.bucket) {
            let unnamed = self.unnamed.get(bucket.as_str()).into_iter().flatten();
            let unnamed = unnamed.filter(|e| e.event.time >= time.from);
            let unnamed: Vec<Evidence> = unnamed.take(SHOWN).map(|e| (*e).clone()).collect();
            finding.evidence.extend(unnamed);
        }
        if damage == Damage::Unreadable {
            let answer = match &finding.detail {
                Some(Detail::Unread { answer, .. }) => Some(answer),
                _ => None,
            };
            let named = |id: &str| {
                let id = id.rsplit('/').next().unwrap_or(id);
                key.is_some_and(|key| key.ends_with(id))
                    || answer.is_some_and(|answer| answer.contains(id))
            };
            let keys = self
                .keys
                .iter()
                .filter(|(id, e)| !id.is_empty() && named(id) && e.event.time >= time.from);
            let keys: Vec<Evidence> = keys.take(SHOWN).map(|(_, e)| (*e).clone()).collect();
            finding.evidence.extend(keys);
        }
    }
}
