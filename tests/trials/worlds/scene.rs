//! A random honest world: what one or two trails delivered in some hours.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rand::{RngExt as _, SeedableRng as _};
use trailproof::{ChainId, KeyOrigin, KeyRing, PublicKey, Request, Window};

use crate::support::forge::{Chain, ChainSpec, DigestRecord, PublishedKey, Rng, Trail, World, ts};

pub const BUCKET: &str = "trail-logs";
/// Where trails deliver that were moved.
const MOVED: &str = "logs-since-then";
const ACCOUNTS: [&str; 3] = ["111111111111", "222222222222", "333333333333"];
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-2"];

/// A key of a region, by its number in the forge.
pub type RegionKey = (String, usize);

/// An honest world, and how it is validated.
pub struct Scene {
    pub world: World,
    pub chains: Vec<Chain>,
    /// The time that is validated. Without it the digests that are present say what it is.
    pub window: Option<Window>,
    /// Whether every chain is expected by name.
    pub expects: bool,
    /// From the first digest to the last.
    pub time: Window,
}

impl Scene {
    /// The world of a seed.
    pub fn new(seed: u64) -> Scene {
        let world = World::new(seed);
        let mut rng = Rng::seed_from_u64(!seed);
        let begin = beginning(&world, &mut rng);
        let end = begin + SignedDuration::from_hours(rng.random_range(5..=8));
        let mut scene = Scene {
            chains: Vec::new(),
            window: window(&mut rng, begin, end),
            expects: rng.random_bool(0.3),
            time: Window::new(begin, end),
            world,
        };
        for (trail, accounts, regions) in trails(&mut rng) {
            // All chains of a trail move together.
            let at = begin + SignedDuration::from_mins(rng.random_range(90..200));
            let moved = rng.random_bool(0.2).then_some(at);
            for (account, region) in accounts
                .iter()
                .flat_map(|a| regions.iter().map(move |r| (a, r)))
            {
                let spec = ChainSpec::new(trail.clone(), region).account(account);
                let mut chain = Chain::new(spec.logs(0..=2).events(1..=1));
                live(&mut scene.world, &mut rng, &mut chain, scene.time, moved);
                scene.chains.push(chain);
            }
        }
        scene
    }

    /// The regions of the chains.
    pub fn regions(&self) -> BTreeSet<&str> {
        self.chains.iter().map(|c| c.spec.region.as_str()).collect()
    }

    /// When it is looked at: later than anything may still be delivered.
    pub fn as_of(&self) -> Timestamp {
        self.time.to + SignedDuration::from_hours(96)
    }

    /// The keys of a region that were valid at some time in the world.
    pub fn published(&self, region: &str) -> Vec<PublishedKey> {
        let from = self.time.from - SignedDuration::from_hours(24);
        self.world.keys.published(region, from, self.as_of())
    }

    /// The public keys of all regions but some.
    pub fn ring(&self, without: &BTreeSet<RegionKey>) -> KeyRing {
        let mut ring = KeyRing::default();
        for region in self.regions() {
            for key in self.published(region) {
                if without.contains(&(region.to_owned(), key.index)) {
                    continue;
                }
                let der = self.world.keys.value_der(region, key.index);
                let validity = (key.valid_from, key.valid_to);
                let key = PublicKey::from_der(&der, validity, KeyOrigin::File).expect("a key");
                ring.add(Some(region.parse().expect("a region")), key);
            }
        }
        ring
    }

    /// A request for every chain.
    pub fn request(&self, jobs: usize) -> Request {
        let expect = match self.expects {
            true => self.chains.iter().map(id).collect(),
            false => BTreeSet::new(),
        };
        Request {
            from: self.window.map(|w| w.from),
            to: self.window.map(|w| w.to),
            as_of: Some(self.as_of()),
            expect,
            jobs,
            chains_at_once: jobs,
            ..Request::default()
        }
    }

    /// The window of a chain: the given one, or the time of its digests.
    pub fn window_of(&self, chain: &Chain) -> Window {
        let first = &chain.digests[0];
        let from = if first.starting {
            first.end
        } else {
            first.start
        };
        self.window.unwrap_or(Window::new(from, chain.last().end))
    }
}

/// The id of a chain in a report.
pub fn id(chain: &Chain) -> ChainId {
    let (spec, trail) = (&chain.spec, &chain.spec.trail);
    let organization = trail.organization.as_deref();
    ChainId {
        account: spec.account.parse().expect("an account"),
        region: spec.region.parse().expect("a region"),
        home_region: trail.home_region.parse().expect("a region"),
        trail: trail.name.parse().expect("a name"),
        organization: organization.map(|o| o.parse().expect("an organization")),
    }
}

/// The interval that a digest covers. A starting digest covers nothing, but its hour is the time of its logs.
pub fn interval(digest: &DigestRecord) -> Window {
    Window::new(digest.start, digest.end)
}

/// A second in March, often some hours before the keys of a region change.
fn beginning(world: &World, rng: &mut Rng) -> Timestamp {
    let march = ts("2026-03-01T00:00:00Z");
    if rng.random_bool(0.5) {
        return march + SignedDuration::from_secs(rng.random_range(0..2_000_000));
    }
    let region = REGIONS[rng.random_range(0..REGIONS.len())];
    let later = march + SignedDuration::from_hours(20 * 24);
    let keys = world.keys.published(region, march, later);
    let newest = keys.last().expect("a key").valid_from;
    newest - SignedDuration::from_mins(rng.random_range(60..400))
}

/// A window that every chain covers, or none.
fn window(rng: &mut Rng, begin: Timestamp, end: Timestamp) -> Option<Window> {
    let given = rng.random_bool(0.6);
    let from = begin + SignedDuration::from_secs(rng.random_range(0..7_200));
    let to = end - SignedDuration::from_secs(rng.random_range(3_600..5_400));
    given.then_some(Window::new(from, to))
}

/// One trail, and sometimes one of an account beside it, each with its accounts and regions.
fn trails(rng: &mut Rng) -> Vec<(Trail, Vec<&'static str>, Vec<&'static str>)> {
    // A trail is of its home region, or of every region in use.
    let all = rng.random_range(1..=3);
    let mut regions = || REGIONS[..if rng.random_bool(0.7) { all } else { 1 }].to_vec();
    let (of_main, of_local) = (regions(), regions());
    let main = Trail::new(ACCOUNTS[0], REGIONS[0], "main", BUCKET);
    let mut trails = Vec::new();
    if rng.random_bool(0.4) {
        let trail = main.prefix("audit").organization("o-a1b2c3d4e5");
        let accounts = ACCOUNTS[..rng.random_range(1..=3)].to_vec();
        trails.push((trail, accounts, of_main));
    } else {
        trails.push((main, ACCOUNTS[..1].to_vec(), of_main));
    }
    if rng.random_bool(0.3) {
        // It shares the folders of logs with a trail of the same account.
        let local = Trail::new(ACCOUNTS[0], REGIONS[0], "local_us-east-1", BUCKET);
        trails.push((local, ACCOUNTS[..1].to_vec(), of_local));
    }
    trails
}

/// Lets a chain deliver: it may move, be restarted, have hours without logs, and late logs.
fn live(
    world: &mut World,
    rng: &mut Rng,
    chain: &mut Chain,
    time: Window,
    moved: Option<Timestamp>,
) {
    let seconds = |rng: &mut Rng, range| SignedDuration::from_secs(rng.random_range(range));
    let before = seconds(rng, 0..3_600);
    chain.start(world, time.from - before);
    if let Some(at) = moved {
        chain.run_until(world, at);
        let to = [(MOVED, None), (BUCKET, Some("since-then"))][rng.random_range(0..2)];
        chain.move_to(to.0, to.1);
    }
    let hours = SignedDuration::from_hours(rng.random_range(1..=2));
    chain.run_until(world, chain.end() + hours);
    if rng.random_bool(0.3) {
        if rng.random_bool(0.5) {
            let at = chain.end() + seconds(rng, 60..3_600);
            chain.stop(world, at);
        } else {
            chain.cut();
        }
        let again = chain.end() + seconds(rng, 600..5_400);
        chain.start(world, again);
    }
    if rng.random_bool(0.3) {
        let quiet = chain.end() + SignedDuration::from_hours(1);
        chain.quiet_until(world, quiet.min(time.to));
    }
    chain.run_until(world, time.to);
    for _ in 0..rng.random_range(0..=4_u32).saturating_sub(2) {
        let of = rng.random_range(1..chain.digests.len());
        let late = &chain.digests[of];
        let is_free = chain.backfills.iter().all(|b| b.end != late.end);
        if late.starting || !is_free {
            continue;
        }
        let generated = time.to + seconds(rng, 3_600..36_000);
        let (end, logs, linked) = (late.end, rng.random_range(1..=2), rng.random_bool(0.5));
        chain.backfill(world, end, generated, logs, linked);
    }
}
