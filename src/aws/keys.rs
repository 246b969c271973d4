//! Public keys from ListPublicKeys, in the region that a digest was delivered from and for the time it was
//! signed. No range of time is requested twice, unless a key is missing from the answer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::PublicKey as Listed;
use jiff::Timestamp;

use crate::aws::pages::{MAX_PAGES, PagesEnd, fetch_pages};
use crate::aws::{RequestContext, Session};
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::Region;
use crate::proof::finding::{Code, Finding};
use crate::proof::keys::{KeyLookup, KeyOrigin, KeyRing, KeyUnavailable, Keys, PublicKey};
use crate::proof::reason::Reason;
use crate::source::GetError;

/// How many seconds around the time of signing must have been answered before a key counts as unknown.
/// Keys are valid for weeks, and AWS does not document which keys a range returns near a rotation.
const AROUND: i64 = 30 * 24 * HOUR;
/// How many seconds around it are requested then, so that the next digests need no request.
const WIDER: i64 = 90 * 24 * HOUR;

/// A range of time; both ends are included.
type TimeRange = (Timestamp, Timestamp);
/// How to make the client of a region.
type ClientOf = fn(&Session, &Region) -> Client;

/// The keys of all regions, fetched when they are needed.
pub struct RegionalKeys {
    session: Session,
    now: Timestamp,
    regions: Mutex<BTreeMap<Region, Arc<Mutex<RegionKeys>>>>,
    requests: AtomicU64,
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

impl RegionalKeys {
    /// Fetches nothing yet. No request covers a time after `now`.
    pub fn new(session: Session, now: Timestamp) -> Self {
        RegionalKeys {
            session,
            now,
            regions: Mutex::default(),
            requests: AtomicU64::new(0),
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
        self.add(asked, region, range, Session::cloudtrail);
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
            asked.doubted.push(range);
            self.add(asked, region, range, Session::cloudtrail_again);
        }
    }

    fn add(&self, asked: &mut RegionKeys, region: &Region, range: TimeRange, client: ClientOf) {
        match self.list(&client(&self.session, region), region, range) {
            Ok((listed, is_complete)) => {
                asked.answered.push((range, is_complete));
                for listed in &listed {
                    match parse(listed) {
                        Ok(key) => asked.ring.add(Some(region.clone()), key),
                        Err(why) => {
                            asked.ring.unread(Some(region.clone()), validity(listed));
                            asked.ring.reject(broken(listed, region, &why));
                        }
                    }
                }
            }
            Err(error) => {
                asked.refused = Some(KeyUnavailable {
                    reason: error.reason(),
                    detail: format!("ListPublicKeys in {region}: {}", error.detail()),
                });
            }
        }
    }

    /// Every page of an answer, and whether they ended. An answer that lacks a page is an error, because any key
    /// may be on that page. An answer whose pages repeat may lack keys too.
    fn list(
        &self,
        client: &Client,
        region: &Region,
        (from, to): TimeRange,
    ) -> Result<(Vec<Listed>, bool), GetError> {
        let context = RequestContext {
            permission: "cloudtrail:ListPublicKeys",
            resource: format!("* in {region}"),
            bucket: None,
        };
        let mut all = Vec::new();
        let end = fetch_pages(MAX_PAGES, |token| {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let request = client
                .list_public_keys()
                .start_time(DateTime::from_secs(from.as_second()))
                .end_time(DateTime::from_secs(to.as_second()))
                .set_next_token(token);
            let answer = self
                .session
                .call_cloudtrail(region, &context, request.send())?;
            all.extend(answer.public_key_list.unwrap_or_default());
            Ok(answer.next_token.filter(|next| !next.is_empty()))
        })?;
        match end {
            PagesEnd::Complete => Ok((all, true)),
            PagesEnd::RepeatedToken => Ok((all, false)),
            PagesEnd::TooMany => Err(GetError::too_many_pages()),
        }
    }
}

impl Keys for RegionalKeys {
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
        KeyOrigin::Aws
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

fn lock(asked: &Mutex<RegionKeys>) -> MutexGuard<'_, RegionKeys> {
    asked.lock().unwrap_or_else(|e| e.into_inner())
}

/// When a key is valid; `None` if its times cannot be read.
fn validity(listed: &Listed) -> Option<TimeRange> {
    let time = |at: Option<&DateTime>| Timestamp::from_second(at?.secs()).ok();
    let (from, to) = (
        time(listed.validity_start_time())?,
        time(listed.validity_end_time())?,
    );
    (from <= to).then_some((from, to))
}

fn parse(listed: &Listed) -> Result<PublicKey, String> {
    let der = listed.value().ok_or("it has no Value")?.as_ref();
    let valid = validity(listed).ok_or("it has no validity")?;
    let key = PublicKey::from_der(der, valid, KeyOrigin::Aws)?;
    match listed.fingerprint() {
        Some(stated) if !stated.eq_ignore_ascii_case(&key.fingerprint) => {
            Err("its Fingerprint does not match its Value".into())
        }
        _ => Ok(key),
    }
}

fn broken(listed: &Listed, region: &Region, why: &str) -> Finding {
    let message = format!(
        "a public key that ListPublicKeys returned in {region} is broken and was not used: {why}; this says \
         nothing about the logs"
    );
    Finding {
        expected: Some(listed.fingerprint().unwrap_or("no fingerprint").into()),
        ..Finding::new(Code::KeyInvalid, message)
    }
}
