//! The files of a bundle, as they are read again. A file counts only if it is the one that was collected.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::check::{CheckedBundle, Difference};
use crate::base::error::words;
use crate::base::limits::Limits;
use crate::source::GetError;
use crate::source::disk::FileTree;

/// The files of a bundle, or of a collection that is not finished.
pub(super) struct BundleFiles {
    state: CollectionState,
    limits: Limits,
}

/// Whether a collection ended.
enum CollectionState {
    /// It did: how the files differ from the manifest.
    Finished(Box<CheckedBundle>),
    /// It did not, and has no manifest.
    Unfinished(Box<FileTree>),
}

impl BundleFiles {
    /// The files of a bundle that was checked.
    pub fn checked(checked: CheckedBundle, limits: &Limits) -> Self {
        BundleFiles {
            state: CollectionState::Finished(Box::new(checked)),
            limits: limits.clone(),
        }
    }

    /// The files of a collection that is not finished.
    ///
    /// # Errors
    /// If the folder cannot be opened.
    pub fn unfinished(dir: &Path, limits: &Limits) -> Result<Self, io::Error> {
        Ok(BundleFiles {
            state: CollectionState::Unfinished(Box::new(FileTree::open(dir, limits)?)),
            limits: limits.clone(),
        })
    }

    fn tree(&self) -> &FileTree {
        match &self.state {
            CollectionState::Finished(checked) => checked.tree(),
            CollectionState::Unfinished(tree) => tree,
        }
    }

    /// The path of something that changed since the bundle was checked. What was read may then not be what was
    /// checked.
    pub fn changed(&self) -> Option<String> {
        match &self.state {
            CollectionState::Finished(checked) => checked.tree().changed(),
            CollectionState::Unfinished(_) => None,
        }
    }

    /// The bounds on what a file may cost.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether the collection ended, so that everything it could not read has its reason in the bundle.
    pub fn is_finished(&self) -> bool {
        matches!(self.state, CollectionState::Finished(_))
    }

    /// Opens the file at a path; also gives its size. `None` if nothing was collected there.
    ///
    /// # Errors
    /// `BundleAltered` if it is not the file that was collected; or why it cannot be opened.
    pub fn file(&self, path: &str) -> Result<Option<(File, u64)>, GetError> {
        let found = match &self.state {
            CollectionState::Finished(checked) => match checked.difference(path) {
                None => checked.tree().unchanged_file(path),
                // It was put there later, so nothing was collected there; unless its line in the manifest is one
                // that is not valid.
                Some(Difference::Added) if checked.invalid.count == 0 => return Ok(None),
                Some(_) => return Err(GetError::BundleAltered),
            },
            CollectionState::Unfinished(tree) => tree.file(path),
        };
        match found {
            Ok(found) => Ok(Some(found)),
            Err(GetError::NotFound) => Ok(None),
            Err(GetError::Changed) => Err(GetError::BundleAltered),
            Err(error) => Err(error),
        }
    }

    /// Reads a small file.
    ///
    /// # Errors
    /// As [`file`](Self::file), or if it has more than `limit` bytes.
    pub fn bytes(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, GetError> {
        let Some((file, _)) = self.file(path)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|e| GetError::Io(words(&e)))?;
        match bytes.len() as u64 > limit {
            true => Err(not_valid(path, "it is too large")),
            false => Ok(Some(bytes)),
        }
    }

    /// Reads a small file of JSON.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), or if it is not what it should be.
    pub fn json<T: DeserializeOwned>(&self, path: &str, limit: u64) -> Result<Option<T>, GetError> {
        let Some(bytes) = self.bytes(path, limit)? else {
            return Ok(None);
        };
        let parsed = serde_json::from_slice(&bytes);
        parsed
            .map(Some)
            .map_err(|e| not_valid(path, &e.to_string()))
    }

    /// Reads a file line by line.
    ///
    /// # Errors
    /// As [`file`](Self::file).
    pub fn lines(&self, path: &str, longest: usize) -> Result<Option<BoundedLines>, GetError> {
        let lines = self.file(path)?.map(|(file, _)| BoundedLines {
            input: BufReader::with_capacity(BUFFER, file),
            path: path.to_owned(),
            longest,
            line: Vec::new(),
        });
        Ok(lines)
    }

    /// Calls `visit` with the names of the files directly in a folder, until it returns `false`.
    ///
    /// # Errors
    /// If it cannot be listed. A folder that does not exist has no files.
    pub fn names(&self, folder: &str, visit: &mut dyn FnMut(&str) -> bool) -> Result<(), GetError> {
        match self.tree().names(folder, visit) {
            Err(GetError::NotFound) => Ok(()),
            listed => listed,
        }
    }
}

/// Bytes of a file of lines read at a time.
const BUFFER: usize = 64 << 10;

/// The lines of a file, each of a bounded length.
pub(super) struct BoundedLines {
    input: BufReader<File>,
    path: String,
    longest: usize,
    line: Vec<u8>,
}

impl BoundedLines {
    /// The next line, without its line feed; `None` at the end.
    ///
    /// # Errors
    /// If it cannot be read, is too long, or no line feed ends it.
    pub fn next(&mut self) -> Result<Option<&[u8]>, GetError> {
        self.line.clear();
        let most = self.longest as u64 + 1;
        let read = self.input.by_ref().take(most);
        let read = { read }.read_until(b'\n', &mut self.line);
        match read {
            Err(e) => Err(GetError::Io(words(&e))),
            Ok(0) => Ok(None),
            Ok(_) => match self.line.split_last() {
                Some((b'\n', line)) => Ok(Some(line)),
                _ if self.line.len() as u64 >= most => Err(self.not_valid("a line is too long")),
                _ => Err(self.not_valid("it is cut off")),
            },
        }
    }

    /// The error of a file that is not what it should be.
    pub fn not_valid(&self, why: &str) -> GetError {
        not_valid(&self.path, why)
    }
}

/// The error of a file that is as it was collected, or has no manifest, and is not what it should be.
pub(super) fn not_valid(path: &str, why: &str) -> GetError {
    GetError::Io(format!("{path} in the bundle is not valid: {why}"))
}
