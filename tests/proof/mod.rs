//! What follows from bytes, keys and events.

mod chain;
mod coverage;
mod damage;
mod gap;
mod key_ring;
mod keys;
mod placement;
mod recovery;
mod signature;
mod unchecked;
mod verdict;
