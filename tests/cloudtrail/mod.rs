//! CloudTrail's formats and identifiers, parsed.

mod digest;
mod digest_stream;
mod event;
mod object_key;
mod selectors;
