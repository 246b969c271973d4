//! Opens what is given as a path: a folder laid out as a bucket, a folder of loose files, or an archive.

use std::fmt;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags, Stat, fstat, openat, stat};

use super::archive::Archive;
use super::changes::Changes;
use super::loose::{LooseFiles, LooseSummary, LooseTree, files_of};
use super::open::OpenFolders;
use super::{DiskSource, Mount, Tree};
use crate::source::bundle_names::hold_bundle;

/// The error of an archive of a bundle, which is read as a folder only.
#[derive(Debug)]
pub struct ArchivedBundle;

impl fmt::Display for ArchivedBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it holds a bundle, and a bundle is read from a folder only")
    }
}

impl std::error::Error for ArchivedBundle {}

impl DiskSource {
    /// Adds a folder laid out as a bucket, with the names of the buckets it was copied from.
    ///
    /// # Errors
    /// If the folder cannot be opened or was added before.
    pub fn mount(&mut self, dir: &Path, buckets: Vec<String>) -> io::Result<()> {
        let root = open(dir)?;
        self.add(fstat(&root)?, buckets, [Tree::Folder(root)])
    }

    /// Adds a folder of any layout, or an archive, with the names of the buckets it was copied from. Says how
    /// the files were placed if they are not laid out as in a bucket.
    ///
    /// # Errors
    /// If it cannot be opened, is neither a folder nor an archive, holds too much, or was added before; an
    /// [`ArchivedBundle`] if it is an archive of a bundle.
    pub fn mount_any(
        &mut self,
        path: &Path,
        buckets: Vec<String>,
    ) -> io::Result<Option<LooseSummary>> {
        let (content, files) = if path.is_file() {
            let (archive, files) = Archive::open(path, &self.limits).map_err(io::Error::other)?;
            if hold_bundle(files.iter().map(|file| &*file.path)) {
                return Err(io::Error::other(ArchivedBundle));
            }
            (LooseFiles::Archive(archive), files)
        } else {
            let root = open(path)?;
            match files_of(root.as_fd(), &self.limits).map_err(io::Error::other)? {
                None => return self.mount(path, buckets).map(|()| None),
                Some(files) => {
                    let opened = OpenFolders::default();
                    (LooseFiles::Folder { root, opened }, files)
                }
            }
        };
        let (tree, summary) = LooseTree::new(content, files, &self.limits)?;
        if summary.placed == 0 && path.is_dir() {
            return self.mount(path, buckets).map(|()| None);
        }
        let tree = Arc::new(tree);
        let roots = (0..tree.roots()).map(|number| Tree::Loose(Arc::clone(&tree), number));
        self.add(stat(path)?, buckets, roots)?;
        Ok(Some(summary))
    }

    fn add(
        &mut self,
        of: Stat,
        buckets: Vec<String>,
        trees: impl IntoIterator<Item = Tree>,
    ) -> io::Result<()> {
        let identity = (of.st_dev, of.st_ino);
        if self.mounts.iter().any(|mount| mount.identity == identity) {
            return Err(io::Error::other("it is given twice"));
        }
        // What was written before all of them were opened is no change.
        self.changes = Changes::since_now();
        self.mounts.extend(trees.into_iter().map(|tree| Mount {
            buckets: buckets.clone(),
            identity,
            tree,
        }));
        Ok(())
    }
}

/// Opens the folder at a path, which may be a link.
pub(super) fn open(dir: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
    Ok(openat(rustix::fs::CWD, dir, flags, Mode::empty())?)
}
