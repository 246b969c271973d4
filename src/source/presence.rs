//! Whether objects are there, by listing the folders they lie in: one listing answers for a day of
//! logs.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use crate::base::sha256::Sha256;
use crate::source::{GetError, Listed, Range, RootId, Source};

/// Folders remembered: the chains worked on at the same time are each within a day or two.
const FOLDERS: usize = 64;

/// What was listed.
pub struct Presence<'a> {
    source: &'a dyn Source,
    kept: Mutex<RecentListings>,
    listings: AtomicU64,
}

#[derive(Default)]
struct RecentListings {
    folders: BTreeMap<ListedFolder, DayListing>,
    order: VecDeque<ListedFolder>,
}

type ListedFolder = (RootId, String);
type DayListing = Arc<OnceLock<Result<ListedNames, GetError>>>;

/// The names in one folder.
#[derive(Default)]
struct ListedNames {
    /// SHA-256 of the keys: a fixed size, and as good as they are.
    objects: HashSet<[u8; 32]>,
    refused: BTreeMap<String, &'static str>,
}

impl<'a> Presence<'a> {
    /// Nothing was listed yet.
    pub fn new(source: &'a dyn Source) -> Self {
        Presence {
            source,
            kept: Mutex::default(),
            listings: AtomicU64::new(0),
        }
    }

    /// Requests made for listings.
    pub fn listings(&self) -> u64 {
        self.listings.load(Ordering::Relaxed)
    }

    /// Sees whether an object is there.
    ///
    /// # Errors
    /// `NotFound` where it is not; why its folder could not be listed, or why it is not looked at.
    pub fn see(&self, root: RootId, key: &str) -> Result<(), GetError> {
        let folder = key.rfind('/').map_or("", |at| &key[..=at]);
        let answer = self.answer((root, folder.to_owned()));
        match answer.get_or_init(|| self.list(root, folder)) {
            Err(error) => Err(error.clone()),
            Ok(names) => match names.refused.get(key) {
                Some(why) => Err(GetError::Refused(format!("it is {why}"))),
                None if names.objects.contains(&Sha256::of(key.as_bytes()).0) => Ok(()),
                None => Err(GetError::NotFound),
            },
        }
    }

    fn answer(&self, place: ListedFolder) -> DayListing {
        let mut kept = self.kept.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(answer) = kept.folders.get(&place) {
            return Arc::clone(answer);
        }
        if kept.order.len() >= FOLDERS
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.folders.remove(&oldest);
        }
        kept.order.push_back(place.clone());
        Arc::clone(kept.folders.entry(place).or_default())
    }

    fn list(&self, root: RootId, folder: &str) -> Result<ListedNames, GetError> {
        let mut names = ListedNames::default();
        let mut visit = |listed: Listed<'_>| match listed {
            Listed::Object(key, _) => _ = names.objects.insert(Sha256::of(key.as_bytes()).0),
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
            // A folder without objects is not there.
            Err(GetError::NotFound) => Ok(ListedNames::default()),
            Err(error) => Err(error),
        }
    }
}
