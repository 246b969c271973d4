//! What the verifier is put through: damage and random input by the thousand, each judged.
//!
//! Compiled twice: into the tests, which try a small part of each, and into `benches/trials`, which
//! tries all of it. It uses only the library without features, and the forge.

#![allow(
    dead_code,
    reason = "the tests try a part of each, and the bench all of it"
)]

pub mod bits;
pub mod fuzz;
pub mod tally;
pub mod worlds;
