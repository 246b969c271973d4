//! Digests: listing, links and the newest.

mod backfill;
mod copies;
mod follow;
mod group;
mod listing;
mod trail_status;
mod walk;
