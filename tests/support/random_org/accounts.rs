//! Trails of single accounts beside that of the organization: some are stopped, some move to another bucket, and one
//! writes no digests.

use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use rand::seq::SliceRandom as _;

use super::{ACCOUNTS, BUCKET, MOVED, REGIONS, account};
use crate::support::aws::TrailConfig;
use crate::support::forge::{Chain, ChainSpec, Object, Place, Rng, Trail, World, gzip, ts};

/// How many accounts have a trail with digests.
const TRAILS: usize = 5;

/// The trails and their chains.
pub struct AccountTrails {
    /// The trails.
    pub trails: Vec<TrailConfig>,
    /// Their chains.
    pub chains: Vec<Chain>,
}

impl AccountTrails {
    /// Draws the trails, and lets them deliver.
    pub fn live(world: &mut World, rng: &mut Rng) -> AccountTrails {
        let mut owners: Vec<usize> = (0..ACCOUNTS).collect();
        owners.shuffle(rng);
        let mut made = AccountTrails {
            trails: Vec::new(),
            chains: Vec::new(),
        };
        for (number, owner) in owners.iter().take(TRAILS).enumerate() {
            let mut regions = REGIONS.to_vec();
            regions.shuffle(rng);
            regions.truncate(rng.random_range(2..=4));
            let home = regions[0];
            let trail = Trail::new(&account(*owner), home, "local", BUCKET).prefix("local");
            let is_moved = number % 2 == 0;
            let at = begin() + SignedDuration::from_secs(rng.random_range(20_000..40_000));
            let away = SignedDuration::from_secs(rng.random_range(4_000..12_000));
            for region in regions {
                let spec = ChainSpec::new(trail.clone(), region);
                let mut chain = Chain::new(spec.logs(0..=1).events(1..=1));
                chain.start(world, begin());
                if is_moved {
                    chain.run_until(world, at);
                    chain.move_to(MOVED, Some("moved"));
                } else {
                    // The home region records the call, and its logs explain the gaps of the other regions.
                    chain.stop(world, at);
                    chain.start(world, at + away);
                }
                chain.run_until(world, begin() + SignedDuration::from_hours(26));
                made.chains.push(chain);
            }
            let described = match is_moved {
                true => Trail {
                    bucket: MOVED.to_owned(),
                    prefix: Some("moved".to_owned()),
                    ..trail
                },
                false => trail,
            };
            made.trails.push(TrailConfig {
                multi_region: true,
                ..TrailConfig::from(&described)
            });
        }
        made.without_digests(world, &account(owners[TRAILS]));
        made
    }

    /// A trail that writes no digests.
    fn without_digests(&mut self, world: &mut World, owner: &str) {
        let trail = Trail::new(owner, REGIONS[1], "plain", BUCKET).prefix("plain");
        for hour in 0..6 {
            let minute = begin() + SignedDuration::from_hours(hour);
            let key = trail.log_key(owner, REGIONS[1], minute, &format!("Plain{hour:011}"));
            let object = Object::delivered(gzip(br#"{"Records":[]}"#), minute);
            world.put(&Place::new(BUCKET, &key), object);
        }
        self.trails.push(TrailConfig {
            validation: false,
            ..TrailConfig::from(&trail)
        });
    }
}

fn begin() -> Timestamp {
    ts("2026-03-01T00:07:21Z")
}
