//! A random organization, drawn from a seed: twenty accounts in four regions, a trail of the organization and trails
//! of accounts. Logging is stopped, trails move, and objects are damaged, removed and added. What explains one
//! chain often stands in the logs of another account or region.

mod accounts;
mod harm;
mod organization;

use rand::SeedableRng as _;

use self::accounts::AccountTrails;
use self::organization::Members;
use crate::support::aws::TrailConfig;
use crate::support::forge::{Heads, KeyFileStyle, Rng, Trail, World, ts};
use crate::support::stage::Stage;

/// Where the trails deliver.
pub const BUCKET: &str = "org-logs";
/// Where some of them deliver later.
pub const MOVED: &str = "org-logs-since-march";
/// The regions of all accounts.
pub const REGIONS: [&str; 4] = ["us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2"];
/// How many accounts there are.
const ACCOUNTS: usize = 20;

/// The time that is validated.
pub const WINDOW: [&str; 6] = [
    "--start-time",
    "2026-03-01T00:07:21Z",
    "--end-time",
    "2026-03-02T02:07:21Z",
    "--as-of",
    "2026-03-04T00:00:00Z",
];

/// An organization and all that it delivered.
pub struct RandomOrg {
    /// What is in S3, and the keys.
    pub world: World,
    /// The trails, as CloudTrail describes them.
    pub trails: Vec<TrailConfig>,
}

/// The account with a number.
fn account(number: usize) -> String {
    format!("{:012}", 100_000_000_000_u64 + 7_654_321 * number as u64)
}

/// The trail of the organization, which belongs to the first account.
fn organization_trail() -> Trail {
    Trail::new(&account(0), REGIONS[0], "org-trail", BUCKET)
        .prefix("audit")
        .organization("o-a1b2c3d4e5")
}

impl RandomOrg {
    /// The organization of a seed.
    pub fn new(seed: u64) -> RandomOrg {
        let mut world = World::new(seed);
        let mut rng = Rng::seed_from_u64(!seed);
        let trail = organization_trail();
        let members = Members::new(&mut rng);
        let mut chains = members.live(&mut world, &mut rng);
        let mut trails = vec![TrailConfig::from(&trail)];
        let of_accounts = AccountTrails::live(&mut world, &mut rng);
        chains.extend(of_accounts.chains);
        trails.extend(of_accounts.trails);
        // The calls that removed logs stand in the chain that is written last.
        let removals = harm::remove_by_calls(&mut world, &mut rng, &chains);
        chains.push(members.owner(&mut world, removals));
        harm::damage(&mut world, &mut rng, &chains);
        harm::add(&mut world, &mut rng);
        RandomOrg { world, trails }
    }

    /// AWS that serves it.
    pub fn served(&self) -> Stage {
        Stage::of(&self.world, &self.trails)
    }

    /// A copy of its buckets, with their keys beside them.
    pub fn copied(&self) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        for bucket in [BUCKET, MOVED] {
            self.world
                .write_tree(bucket, &dir.path().join(bucket), Heads::Every);
        }
        let (from, to) = (ts("2026-02-01T00:00:00Z"), ts("2026-04-01T00:00:00Z"));
        let keys = dir.path().join("keys");
        self.world
            .write_keys(&keys, KeyFileStyle::V2Iso, &REGIONS, from, to);
        dir
    }
}

/// The arguments for what AWS serves.
pub fn of_s3() -> Vec<String> {
    let buckets = ["--s3-bucket", BUCKET, "--s3-bucket", MOVED];
    buckets.iter().chain(&WINDOW).map(|a| (*a).into()).collect()
}

/// The arguments for a copy.
pub fn of_copy() -> Vec<String> {
    let mut args: Vec<String> = WINDOW.map(String::from).to_vec();
    for bucket in [BUCKET, MOVED] {
        args.extend(["--path".to_owned(), format!("{bucket}={bucket}")]);
    }
    args.extend(["--keys", "keys"].map(String::from));
    args
}
