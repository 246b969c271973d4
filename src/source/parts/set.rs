//! All parts of a plan.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rayon::prelude::*;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::error::{PartError, RefusedPart};
use super::reader::PartReader;
use super::{LogShare, PartAnswers};
use crate::base::error::words;
use crate::base::limits::Limits;
use crate::cloudtrail::ids::{AccountId, Region};
use crate::source::GetError;

/// Files that may be open beside the parts.
const OTHER_FILES: u64 = 200;

/// The parts that a plan has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedParts {
    /// SHA-256 of the plan, in hex digits.
    pub plan_sha256: String,
    /// The version of the program.
    pub trailproof: String,
    /// The number of shards.
    pub shards: u32,
    /// What they validate.
    pub groups: Vec<PlannedShare>,
}

/// A group of chains, or a share of its logs, that a shard validates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedShare {
    /// The account of the chains.
    pub account: AccountId,
    /// Their region.
    pub region: Region,
    /// Which logs: share 1 of 1 for all of them.
    pub share: LogShare,
    /// The shard.
    pub shard: u32,
}

/// Whether the part of a shard can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartState {
    /// It can.
    Present,
    /// There is none.
    Absent,
    /// There is one, and this is wrong with it.
    Broken(PartError),
}

/// A file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenPart {
    /// The file.
    pub path: PathBuf,
    /// The shard that it says it is of, which may be wrong.
    pub shard: Option<u32>,
    /// What is wrong with it.
    pub error: PartError,
}

/// The intact parts of a plan, by shard.
#[derive(Debug)]
pub struct PartSet {
    shards: u32,
    parts: BTreeMap<u32, OpenPart>,
    groups: BTreeMap<(AccountId, Region), Vec<(LogShare, u32)>>,
    broken: Vec<BrokenPart>,
    repeated: Vec<RepeatedPart>,
}

/// An intact part of a shard of which another one was given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatedPart {
    /// The shard.
    pub shard: u32,
    /// The file.
    pub path: PathBuf,
    /// The one that counts.
    pub first: PathBuf,
}

#[derive(Debug)]
struct OpenPart {
    path: PathBuf,
    reader: PartReader,
    /// What went wrong since it was opened.
    failure: OnceLock<PartError>,
}

impl PartSet {
    /// Opens the parts of a plan, and verifies every byte of them.
    ///
    /// # Errors
    /// If an intact file is not a part of this plan and program.
    pub fn open(
        expected: &ExpectedParts,
        paths: &[PathBuf],
        limits: &Limits,
    ) -> Result<Self, RefusedPart> {
        allow_files(paths.len() as u64);
        let open = |path: &PathBuf| (path.clone(), PartReader::open(path, limits));
        let opened: Vec<_> = paths.par_iter().map(open).collect();
        let mut set = PartSet {
            shards: expected.shards,
            parts: BTreeMap::new(),
            groups: groups(&expected.groups),
            broken: Vec::new(),
            repeated: Vec::new(),
        };
        for (path, reader) in opened {
            let reader = match reader {
                Ok(reader) => reader,
                Err(error) => {
                    let shard = PartReader::claimed_header(&path).map(|header| header.shard);
                    set.broken.push(BrokenPart { path, shard, error });
                    continue;
                }
            };
            if let Some(error) = set.refusal(expected, &reader) {
                return Err(RefusedPart { path, error });
            }
            set.add(path, reader);
        }
        Ok(set)
    }

    /// Why an intact part is not one of this plan.
    fn refusal(&self, expected: &ExpectedParts, reader: &PartReader) -> Option<PartError> {
        let header = reader.header();
        if header.plan_sha256 != expected.plan_sha256 {
            return Some(PartError::OtherPlan(header.plan_sha256.clone()));
        }
        if header.trailproof != expected.trailproof {
            return Some(PartError::OtherVersion(header.trailproof.clone()));
        }
        if header.shard >= expected.shards {
            return Some(PartError::NoSuchShard(header.shard));
        }
        None
    }

    /// Adds an intact part. Of two parts of one shard the first one counts: a shard that was repeated may have left
    /// both.
    fn add(&mut self, path: PathBuf, reader: PartReader) {
        match self.parts.entry(reader.header().shard) {
            Entry::Vacant(place) => {
                place.insert(OpenPart {
                    path,
                    reader,
                    failure: OnceLock::new(),
                });
            }
            Entry::Occupied(first) if first.get().reader.sha256() != reader.sha256() => {
                self.repeated.push(RepeatedPart {
                    shard: *first.key(),
                    path,
                    first: first.get().path.clone(),
                });
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Parts that do not count, because another one of their shard does.
    pub fn repeated(&self) -> &[RepeatedPart] {
        &self.repeated
    }

    /// The number of shards of the plan.
    pub fn shards(&self) -> u32 {
        self.shards
    }

    /// Whether the part of a shard can be used, as far as is known by now.
    pub fn state(&self, shard: u32) -> PartState {
        if let Some(part) = self.parts.get(&shard) {
            return part
                .failure
                .get()
                .cloned()
                .map_or(PartState::Present, PartState::Broken);
        }
        let mut broken = self.broken.iter().filter(|part| part.shard == Some(shard));
        let broken = broken.next().map(|part| part.error.clone());
        broken.map_or(PartState::Absent, PartState::Broken)
    }

    /// The file of a shard's part, if it is intact.
    pub fn path(&self, shard: u32) -> Option<&Path> {
        self.parts.get(&shard).map(|part| part.path.as_path())
    }

    /// The files that were broken when they were opened.
    pub fn broken(&self) -> &[BrokenPart] {
        &self.broken
    }
}

impl OpenPart {
    fn answer(&self, shard: u32, question: &[u8]) -> Result<Option<Vec<u8>>, GetError> {
        let absent = GetError::NotInParts(Some(shard));
        if self.failure.get().is_some() {
            return Err(absent);
        }
        self.reader.answer(question).map_err(|error| {
            // The first one stays.
            let _ = self.failure.set(PartError::Unreadable(words(&error)));
            absent
        })
    }
}

impl PartAnswers for PartSet {
    fn shards_of(&self, account: &AccountId, region: &Region) -> Vec<(LogShare, u32)> {
        let group = (account.clone(), region.clone());
        self.groups.get(&group).cloned().unwrap_or_default()
    }

    fn of_shard(&self, shard: u32, question: &[u8]) -> Result<Option<Vec<u8>>, GetError> {
        let part = self.parts.get(&shard);
        part.ok_or(GetError::NotInParts(Some(shard)))?
            .answer(shard, question)
    }

    fn of_any(&self, question: &[u8]) -> Result<Option<Vec<u8>>, GetError> {
        let mut failed = None;
        for (shard, part) in &self.parts {
            match part.answer(*shard, question) {
                Ok(None) => {}
                Ok(answer) => return Ok(answer),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(None), Err)
    }
}

/// The shards of each group in the order of their shares.
fn groups(planned: &[PlannedShare]) -> BTreeMap<(AccountId, Region), Vec<(LogShare, u32)>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for planned in planned {
        let group = (planned.account.clone(), planned.region.clone());
        let shares = groups.entry(group).or_default();
        shares.push((planned.share, planned.shard));
    }
    groups
        .values_mut()
        .for_each(|shares| shares.sort_unstable());
    groups
}

/// Raises the number of files that may be open, as far as this process may. If that is not enough, the parts that
/// cannot be opened are broken.
fn allow_files(parts: u64) {
    let wanted = parts + OTHER_FILES;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < wanted) {
        let current = maximum.map_or(wanted, |maximum| maximum.min(wanted));
        let current = Some(current);
        let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
    }
}
