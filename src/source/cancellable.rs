//! A source that can be cancelled: from then on every request fails at once, so that a validation ends with
//! what it has proven so far.

use std::io::{self, Read};

use super::bucket_record::SettingState;
use super::{
    Folders, GetError, Listed, Outage, Range, Root, RootId, Source, SourceObject, Versions,
};
use crate::base::cancel::CancelFlag;
use crate::proof::finding::ObjectFacts;

/// Another source, until it is cancelled.
pub struct CancellableSource<'a> {
    source: &'a dyn Source,
    stop: CancelFlag,
}

impl<'a> CancellableSource<'a> {
    /// Reads from `source` until `stop` is set.
    pub fn new(source: &'a dyn Source, stop: CancelFlag) -> Self {
        CancellableSource { source, stop }
    }

    fn check(&self) -> Result<(), GetError> {
        match self.stop.reason() {
            Some(reason) => Err(GetError::Cancelled(reason)),
            None => Ok(()),
        }
    }
}

/// A body whose reading can be cancelled.
struct CancellableBody<'a> {
    body: Box<dyn Read + Send + 'a>,
    stop: CancelFlag,
}

impl Read for CancellableBody<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(reason) = self.stop.reason() {
            return Err(io::Error::other(GetError::Cancelled(reason)));
        }
        self.body.read(buffer)
    }
}

impl CancellableSource<'_> {
    fn cancellable<'a>(&self, object: SourceObject<'a>) -> SourceObject<'a> {
        let body = CancellableBody {
            body: object.body,
            stop: self.stop.clone(),
        };
        SourceObject {
            body: Box::new(body),
            ..object
        }
    }
}

impl Source for CancellableSource<'_> {
    fn roots(&self) -> Vec<Root> {
        self.source.roots()
    }

    fn open(&self, bucket: &str) -> Option<RootId> {
        self.source.open(bucket)
    }

    fn best_at_once(&self) -> usize {
        self.source.best_at_once()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        self.check()?;
        self.source.folders(root, prefix, other)
    }

    fn holds_any(&self, root: RootId, folder: &str) -> bool {
        self.source.holds_any(root, folder)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        self.check()?;
        self.source.list(root, prefix, range, visit)
    }

    fn look_up(&self, root: RootId, key: &str) -> Option<Result<Option<u64>, GetError>> {
        match self.check() {
            Ok(()) => self.source.look_up(root, key),
            Err(error) => Some(Err(error)),
        }
    }

    fn still_exists(&self, root: RootId, key: &str) -> Option<Result<(), GetError>> {
        match self.check() {
            Ok(()) => self.source.still_exists(root, key),
            Err(error) => Some(Err(error)),
        }
    }

    fn lifecycle(&self, root: RootId) -> Option<SettingState> {
        match self.check() {
            Ok(()) => self.source.lifecycle(root),
            Err(error) => Some(Err(error).into()),
        }
    }

    fn changed(&self) -> Option<String> {
        self.source.changed()
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        self.check()?;
        let object = self.source.get(root, key, with_metadata)?;
        Ok(self.cancellable(object))
    }

    fn get_again(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        if let Err(error) = self.check() {
            return Some(Err(error));
        }
        let object = self.source.get_again(root, key, with_metadata)?;
        Some(object.map(|object| self.cancellable(object)))
    }

    fn versions(&self, root: RootId, key: &str) -> Option<Result<Versions, GetError>> {
        match self.check() {
            Ok(()) => self.source.versions(root, key),
            Err(error) => Some(Err(error)),
        }
    }

    fn get_version(
        &self,
        root: RootId,
        key: &str,
        version_id: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        if let Err(error) = self.check() {
            return Some(Err(error));
        }
        let object = self
            .source
            .get_version(root, key, version_id, with_metadata)?;
        Some(object.map(|object| self.cancellable(object)))
    }

    fn outages(&self) -> Vec<(RootId, Outage)> {
        self.source.outages()
    }

    fn is_copy(&self) -> bool {
        self.source.is_copy()
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.check()?;
        self.source.stat(root, key)
    }
}
