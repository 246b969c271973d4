//! Checks whether objects exist by listing their folders: one listing answers for all logs of a day. A source
//! that looks up one object at no cost is asked for each.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::source::{GetError, Listed, Range, RootId, Source};

/// Folders remembered: each chain that is checked at the same time is within a day or two.
const FOLDERS: usize = 64;

/// Why nothing is known of a folder with more names than may be kept.
const TOO_MANY: &str = "its folder has more objects than can be kept in memory";

/// What an entry of a map takes beside its key, in bytes.
const ENTRY: u64 = 64;

/// Answers from recent listings of a source.
pub struct Presence<'a> {
    source: &'a dyn Source,
    /// The most bytes of names.
    most: u64,
    recent: Mutex<RecentListings>,
    listings: AtomicU64,
}

/// Listings, the oldest of which is forgotten first.
#[derive(Default)]
struct RecentListings {
    folders: BTreeMap<ListedFolder, DayListing>,
    order: VecDeque<ListedFolder>,
}

type ListedFolder = (RootId, String);
/// A listing that the first caller makes while others wait for it.
type DayListing = Arc<OnceLock<Result<ListedNames, GetError>>>;

/// Half of the SHA-256 of a key: a fixed size per key, and nobody finds another key with the same half.
type KeyHash = [u8; 16];

fn hash(key: &str) -> KeyHash {
    let hash = Sha256::of(key.as_bytes()).0;
    let mut half = KeyHash::default();
    half.copy_from_slice(&hash[..16]);
    half
}

/// The names in one folder.
#[derive(Default)]
struct ListedNames {
    /// The objects, sorted.
    objects: Vec<KeyHash>,
    /// The empty ones among them, sorted.
    empty: Vec<KeyHash>,
    refused: BTreeMap<String, &'static str>,
    /// The bytes that all of it takes.
    bytes: u64,
}

impl ListedNames {
    fn add(&mut self, listed: &Listed<'_>) {
        let size = size_of::<KeyHash>() as u64;
        match *listed {
            Listed::Object(key, facts) => {
                let hash = hash(key);
                self.objects.push(hash);
                self.bytes += size;
                if facts.size == Some(0) {
                    self.empty.push(hash);
                    self.bytes += size;
                }
            }
            // Nothing below another folder is looked up here.
            Listed::Unlisted(..) => {}
            Listed::Refused(key, why) => {
                self.bytes += key.len() as u64 + ENTRY;
                self.refused.insert(key.to_owned(), why);
            }
        }
    }

    /// The same, in order and without spare room.
    fn sorted(mut self) -> Self {
        for hashes in [&mut self.objects, &mut self.empty] {
            hashes.sort_unstable();
            hashes.shrink_to_fit();
        }
        self
    }
}

impl RecentListings {
    /// Forgets the oldest listings until the others take at most so many bytes.
    fn keep(&mut self, most: u64) {
        let bytes = |listing: &DayListing| match listing.get() {
            Some(Ok(names)) => names.bytes,
            Some(Err(_)) | None => 0,
        };
        let mut taken: u64 = self.folders.values().map(bytes).sum();
        let folders = &mut self.folders;
        self.order.retain(|folder| {
            let own = folders.get(folder).map_or(0, bytes);
            let is_kept = taken <= most || own == 0;
            if !is_kept {
                taken -= own;
                folders.remove(folder);
            }
            is_kept
        });
    }
}

impl<'a> Presence<'a> {
    /// Without listings so far.
    pub fn new(source: &'a dyn Source, limits: &Limits) -> Self {
        Presence {
            source,
            most: limits.presence_names,
            recent: Mutex::default(),
            listings: AtomicU64::new(0),
        }
    }

    /// The number of requests that its listings took.
    pub fn listings(&self) -> u64 {
        self.listings.load(Ordering::Relaxed)
    }

    /// Checks that an object exists. Returns whether it has content: an empty object is no log that is
    /// present.
    ///
    /// # Errors
    /// `NotFound` if it does not exist, `Refused` if the source declines to read it, or why its folder could not
    /// be listed.
    pub fn check(&self, root: RootId, key: &str) -> Result<bool, GetError> {
        if let Some(size) = self.source.look_up(root, key) {
            return size.map(|size| size != Some(0));
        }
        let folder = key.rfind('/').map_or("", |at| &key[..=at]);
        let listing = self.listing((root, folder.to_owned()));
        let mut is_new = false;
        let names = listing.get_or_init(|| {
            is_new = true;
            self.list(root, folder)
        });
        if is_new {
            self.recent().keep(self.most);
        }
        match names {
            Err(error) => Err(error.clone()),
            Ok(names) => match names.refused.get(key) {
                Some(why) => Err(GetError::Refused(format!("it is {why}"))),
                None => {
                    let key = hash(key);
                    let is_listed = names.objects.binary_search(&key).is_ok();
                    let is_empty = names.empty.binary_search(&key).is_ok();
                    is_listed.then_some(!is_empty).ok_or(GetError::NotFound)
                }
            },
        }
    }

    fn recent(&self) -> MutexGuard<'_, RecentListings> {
        self.recent.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn listing(&self, place: ListedFolder) -> DayListing {
        let mut recent = self.recent();
        if let Some(listing) = recent.folders.get(&place) {
            return Arc::clone(listing);
        }
        if recent.order.len() >= FOLDERS
            && let Some(oldest) = recent.order.pop_front()
        {
            recent.folders.remove(&oldest);
        }
        recent.order.push_back(place.clone());
        Arc::clone(recent.folders.entry(place).or_default())
    }

    fn list(&self, root: RootId, folder: &str) -> Result<ListedNames, GetError> {
        let mut names = ListedNames::default();
        let mut visit = |listed: Listed<'_>| {
            if names.bytes <= self.most {
                names.add(&listed);
            }
        };
        match self
            .source
            .list(root, folder, &Range::default(), &mut visit)
        {
            Ok(requests) => {
                self.listings.fetch_add(requests, Ordering::Relaxed);
                match names.bytes > self.most {
                    true => Err(GetError::Io(TOO_MANY.into())),
                    false => Ok(names.sorted()),
                }
            }
            // A folder without objects does not exist in S3.
            Err(GetError::NotFound) => Ok(ListedNames::default()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Presence, TOO_MANY};
    use crate::base::limits::Limits;
    use crate::source::memory::{MemoryObject, MemorySource};
    use crate::source::{GetError, RootId};

    const ROOT: RootId = RootId(0);

    /// So many folders with as many objects each, of which the first is empty.
    fn folders(count: usize, objects: usize) -> MemorySource {
        let mut source = MemorySource::default();
        for folder in 0..count {
            for object in 0..objects {
                let body = vec![0; object.min(1)];
                let object_of = MemoryObject {
                    body,
                    ..MemoryObject::default()
                };
                source.put("bucket", &format!("{folder}/{object}"), object_of);
            }
        }
        source
    }

    fn within(source: &MemorySource, presence_names: u64) -> Presence<'_> {
        let limits = Limits {
            presence_names,
            ..Limits::default()
        };
        Presence::new(source, &limits)
    }

    /// The bytes of the names that are remembered.
    fn taken(presence: &Presence<'_>) -> u64 {
        let recent = presence.recent();
        let listings = recent.folders.values();
        let names = listings.filter_map(|listing| listing.get()?.as_ref().ok());
        names.map(|names| names.bytes).sum()
    }

    #[test]
    fn what_exists_is_known_whatever_is_forgotten() {
        let source = folders(100, 100);
        for most in [101 * 16, 5_000, 10 << 20] {
            let presence = within(&source, most);
            for round in 0..2 {
                for folder in 0..100 {
                    let check = |object: usize| presence.check(ROOT, &format!("{folder}/{object}"));
                    let asked = [0, 1, 99, 100].map(check);
                    let known = [Ok(false), Ok(true), Ok(true), Err(GetError::NotFound)];
                    assert_eq!(asked, known, "{most} {round}");
                    assert!(taken(&presence) <= most, "{most}");
                }
            }
            let recent = presence.recent();
            let kept = recent.folders.len();
            assert_eq!(kept, recent.order.len());
            assert_eq!(kept as u64, (most / (101 * 16)).min(64), "{most}");
        }
    }

    #[test]
    fn a_folder_with_too_many_names_takes_no_more_memory_and_accuses_nobody() {
        let source = folders(2, 1_000);
        let presence = within(&source, 999 * 16);
        for key in ["0/0", "0/999", "0/none"] {
            assert_eq!(
                presence.check(ROOT, key),
                Err(GetError::Io(TOO_MANY.into()))
            );
        }
        assert_eq!(taken(&presence), 0);
    }
}
