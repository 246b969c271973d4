//! A file of a folder or a member of an archive, before it has a key.

use rawzip::ZipArchiveEntryWayfinder;

/// A file that was found.
#[derive(Debug)]
pub(super) struct FoundFile {
    /// Its path below the folder, or in the archive.
    pub path: String,
    /// Its size in bytes, as far as it is known.
    pub size: u64,
    /// Where its bytes are.
    pub content: FoundContent,
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, Copy)]
pub(super) enum FoundContent {
    /// In the folder, at its path.
    OnDisk,
    /// In a tar, from this byte on.
    InTar(u64),
    /// In a zip.
    InZip(ZipMember),
    /// Nowhere that is read; what it is.
    Refused(&'static str),
}

/// Where a member of a zip is.
#[derive(Debug, Clone, Copy)]
pub(super) struct ZipMember {
    pub at: ZipArchiveEntryWayfinder,
    /// Whether it is compressed, always with deflate.
    pub deflated: bool,
}
