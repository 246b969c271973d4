//! The commands `trails`, `explain`, `doctor` and `collect`.

pub mod collect;
pub mod doctor;
pub mod explain;
pub mod trails;
