//! `shard plan`: measures an archive by listings, and shares it out.
//!
//! ```text
//! survey ──> measure   digests and logs of each account and region, counted while they are listed
//!               └──> balance   shards of about the same time or size
//!                       └──> view   the lines of the plan, with requests, hours and price
//! ```
//!
//! No object is read, and no key is kept: memory grows with accounts, regions and chains alone.

pub mod balance;
mod counted_digests;
pub mod measure;
pub mod rates;
pub mod view;
