//! Digests: listing, links and the newest.

mod backfill;
mod copies;
#[cfg(feature = "aws")]
mod follow;
mod group;
mod listing;
#[cfg(feature = "aws")]
mod originals;
mod pending;
#[cfg(feature = "aws")]
mod pending_s3;
#[cfg(feature = "aws")]
mod replica;
#[cfg(feature = "aws")]
mod trail_status;
mod walk;
