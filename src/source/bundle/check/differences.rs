//! The files of a bundle that differ from its manifest: all of them counted, the first ones shown, and a bounded
//! number looked up by path.

use std::collections::{BTreeMap, HashMap};

use crate::base::limits::Limits;

/// Files of one kind that are shown.
const SHOWN: usize = 20;

/// How a file of a bundle differs from the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difference {
    /// It is listed and does not exist.
    Missing,
    /// Its size or its bytes differ, or it is not a regular file.
    Altered,
    /// It is not listed.
    Added,
    /// It could not be read. It may be as it is listed.
    Unread,
    /// So many files differ that it is not known which.
    Beyond,
}

/// Files that differ in one way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DifferingFiles {
    /// How many there are.
    pub count: u64,
    /// The first of them, in the order of their paths, each with why, if there is more to say.
    pub first: BTreeMap<String, Option<String>>,
}

/// The files of a bundle that differ from its manifest.
#[derive(Debug)]
pub struct Differences {
    by_kind: BTreeMap<Difference, DifferingFiles>,
    /// Each of them, while they are few.
    known: HashMap<Box<str>, Difference>,
    /// How many are known at most.
    most: usize,
    count: u64,
}

impl Differences {
    /// None yet.
    pub(super) fn new(limits: &Limits) -> Self {
        Differences {
            by_kind: BTreeMap::new(),
            known: HashMap::new(),
            most: limits.bundle_differences,
            count: 0,
        }
    }

    /// Adds a file. Files come in any order: threads hash them.
    pub(super) fn add(&mut self, path: &str, difference: Difference, why: Option<&str>) {
        let files = self.by_kind.entry(difference).or_default();
        files.count += 1;
        files.first.insert(path.to_owned(), why.map(str::to_owned));
        if files.first.len() > SHOWN {
            files.first.pop_last();
        }
        self.count += 1;
        if self.count <= self.most as u64 {
            self.known.insert(path.into(), difference);
        } else {
            // Which are known must not depend on the order of the threads.
            self.known = HashMap::new();
        }
    }

    /// The files that differ in one way.
    pub fn files(&self, difference: Difference) -> DifferingFiles {
        self.by_kind.get(&difference).cloned().unwrap_or_default()
    }

    /// What is wrong with the file at a path; `None` for one that is as it is listed. If too many files differ,
    /// [`Difference::Beyond`] for every path.
    pub fn of(&self, path: &str) -> Option<Difference> {
        if self.count > self.most as u64 {
            return Some(Difference::Beyond);
        }
        self.known.get(path).copied()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether any file is missing, altered or added.
    pub fn any_differs(&self) -> bool {
        self.count > self.files(Difference::Unread).count
    }
}
