//! Where bytes come from: folders on disk, key files, and a cancelled source.

#[cfg(feature = "aws")]
mod cancellable;
mod disk;
mod key_files;
