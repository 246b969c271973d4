//! Reports: their text in each format.

mod validation;
