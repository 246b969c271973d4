//! The commands besides `validate`.

mod collect;
#[cfg(feature = "aws")]
mod doctor;
mod events;
mod explain;
mod history;
#[cfg(feature = "aws")]
mod shard;
mod trails;
mod watchlist;
