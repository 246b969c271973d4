//! What follows from bytes, keys and events.

mod damage;
mod gap;
mod keys;
