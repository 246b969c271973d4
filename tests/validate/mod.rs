//! The engine: discovery, digests, logs, causes and the verdict.

mod accept;
mod causes;
mod continued;
mod digests;
mod ended;
mod ended_state;
mod findings;
#[cfg(feature = "aws")]
mod identity;
mod logs;
mod not_proven;
mod proven_events;
mod records;
#[cfg(feature = "aws")]
mod recovery;
mod request;
#[cfg(feature = "aws")]
mod shards;
mod survey;
mod unreferenced;
