//! One thread's copy of the trail: it makes one edit after another, validates, judges, and undoes it.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use trailproof::cloudtrail::answers::ListedKey;
use trailproof::{
    Access, KeyRing, Keys, Limits, MemoryObject, MemorySource, Metadata, Outcome, Places,
    RegionalKeys, Request, Silent, Source, load_keys, validate,
};

use super::container::GzipReaders;
use super::edits::{Case, Change, Edit, Part, Target, View};
use super::expected::Expected;
use super::judge::{Faults, judge};
use super::scene::{BUCKET, DigestItem, REGION, Scene};
use super::sight::{Content, Own, Seen, own};
use super::sources::{ListedKeys, PlainCopy};
use super::standing::Sure;
use crate::library::stored;

/// A digest is signed within so many hours after its end, and a backfill digest after it was generated.
const DELIVERY_LAG: i64 = 2;

/// What is edited in one case.
#[derive(Default)]
struct Edited {
    /// The items that are stored otherwise.
    items: Vec<(usize, MemoryObject)>,
    keys: EditedKeys,
}

#[derive(Default)]
enum EditedKeys {
    #[default]
    None,
    /// ListPublicKeys answers this instead of a key.
    Listed(usize, ListedKey),
    /// The file of the keys holds these bytes.
    File(Vec<u8>),
}

/// One thread's copy of the trail.
pub struct Workshop<'s> {
    scene: &'s Scene,
    items: Vec<MemoryObject>,
    stored: MemorySource,
    copy: PlainCopy,
    ring: KeyRing,
    /// The file of the keys, in a folder of its own.
    key_file: (tempfile::TempDir, PathBuf),
    readers: GzipReaders,
}

impl<'s> Workshop<'s> {
    /// The trail without edits.
    pub fn new(scene: &'s Scene) -> Self {
        let stored_items = scene.items.iter().map(|item| stored(&item.object));
        let source = scene.source();
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("keys.json");
        let ring = ring(&path, scene.key_file().as_bytes()).expect("keys");
        Workshop {
            scene,
            items: stored_items.collect(),
            copy: PlainCopy(source.clone()),
            stored: source,
            ring,
            key_file: (dir, path),
            readers: GzipReaders::default(),
        }
    }

    /// The faults in what is reported after an edit.
    pub fn try_case(&mut self, case: Case) -> Faults {
        let (expected, outcome) = self.report(case.view, Some(case.edit));
        let judged = outcome.map(|outcome| judge(self.scene, &expected, &outcome));
        judged.unwrap_or_default()
    }

    /// What must be reported of the trail as it is, or after an edit, and what is. Without keys that can be read
    /// there is no report.
    pub fn report(&mut self, view: View, edit: Option<Edit>) -> (Expected, Option<Outcome>) {
        let edited = edit.map_or_else(Edited::default, |edit| self.edited(edit));
        let expected = self.expected(view, &edited);
        let (scene, path) = (self.scene, self.key_file.1.clone());
        self.put(&edited.items);
        let outcome = match (view, edited.keys) {
            (View::Stored, keys) => {
                let edited = match keys {
                    EditedKeys::Listed(at, key) => Some((at, key)),
                    EditedKeys::None | EditedKeys::File(_) => None,
                };
                let api = ListedKeys { scene, edited };
                Some(proved(&self.stored, &RegionalKeys::new(api, scene.now)))
            }
            (View::Copy, EditedKeys::File(bytes)) => {
                ring(&path, &bytes).map(|ring| proved(&self.copy, &ring))
            }
            (View::Copy, _) => Some(proved(&self.copy, &self.ring)),
        };
        let undone = edited.items.into_iter().map(|(at, _)| at);
        let undone: Vec<_> = undone.map(|at| (at, self.items[at].clone())).collect();
        self.put(&undone);
        (expected, outcome)
    }

    fn put(&mut self, items: &[(usize, MemoryObject)]) {
        for (at, object) in items {
            let key = &self.scene.items[*at].key;
            for source in [&mut self.stored, &mut self.copy.0] {
                source.put(BUCKET, key, object.clone());
            }
        }
    }

    fn edited(&self, edit: Edit) -> Edited {
        let mut edited = Edited::default();
        match edit {
            Edit::Change(target, change) => self.change(target, change, &mut edited),
            Edit::Swap(part, a, b) => {
                edited.items = vec![(a, self.with(part, a, b)), (b, self.with(part, b, a))];
            }
            Edit::Overwrite(part, at, by) => edited.items = vec![(at, self.with(part, at, by))],
        }
        edited
    }

    fn change(&self, target: Target, change: Change, edited: &mut Edited) {
        let bytes = change.apply(&target.bytes(self.scene));
        let mut with = |at: usize, edit: &dyn Fn(&mut MemoryObject)| {
            let mut object = self.items[at].clone();
            edit(&mut object);
            edited.items.push((at, object));
        };
        let key = |at: usize| self.scene.listed(self.scene.keys[at]);
        match target {
            Target::Body(at) => with(at, &|object| object.body.clone_from(&bytes)),
            Target::Signature(at) => {
                with(at, &|object| {
                    object.metadata.signature = Some(text_of(&bytes))
                });
            }
            Target::Algorithm(at) => with(at, &|object| {
                object.metadata.signature_algorithm = Some(text_of(&bytes));
            }),
            Target::Generated(at) => with(at, &|object| {
                object.metadata.backfill_generated = Some(text_of(&bytes));
            }),
            Target::KeyValue(at) => {
                let der = Some(bytes);
                edited.keys = EditedKeys::Listed(at, ListedKey { der, ..key(at) });
            }
            Target::KeyFingerprint(at) => {
                let fingerprint = Some(text_of(&bytes));
                let key = ListedKey {
                    fingerprint,
                    ..key(at)
                };
                edited.keys = EditedKeys::Listed(at, key);
            }
            Target::KeyFile => edited.keys = EditedKeys::File(bytes),
        }
    }

    /// An item with a part of another.
    fn with(&self, part: Part, at: usize, by: usize) -> MemoryObject {
        let (mut object, by) = (self.items[at].clone(), &self.items[by]);
        if part != Part::Metadata {
            object.body.clone_from(&by.body);
        }
        if part != Part::Body {
            object.metadata.clone_from(&by.metadata);
        }
        object
    }

    fn expected(&mut self, view: View, edited: &Edited) -> Expected {
        let scene = self.scene;
        let broken = is_broken(scene, &edited.keys);
        let no_metadata = Metadata::default();
        let mut seen = Vec::with_capacity(scene.items.len());
        let mut usable = Vec::with_capacity(scene.items.len());
        for (at, item) in scene.items.iter().enumerate() {
            let edited_item = edited.items.iter().find(|(edited, _)| *edited == at);
            let metadata = match (view, edited_item) {
                (View::Copy, _) => &no_metadata,
                (View::Stored, Some((_, object))) => &object.metadata,
                (View::Stored, None) => &self.items[at].metadata,
            };
            let digest = item.digest();
            let key = digest.map_or(Sure::No, |digest| match view {
                View::Stored => is_listed(scene, digest, metadata, broken).into(),
                View::Copy => is_in_file(scene, digest, &edited.keys),
            });
            let own = digest.map_or(Own::Absent, |digest| own(digest, metadata, key));
            seen.push(match edited_item {
                None => Seen {
                    content: Content::Same,
                    own,
                    carries: 0,
                },
                Some((_, object)) => Seen::of(&mut self.readers, (scene, item), &object.body, own),
            });
            usable.push(key);
        }
        let broken_key = match edited.keys {
            EditedKeys::File(_) => Sure::Either,
            _ => broken.is_some().into(),
        };
        Expected::new(scene, &seen, &usable, broken_key)
    }
}

/// The text of metadata with these bytes: HTTP does not say in which encoding.
fn text_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// What is proven with one worker.
fn proved(source: &dyn Source, keys: &dyn Keys) -> Outcome {
    let places = Places::new(source.roots(), Vec::new());
    let access = Access {
        source,
        places: &places,
        keys,
        trails: None,
    };
    validate(access, &Request::default(), &Silent).expect("a worker")
}

/// The keys in a file, if it can be read.
fn ring(path: &Path, bytes: &[u8]) -> Option<KeyRing> {
    fs::write(path, bytes).expect("a file");
    let mut ring = KeyRing::default();
    load_keys(path, &Limits::default(), &mut ring).ok()?;
    Some(ring)
}

/// The key that ListPublicKeys returns and that does not fit its fingerprint.
fn is_broken(scene: &Scene, keys: &EditedKeys) -> Option<usize> {
    let EditedKeys::Listed(at, edited) = keys else {
        return None;
    };
    let right = scene.listed(scene.keys[*at]);
    let same = |a: &Option<String>, b: &Option<String>| {
        let (a, b) = (
            a.as_deref().unwrap_or_default(),
            b.as_deref().unwrap_or_default(),
        );
        a.eq_ignore_ascii_case(b)
    };
    let fits = edited.der == right.der && same(&edited.fingerprint, &right.fingerprint);
    (!fits).then_some(*at)
}

/// Whether ListPublicKeys returns the key of a digest for the time in which it says that it was signed.
fn is_listed(
    scene: &Scene,
    digest: &DigestItem,
    metadata: &Metadata,
    broken: Option<usize>,
) -> bool {
    let generated = metadata.backfill_generated.as_deref();
    let generated: Option<Timestamp> = generated.and_then(|text| text.parse().ok());
    let lag = SignedDuration::from_hours(DELIVERY_LAG);
    let (from, to) = match (digest.backfill, generated) {
        (true, Some(at)) => (at, at.saturating_add(lag).unwrap_or(at)),
        (true, None) => (digest.end, scene.now),
        (false, _) => (digest.end, digest.end + lag),
    };
    let mut keys = scene.world.keys.published(REGION, from, to).into_iter();
    keys.any(|key| {
        let is_it = key.index == digest.key && scene.is_of_its_time(key);
        is_it && broken.is_none_or(|at| scene.keys[at] != key)
    })
}

/// Whether the file of the keys holds the key of a digest. Where the file was edited elsewhere, it may.
fn is_in_file(scene: &Scene, digest: &DigestItem, keys: &EditedKeys) -> Sure {
    let EditedKeys::File(bytes) = keys else {
        return Sure::Yes;
    };
    let value = STANDARD.encode(scene.world.keys.value_der(REGION, digest.key));
    let mut parts = bytes.windows(value.len());
    match parts.any(|part| part == value.as_bytes()) {
        true => Sure::Either,
        false => Sure::No,
    }
}
