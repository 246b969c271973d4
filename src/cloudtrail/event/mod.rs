//! Events: the records of CloudTrail's log files.

pub mod record;
pub mod who;
