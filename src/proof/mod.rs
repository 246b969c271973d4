//! The proof: what follows from bytes, public keys and events. Nothing here reads a clock, a file,
//! the environment or the network, so equal inputs give equal results.
//!
//! ```text
//!  object bytes, metadata          public keys            events from proven logs
//!        |                             |                            |
//!   digest_object --> signature <-- keys                            |
//!        |               |                                          |
//!        +---> judge <---+       an Unverified digest becomes       |
//!                |               a Verified one here and only here  |
//!            placement                                              |
//!                |                                                  |
//!   chain (one trail, one region, newest digest first)              |
//!        |               |                                          |
//!   Verified digests   coverage --> gap (what no digest covers) <---+
//!        |                                                          |
//!       log (hash and container)  --> finding <-- damage (who) <----+
//! ```
//!
//! # Inputs and outputs
//! In: objects as read ([`digest_object`], [`log`]), keys ([`keys`]), events, and when the source was
//! read ([`look`]). Out: [`finding`]s, and for each chain its [`coverage`], its [`gap`]s and counts.
//! [`changes`] are the calls that changed a trail, and [`trail_notes`] the findings on them.
//!
//! # Rules
//! The proof follows the CloudTrail user guide, "Custom implementations of CloudTrail log file
//! integrity validation" and "CloudTrail digest file structure". Each module cites the section it
//! implements and says where it departs from it. Where the guide and real digests disagree, the
//! real digests count.
//!
//! # Invariants
//! - Only a [`Verified`](judge::Verified) digest has logs and a predecessor. What reads an
//!   unverified claim says so in its name.
//! - Bytes are hashed as they were read, never after re-encoding.
//! - What could not be read is never "missing", and what is missing is "deleted" only where an
//!   event says so.
//! - Decisions match on enums ([`finding::Code`], [`reason::Reason`], [`finding::Detail`]), never on
//!   the text of a message.
//! - The verdict is the maximum over all findings and all coverage. Nothing lowers it.

pub mod chain;
pub mod changes;
pub mod coverage;
pub mod damage;
pub mod digest_object;
pub mod event_history;
pub mod finding;
#[cfg(test)]
mod fixtures;
pub mod gap;
pub mod judge;
pub mod keys;
pub mod log;
pub mod look;
pub mod placement;
pub mod reason;
pub mod signature;
pub mod trail_notes;
