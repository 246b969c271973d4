//! Reports of earlier runs, which stay where a run cannot write its own: whoever reads one there must know.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::base::error::Error;

/// What shows that a file was replaced or written: device, inode, size, and time of the last change.
type Marks = (u64, u64, u64, i64, i64);

/// The files that existed where reports will be.
pub struct EarlierReports(Vec<(PathBuf, Marks)>);

impl EarlierReports {
    /// The regular files with content among some paths.
    pub fn of<'p>(paths: impl Iterator<Item = &'p PathBuf>) -> Self {
        let found = paths.filter_map(|path| Some((path.clone(), marks(path)?)));
        EarlierReports(found.collect())
    }

    /// The error of a run, which says which of them the run did not replace.
    pub fn noted(self, error: Error) -> Error {
        let same = self.0.into_iter();
        let same = same.filter(|(path, before)| marks(path).as_ref() == Some(before));
        let same =
            same.map(|(path, _)| format!("{} is the report of an earlier run", path.display()));
        let known = error.known().map(str::to_owned);
        let said = Vec::from_iter(known.into_iter().chain(same));
        match said.is_empty() {
            true => error,
            false => error.note(said.join("; ")),
        }
    }
}

fn marks(path: &Path) -> Option<Marks> {
    let file = fs::metadata(path).ok()?;
    let marks = (
        file.dev(),
        file.ino(),
        file.size(),
        file.mtime(),
        file.mtime_nsec(),
    );
    (file.is_file() && file.size() > 0).then_some(marks)
}
