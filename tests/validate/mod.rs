//! The engine: discovery, digests, logs, causes and the verdict.

mod accept;
pub mod causes;
#[cfg(feature = "aws")]
mod digests;
mod findings;
mod logs;
mod not_proven;
mod request;
mod survey;
#[cfg(feature = "aws")]
mod unreferenced;
