//! Digests: listing, links and the newest.

mod follow;
mod followed;
mod trail_status;
