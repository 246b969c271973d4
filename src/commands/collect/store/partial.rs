//! A file that is still written: it gets its final name when it is complete and synced.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::{AtFlags, Mode, OFlags, openat, unlinkat};
use rustix::io::Errno;
use sha2::Digest as _;

use super::commits::{Commit, WrittenFile};
use super::{Store, partial_name};
use crate::base::sha256::Sha256;

/// The permissions of a new file; the umask applies.
const USUAL: u32 = 0o666;

/// Bytes that are gathered before they are written.
const BUFFER: usize = 16 << 10;

/// A file that is still written. Dropped before it is finished, it leaves nothing behind.
pub struct PartialFile<'a> {
    store: &'a Store,
    file: File,
    buffer: Vec<u8>,
    hasher: sha2::Sha256,
    size: u64,
    /// Where it will lie; `None` once it was handed over.
    place: Option<WrittenFile>,
    replaces: bool,
}

impl<'a> PartialFile<'a> {
    /// Creates the file of a path that nobody else writes.
    pub(super) fn create(store: &'a Store, path: &str, replaces: bool) -> io::Result<Self> {
        let created = create(store, path);
        let (folder, name, file) = created.inspect_err(|_| store.shared.free(path))?;
        Ok(PartialFile {
            store,
            file,
            buffer: Vec::with_capacity(BUFFER.min(4 << 10)),
            hasher: sha2::Sha256::new(),
            size: 0,
            place: Some(WrittenFile {
                folder,
                name,
                path: path.to_owned(),
            }),
            replaces,
        })
    }

    /// Its bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// SHA-256 of its bytes so far.
    pub fn sha256(&self) -> Sha256 {
        Sha256(self.hasher.clone().finalize().into())
    }

    /// Hands it over to be synced and renamed.
    ///
    /// # Errors
    /// If it cannot be written to its end.
    pub fn finish(self) -> io::Result<()> {
        self.hand_over(None, Commit::default())
    }

    /// Hands it over together with the file that describes it, which gets its name first. Both lie at
    /// `other_place` if a folder has the name of this one. Then the files of `remove` are removed.
    ///
    /// # Errors
    /// If one of them cannot be written to its end.
    pub fn finish_with(
        self,
        described_by: PartialFile<'_>,
        other_place: Option<String>,
        remove: Vec<String>,
    ) -> io::Result<()> {
        let commit = Commit {
            other_place,
            remove,
            ..Commit::default()
        };
        self.hand_over(Some(described_by), commit)
    }

    fn hand_over(
        mut self,
        described_by: Option<PartialFile<'_>>,
        mut commit: Commit,
    ) -> io::Result<()> {
        self.flush()?;
        if let Some(mut other) = described_by {
            other.flush()?;
            commit.files.extend(other.place.take());
            // The old file must not lie beside a description of the new one.
            let old = self.place.as_ref().filter(|_| self.replaces);
            commit
                .remove_first
                .extend(old.map(|place| place.path.clone()));
        }
        // A file that stands alone is there at each instant, the old one or the new one.
        commit.files.extend(self.place.take());
        self.store.commits.add(commit);
        Ok(())
    }
}

/// Creates a file under its name for the time being. One of an earlier run is removed.
fn create(store: &Store, path: &str) -> io::Result<(Arc<OwnedFd>, String, File)> {
    let (folder, name) = store.shared.folders.of(path, true)?;
    let partial = partial_name(name);
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = || openat(&*folder, &*partial, flags, Mode::from_raw_mode(USUAL));
    let opened = match open() {
        Err(Errno::EXIST) => {
            unlinkat(&*folder, &*partial, AtFlags::empty())?;
            open()
        }
        opened => opened,
    };
    let file = File::from(opened?);
    Ok((folder, name.to_owned(), file))
}

impl Write for PartialFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        if bytes.len() >= BUFFER {
            self.file.write_all(bytes)?;
        } else {
            self.buffer.extend_from_slice(bytes);
        }
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl Drop for PartialFile<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            // If it stays, the next run removes it.
            let _ = unlinkat(&*place.folder, partial_name(&place.name), AtFlags::empty());
            self.store.shared.free(&place.path);
        }
    }
}
