//! Why gaps exist.

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "aws")]
mod selectors;
#[cfg(feature = "aws")]
mod witness;
