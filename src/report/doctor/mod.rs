//! Reports of `doctor`.

pub mod check;
pub mod text;
pub mod v1;
