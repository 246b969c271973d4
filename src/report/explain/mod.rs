//! Reports of `explain`.

pub mod text;
pub mod v1;
