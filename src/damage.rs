//! Who removed or overwrote what is missing or damaged, as far as proven logs tell (pure).

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::finding::{ARCHIVED, Code, DENIED, Finding};
use crate::keyname::DigestKey;
use crate::record::{Call, Evidence, Setting};
use crate::trail::{ChainId, Window};

/// Events shown with one finding.
const SHOWN: usize = 5;

/// Calls on keys that are held against findings.
const KEYS: usize = 100;

/// What was done to stored objects, to their buckets and to the keys that encrypt them.
#[derive(Default)]
pub struct Traces<'e> {
    objects: BTreeMap<(&'e str, &'e str), Vec<&'e Evidence>>,
    /// Digests that were removed: by chain, with the ends in their names.
    digests: BTreeMap<ChainId, Vec<(Timestamp, &'e Evidence)>>,
    /// Objects of a bucket that were removed by calls of which the record does not say which.
    unnamed: BTreeMap<&'e str, Vec<&'e Evidence>>,
    buckets: BTreeMap<&'e str, Vec<(Setting, &'e Evidence)>>,
    keys: Vec<(&'e str, &'e Evidence)>,
}

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
            Some(DENIED | ARCHIVED) => Damage::Unreadable,
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

impl<'e> Traces<'e> {
    /// What events tell; calls that were refused did nothing.
    pub fn new(events: &'e [Evidence]) -> Self {
        let mut traces = Traces::default();
        for evidence in events.iter().filter(|e| e.event.error_code.is_none()) {
            match &evidence.event.call {
                Call::Remove(bucket, keys) => {
                    if keys.is_empty() {
                        traces.unnamed.entry(bucket).or_default().push(evidence);
                    }
                    for key in keys {
                        let object = (bucket.as_str(), key.as_str());
                        traces.objects.entry(object).or_default().push(evidence);
                        if let Some(digest) = DigestKey::parse(key) {
                            let removed = traces.digests.entry(digest.name.chain).or_default();
                            removed.push((digest.name.end, evidence));
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

    /// Digests of a chain that were removed, of some time.
    pub fn removed(&self, chain: &ChainId, time: Window) -> Vec<&'e Evidence> {
        let digests = self.digests.get(chain).map_or(&[][..], Vec::as_slice);
        let after = digests.partition_point(|(end, _)| *end <= time.from);
        let digests = digests[after..]
            .iter()
            .take_while(|(end, _)| *end <= time.to);
        let mut removed: Vec<_> = digests
            .filter(|(end, e)| e.event.time >= *end)
            .map(|(_, e)| *e)
            .collect();
        removed.sort();
        removed.dedup();
        removed
    }

    /// Adds to a finding what bears on it. `key` is the key that the trail's objects are encrypted
    /// with, where that is known.
    pub fn attach(&self, finding: &mut Finding, key: Option<&str>) {
        let (Some(damage), Some(time)) = (damage(finding), finding.interval) else {
            return;
        };
        let later = |e: &&&Evidence| e.event.time >= time.from;
        let mut done: Vec<&Evidence> = match (&finding.bucket, &finding.key, &finding.chain) {
            (Some(bucket), Some(key), _) => {
                let object = self.objects.get(&(bucket.as_str(), key.as_str()));
                let fits = |e: &&&Evidence| match damage {
                    Damage::Gone => matches!(e.event.call, Call::Remove(..)),
                    Damage::Altered => matches!(e.event.call, Call::Write(..)),
                    Damage::Unreadable => false,
                };
                let object = object.into_iter().flatten();
                object.filter(later).filter(fits).copied().collect()
            }
            (_, None, Some(chain)) if damage == Damage::Gone => self.removed(chain, time),
            _ => Vec::new(),
        };
        done.sort();
        if let Some(last) = done.last() {
            let event = &last.event;
            let verb = match damage {
                Damage::Gone => "removed",
                _ => "written over",
            };
            finding.message += &format!(
                "; {verb}{} at {} ({}){}, as a proven log records",
                event
                    .who()
                    .map_or_else(String::new, |who| format!(" by {who}")),
                event.time,
                event.called(),
                event.from_where()
            );
        }
        // The last of them are the nearest to what is there now.
        let more = done.len().saturating_sub(SHOWN);
        finding
            .evidence
            .extend(done.into_iter().skip(more).cloned());
        let bucket = finding.bucket.as_deref().and_then(|b| self.buckets.get(b));
        let bears = |setting: Setting| match damage {
            Damage::Gone => setting != Setting::Policy,
            Damage::Altered => setting == Setting::Versioning,
            Damage::Unreadable => setting == Setting::Policy,
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
            let named = |id: &str| {
                let id = id.rsplit('/').next().unwrap_or(id);
                key.is_some_and(|key| key.ends_with(id)) || finding.message.contains(id)
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
