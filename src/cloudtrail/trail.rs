//! Trails as CloudTrail itself describes them: where they write, what they select, and what was
//! delivered last. None of it is signed, so it proves nothing of the logs; it tells what should be
//! there.

use jiff::{SignedDuration, Timestamp};

use super::ids::{ChainId, TrailArn};
use super::object_key::KeyRoot;
use crate::base::time::{HOUR, shift};

/// A trail as DescribeTrails shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailConfig {
    /// Its ARN.
    pub arn: TrailArn,
    /// The bucket it writes to now.
    pub bucket: String,
    /// The prefix it writes under now, without slashes around it; empty where there is none.
    pub prefix: String,
    /// Whether it logs for a whole organization.
    pub organization: bool,
    /// Whether it logs in every region.
    pub multi_region: bool,
    /// Whether it writes digests now.
    pub validation: bool,
    /// Whether it logs events of global services.
    pub global_events: bool,
    /// The KMS key it encrypts with.
    pub kms_key: Option<String>,
}

impl TrailConfig {
    /// Whether a chain may be this trail's: an organization's trail writes for every account of it.
    pub fn writes(&self, chain: &ChainId) -> bool {
        self.arn.trail == chain.trail
            && self.arn.home_region == chain.home_region
            && (self.organization || self.arn.account == chain.account)
    }

    /// The one among some trails that a chain is of. An account's own trail may be called as one of
    /// its organization, so one that fits in that is taken before one that does not.
    pub fn of<'t>(
        trails: &'t [TrailConfig],
        chain: &ChainId,
        organization: bool,
    ) -> Option<&'t TrailConfig> {
        let of = |t: &&TrailConfig| t.writes(chain);
        let fits = |t: &&TrailConfig| of(t) && t.organization == organization;
        trails.iter().find(fits).or(trails.iter().find(of))
    }

    /// Whether it writes to a place now.
    pub fn writes_to(&self, bucket: Option<&str>, root: &KeyRoot) -> bool {
        bucket == Some(self.bucket.as_str())
            && root.prefix == self.prefix
            && root.organization.is_some() == self.organization
    }
}

/// What GetTrailStatus says of a trail in one region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrailStatus {
    /// Whether it is logging now.
    pub logging: bool,
    /// When a digest was last delivered.
    pub last_digest: Option<Timestamp>,
    /// Why the last attempt to deliver a digest failed.
    pub digest_error: Option<String>,
    /// When logging was last switched on.
    pub started: Option<Timestamp>,
    /// When logging was last switched off.
    pub stopped: Option<Timestamp>,
}

/// How far S3's time of writing and CloudTrail's time of delivery may lie apart for one digest, in
/// seconds. Digests come hourly, so half of that tells one from the next.
const SAME_DELIVERY: i64 = HOUR / 2;

impl TrailStatus {
    /// The end of the last digest that was delivered, where that is later than all that are there:
    /// the newest of those ends at `newest`, and the last of them to be written was written at
    /// `written`. What was delivered after `as_of`, when we began to look, may have come since.
    pub fn later_digest(
        &self,
        newest: Timestamp,
        written: Timestamp,
        as_of: Timestamp,
    ) -> Option<Timestamp> {
        let delivered = self.last_digest?;
        if delivered > as_of || delivered <= shift(written, SAME_DELIVERY) {
            return None;
        }
        let hours = delivered.duration_since(newest).as_hours();
        (hours >= 1).then(|| newest + SignedDuration::from_hours(hours))
    }
}

#[cfg(test)]
mod tests {
    use super::TrailStatus;
    use jiff::Timestamp;

    #[test]
    fn a_later_delivery_names_the_last_digest_that_should_be_there() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let (newest, written) = (at("2026-03-01T05:12:34Z"), at("2026-03-01T05:40:00Z"));
        let as_of = at("2026-03-01T09:00:00Z");
        let later = |delivered: &str| {
            let status = TrailStatus {
                last_digest: Some(at(delivered)),
                ..TrailStatus::default()
            };
            status.later_digest(newest, written, as_of)
        };
        // Its own delivery, as CloudTrail and S3 clock it.
        assert_eq!(later("2026-03-01T05:40:02Z"), None);
        assert_eq!(
            later("2026-03-01T06:41:00Z"),
            Some(at("2026-03-01T06:12:34Z"))
        );
        assert_eq!(
            later("2026-03-01T08:41:00Z"),
            Some(at("2026-03-01T08:12:34Z"))
        );
        // After we began to look.
        assert_eq!(later("2026-03-01T09:41:00Z"), None);
    }
}
