//! CloudTrail's formats and words, parsed.

pub mod event;
mod selectors;
