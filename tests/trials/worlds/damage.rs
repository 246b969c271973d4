//! Random damage to a world: each kind changes, removes or adds objects, or takes a public key away.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use trailproof::Window;

use super::plant;
use super::scene::{RegionKey, Scene, id};
use crate::support::forge::gz::{TRAILER, member};
use crate::support::forge::{Chain, DigestRecord, Object, Place, Rng, World, gzip};

/// What a damage does, as far as it may change a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It overwrites objects or adds some.
    Harms,
    /// It overwrites a digest with one that cannot be checked, or takes the signature or the key away that it is
    /// checked with: who was a witness says nothing any more.
    Blinds,
    /// It removes objects.
    Removes,
    /// It changes nothing that counts.
    Nothing,
}

/// A world after damage.
#[derive(Clone)]
pub struct Damaged {
    pub world: World,
    /// The public keys that were taken away.
    pub without: BTreeSet<RegionKey>,
    /// What was planted.
    pub planted: Vec<Planted>,
    /// What was done, in words.
    pub done: Vec<String>,
}

/// An object that nobody delivered.
#[derive(Clone)]
pub struct Planted {
    pub place: Place,
    /// The chain in whose folders it is.
    pub chain: usize,
    pub claims: Claim,
}

/// What a planted object claims to be by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// A log of a minute.
    Log(Timestamp),
    /// No log, in the folder of a day.
    InDay(Window),
    /// A digest of this time.
    Digest(Window),
}

/// What is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Log,
    Digest,
}

/// A kind of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Altered(Of),
    Cut(Of),
    FollowedByBytes(Of),
    StoredInflated(Of),
    Emptied(Of),
    /// With a file name in its header: harmless.
    CompressedAgain(Of),
    Deleted(Of),
    SignatureWrong,
    SignatureRemoved,
    AlgorithmUnknown,
    KeyRemoved,
    Swapped,
    /// An older digest of the chain in the place of one.
    Replayed,
    /// Any object in the place of another.
    Replaced,
    LogPlanted,
    DigestPlanted(Forger),
    DigestForged(Forger),
    StretchDeleted,
    DayDeleted,
    ChainDeleted,
}

/// Which key a forged digest states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forger {
    /// That of CloudTrail, which did not sign it.
    Hidden,
    /// The key that signed it, which nobody knows.
    Unknown,
}

/// The kinds of damage, how often each is done, and its effect.
const KINDS: [(Kind, u32, Effect); 27] = [
    (Kind::Altered(Of::Log), 8, Effect::Harms),
    (Kind::Cut(Of::Log), 3, Effect::Harms),
    (Kind::FollowedByBytes(Of::Log), 3, Effect::Harms),
    (Kind::StoredInflated(Of::Log), 3, Effect::Harms),
    (Kind::Emptied(Of::Log), 1, Effect::Harms),
    (Kind::CompressedAgain(Of::Log), 3, Effect::Nothing),
    (Kind::Deleted(Of::Log), 6, Effect::Removes),
    (Kind::Altered(Of::Digest), 6, Effect::Harms),
    (Kind::Cut(Of::Digest), 2, Effect::Harms),
    (Kind::FollowedByBytes(Of::Digest), 2, Effect::Harms),
    (Kind::StoredInflated(Of::Digest), 2, Effect::Harms),
    (Kind::Deleted(Of::Digest), 6, Effect::Removes),
    (Kind::SignatureWrong, 4, Effect::Harms),
    (Kind::SignatureRemoved, 4, Effect::Blinds),
    (Kind::AlgorithmUnknown, 1, Effect::Blinds),
    (Kind::KeyRemoved, 1, Effect::Blinds),
    (Kind::Swapped, 4, Effect::Harms),
    (Kind::Replayed, 3, Effect::Harms),
    (Kind::Replaced, 4, Effect::Harms),
    (Kind::LogPlanted, 5, Effect::Harms),
    (Kind::DigestPlanted(Forger::Hidden), 4, Effect::Harms),
    (Kind::DigestPlanted(Forger::Unknown), 2, Effect::Harms),
    (Kind::DigestForged(Forger::Hidden), 2, Effect::Blinds),
    (Kind::DigestForged(Forger::Unknown), 2, Effect::Blinds),
    (Kind::StretchDeleted, 3, Effect::Removes),
    (Kind::DayDeleted, 1, Effect::Removes),
    (Kind::ChainDeleted, 1, Effect::Removes),
];

impl Damaged {
    /// A world before its damage.
    pub fn of(scene: &Scene) -> Damaged {
        Damaged {
            world: scene.world.clone(),
            without: BTreeSet::new(),
            planted: Vec::new(),
            done: Vec::new(),
        }
    }

    /// Does one random damage, of those that are wanted. Some have no object in some worlds.
    pub fn harm(
        &mut self,
        scene: &Scene,
        rng: &mut Rng,
        wanted: impl Fn(Kind, Effect) -> bool,
    ) -> Option<Effect> {
        let kinds: Vec<_> = KINDS.iter().filter(|(k, _, e)| wanted(*k, *e)).collect();
        let mut drawn = rng.random_range(0..kinds.iter().map(|(_, weight, _)| weight).sum());
        let (kind, _, effect) = *kinds.iter().find(|(_, weight, _)| {
            let is_it = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            is_it
        })?;
        let what = self.apply(scene, rng, *kind)?;
        self.done.push(format!("{kind:?}: {what}"));
        Some(*effect)
    }

    fn apply(&mut self, scene: &Scene, rng: &mut Rng, kind: Kind) -> Option<String> {
        match kind {
            Kind::Altered(of)
            | Kind::Cut(of)
            | Kind::FollowedByBytes(of)
            | Kind::StoredInflated(of)
            | Kind::Emptied(of)
            | Kind::CompressedAgain(of) => self.overwrite(scene, rng, kind, of),
            Kind::Deleted(of) => {
                let (place, _) = one(scene, rng, of)?;
                self.world.remove(&place)?;
                Some(place.key)
            }
            Kind::SignatureWrong | Kind::SignatureRemoved | Kind::AlgorithmUnknown => {
                let place = &digest(scene, rng).place;
                self.world.get(place)?;
                let metadata = &mut self.world.object_mut(place).metadata;
                match kind {
                    Kind::SignatureRemoved => metadata.clear(),
                    Kind::AlgorithmUnknown => {
                        metadata.insert("signature-algorithm".into(), "SHA512withECDSA".into());
                    }
                    _ => turn(rng, metadata.get_mut("signature")?),
                }
                Some(place.key.clone())
            }
            Kind::KeyRemoved => {
                let digest = digest(scene, rng);
                let key = (digest.region.clone(), digest.key);
                self.without.insert(key.clone()).then(|| format!("{key:?}"))
            }
            Kind::Swapped => self.swap(scene, rng),
            Kind::Replayed | Kind::Replaced => self.replace(scene, rng, kind),
            Kind::LogPlanted => plant::log(self, scene, rng),
            Kind::DigestPlanted(forger) => plant::digest(self, scene, rng, forger),
            Kind::DigestForged(forger) => plant::forged_in_place(self, scene, rng, forger),
            Kind::StretchDeleted => self.delete_stretch(scene, rng),
            Kind::DayDeleted => {
                let digest = digest(scene, rng);
                let day = digest.end.strftime("/%Y/%m/%d/").to_string();
                self.delete(|key| key.contains(&day));
                Some(day)
            }
            Kind::ChainDeleted => {
                let chain = scene.chains.choose(rng)?;
                let with_logs = rng.random_bool(0.5);
                self.delete_of(chain, |_| true, with_logs);
                Some(format!("{}, its logs too: {with_logs}", id(chain)))
            }
        }
    }

    /// Overwrites one log or digest with a damaged form of its content.
    fn overwrite(&mut self, scene: &Scene, rng: &mut Rng, kind: Kind, of: Of) -> Option<String> {
        let (place, content) = one(scene, rng, of)?;
        let delivered = scene.world.object(&place);
        let mut object = self.world.get(&place).unwrap_or(delivered).clone();
        object.body = match kind {
            Kind::Altered(_) => gzip(&altered(rng, &content)),
            Kind::Cut(_) => {
                let body = gzip(&content);
                let left = [body.len() / 2, body.len() - TRAILER, body.len() - 1];
                body[..*left.choose(rng)?].to_vec()
            }
            Kind::FollowedByBytes(_) => {
                let more = [gzip(br#"{"Records":[]}"#), b"more".to_vec(), vec![0]];
                [gzip(&content), more.choose(rng)?.clone()].concat()
            }
            Kind::StoredInflated(_) => content,
            Kind::CompressedAgain(_) => {
                // Only what is as it was delivered: else it would be mended.
                (object == *delivered).then_some(())?;
                // A name, as gzip writes it.
                let header = [&[0x1f, 0x8b, 8, 8, 1, 2, 3, 4, 0, 3][..], b"log.json\0"].concat();
                member(&header, &content)
            }
            _ => Vec::new(),
        };
        self.world.put(&place, object);
        Some(place.key)
    }

    /// Exchanges two objects: digests, logs, or one of each.
    fn swap(&mut self, scene: &Scene, rng: &mut Rng) -> Option<String> {
        let (a, b) = (any(scene, rng)?, any(scene, rng)?);
        let (first, second) = (self.world.get(&a)?.clone(), self.world.get(&b)?.clone());
        (first != second).then_some(())?;
        self.world.put(&a, second);
        self.world.put(&b, first);
        Some(format!("{} and {}", a.key, b.key))
    }

    /// Puts another object, which CloudTrail delivered elsewhere, in the place of one.
    fn replace(&mut self, scene: &Scene, rng: &mut Rng, kind: Kind) -> Option<String> {
        let (place, other) = match kind {
            Kind::Replayed => {
                let chain = scene.chains.choose(rng)?;
                let at = rng.random_range(1..chain.digests.len());
                let older = rng.random_range(0..at);
                let [at, older] = [at, older].map(|n| chain.digests[n].place.clone());
                (at, older)
            }
            _ => (any(scene, rng)?, any(scene, rng)?),
        };
        (place != other).then_some(())?;
        let object: Object = scene.world.object(&other).clone();
        self.world.put(&place, object);
        Some(format!("{} by {}", place.key, other.key))
    }

    /// Deletes the beginning, the middle or the end of a chain, or one segment of it, with or without its logs; or a
    /// backfill digest with its logs.
    fn delete_stretch(&mut self, scene: &Scene, rng: &mut Rng) -> Option<String> {
        let chain = scene.chains.choose(rng)?;
        if let Some(late) = chain.backfills.choose(rng)
            && rng.random_bool(0.5)
        {
            self.delete_of(chain, |d| d.place == late.place, true);
            return Some(format!("{} with its logs", late.place.key));
        }
        let count = chain.digests.len();
        let mut edges = [rng.random_range(0..count), rng.random_range(0..=count)];
        edges.sort_unstable();
        let mut restarts = (1..count).filter(|n| chain.digests[*n].starting);
        let restart = restarts.next_back().filter(|_| rng.random_bool(0.4));
        let range = match (restart, rng.random_range(0..3)) {
            (Some(restart), 0) => 0..restart,
            (Some(restart), _) => restart..count,
            (None, 0) => 0..edges[1],
            (None, 1) => edges[0]..count,
            (None, _) => edges[0]..edges[1],
        };
        let with_logs = rng.random_bool(0.5);
        let places: BTreeSet<_> = chain.digests[range.clone()]
            .iter()
            .map(|d| &d.place)
            .collect();
        self.delete_of(chain, |d| places.contains(&d.place), with_logs);
        let id = id(chain);
        Some(format!(
            "{id}, digests {range:?}, their logs too: {with_logs}"
        ))
    }

    /// Deletes digests of a chain, and maybe the logs that they list.
    fn delete_of(&mut self, chain: &Chain, which: impl Fn(&DigestRecord) -> bool, with_logs: bool) {
        let all = chain.digests.iter().chain(&chain.backfills);
        for digest in all.filter(|d| which(d)) {
            self.world.remove(&digest.place);
            let logs = digest.logs.iter().filter(|_| with_logs);
            logs.for_each(|log| drop(self.world.remove(&log.place)));
        }
    }

    fn delete(&mut self, which: impl Fn(&str) -> bool) {
        for objects in self.world.buckets.values_mut() {
            objects.retain(|key, _| !which(key));
        }
    }
}

/// A random digest, backfill digests too.
pub fn digest<'a>(scene: &'a Scene, rng: &mut Rng) -> &'a DigestRecord {
    let chain = scene.chains.choose(rng).expect("a chain");
    match chain.backfills.choose(rng) {
        Some(late) if rng.random_bool(0.2) => late,
        _ => chain.digests.choose(rng).expect("a digest"),
    }
}

/// A random log, with its content.
fn log(scene: &Scene, rng: &mut Rng) -> Option<(Place, Vec<u8>)> {
    let chain = scene.chains.choose(rng)?;
    let logs: Vec<_> = chain.all_logs().collect();
    let log = logs.choose(rng)?;
    Some((log.place.clone(), log.json.clone()))
}

/// A random log or digest, with its content.
fn one(scene: &Scene, rng: &mut Rng, of: Of) -> Option<(Place, Vec<u8>)> {
    match of {
        Of::Log => log(scene, rng),
        Of::Digest => {
            let digest = digest(scene, rng);
            Some((digest.place.clone(), digest.json.clone()))
        }
    }
}

/// A random digest or log.
fn any(scene: &Scene, rng: &mut Rng) -> Option<Place> {
    match rng.random_bool(0.5) {
        true => Some(digest(scene, rng).place.clone()),
        false => Some(log(scene, rng)?.0),
    }
}

/// Content with one letter or digit changed.
fn altered(rng: &mut Rng, content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    let plain: Vec<usize> = (0..content.len())
        .filter(|at| content[*at].is_ascii_alphanumeric())
        .collect();
    let at = *plain.choose(rng).expect("a letter");
    content[at] = if content[at] == b'1' { b'2' } else { b'1' };
    content
}

/// Changes one digit of a signature.
fn turn(rng: &mut Rng, signature: &mut String) {
    let at = rng.random_range(0..signature.len());
    let digit = if signature[at..].starts_with('0') {
        "1"
    } else {
        "0"
    };
    signature.replace_range(at..=at, digit);
}
