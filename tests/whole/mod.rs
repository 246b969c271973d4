//! Whole-program suites.

pub mod cases;
mod codes;
#[cfg(feature = "aws")]
mod differences;
mod faults;
mod flips;
mod forge;
mod oracle;
#[cfg(feature = "aws")]
mod organization;
mod properties;
mod random;
mod sample;
