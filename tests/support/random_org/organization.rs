//! The chains of the organization's trail. A delegated administrator stops the trail for some hours, an account
//! leaves and comes back, another one switches a region off, and some chains are interrupted without a reason.

use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use serde_json::json;

use super::{ACCOUNTS, REGIONS, account, organization_trail};
use crate::support::forge::deeds::{account_event, cloudtrail_event_by};
use crate::support::forge::events::event_time;
use crate::support::forge::json::Fields;
use crate::support::forge::{Chain, ChainSpec, Rng, World, ts};

/// The members with a part in what happens, and when.
pub struct Members {
    administrator: usize,
    leaves: usize,
    disables: usize,
    stopped: Timestamp,
    again: Timestamp,
    left: Timestamp,
}

fn hours(from: Timestamp, hours: i64) -> Timestamp {
    from + SignedDuration::from_hours(hours)
}

fn begin() -> Timestamp {
    ts("2026-03-01T00:07:21Z")
}

fn end() -> Timestamp {
    hours(begin(), 26)
}

impl Members {
    /// Draws who does what when.
    pub fn new(rng: &mut Rng) -> Members {
        let mut others: Vec<usize> = (1..ACCOUNTS).collect();
        others.shuffle(rng);
        let stopped = hours(begin(), rng.random_range(9..13));
        let stopped = stopped + SignedDuration::from_secs(rng.random_range(0..3_000));
        Members {
            administrator: others[0],
            leaves: others[1],
            disables: others[2],
            stopped,
            again: hours(stopped, rng.random_range(1..4)),
            left: hours(begin(), rng.random_range(3..6)),
        }
    }

    /// The calls that an account records in the home region of the trail.
    fn calls_of(&self, number: usize) -> Vec<Fields> {
        let arn = organization_trail().arn();
        let by_administrator = |name: &str, at| {
            let caller = account(self.administrator);
            let params = json!({"name": arn});
            cloudtrail_event_by(&caller, name, &arn, at, None, params)
        };
        let before = SignedDuration::from_secs(20);
        let leaver = json!({"accountId": account(self.leaves)});
        let name = "RemoveAccountFromOrganization";
        let removed = account_event("organizations", name, &account(0), self.left, leaver);
        let region = json!({"RegionName": REGIONS[3]});
        let who = account(self.disables);
        let disabled = account_event("account", "DisableRegion", &who, self.left, region);
        let calls = [
            (
                self.administrator,
                by_administrator("StopLogging", self.stopped - before),
            ),
            (
                self.administrator,
                by_administrator("StartLogging", self.again),
            ),
            (0, removed),
            (self.disables, disabled),
        ];
        let own = calls.into_iter().filter(|(caller, _)| *caller == number);
        own.map(|(_, call)| call).collect()
    }

    /// Every chain but that of the owner in the home region.
    pub fn live(&self, world: &mut World, rng: &mut Rng) -> Vec<Chain> {
        let all = (0..ACCOUNTS).flat_map(|number| REGIONS.map(|region| (number, region)));
        let others = all.filter(|place| *place != (0, REGIONS[0]));
        others.map(|place| self.member(world, rng, place)).collect()
    }

    /// The chain of a member in a region.
    fn member(&self, world: &mut World, rng: &mut Rng, (number, region): (usize, &str)) -> Chain {
        // One account and region has more logs than others have objects, so that many shards share it.
        let is_busy = (number, region) == (self.administrator, REGIONS[0]);
        let logs = if is_busy { 6..=9 } else { 0..=1 };
        let mut life = Life::new(world, number, region, rng.random_range(0..3_600));
        life.chain.spec.logs_per_hour = logs;
        if region == REGIONS[0] {
            life.calls = self.calls_of(number);
        }
        let at_random = hours(begin(), rng.random_range(2..7));
        let is_off = number == self.leaves || (number, region) == (self.disables, REGIONS[3]);
        let interrupted = match is_off {
            true => Some(self.left),
            false => rng.random_bool(0.12).then_some(at_random),
        };
        if let Some(at) = interrupted {
            life.until(world, at);
            life.chain.cut();
            let again = hours(life.chain.end(), rng.random_range(2..4));
            life.chain.start(world, again);
        }
        life.until(world, self.stopped - SignedDuration::from_secs(30));
        life.stop(world, self.stopped);
        let delay = SignedDuration::from_secs(rng.random_range(0..300));
        life.chain.start(world, self.again + delay);
        life.until(world, end());
        if rng.random_bool(0.05) {
            let generated = hours(life.chain.end(), 5);
            let of = hours(begin(), 5);
            life.chain.backfill(world, of, generated, 2, false);
        }
        life.chain
    }

    /// The chain of the owner in the home region, with more calls.
    pub fn owner(&self, world: &mut World, more: Vec<Fields>) -> Chain {
        let mut life = Life::new(world, 0, REGIONS[0], 0);
        life.calls = self.calls_of(0);
        life.calls.extend(more);
        life.until(world, self.stopped);
        life.chain.cut();
        life.chain.start(world, self.again);
        life.until(world, end());
        life.chain
    }
}

/// A chain, and calls that are to be recorded in it.
struct Life {
    chain: Chain,
    calls: Vec<Fields>,
}

impl Life {
    fn new(world: &mut World, number: usize, region: &str, shift: i64) -> Life {
        let spec = ChainSpec::new(organization_trail(), region).account(&account(number));
        let mut life = Life {
            chain: Chain::new(spec.logs(0..=1).events(1..=1)),
            calls: Vec::new(),
        };
        let at = begin() - SignedDuration::from_secs(shift);
        life.chain.start(world, at);
        life
    }

    /// Goes on, with the calls of this time.
    fn until(&mut self, world: &mut World, at: Timestamp) {
        self.record(at);
        self.chain.run_until(world, at);
    }

    fn stop(&mut self, world: &mut World, at: Timestamp) {
        self.record(at);
        self.chain.stop(world, at);
    }

    /// Lets the next logs hold the calls up to an instant.
    fn record(&mut self, until: Timestamp) {
        let from = self.chain.end();
        for call in &self.calls {
            let at = event_time(call);
            if from < at && at <= until {
                self.chain.record(call.clone());
            }
        }
        self.calls.retain(|call| event_time(call) > until);
    }
}
