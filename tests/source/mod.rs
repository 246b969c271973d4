//! Where bytes come from: folders on disk, loose files, archives, the metadata beside their files, key files,
//! parts of a sharded validation, and a cancelled source.

mod archives;
mod bundle_changes;
mod bundle_check;
mod bundle_replay;
#[cfg(feature = "aws")]
mod cancellable;
mod changing;
mod denied;
mod disk;
mod head;
mod inventory;
mod key_files;
mod loose;
mod parts;
