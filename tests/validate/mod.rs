//! The engine: discovery, digests, logs, causes and the verdict.

pub mod causes;
#[cfg(feature = "aws")]
mod digests;
mod survey;
#[cfg(feature = "aws")]
mod unreferenced;
