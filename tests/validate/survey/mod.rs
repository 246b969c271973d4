//! Discovery of chains, and what is missing from it.

mod absences;
#[cfg(feature = "aws")]
mod absences_s3;
#[cfg(feature = "aws")]
mod bounds;
mod folders;
mod missing;
#[cfg(feature = "aws")]
mod missing_s3;
#[cfg(feature = "aws")]
mod trails;
