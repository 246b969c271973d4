//! A trail that delivers for days, each day as the day before.

use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;

use crate::support::forge::{Chain, ChainSpec, DigestRecord, Rng, Trail, World, ts};
use crate::support::growing::Growing;

pub const ACCOUNT: &str = "111111111111";
pub const BUCKET: &str = "trail-logs";
/// The home region first.
pub const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];
/// When logging was switched on in the home region.
const START: &str = "2026-03-01T00:12:34Z";

pub fn trail() -> Trail {
    Trail::new(ACCOUNT, REGIONS[0], "main", BUCKET)
}

/// When the digests of an hour end in the home region. The chain was started in hour 0.
pub fn end_of(hour: i64) -> Timestamp {
    ts(START) + SignedDuration::from_hours(hour)
}

/// The time of the check of an hour: its digests have been delivered by then.
pub fn check_at(hour: i64) -> Timestamp {
    ts("2026-03-01T00:50:00Z") + SignedDuration::from_hours(hour)
}

/// A world, and a chain for each region.
#[derive(Clone)]
pub struct Days {
    pub world: World,
    pub chains: Vec<Chain>,
    /// How many hours have passed since the start.
    pub hours: i64,
    trails: Vec<Trail>,
}

impl Days {
    /// A trail that was just switched on in all its regions, minutes apart.
    pub fn begun() -> Days {
        let mut days = Days {
            world: World::new(0),
            chains: Vec::new(),
            hours: 0,
            trails: vec![trail()],
        };
        REGIONS.iter().for_each(|region| days.add(ACCOUNT, region));
        days
    }

    /// A trail that has run for some hours.
    pub fn of_hours(hours: i64) -> Days {
        let mut days = Days::begun();
        days.go_on(hours);
        days
    }

    /// The trail of an organization, which has run in its home region for some hours in these accounts.
    pub fn of_organization(accounts: &[&str], hours: i64) -> Days {
        let mut days = Days {
            trails: vec![trail().organization("o-exampleorgid")],
            ..Days::begun()
        };
        days.world = World::new(0);
        days.chains.clear();
        accounts
            .iter()
            .for_each(|account| days.add(account, REGIONS[0]));
        days.go_on(hours);
        days
    }

    /// Switches logging on in one more account or region.
    pub fn add(&mut self, account: &str, region: &str) {
        let spec = ChainSpec::new(self.trails[0].clone(), region).account(account);
        let mut chain = Chain::new(spec.logs(1..=1).events(1..=2));
        let minutes = 7 * i64::try_from(self.chains.len()).expect("few chains");
        let at = end_of(self.hours) + SignedDuration::from_mins(minutes);
        chain.start(&mut self.world, at);
        self.chains.push(chain);
    }

    /// The next hours of all chains.
    pub fn go_on(&mut self, hours: i64) {
        for _ in 0..hours {
            (0..self.chains.len()).for_each(|at| self.hour_of(at));
            self.hours += 1;
        }
    }

    /// The next hours of all chains but the last.
    pub fn go_on_without_the_last(&mut self, hours: i64) {
        let last = self.chains.pop().expect("a chain");
        self.go_on(hours);
        self.chains.push(last);
    }

    /// The next hour of one chain. What is random depends on the hour of the day and the chain alone.
    fn hour_of(&mut self, at: usize) {
        let hour = self.hours.rem_euclid(24).unsigned_abs();
        self.world.rng = Rng::seed_from_u64(hour * 16 + at as u64);
        self.chains[at].append_custom(&mut self.world, |_| {});
    }

    /// A digest of the last chain by the hour in which it ends.
    pub fn digest(&self, hour: i64) -> &DigestRecord {
        let last = self.chains.last().expect("a chain");
        let is_of_hour = |digest: &&DigestRecord| {
            let since = digest.end.as_second() - end_of(hour).as_second();
            (0..3_600).contains(&since)
        };
        last.digests.iter().find(is_of_hour).expect("a digest")
    }

    /// Delays an object: it is delivered some minutes after the end of this hour's digest of the home region.
    pub fn deliver_late(&mut self, hour: i64, minutes: i64) {
        let (place, end) = (self.digest(hour).place.clone(), self.digest(hour).end);
        self.world.object_mut(&place).last_modified = end + SignedDuration::from_mins(minutes);
    }

    /// The servers, before anything was delivered.
    pub fn served(&self) -> Growing {
        let trails: Vec<&Trail> = self.trails.iter().collect();
        Growing::new(&self.world, &trails, check_at(-24))
    }
}
