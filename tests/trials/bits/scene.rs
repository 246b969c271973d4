//! The trail that is damaged: two segments with a restart between, an empty hour, a rotation of keys, and a
//! backfill digest. It is as small as such a trail can be, because every bit of it is flipped.

use jiff::{SignedDuration, Timestamp};
use trailproof::MemorySource;

use crate::library;
use crate::support::forge::key_file::render;
use crate::support::forge::{
    Chain, ChainSpec, DigestRecord, KeyFileStyle, Object, Place, PublishedKey, Trail, World, ts,
};

pub const BUCKET: &str = "trail-logs";
pub const REGION: &str = "eu-west-1";
const ACCOUNT: &str = "111111111111";

/// An object of the trail, as CloudTrail wrote it.
pub struct Item {
    pub key: String,
    pub object: Object,
    /// Its uncompressed content.
    pub content: Vec<u8>,
    pub role: Role,
}

pub enum Role {
    Digest(Box<DigestItem>),
    Log {
        /// The digest that lists it.
        listed_by: usize,
    },
}

/// What is known of a digest beside its bytes.
pub struct DigestItem {
    pub start: Timestamp,
    pub end: Timestamp,
    pub starting: bool,
    pub backfill: bool,
    /// Its signature, in hex.
    pub signature: String,
    /// The digest that links to it.
    pub successor: Option<usize>,
    /// The number of the key that signed it.
    pub key: usize,
}

/// The trail, and what AWS answers about its keys.
pub struct Scene {
    pub items: Vec<Item>,
    pub world: World,
    /// The two keys that signed its digests.
    pub keys: [PublishedKey; 2],
    /// The end of the time in which nothing was logged.
    pub restart: Timestamp,
    /// When its keys are looked up.
    pub now: Timestamp,
}

impl Item {
    pub fn digest(&self) -> Option<&DigestItem> {
        match &self.role {
            Role::Digest(digest) => Some(digest),
            Role::Log { .. } => None,
        }
    }
}

fn minutes(at: Timestamp, minutes: i64) -> Timestamp {
    at + SignedDuration::from_mins(minutes)
}

impl Scene {
    /// The same one each time.
    pub fn build() -> Self {
        let mut world = World::new(24);
        let rotation = rotation(&world);
        let trail = Trail::new(ACCOUNT, REGION, "main", BUCKET);
        let mut chain = Chain::new(ChainSpec::new(trail, REGION).logs(1..=1).events(1..=1));
        let w = &mut world;
        // Digests are signed half an hour after their end, so that the third is the first with the new key.
        chain.start(w, minutes(rotation, -120));
        chain.run_until(w, minutes(rotation, -60));
        chain.quiet_until(w, rotation);
        chain.stop(w, minutes(rotation, 30));
        let restart = minutes(rotation, 180);
        chain.start(w, restart);
        chain.run_until(w, minutes(restart, 60));
        chain.quiet_until(w, minutes(restart, 120));
        let (listed, generated) = (minutes(rotation, -60), minutes(restart, 240));
        chain.backfill(w, listed, generated, 1, false);
        let near = (minutes(rotation, -60), minutes(rotation, 60));
        let keys = world.keys.published(REGION, near.0, near.1);
        let keys = keys.try_into().expect("two keys around a rotation");
        Scene {
            items: items(&world, &chain),
            world,
            keys,
            restart,
            now: minutes(restart, 60 * 24),
        }
    }

    /// The trail in memory, as in S3.
    pub fn source(&self) -> MemorySource {
        library::source(&self.world)
    }

    /// Whether an item is the starting digest after the restart.
    pub fn is_restart(&self, item: &Item) -> bool {
        item.digest()
            .is_some_and(|digest| digest.starting && digest.end == self.restart)
    }

    /// The answer of ListPublicKeys for the two keys, as the AWS CLI saves it.
    pub fn key_file(&self) -> String {
        let style = KeyFileStyle::V2Iso;
        render(&self.world.keys, style, REGION, &self.keys)
    }
}

/// When a new key begins to sign.
fn rotation(world: &World) -> Timestamp {
    let range = (ts("2026-03-01T00:00:00Z"), ts("2026-04-01T00:00:00Z"));
    let keys = world.keys.published(REGION, range.0, range.1);
    let mut begins = keys.iter().map(|key| key.valid_from);
    let rotation = begins.find(|at| *at > range.0);
    rotation.expect("a key for every twenty days")
}

/// The digests, then the backfill digest, then the logs of each.
fn items(world: &World, chain: &Chain) -> Vec<Item> {
    let records: Vec<&DigestRecord> = chain.digests.iter().chain(&chain.backfills).collect();
    let item = |place: &Place, json: &[u8], role| Item {
        key: place.key.clone(),
        object: world.object(place).clone(),
        content: json.to_vec(),
        role,
    };
    let digests = records.iter().enumerate().map(|(at, record)| {
        let next = chain.digests.get(at + 1).filter(|next| !next.starting);
        let digest = DigestItem {
            start: record.start,
            end: record.end,
            starting: record.starting,
            backfill: record.backfill,
            signature: record.signature.clone(),
            successor: next.map(|_| at + 1),
            key: record.key,
        };
        item(&record.place, &record.json, Role::Digest(Box::new(digest)))
    });
    let logs = records.iter().enumerate().flat_map(|(listed_by, record)| {
        let logs = record.logs.iter();
        logs.map(move |log| item(&log.place, &log.json, Role::Log { listed_by }))
    });
    digests.chain(logs).collect()
}
