//! The records of a log as the texts that CloudTrail delivered: [`split`] finds where each begins and ends,
//! [`fields`] reads the usual members of one record, and [`json`] any member by its path.
//!
//! Nothing is copied unless a text holds an escape, and no record is refused for an odd member: AWS adds to its
//! formats without notice. `event` reads the few calls that concern trails, and what it needs of them.

mod brackets;
pub mod fields;
pub mod json;
pub mod split;
