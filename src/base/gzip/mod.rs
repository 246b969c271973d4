//! One gzip member: [`header`] parses what is around the deflate stream, [`inflate`] the whole.

pub mod header;
pub mod inflate;
