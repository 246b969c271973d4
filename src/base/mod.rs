//! Ground floor: nothing of CloudTrail, no policy.

pub mod cancel;
pub mod error;
pub mod gzip;
pub mod json;
pub mod limits;
pub mod sample;
pub mod sha256;
pub(crate) mod spool;
pub mod text;
pub mod time;
