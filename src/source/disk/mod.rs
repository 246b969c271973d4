//! A tree on disk as `aws s3 sync` leaves it: keys as paths, no metadata, with `KEY.head.json`
//! (the output of `aws s3api head-object`) beside an object where somebody kept it.
//!

pub(crate) mod open;

use std::collections::{BTreeMap, BinaryHeap};
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use jiff::Timestamp;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use serde::Deserialize;

use super::disk::open::{
    FoundEntry, OpenedFile, checked, descend, file_at, folder_at, kind_word, trouble,
};
use super::{Folders, GetError, Listed, Metadata, Range, Root, RootId, Source, SourceObject};
use crate::base::limits::Limits;
use crate::proof::digest_object::MetadataProblem;
use crate::proof::finding::ObjectFacts;

/// What `KEY.head.json` is called after its object's key.
pub const HEAD_SUFFIX: &str = ".head.json";

struct Mount {
    buckets: Vec<String>,
    root: OwnedFd,
}

/// Folders on disk, one a bucket.
pub struct DiskSource {
    mounts: Vec<Mount>,
    opened: OpenedFile,
    limits: Limits,
}

/// One entry of a folder; orders as its keys order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct DiskEntry {
    /// The name, closed by a slash if a folder.
    sort: String,
    kind: EntryKind,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum EntryKind {
    Folder,
    File,
    Refused(&'static str),
}

impl DiskSource {
    /// A source without a folder yet.
    pub fn new(limits: Limits) -> Self {
        DiskSource {
            mounts: Vec::new(),
            opened: OpenedFile::default(),
            limits,
        }
    }

    /// Adds a folder, with the names the bucket had.
    ///
    /// # Errors
    /// Where the folder cannot be opened, or was added before.
    pub fn mount(&mut self, dir: &Path, buckets: Vec<String>) -> std::io::Result<()> {
        let root = openat(
            rustix::fs::CWD,
            dir,
            OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let identity = |root: &OwnedFd| fstat(root).map(|s| (s.st_dev, s.st_ino));
        let this = identity(&root)?;
        for mount in &self.mounts {
            if identity(&mount.root)? == this {
                return Err(std::io::Error::other("it is given twice"));
            }
        }
        self.mounts.push(Mount { buckets, root });
        Ok(())
    }

    fn root(&self, root: RootId) -> Result<BorrowedFd<'_>, GetError> {
        self.mounts
            .get(root.0)
            .map(|m| m.root.as_fd())
            .ok_or(GetError::NotFound)
    }

    fn open_folder(&self, root: RootId, prefix: &str) -> Result<OwnedFd, GetError> {
        let root = self.root(root)?;
        let folder = prefix.strip_suffix('/').unwrap_or(prefix);
        if !folder.is_empty() {
            checked(folder)?;
        }
        descend(root, folder)
    }

    /// The entries after `after` in key order, at most `names_at_once` of them, and whether there
    /// are more: a folder of any size is listed in bounded memory by reading it again.
    fn entries(
        &self,
        folder: BorrowedFd<'_>,
        after: &str,
    ) -> Result<(Vec<DiskEntry>, bool), GetError> {
        let mut smallest: BinaryHeap<DiskEntry> = BinaryHeap::new();
        let mut more = false;
        for entry in Dir::read_from(folder).map_err(|e| trouble(e, "folder"))? {
            let entry = entry.map_err(|e| trouble(e, "folder"))?;
            let name = entry.file_name();
            if name.to_bytes() == b"." || name.to_bytes() == b".." {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                    Err(_) => FileType::Unknown,
                },
                known => known,
            };
            let text = name.to_string_lossy();
            let kind = match (kind, &text) {
                (_, std::borrow::Cow::Owned(_)) => EntryKind::Refused("a name that is not utf-8"),
                (FileType::Directory, _) => EntryKind::Folder,
                (FileType::RegularFile, _) => EntryKind::File,
                (other, _) => EntryKind::Refused(kind_word(other)),
            };
            let mut sort = text.into_owned();
            if kind == EntryKind::Folder {
                sort.push('/');
            }
            if sort.as_str() <= after {
                continue;
            }
            smallest.push(DiskEntry { sort, kind });
            if smallest.len() > self.limits.names_at_once {
                smallest.pop();
                more = true;
            }
        }
        Ok((smallest.into_sorted_vec(), more))
    }

    fn walk(
        &self,
        folder: BorrowedFd<'_>,
        prefix: &str,
        depth: usize,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<(), GetError> {
        if depth > self.limits.depth {
            visit(Listed::Refused(prefix, "folders nested too deep"));
            return Ok(());
        }
        let mut after = String::new();
        loop {
            let (entries, more) = self.entries(folder, &after)?;
            for DiskEntry { sort, kind } in &entries {
                let key = format!("{prefix}{sort}");
                match kind {
                    // It may be called as a folder is.
                    EntryKind::Refused(why) if range.meets(&format!("{key}/")) => {
                        visit(Listed::Refused(&key, why));
                    }
                    EntryKind::File if key.ends_with(HEAD_SUFFIX) => {}
                    EntryKind::File if range.holds(&key) => visit(Listed::Object(&key, None)),
                    EntryKind::Folder if range.meets(&key) => {
                        match folder_at(folder, sort.strip_suffix('/').unwrap_or(sort)) {
                            Ok(inner) => {
                                self.walk(inner.as_fd(), &key, depth + 1, range, visit)?;
                            }
                            Err(GetError::Denied(_)) => {
                                visit(Listed::Refused(&key, "a folder that may not be read"));
                            }
                            Err(_) => visit(Listed::Refused(&key, "a folder that went away")),
                        }
                    }
                    EntryKind::Refused(_) | EntryKind::File | EntryKind::Folder => {}
                }
            }
            match entries.into_iter().next_back() {
                Some(last) if more => after = last.sort,
                _ => return Ok(()),
            }
        }
    }

    /// Whether a key lies in a folder, or what could not be looked at, so that it is not known.
    fn holds(&self, folder: BorrowedFd<'_>, depth: usize) -> bool {
        let inside = |DiskEntry { sort, kind }: &DiskEntry| match kind {
            EntryKind::File => !sort.ends_with(HEAD_SUFFIX),
            EntryKind::Refused(_) => true,
            EntryKind::Folder if depth >= self.limits.depth => true,
            EntryKind::Folder => folder_at(folder, sort.strip_suffix('/').unwrap_or(sort))
                .map_or(true, |inner| self.holds(inner.as_fd(), depth + 1)),
        };
        let mut after = String::new();
        loop {
            let Ok((entries, more)) = self.entries(folder, &after) else {
                return true;
            };
            if entries.iter().any(inside) {
                return true;
            }
            match entries.into_iter().next_back() {
                Some(last) if more => after = last.sort,
                _ => return false,
            }
        }
    }

    /// What lies in `KEY.head.json`, in the folder of its object: nothing where there is none, or why
    /// it is of no use.
    fn head(&self, folder: &OwnedFd, key: &str) -> Option<Result<Head, MetadataProblem>> {
        let name = key.rsplit('/').next().unwrap_or(key);
        let (file, stat) = match file_at(folder.as_fd(), &format!("{name}{HEAD_SUFFIX}")) {
            Ok(found) => found,
            Err(GetError::NotFound) => return None,
            Err(_) => {
                return Some(Err(MetadataProblem::HeadUnreadable));
            }
        };
        let limit = self.limits.head_json;
        let size = facts_of(&stat).size.unwrap_or_default().min(limit);
        // Read at one go, where it is as long as it was.
        let mut text = Vec::with_capacity(size as usize + 1);
        let read = File::from(file).take(limit + 1).read_to_end(&mut text);
        if read.is_err() || text.len() as u64 > limit {
            return Some(Err(MetadataProblem::HeadUnreadable));
        }
        Some(serde_json::from_slice(&text).map_err(|_| MetadataProblem::HeadMalformed))
    }
}

/// What `aws s3api head-object` prints, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Head {
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    #[serde(rename = "ETag")]
    e_tag: Option<String>,
    last_modified: Option<String>,
    version_id: Option<String>,
}

impl Source for DiskSource {
    fn roots(&self) -> Vec<Root> {
        let named = |(i, m): (usize, &Mount)| Root {
            id: RootId(i),
            buckets: m.buckets.clone(),
        };
        self.mounts.iter().enumerate().map(named).collect()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        refused: &mut dyn FnMut(&str, &'static str),
    ) -> Result<Folders, GetError> {
        let folder = self.open_folder(root, prefix)?;
        let mut names = Vec::new();
        let mut after = String::new();
        loop {
            let (entries, more) = self.entries(folder.as_fd(), &after)?;
            for DiskEntry { sort, kind } in &entries {
                match kind {
                    EntryKind::Folder => names.push(sort.trim_end_matches('/').to_owned()),
                    EntryKind::Refused(why) => refused(sort, why),
                    EntryKind::File => {}
                }
            }
            match entries.into_iter().next_back() {
                Some(last) if more && names.len() <= self.limits.folders => after = last.sort,
                _ => {
                    return Ok(Folders {
                        names,
                        whole: !more,
                        requests: 1,
                    });
                }
            }
        }
    }

    fn holds_any(&self, root: RootId, folder: &str) -> bool {
        let folder = self.open_folder(root, folder);
        folder.map_or(true, |folder| self.holds(folder.as_fd(), 0))
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let folder = self.open_folder(root, prefix)?;
        self.walk(folder.as_fd(), prefix, 0, range, visit)?;
        Ok(1)
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        let FoundEntry { folder, file, stat } = self.opened.file(root, self.root(root)?, key)?;
        let mut facts = facts_of(&stat);
        let mut metadata = Metadata::default();
        match with_metadata.then(|| self.head(&folder, key)).flatten() {
            None => {}
            Some(Err(trouble)) => metadata.trouble = Some(trouble),
            Some(Ok(mut head)) => {
                metadata = Metadata {
                    signature: head.metadata.remove("signature"),
                    signature_algorithm: head.metadata.remove("signature-algorithm"),
                    backfill_generated: head.metadata.remove("backfill-generation-timestamp"),
                    trouble: None,
                };
                if metadata.signature.is_none() {
                    metadata.trouble = Some(MetadataProblem::HeadUnsigned);
                }
                fill(&mut facts, head);
            }
        }
        Ok(SourceObject {
            body: Box::new(File::from(file)),
            metadata,
            facts,
        })
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        let found = self.opened.file(root, self.root(root)?, key)?;
        let mut facts = facts_of(&found.stat);
        if let Some(Ok(head)) = self.head(&found.folder, key) {
            fill(&mut facts, head);
        }
        Ok(facts)
    }
}

fn facts_of(stat: &Stat) -> ObjectFacts {
    ObjectFacts {
        size: u64::try_from(stat.st_size).ok(),
        ..Default::default()
    }
}

fn fill(facts: &mut ObjectFacts, head: Head) {
    facts.etag = head.e_tag;
    let modified = head.last_modified.and_then(|t| t.parse::<Timestamp>().ok());
    facts.last_modified = modified.map(|t| t.to_string());
    facts.version_id = head.version_id;
}
