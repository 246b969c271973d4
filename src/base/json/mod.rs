//! JSON from outside, read in three ways: [`strict`] for what is signed, `bounded` for streams of any
//! length, and `lenient` for what AWS may extend.

pub(crate) mod bounded;
pub(crate) mod lenient;
pub mod strict;
