//! What the arguments resolve to: sources, keys, trails.

#[cfg(feature = "aws")]
pub(crate) mod aws;
