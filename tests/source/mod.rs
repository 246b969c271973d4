//! Where bytes come from: folders on disk, the metadata beside their files, key files, and a cancelled source.

#[cfg(feature = "aws")]
mod cancellable;
mod disk;
mod head;
mod key_files;
