//! What follows from bytes, keys and events.

mod chain;
mod coverage;
mod damage;
mod gap;
mod keys;
mod placement;
mod signature;
