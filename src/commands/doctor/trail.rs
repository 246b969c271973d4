//! The trail: what DescribeTrails and GetTrailStatus report about it. A validation makes the same calls, and
//! also works without them.

use super::chart::CheckChart;
use super::newest_digest::NewestDigest;
use super::{DoctorContext, DoctorRequest};
use crate::base::text::{plural, quoted, s3_uri};
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::report::doctor::check::{Check, Status};
use crate::source::GetError;
use crate::source::trails::TrailApi;

/// What CloudTrail answered about a trail.
pub struct TrailFacts {
    pub config: Option<TrailConfig>,
    pub status: Option<TrailStatus>,
    /// The home region, or if that is not known, the default region.
    pub region: Region,
}

const CONFIG: &[Check] = &[Check::TrailFound, Check::ValidationOn];
const STATUS: &[Check] = &[Check::Logging, Check::Delivery];

/// Checks the given trail. Without one, checks the trail that wrote the newest digest.
pub fn check(
    context: DoctorContext<'_>,
    arn: Option<&TrailArn>,
    newest: Option<&NewestDigest>,
    chart: &mut CheckChart,
) -> TrailFacts {
    let chain = newest.map(|n| &n.digest.name.chain);
    let of_chain = chain.map(|c| &c.home_region);
    let home = arn.map(|a| &a.home_region).or(of_chain);
    let home = home.unwrap_or(&context.request.default_region);
    let subject = match (arn, chain) {
        (Some(arn), _) => arn.to_string(),
        (None, Some(chain)) => format!("{} in {}", chain.trail, chain.home_region),
        (None, None) => String::new(),
    };
    let mut trail = TrailFacts {
        config: None,
        status: None,
        region: home.clone(),
    };
    let trails = match context.cloudtrail() {
        Ok(trails) => trails,
        Err(why) => {
            let permissions = [Check::DescribePermission, Check::StatusPermission];
            chart.unknown(&[&permissions, CONFIG, STATUS].concat(), &subject, why);
            return trail;
        }
    };
    let mut check = TrailCheck {
        request: context.request,
        arn,
        newest,
        home,
        subject: &subject,
        chart,
    };
    trail.config = check.config(trails);
    let arn = trail.config.as_ref().map(|c| &c.arn).or(arn);
    let Some(arn) = arn else {
        let checks = [&[Check::StatusPermission], STATUS].concat();
        chart.unknown(&checks, &subject, "could not be checked: no trail is known");
        return trail;
    };
    // The status is that of one region: a trail can log in one and not in another.
    let region = chain.map_or(home, |chain| &chain.region);
    trail.status = check.status(trails, arn, region);
    trail
}

struct TrailCheck<'a> {
    request: &'a DoctorRequest,
    arn: Option<&'a TrailArn>,
    newest: Option<&'a NewestDigest>,
    home: &'a Region,
    subject: &'a str,
    chart: &'a mut CheckChart,
}

impl TrailCheck<'_> {
    fn note(&mut self, check: Check, status: Status, found: impl Into<String>) {
        self.chart.note(check, self.subject, status, found);
    }

    fn advise(
        &mut self,
        check: Check,
        status: Status,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.chart
            .advise(check, self.subject, status, found, advice);
    }

    fn unknown(&mut self, checks: &[Check], why: &str) {
        self.chart.unknown(checks, self.subject, why);
    }

    /// Whether a validation finds the bucket without the configuration of the trail.
    fn has_bucket(&self) -> bool {
        !self.request.filter.buckets.is_empty()
    }

    /// Checks DescribeTrails, and that it shows the trail.
    fn config(&mut self, trails: &dyn TrailApi) -> Option<TrailConfig> {
        let described = match trails.describe(self.home) {
            Ok(described) => described,
            Err(error) => {
                self.describe_failed(&error);
                return None;
            }
        };
        let found = format!(
            "cloudtrail:DescribeTrails is allowed; it returns {} in {}",
            plural(described.len(), "trail"),
            self.home
        );
        self.note(Check::DescribePermission, Status::Ok, found);
        let is_it = |t: &TrailConfig| match (self.arn, self.newest) {
            (Some(arn), _) => t.arn == *arn,
            (None, Some(newest)) => t.writes(&newest.digest.name.chain),
            (None, None) => false,
        };
        let Some(config) = described.into_iter().find(is_it) else {
            self.not_described();
            return None;
        };
        self.check_bucket(&config);
        self.check_validation(&config);
        Some(config)
    }

    fn describe_failed(&mut self, error: &GetError) {
        let (check, detail) = (Check::DescribePermission, error.detail());
        match error {
            GetError::Denied(_) if self.has_bucket() => self.advise(
                check,
                Status::Warning,
                detail,
                "allow cloudtrail:DescribeTrails on *, or ignore this: the bucket was given",
            ),
            GetError::Denied(_) => self.advise(
                check,
                Status::Failed,
                detail,
                "allow cloudtrail:DescribeTrails on *, or give --s3-bucket",
            ),
            _ => self.note(check, Status::Unknown, detail),
        }
        self.unknown(CONFIG, "could not be checked: DescribeTrails failed");
    }

    /// Reports that DescribeTrails does not show the trail.
    fn not_described(&mut self) {
        let home = self.home;
        match (self.arn, self.newest) {
            (Some(arn), _) => {
                let status = if self.has_bucket() {
                    Status::Warning
                } else {
                    Status::Failed
                };
                self.advise(
                    Check::TrailFound,
                    status,
                    format!("DescribeTrails does not return {arn} in {home}"),
                    format!(
                        "check account, home region and name: aws cloudtrail list-trails --region {home}; if the \
                         trail was deleted, give --s3-bucket"
                    ),
                );
            }
            (None, Some(_)) => {
                let why = format!(
                    "could not be checked: DescribeTrails does not return the trail of the newest digest in {home}. \
                     It was deleted, or belongs to another account. A validation works without it"
                );
                self.unknown(&[Check::TrailFound], &why);
            }
            (None, None) => {
                let why = "could not be checked: no trail was given, and no digest was found that belongs to one";
                self.unknown(&[Check::TrailFound], why);
            }
        }
        self.unknown(
            &[Check::ValidationOn],
            "could not be checked: the trail is not known",
        );
    }

    /// Reports where the trail writes, and whether that bucket was given.
    fn check_bucket(&mut self, config: &TrailConfig) {
        let who = match self.arn {
            Some(_) => "it".to_owned(),
            None => config.arn.to_string(),
        };
        let mut place = s3_uri(Some(&config.bucket), &config.prefix);
        if config.prefix.is_empty() {
            place.pop();
        }
        let given = &self.request.filter.buckets;
        if given.is_empty() || given.contains(&config.bucket) {
            let found = format!("{who} writes to {place}");
            return self.note(Check::TrailFound, Status::Ok, found);
        }
        self.advise(
            Check::TrailFound,
            Status::Warning,
            format!("{who} now writes to {place}, not to the given bucket"),
            format!("give --s3-bucket {} too", quoted(&config.bucket)),
        );
    }

    fn check_validation(&mut self, config: &TrailConfig) {
        if config.validation {
            let found = "log file validation is on";
            return self.note(Check::ValidationOn, Status::Ok, found);
        }
        self.advise(
            Check::ValidationOn,
            Status::Failed,
            "log file validation is off: no digests are written",
            format!(
                "aws cloudtrail update-trail --name {} --enable-log-file-validation --region {}",
                quoted(&config.arn.to_string()),
                config.arn.home_region
            ),
        );
    }

    /// Checks GetTrailStatus, and what it says.
    fn status(
        &mut self,
        trails: &dyn TrailApi,
        arn: &TrailArn,
        region: &Region,
    ) -> Option<TrailStatus> {
        let check = Check::StatusPermission;
        let allowed = "cloudtrail:GetTrailStatus is allowed";
        match trails.status(arn, region) {
            Ok(status) => {
                self.note(check, Status::Ok, allowed);
                self.check_logging(&status, arn, region);
                self.check_delivery(&status);
                Some(status)
            }
            Err(GetError::NotFound) => {
                self.note(check, Status::Ok, allowed);
                let why = format!(
                    "could not be checked: GetTrailStatus does not know the trail in {region}"
                );
                self.unknown(STATUS, &why);
                None
            }
            Err(error) => {
                match error {
                    GetError::Denied(_) => self.advise(
                        check,
                        Status::Warning,
                        error.detail(),
                        "allow cloudtrail:GetTrailStatus on *: without it, a validation cannot detect that the newest \
                         digests are missing",
                    ),
                    _ => self.note(check, Status::Unknown, error.detail()),
                }
                self.unknown(STATUS, "could not be checked: GetTrailStatus failed");
                None
            }
        }
    }

    fn check_logging(&mut self, status: &TrailStatus, arn: &TrailArn, region: &Region) {
        if status.logging {
            let found = format!("it is logging in {region}");
            return self.note(Check::Logging, Status::Ok, found);
        }
        self.advise(
            Check::Logging,
            Status::Failed,
            format!("it is not logging in {region}: neither logs nor digests are written"),
            format!(
                "aws cloudtrail start-logging --name {} --region {}",
                quoted(&arn.to_string()),
                arn.home_region
            ),
        );
    }

    fn check_delivery(&mut self, status: &TrailStatus) {
        let check = Check::Delivery;
        match (&status.digest_error, status.last_digest) {
            (Some(error), _) => self.advise(
                check,
                Status::Failed,
                format!("the last digest could not be delivered: {error}"),
                "check that the bucket policy, and the key policy if there is a key, allow \
                 cloudtrail.amazonaws.com to write: aws cloudtrail get-trail-status --name TRAIL",
            ),
            (None, Some(at)) => {
                let found = format!("the last digest was delivered at {at}");
                self.note(check, Status::Ok, found);
            }
            (None, None) => self.note(
                check,
                Status::Warning,
                "GetTrailStatus reports no delivered digest",
            ),
        }
    }
}
