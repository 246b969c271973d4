//! A chain's trail, account, region and volume.

use std::ops::RangeInclusive;

use crate::support::forge::trail::Trail;

/// A chain's trail, account, region and volume.
#[derive(Clone, Debug)]
pub struct ChainSpec {
    /// The trail.
    pub trail: Trail,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// Logs in an hour that is not quiet.
    pub logs_per_hour: RangeInclusive<u32>,
    /// Events in a log.
    pub events_per_log: RangeInclusive<u32>,
    /// The least inflated size of a log, in bytes.
    pub pad: Option<RangeInclusive<usize>>,
}

impl ChainSpec {
    /// Few small logs, for the trail's own account.
    pub fn new(trail: Trail, region: &str) -> Self {
        Self {
            account: trail.account.clone(),
            trail,
            region: region.to_owned(),
            logs_per_hour: 1..=3,
            events_per_log: 1..=5,
            pad: None,
        }
    }

    /// Sets another account, as organization trails deliver.
    #[must_use]
    pub fn account(mut self, account: &str) -> Self {
        self.account = account.to_owned();
        self
    }

    /// Sets the number of logs per hour.
    #[must_use]
    pub fn logs(mut self, per_hour: RangeInclusive<u32>) -> Self {
        self.logs_per_hour = per_hour;
        self
    }

    /// Sets the number of events per log.
    #[must_use]
    pub fn events(mut self, per_log: RangeInclusive<u32>) -> Self {
        self.events_per_log = per_log;
        self
    }

    /// Sets the least inflated size of logs.
    #[must_use]
    pub fn pad(mut self, bytes: RangeInclusive<usize>) -> Self {
        self.pad = Some(bytes);
        self
    }
}
