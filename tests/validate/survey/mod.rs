//! Discovery of chains, and what is missing from it.

mod absences;
#[cfg(feature = "aws")]
mod absences_s3;
mod folders;
#[cfg(feature = "aws")]
mod trails;
