//! Why gaps exist.

#[cfg(feature = "aws")]
mod aws;
mod changes;
#[cfg(feature = "aws")]
mod selectors;
#[cfg(feature = "aws")]
mod witness;
