//! The answers of DescribeTrails, ListTrails and GetTrailStatus.

use serde::Deserialize;

use super::{AnswerPage, EpochSeconds, MalformedAnswer, read};
use crate::cloudtrail::ids::Region;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};

/// The longest error of a delivery that is kept, in characters.
const ERROR: usize = 200;

#[derive(Deserialize)]
struct DescribeTrailsAnswer {
    #[serde(rename = "trailList")]
    trails: Option<Vec<TrailMembers>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TrailMembers {
    #[serde(rename = "TrailARN")]
    arn: Option<String>,
    s3_bucket_name: Option<String>,
    s3_key_prefix: Option<String>,
    is_organization_trail: Option<bool>,
    is_multi_region_trail: Option<bool>,
    log_file_validation_enabled: Option<bool>,
    include_global_service_events: Option<bool>,
    kms_key_id: Option<String>,
}

/// Reads the answer of DescribeTrails, without trails that have no valid ARN or no bucket. `None` if it lacks its
/// list.
///
/// # Errors
/// If it cannot be read.
pub fn trails(answer: &[u8]) -> Result<Option<Vec<TrailConfig>>, MalformedAnswer> {
    let answer: DescribeTrailsAnswer = read(answer)?;
    let trails = answer.trails;
    Ok(trails.map(|list| list.into_iter().filter_map(config).collect()))
}

/// A trail in our own terms; `None` if its ARN is not valid or it has no bucket.
fn config(trail: TrailMembers) -> Option<TrailConfig> {
    Some(TrailConfig {
        arn: trail.arn?.parse().ok()?,
        bucket: trail.s3_bucket_name?,
        // Kept as it is: a prefix that ends in a slash makes keys with two slashes.
        prefix: trail.s3_key_prefix.unwrap_or_default(),
        organization: trail.is_organization_trail.unwrap_or(false),
        multi_region: trail.is_multi_region_trail.unwrap_or(false),
        validation: trail.log_file_validation_enabled.unwrap_or(false),
        // If the answer omits this field, assume that global events are on.
        global_events: trail.include_global_service_events.unwrap_or(true),
        kms_key: trail.kms_key_id.filter(|key| !key.is_empty()),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListTrailsAnswer {
    trails: Option<Vec<HomeMembers>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HomeMembers {
    home_region: Option<String>,
}

/// Reads one page of the answer of ListTrails: the home region of each trail.
///
/// # Errors
/// If it cannot be read.
pub fn home_regions(page: &[u8]) -> Result<AnswerPage<Region>, MalformedAnswer> {
    let answer: ListTrailsAnswer = read(page)?;
    let home = |trail: HomeMembers| trail.home_region?.parse::<Region>().ok();
    let homes = answer.trails;
    let homes = homes.map(|list| list.into_iter().filter_map(home).collect());
    Ok(AnswerPage::new(homes, answer.next_token))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TrailStatusAnswer {
    is_logging: Option<bool>,
    latest_digest_delivery_time: Option<EpochSeconds>,
    latest_digest_delivery_error: Option<String>,
    start_logging_time: Option<EpochSeconds>,
    stop_logging_time: Option<EpochSeconds>,
}

/// Reads the answer of GetTrailStatus. `None` if it does not say whether the trail is logging.
///
/// # Errors
/// If it cannot be read.
pub fn status(answer: &[u8]) -> Result<Option<TrailStatus>, MalformedAnswer> {
    let answer: TrailStatusAnswer = read(answer)?;
    let time = |at: Option<EpochSeconds>| at?.time();
    Ok(answer.is_logging.map(|logging| TrailStatus {
        logging,
        last_digest: time(answer.latest_digest_delivery_time),
        digest_error: answer
            .latest_digest_delivery_error
            .filter(|e| !e.is_empty())
            .map(|e| e.chars().take(ERROR).collect()),
        started: time(answer.start_logging_time),
        stopped: time(answer.stop_logging_time),
    }))
}
