//! Reports: their text in each format.

pub mod validation;
