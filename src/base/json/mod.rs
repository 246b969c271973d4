//! JSON from outside, read strictly, within bounds, or leniently.

pub(crate) mod bounded;
pub(crate) mod lenient;
pub mod strict;
