//! Public keys as ListPublicKeys gives them: asked in the region a digest was delivered from, by the
//! time it was signed, and never twice for the same.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::PublicKey as Listed;
use jiff::Timestamp;

use crate::aws::{Ask, Session, trouble};
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::Region;
use crate::proof::finding::{Code, Finding};
use crate::proof::keys::{KeyLookup, KeyOrigin, KeyRing, KeyUnavailable, Keys, PublicKey};
use crate::source::GetError;

/// How far around the time of signing must have been asked before a key is taken for unknown: keys
/// are valid for weeks, and what a range means near a rotation is not documented.
const AROUND: i64 = 30 * 24 * HOUR;
/// How far is asked then, so that the next digests need not ask again.
const WIDER: i64 = 90 * 24 * HOUR;

/// Pages of one answer before it is taken for endless: keys rotate every few weeks.
const PAGES: usize = 1_000;

/// A stretch of time, both ends included.
type AnsweredRange = (Timestamp, Timestamp);

/// The keys of all regions, asked for as they are needed.
pub struct RegionalKeys {
    session: Session,
    now: Timestamp,
    regions: Mutex<BTreeMap<Region, Arc<Mutex<RegionKeys>>>>,
    requests: AtomicU64,
}

/// What one region answered.
#[derive(Default)]
struct RegionKeys {
    ring: KeyRing,
    answered: Vec<AnsweredRange>,
    refused: Option<KeyUnavailable>,
}

impl RegionalKeys {
    /// Keys that nobody asked for yet; none is asked for beyond `now`.
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

    /// A stretch of time without what lies in the future, and wider on both sides.
    fn around(&self, (from, to): AnsweredRange, wider: i64) -> AnsweredRange {
        let to = shift(to.min(self.now).max(from), wider);
        let from = shift(from, -wider);
        (from, to.min(self.now).max(from))
    }

    /// Asks for the keys of a stretch of time and some time around it, unless that stretch was
    /// answered, or any refused, before.
    fn ask(
        &self,
        asked: &mut RegionKeys,
        region: &Region,
        stretch: AnsweredRange,
        ask: AnsweredRange,
    ) {
        let covers = |(f, t): &AnsweredRange| *f <= stretch.0 && stretch.1 <= *t;
        if asked.answered.iter().any(covers) || asked.refused.is_some() {
            return;
        }
        let (from, to) = ask;
        match self.pages(region, (from, to)) {
            Ok(listed) => {
                asked.answered.push((from, to));
                for listed in &listed {
                    match read(listed) {
                        Ok(key) => asked.ring.add(Some(region.clone()), key),
                        Err(why) => asked.ring.reject(broken(listed, region, &why)),
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

    /// Every page of an answer: one that is not whole says nothing of what it lacks.
    fn pages(&self, region: &Region, (from, to): AnsweredRange) -> Result<Vec<Listed>, GetError> {
        let client = self.session.cloudtrail(region);
        let ask = Ask {
            permission: "cloudtrail:ListPublicKeys",
            on: format!("* in {region}"),
            bucket: None,
        };
        let mut token: Option<String> = None;
        let mut all = Vec::new();
        for _ in 0..PAGES {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let request = client
                .list_public_keys()
                .start_time(DateTime::from_secs(from.as_second()))
                .end_time(DateTime::from_secs(to.as_second()))
                .set_next_token(token.clone());
            let answer = self.session.engine().run(request.send())?;
            let answer = answer.map_err(|e| trouble(&e, &ask))?;
            all.extend(answer.public_key_list.unwrap_or_default());
            // A token that does not change would never end.
            match answer.next_token {
                Some(next) if !next.is_empty() && Some(&next) != token.as_ref() => {
                    token = Some(next)
                }
                _ => return Ok(all),
            }
        }
        Err(GetError::Io("an answer in too many pages".into()))
    }
}

impl Keys for RegionalKeys {
    fn expect(&self, region: &Region, signed: AnsweredRange) {
        let region_keys = self.region(region);
        let signed = self.around(signed, 0);
        self.ask(&mut lock(&region_keys), region, signed, signed);
    }

    fn look_up(&self, region: &Region, fingerprint: &str, signed: AnsweredRange) -> KeyLookup {
        let region_keys = self.region(region);
        let mut asked = lock(&region_keys);
        let known = |asked: &RegionKeys| asked.ring.look_up(region, fingerprint, signed);
        if let found @ KeyLookup::Valid(_) = known(&asked) {
            return found;
        }
        let exact = self.around(signed, 0);
        self.ask(&mut asked, region, exact, exact);
        if let found @ KeyLookup::Valid(_) = known(&asked) {
            return found;
        }
        let (around, wider) = (self.around(signed, AROUND), self.around(signed, WIDER));
        self.ask(&mut asked, region, around, wider);
        // What was asked for other digests must not tell on this one: a key of another time is none of
        // its own, whatever the window.
        let near = |key: &PublicKey| key.valid_during(wider.0, wider.1);
        match (known(&asked), &asked.refused) {
            (KeyLookup::Unavailable(_) | KeyLookup::Unknown(_), Some(why)) => {
                KeyLookup::Unavailable(Some(why.clone()))
            }
            (KeyLookup::OutsideValidity(keys), refused) if !keys.iter().any(near) => {
                match refused {
                    Some(why) => KeyLookup::Unavailable(Some(why.clone())),
                    None => asked.ring.without_its_own(region, signed),
                }
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

fn read(listed: &Listed) -> Result<PublicKey, String> {
    let time = |at: Option<&DateTime>| {
        let at = at.and_then(|at| Timestamp::from_second(at.secs()).ok());
        at.ok_or("it has no validity")
    };
    let der = listed.value().ok_or("it has no Value")?.as_ref();
    let valid = (
        time(listed.validity_start_time())?,
        time(listed.validity_end_time())?,
    );
    let key = PublicKey::from_der(der, valid, KeyOrigin::Aws)?;
    match listed.fingerprint() {
        Some(named) if !named.eq_ignore_ascii_case(&key.fingerprint) => {
            Err("its Fingerprint is not that of its Value".into())
        }
        _ => Ok(key),
    }
}

fn broken(listed: &Listed, region: &Region, why: &str) -> Finding {
    let message = format!(
        "a public key that ListPublicKeys gave in {region} is broken and was not used: {why}; this says \
         nothing of the logs"
    );
    Finding {
        expected: Some(listed.fingerprint().unwrap_or("no fingerprint").into()),
        ..Finding::new(Code::KeyInvalid, message)
    }
}
