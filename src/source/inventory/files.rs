//! Where the files of an inventory are read, and whether they are those of its manifest.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use md5::{Digest as _, Md5};

use super::error::InventoryError;
use super::manifest::InventoryFile;
use crate::base::error::words;
use crate::source::input::open_input;
use crate::source::{GetError, RootId, Source};

/// Opens the files of an inventory, from any thread.
pub trait InventoryFiles: Sync {
    /// Opens a file by its key in the destination bucket.
    ///
    /// # Errors
    /// Why it cannot be opened.
    fn open(&self, key: &str) -> Result<Box<dyn Read + Send + '_>, GetError>;
}

/// Files in a bucket.
pub struct SourceFiles<'s> {
    /// The source that holds the bucket.
    pub source: &'s dyn Source,
    /// The bucket.
    pub root: RootId,
}

impl InventoryFiles for SourceFiles<'_> {
    fn open(&self, key: &str) -> Result<Box<dyn Read + Send + '_>, GetError> {
        let object = self.source.get(self.root, key, false)?;
        match object.doubt {
            Some(doubt) => Err(doubt),
            None => Ok(object.body),
        }
    }
}

/// Files on disk: where they are in a copy of their bucket, or beside the manifest.
pub struct FolderFiles {
    /// The folder of the manifest.
    folder: PathBuf,
}

impl FolderFiles {
    /// The files of a manifest.
    pub fn of(manifest: &Path) -> Self {
        let folder = manifest.parent().unwrap_or(Path::new(""));
        FolderFiles {
            folder: folder.to_owned(),
        }
    }

    /// Where a file may be. S3 writes `PREFIX/BUCKET/ID/data/NAME` beside `PREFIX/BUCKET/ID/TIME/manifest.json`. Of its
    /// key only the name counts, so that no manifest leads elsewhere.
    fn places(&self, key: &str) -> impl Iterator<Item = PathBuf> {
        let name = key.rsplit('/').next().unwrap_or(key);
        let is_name = !matches!(name, "" | "." | "..");
        let folders = ["../data", "data", ""].map(|folder| self.folder.join(folder));
        let places = folders.map(|folder| folder.join(name));
        places.into_iter().filter(move |_| is_name)
    }
}

impl InventoryFiles for FolderFiles {
    fn open(&self, key: &str) -> Result<Box<dyn Read + Send + '_>, GetError> {
        for place in self.places(key) {
            match open_input(&place) {
                Ok(file) if file.metadata().is_ok_and(|of| of.is_file()) => {
                    return Ok(Box::new(file));
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(GetError::Io(words(&error))),
            }
        }
        Err(GetError::NotFound)
    }
}

/// The body of a file, hashed while it is read.
pub(super) struct CheckedBody<'f> {
    file: &'f InventoryFile,
    body: Box<dyn Read + Send + 'f>,
    md5: Md5,
    read: u64,
}

impl<'f> CheckedBody<'f> {
    /// Opens a file.
    pub fn open(
        files: &'f dyn InventoryFiles,
        file: &'f InventoryFile,
    ) -> Result<Self, InventoryError> {
        let body = files
            .open(&file.key)
            .map_err(|error| InventoryError::Unread {
                file: file.key.clone(),
                error,
            })?;
        Ok(CheckedBody {
            file,
            body,
            md5: Md5::new(),
            read: 0,
        })
    }

    /// Reads to the end, and compares size and hash with those in the manifest.
    pub fn finish(mut self) -> Result<(), InventoryError> {
        let key = &self.file.key;
        io::copy(&mut self, &mut io::sink()).map_err(|e| InventoryError::body(key, e))?;
        if self.read != self.file.size {
            let why = "its size is not the one in the manifest";
            return Err(InventoryError::invalid(key, why));
        }
        if self.md5.finalize()[..] != self.file.md5 {
            let why = "its MD5 is not the one in the manifest";
            return Err(InventoryError::invalid(key, why));
        }
        Ok(())
    }
}

impl Read for CheckedBody<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // One byte more than expected shows that it is longer.
        let left = (self.file.size + 1).saturating_sub(self.read);
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let count = self.body.read(&mut buffer[..most])?;
        self.md5.update(&buffer[..count]);
        self.read += count as u64;
        Ok(count)
    }
}
