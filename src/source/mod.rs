//! Where bytes come from: buckets in S3, folders on disk, or memory. A source lists and reads objects, and
//! never judges what it returns. Everything that follows from the bytes is decided in `proof` and `validate`.
//!
//! Start with the trait [`Source`] and with [`GetError`], the reasons why a read may fail. [`disk`] and
//! [`memory`] implement it here, `aws::s3` for buckets. [`places`] relates where an object was found to where
//! it was written, and [`access_point`] knows the other names of a bucket. [`trails`], [`bucket`] and [`endpoint`] are what
//! else can be looked up in AWS. [`bundle`] is what `collect` stores of all this.

pub mod access_point;
pub mod answer_log;
pub mod bucket;
pub mod bucket_record;
pub mod bundle;
pub mod bundle_names;
pub mod cancellable;
pub mod disk;
pub mod endpoint;
mod error;
pub mod identity;
pub mod input;
pub mod inventory;
pub mod key_files;
pub mod keys;
mod listing;
pub mod memory;
mod object;
pub mod parts;
pub mod places;
pub mod presence;
pub mod regional_keys;
mod stored_head;
pub mod trails;
mod versions;

pub use error::{Denial, GetError, Outage};
pub use listing::{Folders, Listed, ListedFacts, Range};
pub use object::{Metadata, SourceObject};
pub use stored_head::{Checksums, ContentHeaders, ResponseMetadata, StoredHead};
pub use versions::{VersionEntry, VersionObject, Versions, VersionsKept};

use self::bucket_record::SettingState;
use crate::proof::finding::ObjectFacts;

/// The number of a root within its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootId(pub usize);

/// One bucket of a source, or one folder that stands for buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its number.
    pub id: RootId,
    /// The names of the buckets whose objects it contains: none for a folder without a given name, several if
    /// buckets were copied into one folder.
    pub buckets: Vec<String>,
}

/// Read-only access to the objects of one or more buckets, by key.
///
/// Implement `roots`, `folders`, `list`, `get` and `stat`; the other methods have defaults that fit most
/// sources. A validation calls them from many threads at the same time and in any order, and its report must
/// not depend on that order. So an implementation must give the same answer to the same question, as long as
/// the objects do not change.
///
/// - Keys are those of S3, with `/` as the separator and compared byte by byte. Prefixes are empty or end
///   with a slash.
/// - Answer [`GetError::NotFound`] only if the object is known not to exist. It may become a finding of
///   missing evidence; all other errors only leave the object unproven.
/// - If you cannot be sure what a name leads to, such as a symbolic link, report it as refused. Do not
///   leave it out.
///
/// [`MemorySource`](memory::MemorySource) is a short example.
pub trait Source: Sync {
    /// The roots to search for trails. Their ids stay valid as long as the source exists.
    fn roots(&self) -> Vec<Root>;

    /// Opens another bucket by its name, because a digest refers to it; the same id for the same name.
    /// `None`, the default, if the source cannot: then objects in it are
    /// [`GetError::Elsewhere`].
    fn open(&self, _bucket: &str) -> Option<RootId> {
        None
    }

    /// How many objects should be read at the same time, judged by what the source has seen so far. 0, the
    /// default, leaves that to the caller.
    fn best_at_once(&self) -> usize {
        0
    }

    /// The names one level below `prefix` that have keys below them, in the order of their bytes. Calls
    /// `other` with the keys that lie directly below the prefix, and with the entries that the source
    /// declines to read.
    ///
    /// # Errors
    /// If the prefix cannot be listed. `NotFound` if nothing below it exists; an empty answer means the same.
    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError>;

    /// Whether any key exists below a folder that [`Self::folders`] returned. By default `true`, because
    /// only a file system has empty folders.
    fn holds_any(&self, _root: RootId, _folder: &str) -> bool {
        true
    }

    /// Calls `visit` with every key below `prefix` and within `range`, in the order of their bytes. Returns
    /// the number of requests that it took.
    ///
    /// # Errors
    /// If the prefix cannot be listed to its end; keys visited before that count. `NotFound` if nothing below
    /// it exists; an empty answer means the same.
    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError>;

    /// The size of an object, where one object is looked up at no more than its share of a listing. `None`, the
    /// default, where that costs a request: then folders are listed to learn what exists.
    fn look_up(&self, _root: RootId, _key: &str) -> Option<Result<Option<u64>, GetError>> {
        None
    }

    /// Opens an object; reads its user metadata too if `with_metadata`.
    ///
    /// # Errors
    /// Why it cannot be opened.
    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError>;

    /// Opens an object once more, on a connection of its own and past caches on the way. It is called before
    /// an object counts as altered or missing. `None`, the default, if the answer would be the same: nothing
    /// lies between the caller and the store, and nothing changed there.
    fn get_again(
        &self,
        _root: RootId,
        _key: &str,
        _with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        None
    }

    /// The versions of exactly this key, with its delete markers. It is called where an object is missing or
    /// altered. `None`, the default, if the source has no versions.
    fn versions(&self, _root: RootId, _key: &str) -> Option<Result<Versions, GetError>> {
        None
    }

    /// Opens one version of an object, with an id that [`Self::versions`] returned; reads its user metadata too
    /// if `with_metadata`. `None`, the default, if the source has no versions.
    fn get_version(
        &self,
        _root: RootId,
        _key: &str,
        _version_id: &str,
        _with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        None
    }

    /// The lifecycle rules of a bucket. It is called where an object that was there is missing. `None`, the
    /// default, if the source has none.
    fn lifecycle(&self, _root: RootId) -> Option<SettingState> {
        None
    }

    /// Whether an object that a listing showed still exists, if that listing may be old. `None`, the default, if
    /// listings are as new as what is read.
    fn still_exists(&self, _root: RootId, _key: &str) -> Option<Result<(), GetError>> {
        None
    }

    /// The key of something that changed while the source was read, if it notices that. `None` by default.
    fn changed(&self) -> Option<String> {
        None
    }

    /// The roots that got no requests for some time because nothing answered. None by default.
    fn outages(&self) -> Vec<(RootId, Outage)> {
        Vec::new()
    }

    /// Whether the source is a copy of a bucket, `false` by default. A folder that a copy
    /// lacks altogether was not copied.
    fn is_copy(&self) -> bool {
        false
    }

    /// The size, entity tag and the like of an object, without reading it.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError>;
}
