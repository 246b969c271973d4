//! The commands `trails`, `explain` and `doctor`.

pub mod doctor;
pub mod explain;
pub mod trails;
