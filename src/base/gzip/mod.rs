//! One gzip member: its header and trailer, and the stream between them.

pub mod header;
pub mod inflate;
