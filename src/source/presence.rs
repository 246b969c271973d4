//! Checks whether objects exist by listing their folders: one listing answers for all logs of a day. A source
//! that looks up one object at no cost is asked for each.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use crate::base::sha256::Sha256;
use crate::source::{GetError, Listed, Range, RootId, Source};

/// Folders remembered: each chain that is checked at the same time is within a day or two.
const FOLDERS: usize = 64;

/// Answers from recent listings of a source.
pub struct Presence<'a> {
    source: &'a dyn Source,
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

/// The names in one folder.
#[derive(Default)]
struct ListedNames {
    /// SHA-256 of the keys, for a fixed size per key.
    objects: HashSet<[u8; 32]>,
    /// The same of the empty objects.
    empty: HashSet<[u8; 32]>,
    refused: BTreeMap<String, &'static str>,
}

impl<'a> Presence<'a> {
    /// Without listings so far.
    pub fn new(source: &'a dyn Source) -> Self {
        Presence {
            source,
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
        match listing.get_or_init(|| self.list(root, folder)) {
            Err(error) => Err(error.clone()),
            Ok(names) => match names.refused.get(key) {
                Some(why) => Err(GetError::Refused(format!("it is {why}"))),
                None => {
                    let key = Sha256::of(key.as_bytes()).0;
                    let is_listed = names.objects.contains(&key);
                    let is_empty = names.empty.contains(&key);
                    is_listed.then_some(!is_empty).ok_or(GetError::NotFound)
                }
            },
        }
    }

    fn listing(&self, place: ListedFolder) -> DayListing {
        let mut recent = self.recent.lock().unwrap_or_else(|e| e.into_inner());
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
        let mut visit = |listed: Listed<'_>| match listed {
            Listed::Object(key, facts) => {
                let hash = Sha256::of(key.as_bytes()).0;
                names.objects.insert(hash);
                if facts.size == Some(0) {
                    names.empty.insert(hash);
                }
            }
            // Nothing below another folder is looked up here.
            Listed::Unlisted(..) => {}
            Listed::Refused(key, why) => _ = names.refused.insert(key.to_owned(), why),
        };
        match self
            .source
            .list(root, folder, &Range::default(), &mut visit)
        {
            Ok(requests) => {
                self.listings.fetch_add(requests, Ordering::Relaxed);
                Ok(names)
            }
            // A folder without objects does not exist in S3.
            Err(GetError::NotFound) => Ok(ListedNames::default()),
            Err(error) => Err(error),
        }
    }
}
