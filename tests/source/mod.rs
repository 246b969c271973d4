//! Where bytes come from: folders on disk, key files, a source that is cancelled.

#[cfg(feature = "aws")]
mod cancellable;
mod disk;
mod key_files;
