//! The forge: a seeded builder of CloudTrail log and digest chains as CloudTrail writes them.
//!
//! It signs with real RSA keys and implements every rule of the format itself, without a line of
//! the library under test, so that it is an independent witness against it. The same seed and the
//! same calls make the same world, byte for byte.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a forge that is asked for the impossible must fail its test at once"
)]

pub mod calls;
pub mod chain;
pub mod damage;
pub mod deeds;
pub mod digest;
pub mod events;
pub mod gz;
pub mod head;
pub mod identity;
pub mod json;
pub mod key_file;
pub mod keys;
pub mod text;
pub mod trail;
pub mod world;

pub use chain::{Chain, ChainSpec};
pub use digest::DigestRecord;
pub use events::log_json;
pub use gz::{gunzip, gzip};
pub use json::Json;
pub use key_file::KeyFileStyle;
pub use keys::{Encoding, PublishedKey};
pub use trail::Trail;
pub use world::{Heads, Object, Place, Rng, World};

use jiff::Timestamp;

/// The instant written as RFC 3339, such as `2026-01-01T00:00:00Z`.
pub fn ts(text: &str) -> Timestamp {
    text.parse().expect("an RFC 3339 instant")
}
