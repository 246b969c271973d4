//! CloudTrail's formats and identifiers, parsed.

mod answers;
mod digest;
mod digest_fields;
mod digest_stream;
mod event;
mod ids;
mod object_key;
mod selectors;
mod trail;
