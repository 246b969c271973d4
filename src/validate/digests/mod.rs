//! Second phase: digests are listed, read and linked into chains.

pub(crate) mod batch;
pub(crate) mod chain;
pub(crate) mod follow;
pub(crate) mod group;
pub mod listing;
pub mod listing_errors;
pub(crate) mod trail_status;
pub(crate) mod walk;
