//! CloudTrail's formats and identifiers, parsed.

mod digest;
mod event;
mod object_key;
mod selectors;
