//! The records of a log as text: [`split`] finds where each begins and ends.
//!
//! `event` reads the few calls that concern trails, and what it needs of them. Here every record is given, byte for
//! byte as CloudTrail delivered it.

pub mod split;
