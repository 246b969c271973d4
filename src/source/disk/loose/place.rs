//! Gives each file the key under which it was written.
//!
//! 1. A digest lies where it states that it was written, whatever the file is called.
//! 2. A log lies where a digest lists its file name; else where its folder lies, if digests show that; else
//!    where its path or its name puts it.
//! 3. Any other file lies where its folder lies, and is left out if nothing shows that.
//!
//! Of two files with one key the first by path has it. If the other one differs, it has the same key in
//! another root for the same bucket, so the validation reads and judges both. What cannot be read is placed
//! last, and takes no key from what can be.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io;

use super::read::{DigestReader, same_content};
use super::{LooseSummary, LooseTree};
use crate::base::sha256::Sha256;
use crate::cloudtrail::digest::Unverified;
use crate::cloudtrail::ids::{AccountId, Region};
use crate::cloudtrail::object_key::{DigestName, DigestObjectKey, KeyRoot, LogObjectKey};
use crate::source::disk::found::{FoundContent, FoundFile};
use crate::source::disk::head::HEAD_SUFFIX;

/// The number of the file at each key, of one root.
pub(super) type KeyTable = BTreeMap<Box<str>, u32>;

/// Parts of a path that are common to where a digest was found and where it was written, if its folder is laid
/// out as in a bucket: region, year, month, day, name.
const DATED: usize = 5;

/// The longest key in S3, in bytes.
const KEY: usize = 1024;

/// Most files with one key that are each judged at that key. Of more, the others lie in a folder beside it.
const ROOTS: usize = 8;

/// The keys of each root, at least one, and what is to be said of it.
///
/// # Errors
/// If a temporary file cannot be written or read.
pub(super) fn place(tree: &LooseTree) -> io::Result<(Vec<KeyTable>, LooseSummary)> {
    let mut placing = Placing::new(tree);
    placing.digests()?;
    placing.logs_and_others(false);
    placing.logs_and_others(true);
    Ok((placing.roots_of_keys, placing.summary))
}

/// Files on their way to their keys.
struct Placing<'t> {
    tree: &'t LooseTree,
    roots_of_keys: Vec<KeyTable>,
    summary: LooseSummary,
    /// Whether a file has a key, or needs none.
    done: Vec<bool>,
    /// The key that a digest lists for each name of a log.
    logs: HashMap<Cow<'t, str>, Option<Box<str>>>,
    /// The hash of each digest that was read, by its number.
    hashes: HashMap<u32, Sha256>,
    /// For folders found, which folders were theirs when they were written, and how many digests say so.
    folders: BTreeMap<String, BTreeMap<String, usize>>,
    /// The place of each account and region, by its digests: the first by key.
    roots: BTreeMap<(AccountId, Region), KeyRoot>,
}

impl<'t> Placing<'t> {
    fn new(tree: &'t LooseTree) -> Self {
        let files = &tree.files;
        let name = |file: &'t FoundFile| Some((log_name(file)?, None));
        Placing {
            tree,
            roots_of_keys: vec![KeyTable::new()],
            summary: LooseSummary::default(),
            done: files
                .iter()
                .map(|file| {
                    let object = file.path.strip_suffix(HEAD_SUFFIX);
                    object.is_some_and(|object| tree.at_path(object).is_some())
                })
                .collect(),
            logs: files.iter().filter_map(name).collect(),
            hashes: HashMap::new(),
            folders: BTreeMap::new(),
            roots: BTreeMap::new(),
        }
    }

    /// The files without a key, with their numbers.
    fn left(&self) -> Vec<(u32, &'t FoundFile)> {
        let files = self.tree.files.iter().zip(&self.done).zip(0..);
        let left = files.filter(|((_, done), _)| !**done);
        left.map(|((file, _), at)| (at, file)).collect()
    }

    fn digests(&mut self) -> io::Result<()> {
        let mut reader = DigestReader::new(self.tree);
        for (at, file) in self.left() {
            if matches!(file.content, FoundContent::Refused(_)) || log_name(file).is_some() {
                continue;
            }
            let read = match DigestName::parse(&original_name(file_name(&file.path))) {
                Some(_) => reader.named(file)?,
                None => reader.unnamed(file)?,
            };
            if let Some(digest) = read {
                self.digest(at, file, &digest)?;
            }
        }
        Ok(())
    }

    /// Places a digest where it states, if that is the place of a digest at all.
    fn digest(&mut self, at: u32, file: &'t FoundFile, digest: &Unverified) -> io::Result<()> {
        let (_, key) = digest.claimed_place_unverified();
        let Some(DigestObjectKey { root, name }) =
            DigestObjectKey::parse(key).filter(|_| key.len() <= KEY)
        else {
            return Ok(());
        };
        for block in digest.claimed_log_files_unverified().blocks() {
            for log in &*block? {
                if let Some(place) = self.logs.get_mut(file_name(&log.key)) {
                    place.get_or_insert_with(|| log.key.as_str().into());
                }
            }
        }
        let (found, written) = common_tail(&file.path, key);
        if let (Some(found), Some(written)) = (found, written) {
            let written = self
                .folders
                .entry(found.to_owned())
                .or_default()
                .entry(written.to_owned())
                .or_default();
            *written += 1;
        }
        let group = (name.chain.account, name.chain.region);
        let known = self.roots.entry(group).or_insert_with(|| root.clone());
        if root < *known {
            *known = root;
        }
        self.hashes.insert(at, digest.sha256());
        self.put(at, file, key.to_owned());
        Ok(())
    }

    /// Places the other files: those that can be read, or those that cannot.
    fn logs_and_others(&mut self, refused: bool) {
        for (at, file) in self.left() {
            if matches!(file.content, FoundContent::Refused(_)) != refused {
                continue;
            }
            match self.key_of(file) {
                Some(key) => self.put(at, file, key),
                None => self.summary.left_out.add(&self.tree.limits, &*file.path),
            }
        }
    }

    fn key_of(&self, file: &FoundFile) -> Option<String> {
        if let Some(name) = log_name(file)
            && let Some(Some(listed)) = self.logs.get(&name)
        {
            return Some(listed.to_string());
        }
        if let Some(key) = self.key_by_folder(&file.path) {
            return Some(key);
        }
        let path = &*file.path;
        if DigestObjectKey::parse(path).is_some() || LogObjectKey::parse(path).is_some() {
            return Some(path.to_owned());
        }
        let name = original_name(file_name(path));
        let root = |account: &AccountId, region: &Region| {
            let known = self.roots.get(&(account.clone(), region.clone()));
            known.cloned().unwrap_or_default()
        };
        if let Some(name) = DigestName::parse(&name) {
            let root = root(&name.chain.account, &name.chain.region);
            return Some(DigestObjectKey { root, name }.to_string());
        }
        let mut log = LogObjectKey::of_name(KeyRoot::default(), &name)?;
        log.root = root(&log.account, &log.region);
        Some(log.to_string())
    }

    /// The key of a file in a folder of which digests show where it was.
    fn key_by_folder(&self, path: &str) -> Option<String> {
        let mut folder = path;
        loop {
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
            if let Some(written) = self.folders.get(folder) {
                // Most digests, and of as many the first by name, so that one of them decides nothing.
                let written = written
                    .iter()
                    .rev()
                    .max_by_key(|(_, count)| **count)
                    .map(|(written, _)| written)?;
                let rest = path[folder.len()..].trim_start_matches('/');
                return Some(join(written, rest));
            }
            if folder.is_empty() {
                return None;
            }
        }
    }

    /// Gives a file its key, or a place beside it.
    fn put(&mut self, at: u32, file: &FoundFile, key: String) {
        if let Some(done) = self.done.get_mut(at as usize) {
            *done = true;
        }
        for number in 0..self.roots_of_keys.len() {
            let keys = &mut self.roots_of_keys[number];
            let Some(&other) = keys.get(&*key) else {
                keys.insert(key.into(), at);
                self.summary.placed += 1;
                return;
            };
            if self.is_copy(at, file, other) {
                self.summary.copies += 1;
                // The metadata of a digest may lie beside either.
                if self.has_head(at) && !self.has_head(other) {
                    self.roots_of_keys[number].insert(key.into(), at);
                }
                return;
            }
            if number == 0 {
                self.summary.conflicts.add(&self.tree.limits, &*file.path);
            }
        }
        self.summary.placed += 1;
        if self.roots_of_keys.len() < ROOTS {
            self.roots_of_keys.push(KeyTable::from([(key.into(), at)]));
            return;
        }
        let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
        let beside = format!("{folder}/{at}/{}", file.path);
        self.roots_of_keys[0].insert(beside.into(), at);
    }

    fn has_head(&self, at: u32) -> bool {
        let file = self.tree.files.get(at as usize);
        file.is_some_and(|file| {
            let head = format!("{}{HEAD_SUFFIX}", file.path);
            self.tree.at_path(&head).is_some()
        })
    }

    fn is_copy(&self, at: u32, file: &FoundFile, other: u32) -> bool {
        if let (Some(own), Some(others)) = (self.hashes.get(&at), self.hashes.get(&other)) {
            return own == others;
        }
        let other = self.tree.files.get(other as usize);
        other.is_some_and(|other| same_content(self.tree, file, other))
    }
}

fn join(folder: &str, rest: &str) -> String {
    if folder.is_empty() {
        rest.to_owned()
    } else {
        format!("{folder}/{rest}")
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The name of a log, as CloudTrail wrote it; `None` if the file is not named like one.
fn log_name(file: &FoundFile) -> Option<Cow<'_, str>> {
    let name = original_name(file_name(&file.path));
    LogObjectKey::of_name(KeyRoot::default(), &name)?;
    Some(name)
}

/// The name of a file before a browser numbered it, as in `NAME (1).json.gz`, or took `.gz` off.
fn original_name(name: &str) -> Cow<'_, str> {
    let mut original = Cow::Borrowed(name);
    if let Some((before, rest)) = name.rsplit_once(" (")
        && let Some((number, after)) = rest.split_once(')')
        && number.bytes().all(|b| b.is_ascii_digit())
    {
        original = format!("{before}{after}").into();
    }
    if original.ends_with(".json") {
        original.to_mut().push_str(".gz");
    }
    original
}

/// The folders above the common end of a path and a key, if the folders of a day are part of it: where the
/// path and where the key begin to differ.
fn common_tail<'a>(path: &'a str, key: &'a str) -> (Option<&'a str>, Option<&'a str>) {
    let (mut a, mut b) = (path, key);
    let (mut path_left, mut key_left) = (Some(path), Some(key));
    let mut common = 0;
    loop {
        let (above_a, last_a) = a.rsplit_once('/').map_or((None, a), |(x, l)| (Some(x), l));
        let (above_b, last_b) = b.rsplit_once('/').map_or((None, b), |(x, l)| (Some(x), l));
        if last_a != last_b {
            break;
        }
        common += 1;
        (path_left, key_left) = (above_a, above_b);
        match (above_a, above_b) {
            (Some(x), Some(y)) => (a, b) = (x, y),
            _ => break,
        }
    }
    if common < DATED {
        return (None, None);
    }
    (Some(path_left.unwrap_or("")), Some(key_left.unwrap_or("")))
}
