//! Judges objects that no digest lists: logs whose digest is gone, and what was planted.

use jiff::SignedDuration;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use trailproof::proof::finding::Severity;
use trailproof::validate::outcome::ChainOutcome;
use trailproof::{State, Timestamp, Window};

use super::damage::{Claim, Planted};
use super::judge::{Judge, meets};
use super::scene::{id, interval};
use super::standing::Shape;
use crate::support::forge::{Chain, DigestRecord, Place};

/// How far the minute in the name of a log is from its delivery at most: it is a five-minute mark. So a log this near
/// to time that is not verified may belong there (format, "Learnt since").
const NAME_SLACK: SignedDuration = SignedDuration::from_mins(5);

impl Judge<'_> {
    /// Logs whose digest is gone or cannot be proven.
    pub(super) fn unlisted(&mut self) {
        for chain in &self.scene.chains {
            for digest in chain.digests.iter().chain(&chain.backfills) {
                if self.standing.is_provable(chain, digest) {
                    continue;
                }
                let places = digest.logs.iter().map(|log| &log.place);
                let is_left = |place: &&Place| self.damaged.world.get(place).is_some();
                for place in places.filter(is_left).collect::<Vec<_>>() {
                    self.is_listed(chain, place, around(minute_of(place)));
                }
            }
        }
    }

    /// What nobody delivered.
    pub(super) fn planted(&mut self) {
        for planted in &self.damaged.planted {
            if self.damaged.world.get(&planted.place).is_none() {
                continue;
            }
            let Planted {
                place,
                chain,
                claims,
            } = planted;
            let chain = &self.scene.chains[*chain];
            match *claims {
                Claim::Log(minute) => self.is_listed(chain, place, around(minute)),
                Claim::InDay(day) => self.in_day(chain, place, day),
                Claim::Digest(time) => {
                    let found = self.outcome.chains.iter().find(|c| c.id == id(chain));
                    let window = self.scene.window.or(found.map(|c| c.window));
                    if window.is_none_or(|window| meets(time, window)) {
                        let is_reported = self.is_reported(place, Severity::Unproven);
                        self.found(is_reported, "a planted digest", place);
                    }
                }
            }
        }
    }

    /// A log that no digest lists is reported, if all time around its minute is verified by a chain that writes to its
    /// folder (contract, decision 8).
    fn is_listed(&mut self, chain: &Chain, place: &Place, near: Window) {
        let minute = near.from + NAME_SLACK;
        let verifies = |c: &ChainOutcome| {
            let states = c.coverage.iter().filter(|s| !s.time.clip(&near).is_empty());
            let mut states = states.map(|s| s.state);
            let is_inside = c.window.from <= minute && minute < c.window.to;
            is_inside && states.all(|state| state == State::Verified)
        };
        let is_reported = self.is_reported(place, Severity::Unproven);
        if is_reported || self.writers(chain, place).any(verifies) {
            self.found(is_reported, "no digest lists it", place);
        }
    }

    /// An object that is no log is reported, if any time of its day is verified by a chain that writes to its folder.
    fn in_day(&mut self, chain: &Chain, place: &Place, day: Window) {
        let verifies = |c: &ChainOutcome| {
            let mut verified = c.coverage.iter().filter(|s| s.state == State::Verified);
            verified.any(|s| !s.time.clip(&day).is_empty())
        };
        let is_reported = self.is_reported(place, Severity::Unproven);
        if is_reported || self.writers(chain, place).any(verifies) {
            self.found(is_reported, "an object among the logs", place);
        }
    }

    /// The chains of the account and region of a chain that have a proven digest in the window beside a place.
    fn writers(&self, chain: &Chain, place: &Place) -> impl Iterator<Item = &ChainOutcome> {
        let here = self.scene.chains.iter().filter(|c| {
            let writes_here = |d: &DigestRecord| {
                d.place.bucket == place.bucket
                    && folder_of(&d.place.key) == folder_of(&place.key)
                    && self.scene.window.is_none_or(|w| meets(interval(d), w))
                    && self.standing.shape_of(d) == Shape::Intact
                    && self.standing.is_sure(c, d)
            };
            c.spec.account == chain.spec.account
                && c.spec.region == chain.spec.region
                && c.digests.iter().any(writes_here)
        });
        let ids: Vec<_> = here.map(id).collect();
        let chains = self.outcome.chains.iter().map(|c| &**c);
        chains.filter(move |c| ids.contains(&c.id))
    }
}

fn around(minute: Timestamp) -> Window {
    Window::new(minute - NAME_SLACK, minute + NAME_SLACK)
}

/// The folder of an account that holds the folders of logs and of digests.
pub(super) fn folder_of(key: &str) -> &str {
    let at = key.find("/CloudTrail").expect("a key of CloudTrail");
    &key[..at]
}

/// The minute in the name of a log.
pub(super) fn minute_of(place: &Place) -> Timestamp {
    let name = place.key.rsplit('/').next().expect("a name");
    let minute = name.split('_').nth(3).expect("a minute");
    let time = strtime::parse("%Y%m%dT%H%MZ", minute).and_then(|time| time.to_datetime());
    let at = time.and_then(|time| TimeZone::UTC.to_timestamp(time));
    at.expect("a time")
}
