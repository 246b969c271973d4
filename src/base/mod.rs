//! Floor 1: what every other room may use and what knows nothing of CloudTrail.
//!
//! Nothing here decides anything about evidence, and nothing here knows a clock, the environment, the file
//! system or the network, apart from `spool`'s temporary file.
//!
//! Start with [`limits`], which bounds everything that is read from outside, and [`error`], the only way to
//! say that something could not be checked at all. [`gzip`] and [`json`] read hostile input, [`text`] prints it.

pub mod cancel;
pub mod caught;
pub mod error;
pub mod gzip;
pub mod json;
pub mod limits;
#[cfg(test)]
mod pieces;
pub mod sample;
pub mod sha256;
pub(crate) mod spool;
pub mod text;
pub mod time;
pub mod vector;
