//! Discovery of chains, and what is missing from it.

mod absences;
#[cfg(feature = "aws")]
mod absences_s3;
mod folders;
mod trails;
