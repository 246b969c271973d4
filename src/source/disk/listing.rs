//! Lists folders of any size in bounded memory, in the order of S3 keys.

use std::borrow::Cow;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{AtFlags, Dir, DirEntry, FileType, fstat, statat};

use super::changes::Changes;
use super::entry::{DiskEntry, EntryKind, NOT_UTF8};
use super::head::HEAD_SUFFIX;
use super::names::NameSorter;
use super::open::{folder_at, kind_word, trouble};
use crate::base::limits::Limits;
use crate::source::{GetError, Listed, ListedFacts, Range};

/// Reads folders within the limits.
#[derive(Clone, Copy)]
pub(super) struct FolderReader<'l> {
    pub(super) limits: &'l Limits,
    /// Where a folder that changed is noted.
    pub(super) changes: Option<&'l Changes>,
}

impl FolderReader<'_> {
    /// Calls `page` with the entries of a folder in the order of their keys, at most
    /// [`Limits::names_at_once`] at a time, and with whether there are more. Stops once `page` returns
    /// `false`.
    pub(super) fn pages(
        self,
        folder: BorrowedFd<'_>,
        mut page: impl FnMut(&[DiskEntry], bool) -> bool,
    ) -> Result<(), GetError> {
        self.try_pages(folder, |entries, more| Ok(page(entries, more)))
    }

    /// The same with a `page` that may fail.
    fn try_pages(
        self,
        folder: BorrowedFd<'_>,
        page: impl FnMut(&[DiskEntry], bool) -> Result<bool, GetError>,
    ) -> Result<(), GetError> {
        let mut names = NameSorter::new(self.limits);
        for entry in entries(folder)? {
            names.add(entry?)?;
        }
        names.pages(page)
    }

    /// Visits every key of a folder that is in the range. `depth` counts the folders above it.
    pub(super) fn walk(
        self,
        folder: BorrowedFd<'_>,
        prefix: &str,
        depth: usize,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<(), GetError> {
        if depth > self.limits.depth {
            let error = GetError::Refused("it is nested too deep".into());
            visit(Listed::Unlisted(prefix, &error));
            return Ok(());
        }
        self.try_pages(folder, |page, _| {
            for entry in page {
                let key = format!("{prefix}{}", entry.sort);
                match entry.kind {
                    // A link or the like may replace a folder, so the range is compared as for a folder.
                    EntryKind::Refused(why) if range.meets(&format!("{key}/")) => {
                        visit(Listed::Refused(&key, why));
                    }
                    EntryKind::File if is_head(folder, page, entry) => {}
                    EntryKind::File if range.holds(&key) => {
                        visit(Listed::Object(&key, ListedFacts::default()));
                    }
                    EntryKind::Folder if range.meets(&key) => {
                        let inner = folder_at(folder, entry.name());
                        let walked = inner.and_then(|inner| {
                            self.walk(inner.as_fd(), &key, depth + 1, range, visit)
                        });
                        if let Err(error) = walked {
                            visit(Listed::Unlisted(&key, &error));
                        }
                    }
                    EntryKind::Refused(_) | EntryKind::File | EntryKind::Folder => {}
                }
            }
            Ok(true)
        })?;
        if let Some(changes) = self.changes
            && let Ok(stat) = fstat(folder)
        {
            changes.note(prefix, &stat);
        }
        Ok(())
    }

    /// Whether a folder contains a key, or anything that could not be read and may contain one.
    pub(super) fn may_hold_key(self, folder: BorrowedFd<'_>, depth: usize) -> bool {
        let holds = |entry: &DiskEntry| match entry.kind {
            EntryKind::File => !entry.sort.ends_with(HEAD_SUFFIX),
            EntryKind::Refused(_) => true,
            EntryKind::Folder if depth >= self.limits.depth => true,
            EntryKind::Folder => folder_at(folder, entry.name())
                .map_or(true, |inner| self.may_hold_key(inner.as_fd(), depth + 1)),
        };
        entries(folder).map_or(true, |mut entries| {
            entries.any(|entry| entry.map_or(true, |entry| holds(&entry)))
        })
    }
}

/// The entries of a folder, in no order.
fn entries(
    folder: BorrowedFd<'_>,
) -> Result<impl Iterator<Item = Result<DiskEntry, GetError>>, GetError> {
    let dir = Dir::read_from(folder).map_err(|e| trouble(e, "folder"))?;
    Ok(dir.filter_map(move |entry| match entry {
        Ok(entry) => disk_entry(folder, &entry).map(Ok),
        Err(error) => Some(Err(trouble(error, "folder"))),
    }))
}

/// One entry of a folder; `None` for the folder itself and the one above it.
fn disk_entry(folder: BorrowedFd<'_>, entry: &DirEntry) -> Option<DiskEntry> {
    let name = entry.file_name();
    if matches!(name.to_bytes(), b"." | b"..") {
        return None;
    }
    // Some file systems do not say in the folder what an entry is.
    let kind = match entry.file_type() {
        FileType::Unknown => match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => FileType::from_raw_mode(stat.st_mode),
            Err(_) => FileType::Unknown,
        },
        known => known,
    };
    let text = name.to_string_lossy();
    let kind = match (kind, &text) {
        (_, Cow::Owned(_)) => EntryKind::Refused(NOT_UTF8),
        (FileType::Directory, _) => EntryKind::Folder,
        (FileType::RegularFile, _) => EntryKind::File,
        (other, _) => EntryKind::Refused(kind_word(other)),
    };
    let mut sort = text.into_owned();
    if kind == EntryKind::Folder {
        sort.push('/');
    }
    Some(DiskEntry { sort, kind })
}

/// Whether an entry holds the metadata of an object beside it. Without that object it is an object itself:
/// whoever reads the folder reads it too.
pub(super) fn is_head(folder: BorrowedFd<'_>, page: &[DiskEntry], entry: &DiskEntry) -> bool {
    let Some(object) = entry.sort.strip_suffix(HEAD_SUFFIX) else {
        return false;
    };
    let is_in_page = page.binary_search_by(|e| e.sort.as_str().cmp(object));
    // The object comes before its metadata, so it may be on the page before.
    is_in_page.is_ok() || statat(folder, object, AtFlags::SYMLINK_NOFOLLOW).is_ok()
}
