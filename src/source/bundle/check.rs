//! Whether a bundle is as it was collected: the sorted manifest is merged with a walk of the tree, and each file
//! that is listed is hashed.
//!
//! ```text
//! manifest ──┐
//!            ├─ merge, by path ──> in both      ──> hashed by several threads ──> altered
//! tree ──────┘                     in one only  ──> missing, added
//! ```
//!
//! Both are read once and never held: memory grows neither with the number of files nor with their sizes. No
//! link is followed and no device opened.

mod differences;
mod opened;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use sha2::Digest as _;

pub use self::differences::{Difference, Differences, DifferingFiles};
use self::opened::{not_a_bundle, open, unreadable};
use super::kind::StoredTally;
use super::layout::{CUSTODY, MANIFEST};
use super::manifest::{LineProblem, ManifestItem, ManifestReader};
use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::{Error, words};
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::source::GetError;
use crate::source::disk::{FileTree, TreeEntry};

/// Files that wait to be hashed.
const WAITING: usize = 256;
/// Bytes of a file read at a time.
const BUFFER: usize = 128 << 10;
/// Invalid lines of a manifest that are shown.
const LINES_SHOWN: usize = 20;

/// A check of one bundle.
pub struct BundleCheck<'a> {
    /// The folder of the bundle.
    pub dir: &'a Path,
    /// Files hashed at the same time; 0 counts as 1.
    pub jobs: usize,
    /// Bounds on what hostile input may cost.
    pub limits: &'a Limits,
    /// Ends the check early.
    pub stop: &'a CancelFlag,
    /// Is given how many bytes were hashed so far, now and then, on any thread.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// A bundle that was checked.
pub struct CheckedBundle {
    /// The folder that was checked: what lies at its path may be another one by now.
    tree: FileTree,
    /// SHA-256 of `manifest.jsonl`.
    pub manifest_sha256: Sha256,
    /// SHA-256 of `custody.json`, as the manifest lists it; `None` if it does not list that file.
    pub custody_sha256: Option<Sha256>,
    /// The files that the manifest lists, and their bytes as listed.
    pub listed: StoredTally,
    /// The lines of the manifest that are not valid.
    pub invalid: InvalidLines,
    /// The files that differ from the manifest.
    pub differences: Differences,
    /// Why the check ended early, if it did. Then it says nothing about the files that it did not reach.
    pub ended_by: Option<CancelReason>,
}

/// Lines of a manifest that are not valid.
#[derive(Debug, Default)]
pub struct InvalidLines {
    /// How many there are.
    pub count: u64,
    /// The numbers of the first ones, from 1, and why.
    pub first: Vec<(u64, LineProblem)>,
}

impl fmt::Debug for CheckedBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedBundle")
            .field("manifest_sha256", &self.manifest_sha256)
            .field("invalid", &self.invalid)
            .field("differences", &self.differences)
            .field("ended_by", &self.ended_by)
            .finish_non_exhaustive()
    }
}

impl CheckedBundle {
    /// The folder that was checked.
    pub(super) fn tree(&self) -> &FileTree {
        &self.tree
    }

    /// Whether every file is as the manifest lists it, and there is no other.
    pub fn is_intact(&self) -> bool {
        self.invalid.count == 0 && self.differences.is_empty() && self.ended_by.is_none()
    }

    /// Whether something differs, and not only could not be read.
    pub fn differs(&self) -> bool {
        self.invalid.count > 0 || self.differences.any_differs()
    }

    /// What is wrong with the file at a path; `None` for one that is as the manifest lists it.
    pub fn difference(&self, path: &str) -> Option<Difference> {
        self.differences.of(path)
    }
}

/// The steps of the clock by which the system dates changes of files are shorter.
const CLOCK_STEP: Duration = Duration::from_millis(20);

/// Checks a bundle.
///
/// # Errors
/// If the folder is not a bundle, or its collection is not finished; if its manifest cannot be read; if no thread
/// can be started.
pub fn check(check: &BundleCheck<'_>) -> Result<CheckedBundle, Error> {
    let (tree, manifest) = open(check.dir, check.limits)?;
    // A change after a file was hashed has a later time than the opening of the tree.
    thread::sleep(CLOCK_STEP);
    let found = Mutex::new(Differences::new(check.limits));
    let hashed = AtomicU64::new(0);
    let (send, receive) = sync_channel(WAITING);
    let receive = Mutex::new(receive);
    let hasher = FileHasher {
        tree: &tree,
        check,
        hashed: &hashed,
        found: &found,
    };
    let merged = thread::scope(|scope| {
        let jobs = check.jobs.max(1);
        let start = |_: &usize| {
            let work = || hasher.hash_all(&receive);
            thread::Builder::new().spawn_scoped(scope, work).is_ok()
        };
        if (0..jobs).filter(start).count() == 0 {
            return Err(Error::no_threads(jobs));
        }
        let merge = Merge {
            manifest: ManifestReader::new(manifest, check.limits),
            next: None,
            queue: send,
            found: &found,
            stop: check.stop,
            custody_sha256: None,
            listed: StoredTally::default(),
            invalid: InvalidLines::default(),
        };
        merge
            .run(&tree)
            .map_err(|e| unreadable(check.dir, &words(&e)))
    })?;
    let Merged {
        listed, invalid, ..
    } = &merged;
    if listed.all().files == 0 && check.stop.reason().is_none() {
        let why = match invalid.first.first() {
            Some((number, why)) => format!("line {number} of its {MANIFEST}: {why}"),
            None => format!("its {MANIFEST} is empty"),
        };
        return Err(not_a_bundle(check.dir, check.limits).because(why));
    }
    Ok(CheckedBundle {
        tree,
        manifest_sha256: merged.manifest_sha256,
        custody_sha256: merged.custody_sha256,
        listed: merged.listed,
        invalid: merged.invalid,
        differences: found.into_inner().unwrap_or_else(PoisonError::into_inner),
        ended_by: check.stop.reason(),
    })
}

/// A file to hash, and what it must have.
struct ListedFile {
    path: String,
    size: u64,
    sha256: Sha256,
}

/// The manifest on its way through the tree. The walk of the tree gives one path after another, and the lines up
/// to it are taken.
struct Merge<'m> {
    manifest: ManifestReader<File>,
    /// The next line, if it was read already.
    next: Option<ListedFile>,
    queue: SyncSender<ListedFile>,
    found: &'m Mutex<Differences>,
    stop: &'m CancelFlag,
    custody_sha256: Option<Sha256>,
    listed: StoredTally,
    invalid: InvalidLines,
}

/// A manifest that was merged with its tree.
struct Merged {
    manifest_sha256: Sha256,
    custody_sha256: Option<Sha256>,
    listed: StoredTally,
    invalid: InvalidLines,
}

impl Merge<'_> {
    fn run(mut self, tree: &FileTree) -> io::Result<Merged> {
        let mut result = Ok(());
        tree.walk(&mut |entry| {
            result = self.entry(&entry);
            result.is_ok() && !self.stop.is_set()
        });
        result?;
        while !self.stop.is_set()
            && let Some(file) = self.take()?
        {
            self.note(&file.path, Difference::Missing, None);
        }
        Ok(Merged {
            custody_sha256: self.custody_sha256,
            listed: self.listed,
            invalid: self.invalid,
            manifest_sha256: self.manifest.sha256(),
        })
    }

    /// Takes one entry of the tree, and the lines of the manifest before it.
    fn entry(&mut self, entry: &TreeEntry<'_>) -> io::Result<()> {
        match *entry {
            TreeEntry::File(MANIFEST) => Ok(()),
            TreeEntry::File(path) => match self.up_to(path)? {
                // All receivers are gone only if a thread panicked.
                Some(file) => self.queue.send(file).map_err(io::Error::other),
                None => {
                    self.note(path, Difference::Added, None);
                    Ok(())
                }
            },
            TreeEntry::Refused(path, why) => {
                let difference = match self.up_to(path)? {
                    Some(_) => Difference::Altered,
                    None => Difference::Added,
                };
                self.note(path, difference, Some(&format!("it is {why}")));
                Ok(())
            }
            // A folder that vanished since its name was read holds nothing.
            TreeEntry::Unlisted(_, GetError::NotFound) => Ok(()),
            TreeEntry::Unlisted(folder, error) => self.unlisted(folder, error),
        }
    }

    /// Takes a folder that could not be listed: whether its files are as listed is not known.
    fn unlisted(&mut self, folder: &str, error: &GetError) -> io::Result<()> {
        let at = folder.trim_end_matches('/');
        self.note(
            if at.is_empty() { "." } else { at },
            Difference::Unread,
            Some(&error.detail()),
        );
        if let Some(file) = self.up_to(folder)? {
            self.next = Some(file);
        }
        while let Some(file) = self.take()? {
            if !file.path.starts_with(folder) {
                self.next = Some(file);
                break;
            }
            self.note(&file.path, Difference::Unread, None);
        }
        Ok(())
    }

    /// Takes the lines before a path, whose files are missing, and gives the line of the path if there is one.
    fn up_to(&mut self, path: &str) -> io::Result<Option<ListedFile>> {
        while let Some(file) = self.take()? {
            if *file.path == *path {
                return Ok(Some(file));
            }
            if *file.path > *path {
                self.next = Some(file);
                break;
            }
            self.note(&file.path, Difference::Missing, None);
        }
        Ok(None)
    }

    /// The next valid line.
    fn take(&mut self) -> io::Result<Option<ListedFile>> {
        if let Some(file) = self.next.take() {
            return Ok(Some(file));
        }
        while let Some(item) = self.manifest.item()? {
            match item {
                ManifestItem::File(line, sha256) => {
                    self.listed.add(&line);
                    if line.path == CUSTODY {
                        self.custody_sha256 = Some(sha256);
                    }
                    return Ok(Some(ListedFile {
                        path: line.path,
                        size: line.size,
                        sha256,
                    }));
                }
                ManifestItem::Invalid(number, why) => {
                    self.invalid.count += 1;
                    if self.invalid.first.len() < LINES_SHOWN {
                        self.invalid.first.push((number, why));
                    }
                }
            }
        }
        Ok(None)
    }

    fn note(&self, path: &str, difference: Difference, why: Option<&str>) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.add(path, difference, why);
    }
}

/// Hashes files and compares them with their lines.
struct FileHasher<'h> {
    tree: &'h FileTree,
    check: &'h BundleCheck<'h>,
    /// Bytes hashed so far, by all threads.
    hashed: &'h AtomicU64,
    found: &'h Mutex<Differences>,
}

impl FileHasher<'_> {
    /// Takes files until there are no more.
    fn hash_all(&self, queue: &Mutex<Receiver<ListedFile>>) {
        let mut buffer = vec![0; BUFFER];
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(file) = next else { break };
            if self.check.stop.is_set() {
                // The others are taken too, so that whoever sends them goes on.
                continue;
            }
            let difference = match self.compare(&file, &mut buffer) {
                Ok(true) => continue,
                Ok(false) => (Difference::Altered, None),
                Err(GetError::NotFound) => (Difference::Missing, None),
                Err(GetError::Refused(why)) => (Difference::Altered, Some(why)),
                Err(GetError::Cancelled(_)) => continue,
                Err(error) => (Difference::Unread, Some(error.detail())),
            };
            let (difference, why) = difference;
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            found.add(&file.path, difference, why.as_deref());
        }
    }

    /// Whether a file has the size and the bytes that are listed.
    fn compare(&self, listed: &ListedFile, buffer: &mut [u8]) -> Result<bool, GetError> {
        let (mut file, size) = self.tree.file(&listed.path)?;
        if size != listed.size {
            return Ok(false);
        }
        let mut hasher = sha2::Sha256::new();
        let mut left = size;
        loop {
            if let Some(reason) = self.check.stop.reason() {
                return Err(GetError::Cancelled(reason));
            }
            let read = match file.read(buffer) {
                Ok(0) => break,
                Ok(read) => read as u64,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(GetError::Io(words(&e))),
            };
            // It grows while it is read.
            if read > left {
                return Ok(false);
            }
            left -= read;
            hasher.update(&buffer[..read as usize]);
            let before = self.hashed.fetch_add(read, Ordering::Relaxed);
            (self.check.progress)(before + read);
        }
        Ok(left == 0 && Sha256(hasher.finalize().into()) == listed.sha256)
    }
}
