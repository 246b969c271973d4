//! The formats and identifiers of AWS CloudTrail, parsed.

pub mod cadence;
pub mod digest;
pub mod event;
pub mod ids;
pub mod object_key;
pub mod selectors;
pub mod trail;
