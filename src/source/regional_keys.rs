//! Public keys from ListPublicKeys, in the region that a digest was delivered from and for the time it was
//! signed. No range of time is requested twice, unless a key is missing from the answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;

use super::GetError;
use super::keys::{PublicKeyApi, TimeRange};
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::answers::{CompleteAnswer, ListedKey};
use crate::cloudtrail::ids::Region;
use crate::proof::finding::{Code, Finding};
use crate::proof::keys::{KeyLookup, KeyOrigin, KeyRing, KeyUnavailable, Keys, PublicKey};
use crate::proof::reason::Reason;

/// How many seconds around the time of signing must have been answered before a key counts as unknown.
/// Keys are valid for weeks, and AWS does not document which keys a range returns near a rotation.
const AROUND: i64 = 30 * 24 * HOUR;
/// How many seconds around it are requested then, so that the next digests need no request.
const WIDER: i64 = 90 * 24 * HOUR;

/// The keys of all regions, fetched when they are needed.
pub struct RegionalKeys<A> {
    api: A,
    now: Timestamp,
    regions: Mutex<BTreeMap<Region, Arc<Mutex<RegionKeys>>>>,
}

/// The answers of one region.
#[derive(Default)]
struct RegionKeys {
    ring: KeyRing,
    /// The answered ranges, each with whether the pages of the answer ended.
    answered: Vec<(TimeRange, bool)>,
    /// The ranges that were requested once more.
    doubted: Vec<TimeRange>,
    refused: Option<KeyUnavailable>,
}

impl RegionKeys {
    /// For each answer that covers this range, whether its pages ended.
    fn answered(&self, needed: TimeRange) -> impl Iterator<Item = bool> {
        let covers =
            move |((from, to), _): &&(TimeRange, bool)| *from <= needed.0 && needed.1 <= *to;
        self.answered
            .iter()
            .filter(covers)
            .map(|(_, complete)| *complete)
    }
}

impl<A: PublicKeyApi> RegionalKeys<A> {
    /// Fetches nothing yet. No request covers a time after `now`.
    pub fn new(api: A, now: Timestamp) -> Self {
        RegionalKeys {
            api,
            now,
            regions: Mutex::default(),
        }
    }

    fn region(&self, region: &Region) -> Arc<Mutex<RegionKeys>> {
        let mut regions = self.regions.lock().unwrap_or_else(|e| e.into_inner());
        Arc::clone(regions.entry(region.clone()).or_default())
    }

    /// A range that is wider on both sides and does not reach into the future.
    fn around(&self, (from, to): TimeRange, wider: i64) -> TimeRange {
        let to = shift(to.min(self.now).max(from), wider);
        let from = shift(from, -wider);
        (from, to.min(self.now).max(from))
    }

    /// Fetches the keys of `range`, unless `needed`, a part of it, was answered before or the region
    /// refused a request.
    fn fetch(&self, asked: &mut RegionKeys, region: &Region, needed: TimeRange, range: TimeRange) {
        if asked.answered(needed).next().is_some() || asked.refused.is_some() {
            return;
        }
        let range = self.api.range(region, needed, range, false);
        self.add(asked, region, range, false);
    }

    /// Requests a range once more, on a new connection, before a key of it counts as unknown. The second answer
    /// may show more keys than the first. If it fails, nothing is known.
    fn fetch_again(
        &self,
        asked: &mut RegionKeys,
        region: &Region,
        needed: TimeRange,
        range: TimeRange,
    ) {
        let covers = |(from, to): &TimeRange| *from <= needed.0 && needed.1 <= *to;
        if !asked.doubted.iter().any(covers) && asked.refused.is_none() {
            let range = self.api.range(region, needed, range, true);
            asked.doubted.push(range);
            self.add(asked, region, range, true);
        }
    }

    fn add(&self, asked: &mut RegionKeys, region: &Region, range: TimeRange, again: bool) {
        match self.api.list(region, range, again) {
            Ok(CompleteAnswer { items, is_complete }) => {
                asked.answered.push((range, is_complete));
                for listed in &items {
                    match parse(listed, self.api.origin()) {
                        Ok(key) => asked.ring.add(Some(region.clone()), key),
                        Err(why) => {
                            asked.ring.unread(Some(region.clone()), listed.valid);
                            asked.ring.reject(broken(listed, region, &why));
                        }
                    }
                }
            }
            Err(error) => {
                asked.refused = Some(KeyUnavailable {
                    reason: error.reason(),
                    detail: format!("ListPublicKeys in {region}: {}", why(&error)),
                });
            }
        }
    }
}

impl<A: PublicKeyApi> Keys for RegionalKeys<A> {
    fn expect(&self, region: &Region, signed: TimeRange) {
        let region_keys = self.region(region);
        let signed = self.around(signed, 0);
        self.fetch(&mut lock(&region_keys), region, signed, signed);
    }

    fn look_up(&self, region: &Region, fingerprint: &str, signed: TimeRange) -> KeyLookup {
        let region_keys = self.region(region);
        let mut asked = lock(&region_keys);
        let known = |asked: &RegionKeys| asked.ring.look_up(region, fingerprint, signed);
        if let found @ KeyLookup::Valid(_) = known(&asked) {
            return found;
        }
        let exact = self.around(signed, 0);
        self.fetch(&mut asked, region, exact, exact);
        if let found @ KeyLookup::Valid(_) = known(&asked) {
            return found;
        }
        let (around, wider) = (self.around(signed, AROUND), self.around(signed, WIDER));
        self.fetch(&mut asked, region, around, wider);
        if let KeyLookup::Unknown(_) | KeyLookup::Unavailable(_) = known(&asked) {
            self.fetch_again(&mut asked, region, around, wider);
        }
        // Ignore keys outside this digest's validity time, even if a query for another digest fetched
        // them; otherwise the answer would depend on the window.
        let near = |key: &PublicKey| key.valid_during(wider.0, wider.1);
        let known = match known(&asked) {
            KeyLookup::OutsideValidity(keys) if !keys.iter().any(near) => {
                asked.ring.without_its_own(region, signed)
            }
            known => known,
        };
        match (known, &asked.refused) {
            (KeyLookup::Unavailable(_) | KeyLookup::Unknown(_), Some(why)) => {
                KeyLookup::Unavailable(Some(why.clone()))
            }
            (KeyLookup::Unknown(_), None) if !asked.answered(around).any(|complete| complete) => {
                KeyLookup::Unavailable(Some(KeyUnavailable {
                    reason: Reason::Io,
                    detail: format!("ListPublicKeys in {region} returned pages without an end"),
                }))
            }
            (found, _) => found,
        }
    }

    fn broken(&self) -> Vec<Finding> {
        let regions = self.regions.lock().unwrap_or_else(|e| e.into_inner());
        regions
            .values()
            .flat_map(|asked| lock(asked).ring.broken())
            .collect()
    }

    fn origin(&self) -> KeyOrigin {
        self.api.origin()
    }

    fn requests(&self) -> u64 {
        self.api.requests()
    }
}

/// Why keys were not listed, in words.
fn why(error: &GetError) -> String {
    match error {
        GetError::NotCollected => {
            "the bundle does not hold an answer for that time: it was collected with \
                                   --keys, or its collection did not ask"
                .into()
        }
        error => error.detail(),
    }
}

fn lock(asked: &Mutex<RegionKeys>) -> MutexGuard<'_, RegionKeys> {
    asked.lock().unwrap_or_else(|e| e.into_inner())
}

fn parse(listed: &ListedKey, origin: KeyOrigin) -> Result<PublicKey, String> {
    let der = listed.der.as_deref().ok_or("it has no Value")?;
    let valid = listed.valid.ok_or("it has no validity")?;
    let key = PublicKey::from_der(der, valid, origin)?;
    match &listed.fingerprint {
        Some(stated) if !stated.eq_ignore_ascii_case(&key.fingerprint) => {
            Err("its Fingerprint does not match its Value".into())
        }
        _ => Ok(key),
    }
}

fn broken(listed: &ListedKey, region: &Region, why: &str) -> Finding {
    let message = format!(
        "a public key that ListPublicKeys returned in {region} is broken and was not used: {why}; this says \
         nothing about the logs"
    );
    Finding {
        expected: Some(
            listed
                .fingerprint
                .as_deref()
                .unwrap_or("no fingerprint")
                .into(),
        ),
        ..Finding::new(Code::KeyInvalid, message)
    }
}
