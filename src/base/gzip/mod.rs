//! One gzip member: [`header`] parses what is around the deflate stream, [`inflate`] reads all of it.

pub mod header;
pub mod inflate;
