//! CloudTrail's formats and identifiers, parsed.

mod digest;
pub mod event;
mod object_key;
mod selectors;
