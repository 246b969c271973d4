//! The state of a scheduled check, `validate --state FILE`: what one run leaves for the next.
//!
//! ```text
//! lock ──> load, check ──> Continuations ──> validate ──> next ──> store
//!          State                             Outcome      State
//! ```
//!
//! - [`lock`] keeps two runs apart.
//! - [`load`] reads a state; `check` parses each field into its type. A state comes from outside: nothing is called
//!   verified on its word, and whatever does not fit is an error, never a fresh start.
//! - [`scope`] compares what it was made of with what is requested now.
//! - [`next`](mod@next) makes the state that a run leaves, from the one that it continued and from its outcome (pure).
//! - [`given_up`] says what no run validates again although it was never settled (pure).
//! - [`store`] writes it: last of all, synced, by a rename.

pub mod check;
pub mod deferred;
pub mod given_up;
pub mod load;
pub mod lock;
pub mod next;
pub mod scope;
pub mod store;

#[cfg(test)]
pub(crate) mod fixtures;
