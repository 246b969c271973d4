//! JSON from outside, read in three ways: [`strict`] for what is signed, `bounded` for streams of any
//! length, and `lenient` for what AWS may extend. `blank` takes out what is not read of what is signed, and
//! `split` the elements of a list that is too large for memory.

pub(crate) mod blank;
pub(crate) mod bounded;
pub(crate) mod lenient;
pub(crate) mod split;
pub mod strict;
