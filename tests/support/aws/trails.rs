//! What CloudTrail knows of trails: their configuration and their status.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::support::forge::Trail;

/// A trail as DescribeTrails returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailConfig {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The region it was made in.
    pub home_region: String,
    /// The bucket it delivers to.
    pub bucket: String,
    /// The prefix before `AWSLogs/`.
    pub prefix: Option<String>,
    /// It delivers for every region.
    pub multi_region: bool,
    /// It delivers events of global services.
    pub global_events: bool,
    /// It writes digests.
    pub validation: bool,
    /// It delivers for every account of the organization.
    pub organization: bool,
    /// The KMS key it encrypts with.
    pub kms_key: Option<String>,
}

impl From<&Trail> for TrailConfig {
    /// A multi-region trail with digests; an organization's trail if its paths say so.
    fn from(trail: &Trail) -> Self {
        Self {
            name: trail.name.clone(),
            arn: trail.arn(),
            home_region: trail.home_region.clone(),
            bucket: trail.bucket.clone(),
            prefix: trail.prefix.clone(),
            multi_region: true,
            global_events: true,
            validation: true,
            organization: trail.organization.is_some(),
            kms_key: None,
        }
    }
}

impl TrailConfig {
    /// Whether a region shows the trail, as its own or as a shadow trail.
    pub fn shows_in(&self, region: &str) -> bool {
        self.home_region == region || self.multi_region || self.organization
    }

    /// Whether a name or an ARN in a region means this trail. A name means one of the region's own
    /// trails, an ARN a shadow trail as well.
    pub fn is_meant_by(&self, name: &str, region: &str) -> bool {
        if name.starts_with("arn:") {
            self.arn == name && self.shows_in(region)
        } else {
            self.name == name && self.home_region == region
        }
    }

    /// The trail as an element of `trailList`.
    pub fn json(&self) -> Value {
        let mut fields = json!({
            "Name": self.name,
            "S3BucketName": self.bucket,
            "IncludeGlobalServiceEvents": self.global_events,
            "IsMultiRegionTrail": self.multi_region,
            "HomeRegion": self.home_region,
            "TrailARN": self.arn,
            "LogFileValidationEnabled": self.validation,
            "HasCustomEventSelectors": false,
            "HasInsightSelectors": false,
            "IsOrganizationTrail": self.organization,
        });
        if let Some(prefix) = &self.prefix {
            fields["S3KeyPrefix"] = json!(prefix);
        }
        if let Some(key) = &self.kms_key {
            fields["KmsKeyId"] = json!(key);
        }
        fields
    }
}

/// The status of a trail in one region, as GetTrailStatus returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailStatus {
    /// Logging is on.
    pub logging: bool,
    /// When a log was last delivered.
    pub latest_delivery: Option<Timestamp>,
    /// When a digest was last delivered.
    pub latest_digest_delivery: Option<Timestamp>,
    /// Why the last digest was not delivered.
    pub latest_digest_delivery_error: Option<String>,
    /// When logging was last switched on.
    pub started: Option<Timestamp>,
    /// When logging was last switched off.
    pub stopped: Option<Timestamp>,
}

impl Default for TrailStatus {
    fn default() -> Self {
        Self {
            logging: true,
            latest_delivery: None,
            latest_digest_delivery: None,
            latest_digest_delivery_error: None,
            started: None,
            stopped: None,
        }
    }
}

impl TrailStatus {
    /// The answer of GetTrailStatus.
    pub fn json(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("IsLogging".to_owned(), json!(self.logging));
        for (name, time) in [
            ("LatestDeliveryTime", self.latest_delivery),
            ("LatestDigestDeliveryTime", self.latest_digest_delivery),
            ("StartLoggingTime", self.started),
            ("StopLoggingTime", self.stopped),
        ] {
            if let Some(time) = time {
                fields.insert(name.to_owned(), json!(epoch(time)));
            }
        }
        if let Some(error) = &self.latest_digest_delivery_error {
            fields.insert("LatestDigestDeliveryError".to_owned(), json!(error));
        }
        Value::Object(fields)
    }
}

/// The trails of an account, and their status.
#[derive(Clone, Debug, Default)]
pub struct CloudTrail {
    /// Every trail that the caller may see, in any region.
    pub trails: Vec<TrailConfig>,
    /// By ARN and region. A trail without an entry logs, and has delivered nothing.
    pub status: BTreeMap<(String, String), TrailStatus>,
    /// By ARN: the answer of GetEventSelectors, without the ARN. A trail without an entry logs all
    /// management events and nothing else.
    pub selectors: BTreeMap<String, Value>,
    /// By ARN: the kinds of Insights that are logged.
    pub insights: BTreeMap<String, Vec<String>>,
    /// By region: the records that LookupEvents returns.
    pub events: BTreeMap<String, Vec<Value>>,
    /// How far back LookupEvents knows events. Without limit if absent, because the chains of tests
    /// have fixed times.
    pub lookback: Option<SignedDuration>,
    /// LookupEvents returns the same token in every answer.
    pub endless: bool,
}

/// An instant as a number of seconds, as in JSON services.
pub fn epoch(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}
