//! Every edit that is tried, one at a time.

use std::collections::BTreeMap;

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;

use super::scene::{REGION, Scene};
use crate::support::forge::Rng;

/// How the trail is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// As S3 has it, with metadata; its keys are those that ListPublicKeys returns.
    Stored,
    /// As a plain copy, without metadata; its keys are in a file.
    Copy,
}

/// What is edited. Numbers are those of items, and of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Body(usize),
    /// `signature` in the metadata.
    Signature(usize),
    /// `signature-algorithm`.
    Algorithm(usize),
    /// `backfill-generation-timestamp`.
    Generated(usize),
    /// The DER of a public key.
    KeyValue(usize),
    /// The fingerprint listed beside it.
    KeyFingerprint(usize),
    /// The file with both keys.
    KeyFile,
}

/// What is done to the bytes of a target.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// A bit is flipped, counted from the lowest of the first byte.
    Flip(usize),
    Delete(usize),
    Double(usize),
    /// All from this byte on is cut off.
    Cut(usize),
}

/// The part of an object that is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Body,
    Metadata,
    Both,
}

#[derive(Clone, Copy, Debug)]
pub enum Edit {
    Change(Target, Change),
    /// Two items change places.
    Swap(Part, usize, usize),
    /// The first item is overwritten with the second.
    Overwrite(Part, usize, usize),
}

#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub view: View,
    pub edit: Edit,
}

impl Change {
    pub fn apply(self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        match self {
            Change::Flip(bit) => bytes[bit / 8] ^= 1 << (bit % 8),
            Change::Delete(at) => drop(bytes.remove(at)),
            Change::Double(at) => bytes.insert(at, bytes[at]),
            Change::Cut(at) => bytes.truncate(at),
        }
        bytes
    }

    /// All changes to so many bytes.
    fn all(length: usize) -> impl Iterator<Item = Change> {
        let bits = (0..length * 8).map(Change::Flip);
        let others: [fn(usize) -> Change; 3] = [Change::Delete, Change::Double, Change::Cut];
        let others = others.into_iter();
        bits.chain(others.flat_map(move |change| (0..length).map(change)))
    }
}

impl Case {
    /// What kind of edit it is, in words.
    pub fn kind(&self, scene: &Scene) -> String {
        let view = match self.view {
            View::Stored => "stored",
            View::Copy => "copy",
        };
        let what = match self.edit {
            Edit::Change(target, change) => {
                let change = match change {
                    Change::Flip(_) => "bit flipped",
                    Change::Delete(_) => "byte deleted",
                    Change::Double(_) => "byte doubled",
                    Change::Cut(_) => "cut",
                };
                format!("{}, {change}", target.name(scene))
            }
            Edit::Swap(part, ..) => format!("{}, swapped", part.name()),
            Edit::Overwrite(part, ..) => format!("{}, overwritten with another", part.name()),
        };
        format!("{view}: {what}")
    }
}

impl Target {
    fn name(self, scene: &Scene) -> &'static str {
        match self {
            Target::Body(at) if scene.items[at].digest().is_some() => "digest",
            Target::Body(_) => "log",
            Target::Signature(_) => "signature",
            Target::Algorithm(_) => "signature-algorithm",
            Target::Generated(_) => "backfill-generation-timestamp",
            Target::KeyValue(_) => "public key",
            Target::KeyFingerprint(_) => "fingerprint of a public key",
            Target::KeyFile => "file of public keys",
        }
    }

    /// The name of the metadata that it is.
    pub fn metadata_name(self) -> Option<&'static str> {
        match self {
            Target::Signature(_) => Some("signature"),
            Target::Algorithm(_) => Some("signature-algorithm"),
            Target::Generated(_) => Some("backfill-generation-timestamp"),
            _ => None,
        }
    }

    /// Its bytes before any edit.
    pub fn bytes(self, scene: &Scene) -> Vec<u8> {
        let keys = &scene.world.keys;
        match self {
            Target::Body(at) => scene.items[at].object.body.clone(),
            Target::Signature(at) | Target::Algorithm(at) | Target::Generated(at) => {
                let name = self.metadata_name().unwrap_or_default();
                let value = scene.items[at].object.metadata.get(name);
                value.cloned().unwrap_or_default().into_bytes()
            }
            Target::KeyValue(key) => keys.value_der(REGION, scene.keys[key].index),
            Target::KeyFingerprint(key) => {
                let fingerprint = keys.fingerprint(REGION, scene.keys[key].index);
                fingerprint.into_bytes()
            }
            Target::KeyFile => scene.key_file().into_bytes(),
        }
    }
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Body => "content of an object",
            Part::Metadata => "metadata of an object",
            Part::Both => "object",
        }
    }
}

/// All edits of the trail in a view.
fn all_in(scene: &Scene, view: View) -> Vec<Case> {
    let items = 0..scene.items.len();
    let keys = 0..scene.keys.len();
    let mut targets: Vec<Target> = items.clone().map(Target::Body).collect();
    let parts: &[Part] = match view {
        View::Copy => {
            targets.push(Target::KeyFile);
            &[Part::Body]
        }
        View::Stored => {
            targets.extend(items.clone().map(Target::Signature));
            targets.extend(items.clone().map(Target::Algorithm));
            targets.extend(items.clone().map(Target::Generated));
            targets.extend(keys.clone().map(Target::KeyValue));
            targets.extend(keys.map(Target::KeyFingerprint));
            &[Part::Body, Part::Metadata, Part::Both]
        }
    };
    let changes = targets.into_iter().flat_map(|target| {
        let length = target.bytes(scene).len();
        Change::all(length).map(move |change| Edit::Change(target, change))
    });
    let pairs = items
        .clone()
        .flat_map(|a| items.clone().map(move |b| (a, b)));
    let moves = pairs.filter(|(a, b)| a != b).flat_map(|(a, b)| {
        let swap = parts.iter().map(move |part| Edit::Swap(*part, a, b));
        let swap = swap.filter(move |_| a < b);
        swap.chain(parts.iter().map(move |part| Edit::Overwrite(*part, a, b)))
    });
    let edits = changes.chain(moves);
    edits.map(|edit| Case { view, edit }).collect()
}

/// All edits.
pub fn all(scene: &Scene) -> Vec<Case> {
    [View::Stored, View::Copy]
        .into_iter()
        .flat_map(|view| all_in(scene, view))
        .collect()
}

/// So many edits of each kind, or all where there are fewer.
pub fn some(scene: &Scene, seed: u64, of_each: usize) -> Vec<Case> {
    let mut kinds: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in all(scene) {
        kinds.entry(case.kind(scene)).or_default().push(case);
    }
    let mut rng = Rng::seed_from_u64(seed);
    let drawn = kinds.into_values().flat_map(|mut cases| {
        cases.shuffle(&mut rng);
        cases.truncate(of_each);
        cases
    });
    drawn.collect()
}
