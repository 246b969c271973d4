//! First phase: what is there to be proven.

pub(crate) mod absences;
pub(crate) mod discover;
pub mod folders;
pub mod trails;
