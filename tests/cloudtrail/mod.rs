//! CloudTrail's formats and words, parsed.

mod digest;
pub mod event;
mod object_key;
mod selectors;
