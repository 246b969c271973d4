//! Where bytes come from: folders on disk, key files, a source that is cancelled.

mod disk;
mod key_files;
