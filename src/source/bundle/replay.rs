//! A bundle as a source: it answers each question as S3 answered it when the bundle was collected.
//!
//! A question that was not asked then is answered with [`GetError::NotCollected`], and one whose file is not the
//! one that was collected with [`GetError::BundleAltered`]. Neither says that an object does not exist.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use elsa::sync::FrozenVec;

use super::answers::unanswered;
use super::check::CheckedBundle;
use super::files::{BundleFiles, not_valid};
use super::layout;
use super::listings::{RecordedListings, folders};
use super::question::ListingQuestion;
use super::record::UncollectedObject;
use super::trails::BundleTrails;
use crate::base::limits::Limits;
use crate::proof::finding::ObjectFacts;
use crate::source::bucket::is_bucket_name;
use crate::source::{
    Folders, GetError, Listed, Metadata, Range, Root, RootId, Source, SourceObject, StoredHead,
    Versions,
};

/// The buckets of a bundle, or of a collection that is not finished.
pub struct BundleSource {
    files: Arc<BundleFiles>,
    /// The buckets that were read, then those that digests refer to.
    buckets: FrozenVec<String>,
    opening: Mutex<()>,
    listings: RecordedListings,
    changed: OnceLock<Option<String>>,
}

impl BundleSource {
    /// A bundle that was checked.
    pub fn new(checked: CheckedBundle, buckets: &[String], limits: &Limits) -> Self {
        BundleSource::of(BundleFiles::checked(checked, limits), buckets)
    }

    /// A collection that is not finished: what it stored so far. What could not be read then is not collected,
    /// so that it is read again.
    ///
    /// # Errors
    /// If the folder cannot be opened.
    pub fn unfinished(dir: &Path, buckets: &[String], limits: &Limits) -> std::io::Result<Self> {
        let files = BundleFiles::unfinished(dir, limits)?;
        Ok(BundleSource::of(files, buckets))
    }

    fn of(files: BundleFiles, buckets: &[String]) -> Self {
        let opened = FrozenVec::new();
        buckets.iter().for_each(|name| opened.push(name.clone()));
        BundleSource {
            files: Arc::new(files),
            buckets: opened,
            opening: Mutex::default(),
            listings: RecordedListings::default(),
            changed: OnceLock::new(),
        }
    }

    /// What CloudTrail answered about trails.
    pub fn trails(&self) -> BundleTrails {
        BundleTrails::new(Arc::clone(&self.files))
    }

    /// The files, for what else the bundle answers.
    pub(super) fn files(&self) -> &Arc<BundleFiles> {
        &self.files
    }

    fn bucket(&self, root: RootId) -> Result<&str, GetError> {
        self.buckets.get(root.0).ok_or(GetError::NotFound)
    }

    /// Opens what was stored at the first of some paths that holds anything. With `with_head`, reads what S3
    /// said of it too.
    fn stored(
        &self,
        paths: &[String],
        (bucket, key): (&str, &str),
        with_head: bool,
    ) -> Result<Option<SourceObject<'_>>, GetError> {
        for path in paths {
            let Some((file, size)) = self.files.file(path)? else {
                continue;
            };
            // Whoever goes on with a collection needs what S3 said too, and fetches an object again without it.
            let with_head = with_head || !self.files.is_finished();
            let head = with_head.then(|| self.head(path)).transpose()?.flatten();
            match &head {
                // A collection stores the head of each object first.
                None if with_head && self.files.is_finished() => {
                    return Err(GetError::BundleAltered);
                }
                None if with_head => continue,
                // Where names that differ in case lie in one file.
                Some(head) if head.bucket != bucket || head.key != key => continue,
                _ => {}
            }
            let is_doubtful = head.as_ref().is_some_and(|head| !head.is_of_s3());
            return Ok(Some(SourceObject {
                body: Box::new(file),
                doubt: is_doubtful.then(GetError::foreign),
                metadata: head
                    .as_ref()
                    .map_or_else(Metadata::default, StoredHead::digest_metadata),
                facts: match &head {
                    Some(head) => head.facts(),
                    None => ObjectFacts {
                        size: Some(size),
                        ..ObjectFacts::default()
                    },
                },
                head: head.map(Box::new),
            }));
        }
        Ok(None)
    }

    /// What S3 said of the object at a path.
    fn head(&self, path: &str) -> Result<Option<StoredHead>, GetError> {
        self.files
            .json(&layout::head(path), self.files.limits().head_json)
    }

    /// Why an object, or a version of it, could not be read when the bundle was collected.
    fn unread(&self, path: &str, (bucket, key): (&str, &str), version: Option<&str>) -> GetError {
        if !self.files.is_finished() {
            return GetError::NotCollected;
        }
        match self
            .files
            .json::<UncollectedObject>(path, self.files.limits().head_json)
        {
            Ok(None) => GetError::NotCollected,
            Ok(Some(unread)) => {
                let is_same = unread.bucket == bucket
                    && unread.key == key
                    && unread.version_id.as_deref() == version;
                match is_same {
                    true => unread.error,
                    false => not_valid(path, "it is about another object"),
                }
            }
            Err(error) => error,
        }
    }

    fn object(
        &self,
        root: RootId,
        key: &str,
        with_head: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        let bucket = self.bucket(root)?;
        let stored = self.stored(&layout::object(bucket, key), (bucket, key), with_head)?;
        stored.ok_or_else(|| self.unread(&layout::unread(bucket, key), (bucket, key), None))
    }
}

impl Source for BundleSource {
    fn roots(&self) -> Vec<Root> {
        let root = |(i, name): (usize, &str)| Root {
            id: RootId(i),
            buckets: vec![name.to_owned()],
        };
        self.buckets.iter().enumerate().map(root).collect()
    }

    fn open(&self, bucket: &str) -> Option<RootId> {
        if !is_bucket_name(bucket) {
            return None;
        }
        let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.buckets.iter().position(|name| name == bucket);
        Some(RootId(known.unwrap_or_else(|| {
            self.buckets.push(bucket.to_owned());
            self.buckets.len() - 1
        })))
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        let question = ListingQuestion::folders(self.bucket(root)?, prefix);
        folders(&self.files, &question, other)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let question = ListingQuestion::keys(self.bucket(root)?, prefix, range);
        self.listings.keys(&self.files, &question, visit)?;
        Ok(0)
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        self.object(root, key, with_metadata)
    }

    /// The answer is the same. It comes with what S3 said of the object, which only counts where the object
    /// would count as altered.
    fn get_again(
        &self,
        root: RootId,
        key: &str,
        _with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        Some(self.object(root, key, true))
    }

    fn versions(&self, root: RootId, key: &str) -> Option<Result<Versions, GetError>> {
        Some(self.bucket(root).and_then(|bucket| {
            let path = layout::versions(bucket, key);
            let limit = self.files.limits().side_file;
            let versions = self.files.json(&path, limit)?;
            versions.ok_or_else(|| unanswered(&self.files, &layout::versions_error(bucket, key)))
        }))
    }

    fn get_version(
        &self,
        root: RootId,
        key: &str,
        version_id: &str,
        _with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        Some(self.bucket(root).and_then(|bucket| {
            let paths = layout::version(bucket, key, version_id);
            let unread = layout::unread_version(bucket, key, version_id);
            let stored = self.stored(&paths, (bucket, key), true)?;
            stored.ok_or_else(|| self.unread(&unread, (bucket, key), Some(version_id)))
        }))
    }

    /// Searched for once, when everything was read.
    fn changed(&self) -> Option<String> {
        self.changed.get_or_init(|| self.files.changed()).clone()
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        let bucket = self.bucket(root)?;
        for path in layout::object(bucket, key) {
            if let Some(head) = self.head(&path)? {
                return Ok(head.facts());
            }
        }
        Err(self.unread(&layout::unread(bucket, key), (bucket, key), None))
    }
}
