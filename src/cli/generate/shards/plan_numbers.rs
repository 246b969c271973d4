//! The numbers of a plan, as the templates show them.

use jiff::SignedDuration;

use crate::base::text::{grouped, in_bytes};
use crate::base::time::in_words;
use crate::commands::shard::plan_file::PlanFile;
use crate::report::plan::v1::PlannedShard;

/// The least time that a shard is given, and that of the merge, in seconds.
const LEAST_SECONDS: u64 = 60 * 60;
/// The most time that anything is given, in seconds: two weeks, after which AWS Batch ends a Fargate task.
const MOST_SECONDS: u64 = 14 * 24 * 60 * 60;
/// How many times its estimate a shard may take.
const SLACK: f64 = 3.0;
/// The objects for which a merge is given a second.
const MERGED_IN_A_SECOND: u64 = 1000;
/// What an object takes in the parts, at most, on average.
const BYTES_OF_AN_OBJECT: u64 = 1024;
const GIB: u64 = 1 << 30;
/// The disk of a Fargate task, in GiB: the least and the most that can be asked for.
const FARGATE_GIB: (u64, u64) = (21, 200);
/// The shards that run at the same time by default: many requests at once slow down a bucket that others read, too.
const AT_ONCE: u32 = 32;
/// How many digits of the hash of the plan are in the names of jobs and folders.
const ID_DIGITS: usize = 8;

/// The numbers of a plan.
pub struct PlanNumbers {
    pub sha256: String,
    /// The beginning of the hash: two plans never share jobs, folders and parts.
    pub id: String,
    pub made: String,
    pub shards: u32,
    /// The same, for people.
    pub count: String,
    /// The number of the last shard.
    pub last: u32,
    pub at_once: u32,
    pub objects: String,
    pub most_objects: String,
    pub bytes: String,
    pub most_bytes: String,
    pub requests: String,
    pub hours: String,
    pub most_hours: String,
    pub wall_hours: String,
    pub price: String,
    /// The seconds after which a shard is ended.
    pub timeout: u64,
    pub timeout_minutes: u64,
    pub timeout_words: String,
    /// The seconds after which the merge is ended.
    pub merge_timeout: u64,
    pub merge_timeout_minutes: u64,
    /// The volume of all parts, in GiB.
    pub disk_gib: u64,
    /// The disk of a Fargate task that merges them, in GiB.
    pub task_disk_gib: u64,
}

impl PlanNumbers {
    /// The numbers of a plan, of which some shards run at the same time.
    pub fn of(plan: &PlanFile, at_once: Option<u32>) -> Self {
        let header = &plan.header;
        let most =
            |of: fn(&PlannedShard) -> u64| plan.shards.iter().map(of).max().unwrap_or_default();
        let hours = plan.shards.iter().map(|shard| shard.hours);
        let most_hours = hours.fold(0.0, f64::max);
        let at_once = at_once.unwrap_or(AT_ONCE).min(header.shards).max(1);
        let timeout = seconds(most_hours * SLACK);
        let merge_timeout = LEAST_SECONDS + header.objects / MERGED_IN_A_SECOND;
        let merge_timeout = merge_timeout.min(MOST_SECONDS);
        let disk_gib = 1 + header
            .objects
            .saturating_mul(BYTES_OF_AN_OBJECT)
            .div_ceil(GIB);
        let (least_gib, most_gib) = FARGATE_GIB;
        let sha256 = plan.sha256.to_string();
        PlanNumbers {
            id: sha256.chars().take(ID_DIGITS).collect(),
            sha256,
            made: header.planned_at.to_string(),
            shards: header.shards,
            count: grouped(header.shards),
            last: header.shards.saturating_sub(1),
            at_once,
            objects: grouped(header.objects),
            most_objects: grouped(most(|shard| shard.objects)),
            bytes: in_bytes(header.bytes),
            most_bytes: in_bytes(most(|shard| shard.bytes)),
            requests: grouped(header.requests),
            hours: written(header.hours),
            most_hours: written(most_hours),
            wall_hours: written((header.hours / f64::from(at_once)).max(most_hours)),
            price: format!("{:.2}", header.price_usd),
            timeout,
            timeout_minutes: timeout.div_ceil(60),
            timeout_words: in_words(length(timeout)),
            merge_timeout,
            merge_timeout_minutes: merge_timeout.div_ceil(60),
            disk_gib,
            task_disk_gib: disk_gib.saturating_add(least_gib).min(most_gib),
        }
    }
}

/// The whole seconds of some hours, within bounds.
fn seconds(hours: f64) -> u64 {
    let length = SignedDuration::try_from_secs_f64(hours * 3600.0);
    let length = length.map_or(MOST_SECONDS, |length| {
        u64::try_from(length.as_secs()).unwrap_or_default()
    });
    length.clamp(LEAST_SECONDS, MOST_SECONDS)
}

fn length(seconds: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// Hours with one digit after the point.
fn written(hours: f64) -> String {
    if hours < 0.05 {
        return "less than 0.1".into();
    }
    format!("{hours:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_gets_three_times_its_estimate_between_an_hour_and_two_weeks() {
        for (hours, expected) in [
            (0.0, LEAST_SECONDS),
            (-1.0, LEAST_SECONDS),
            (6.0, 6 * 3600),
            (1e300, MOST_SECONDS),
            (f64::NAN, MOST_SECONDS),
        ] {
            assert_eq!(seconds(hours), expected, "{hours}");
        }
        assert_eq!(
            (written(0.01), written(1.26)),
            ("less than 0.1".into(), "1.3".into())
        );
    }
}
