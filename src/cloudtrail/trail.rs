//! Trails as CloudTrail describes them: where they write, and what they delivered last. Nothing of it is
//! signed, so it proves nothing about logs. It shows which digests should exist.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::{ChainId, TrailArn};
use super::object_key::KeyRoot;
use crate::base::time::{HOUR, shift};

/// A trail as DescribeTrails returns it (CloudTrail API reference, Trail).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailConfig {
    /// Its ARN.
    pub arn: TrailArn,
    /// The bucket it writes to now.
    pub bucket: String,
    /// The key prefix it uses now, without slashes around it; empty if there is none.
    pub prefix: String,
    /// Whether it logs for all accounts of an organization.
    pub organization: bool,
    /// Whether it logs in every region.
    pub multi_region: bool,
    /// Whether it writes digests now: log file validation is enabled.
    pub validation: bool,
    /// Whether it logs events of global services.
    pub global_events: bool,
    /// The KMS key that encrypts what it writes.
    pub kms_key: Option<String>,
}

impl TrailConfig {
    /// Whether a chain may be this trail's. An organization's trail writes a chain for every account, each into
    /// the folder of the organization; an account's trail never writes there.
    pub fn writes(&self, chain: &ChainId) -> bool {
        self.arn.trail == chain.trail
            && self.arn.home_region == chain.home_region
            && self.organization == chain.organization.is_some()
            && (self.organization || self.arn.account == chain.account)
    }

    /// The trail of a chain, among several.
    pub fn of<'t>(trails: &'t [TrailConfig], chain: &ChainId) -> Option<&'t TrailConfig> {
        trails.iter().find(|trail| trail.writes(chain))
    }

    /// Whether it writes under this root of this bucket now.
    pub fn writes_to(&self, bucket: Option<&str>, root: &KeyRoot) -> bool {
        bucket == Some(self.bucket.as_str())
            && root.prefix == self.prefix
            && root.organization.is_some() == self.organization
    }
}

/// The status of a trail in one region, as GetTrailStatus returns it (CloudTrail API reference).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TrailStatus {
    /// Whether it is logging now.
    pub logging: bool,
    /// When the last digest was delivered.
    pub last_digest: Option<Timestamp>,
    /// Why the last attempt to deliver a digest failed.
    pub digest_error: Option<String>,
    /// When logging was last switched on.
    pub started: Option<Timestamp>,
    /// When logging was last switched off.
    pub stopped: Option<Timestamp>,
}

/// The most that S3's time of writing and CloudTrail's time of delivery of the same digest may differ, in
/// seconds. Digests are written every hour, so half of that separates one from the next.
const SAME_DELIVERY: i64 = HOUR / 2;

impl TrailStatus {
    /// The end of the last delivered digest, if that digest was not found. Of the digests that were found, the
    /// newest ends at `newest`, and the last one was written at `written`.
    pub fn later_digest(&self, newest: Timestamp, written: Timestamp) -> Option<Timestamp> {
        let is_later = self.last_digest? > shift(written, SAME_DELIVERY);
        self.last_end(newest)
            .filter(|end| is_later && *end > newest)
    }

    /// The end of the last delivered digest, where digests end at the same minute and second as `phase` does.
    pub fn last_end(&self, phase: Timestamp) -> Option<Timestamp> {
        let hours = self.last_digest?.duration_since(phase).as_secs();
        Some(shift(phase, hours.div_euclid(HOUR) * HOUR))
    }

    /// The latest time in it: the status was asked for after that.
    pub fn latest_time(&self) -> Option<Timestamp> {
        let times = [self.last_digest, self.started, self.stopped];
        times.into_iter().flatten().max()
    }
}

#[cfg(test)]
mod tests {
    use super::TrailStatus;
    use jiff::Timestamp;

    #[test]
    fn a_later_delivery_shows_the_last_digest_that_should_exist() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let (newest, written) = (at("2026-03-01T05:12:34Z"), at("2026-03-01T05:40:00Z"));
        let later = |delivered: &str| {
            let status = TrailStatus {
                last_digest: Some(at(delivered)),
                ..TrailStatus::default()
            };
            status.later_digest(newest, written)
        };
        // The delivery of the digest that was found, by the clocks of CloudTrail and of S3.
        assert_eq!(later("2026-03-01T05:40:02Z"), None);
        assert_eq!(
            later("2026-03-01T06:41:00Z"),
            Some(at("2026-03-01T06:12:34Z"))
        );
        assert_eq!(
            later("2026-03-01T08:41:00Z"),
            Some(at("2026-03-01T08:12:34Z"))
        );
    }
}
