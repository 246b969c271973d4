//! What the verifier is put through: damage and random input by the thousand, each judged.
//!
//! Compiled twice: into the tests, which try a small part of each, and into `benches/trials`, which
//! tries all of it. It uses only the library without features, and the forge.

pub mod tally;
