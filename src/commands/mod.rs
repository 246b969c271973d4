//! The commands `trails`, `explain`, `doctor`, `collect` and `history`.

pub mod collect;
pub mod doctor;
pub mod explain;
pub mod history;
pub mod trails;
