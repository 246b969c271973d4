//! One entry of a folder, as it was listed.

/// One entry of a folder. Entries are in the order of their keys.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DiskEntry {
    /// The name; of a folder with a closing slash, as in its keys.
    pub(super) sort: String,
    pub(super) kind: EntryKind,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
pub(super) enum EntryKind {
    Folder,
    File,
    /// Neither a folder nor a regular file with a name in UTF-8; what it is.
    Refused(&'static str),
}

/// What the name of a refused entry is.
pub(super) const NOT_UTF8: &str = "a name that is not utf-8";

/// What a folder is that lies too deep among loose files.
pub(super) const TOO_DEEP: &str = "a folder nested too deep";

/// Everything that a refused entry may be.
pub(super) const REFUSED: [&str; 7] = [
    "not a regular file",
    "a symbolic link",
    "a folder",
    "a pipe",
    "a socket",
    "a device",
    NOT_UTF8,
];

/// The same word as a constant, if it is one that a source says of an entry that it refuses.
pub fn refused_word(word: &str) -> &'static str {
    let mut known = REFUSED.into_iter().chain([TOO_DEEP]);
    known
        .find(|known| *known == word)
        .unwrap_or("an entry that is not read")
}

impl DiskEntry {
    /// The name without a closing slash.
    pub(super) fn name(&self) -> &str {
        self.sort.strip_suffix('/').unwrap_or(&self.sort)
    }
}
