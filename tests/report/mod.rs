//! Reports: what is written, in each format.

pub mod validation;
