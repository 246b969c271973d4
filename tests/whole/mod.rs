//! Whole-program suites.

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
pub mod testdata;
