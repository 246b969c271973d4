//! Why gaps exist.

#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "aws")]
mod selectors;
mod witness;
