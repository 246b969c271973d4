//! Floor 2: the formats, names and identifiers of AWS CloudTrail, parsed.
//!
//! What this room returns are claims: a [`digest`] says what CloudTrail delivered, an [`event`] who called what.
//! Whether a claim is true is decided in `proof`. Nothing here knows where the bytes come from, or any clock,
//! environment, file system or network, but for the temporary file of `base::spool`: a [`digest_stream`] keeps a
//! long [`log_list`] there.
//!
//! [`answers`] reads what CloudTrail's API says of trails and keys, [`member`] holds what AWS Organizations says of
//! accounts. [`records`] reads the records of a log as texts.
//!
//! Start with [`ids`] and [`object_key`], which name everything else, then read [`digest`]. [`chain_pattern`]
//! selects chains by parts of their names, and [`chain_list`] reads a list of them.

pub mod answers;
pub mod cadence;
pub mod chain_list;
pub mod chain_pattern;
pub mod digest;
pub mod digest_stream;
pub mod event;
pub mod ids;
pub mod log_list;
pub mod member;
pub mod object_key;
pub mod records;
pub mod selectors;
pub mod trail;
