//! Fuzzing: each target runs one seam at which input from outside is parsed, and panics where something that must
//! hold does not. What must hold is more than "no panic": what is parsed prints back to itself, bounds hold, a quick
//! search never loses what the slow reading finds, and a file with a hash is never accepted with another content.
//!
//! ```text
//! testdata, the forge, testdata/fuzz ─> seeds ─> mutate ─> FuzzTarget::run ─> outcome ─> kept if it is a new one
//! ```
//!
//! The targets run in three ways: `tests/whole/fuzz.rs` replays the seeds and tries a few mutations of them,
//! `benches/trials` mutates them for minutes on stable Rust, and `.fuzz` is a package for `cargo fuzz`.
//!
//! An input that was a finding is in `testdata/fuzz/TARGET/`, so that it is replayed for ever.

mod answers;
mod archives;
mod bundles;
mod digests;
mod drive;
mod events;
mod gzip;
mod inventory;
mod keys;
mod lists;
mod markup;
mod mutate;
mod names;
mod objects;
mod outcome;
mod parts;
mod plans;
mod records;
mod reports;
mod rules;
mod scratch;
mod seeds;
mod shell;
mod states;
mod targets;
mod texts;
#[cfg(feature = "aws")]
mod xml;

pub use drive::{Budget, Watch, fuzz};
pub use seeds::seeds_of;
pub use targets::{FuzzTarget, all};
