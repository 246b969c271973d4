//! What follows from bytes, keys and events.

pub mod chain;
pub mod coverage;
pub mod damage;
pub mod detail;
pub mod digest_object;
pub mod finding;
pub mod gap;
pub mod judge;
pub mod keys;
pub mod log;
pub mod placement;
pub mod reason;
pub mod signature;
