//! What CloudTrail says of the trail. A validation asks the same, and does without where it may not.

use super::newest_digest::Newest;
use super::{DoctorAccess, DoctorRequest};
use crate::base::text::{quoted, s3_uri};
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::report::doctor::check::{Check, CheckChart, Status};
use crate::source::GetError;
use crate::source::trails::TrailApi;

/// What a look at a trail showed.
#[derive(Default)]
pub struct Trail {
    pub config: Option<TrailConfig>,
    pub status: Option<TrailStatus>,
    /// The region in which its keys are asked for if no digest tells another.
    pub region: Option<Region>,
}

const CONFIG: &[Check] = &[Check::TrailFound, Check::ValidationOn];
const STATUS: &[Check] = &[Check::Logging, Check::Delivery];

/// Looks at the trail that was asked for, or else at the one that wrote the newest digest.
pub fn look(
    reach: &DoctorAccess<'_>,
    wanted: &DoctorRequest,
    arn: Option<&TrailArn>,
    newest: Option<&Newest>,
    chart: &mut CheckChart,
) -> Trail {
    let chain = newest.map(|n| &n.digest.name.chain);
    let home = arn
        .map(|a| &a.home_region)
        .or(chain.map(|c| &c.home_region));
    let home = home.unwrap_or(&wanted.usual);
    let subject = match (arn, chain) {
        (Some(arn), _) => arn.to_string(),
        (None, Some(chain)) => format!("{} in {}", chain.trail, chain.home_region),
        (None, None) => String::new(),
    };
    let mut trail = Trail {
        region: Some(home.clone()),
        ..Trail::default()
    };
    let Some(trails) = reach.trails else {
        let asked = [Check::DescribePermission, Check::StatusPermission];
        let why = "requests are not signed, so CloudTrail is not asked";
        chart.unknown(&[&asked, CONFIG, STATUS].concat(), &subject, why);
        return trail;
    };
    let asked = AskedTrail {
        wanted,
        arn,
        newest,
        home,
        subject: &subject,
    };
    trail.config = asked.config(trails, chart);
    let known = trail.config.as_ref().map(|c| &c.arn).or(arn);
    let Some(known) = known else {
        let why = "no trail is known to ask for";
        chart.unknown(&[Check::StatusPermission], &subject, why);
        chart.unknown(STATUS, &subject, why);
        return trail;
    };
    // A trail is logging, or not, in each region by itself.
    let region = chain.map_or(home, |chain| &chain.region);
    trail.status = asked.status(trails, known, region, chart);
    trail
}

struct AskedTrail<'a> {
    wanted: &'a DoctorRequest,
    arn: Option<&'a TrailArn>,
    newest: Option<&'a Newest>,
    home: &'a Region,
    subject: &'a str,
}

impl AskedTrail<'_> {
    /// Whether the bucket is known without asking where the trail writes.
    fn named(&self) -> bool {
        !self.wanted.filter.buckets.is_empty()
    }

    fn config(&self, trails: &dyn TrailApi, chart: &mut CheckChart) -> Option<TrailConfig> {
        let described = match trails.describe(self.home) {
            Ok(described) => described,
            Err(error) => {
                self.undescribed(&error, chart);
                return None;
            }
        };
        let count = described.len();
        let found = format!(
            "cloudtrail:DescribeTrails is allowed, and shows {count} in {}",
            self.home
        );
        chart.note(Check::DescribePermission, self.subject, Status::Ok, found);
        let is_it = |t: &&TrailConfig| match (self.arn, self.newest) {
            (Some(arn), _) => t.arn == *arn,
            (None, Some(newest)) => t.writes(&newest.digest.name.chain),
            (None, None) => false,
        };
        let Some(config) = described.iter().find(is_it) else {
            self.unfound(chart);
            return None;
        };
        self.found(config, chart);
        Some(config.clone())
    }

    fn undescribed(&self, error: &GetError, chart: &mut CheckChart) {
        let (check, subject, detail) = (Check::DescribePermission, self.subject, error.detail());
        match error {
            GetError::Denied(_) if self.named() => chart.advise(
                check,
                subject,
                Status::Warning,
                detail,
                "allow cloudtrail:DescribeTrails on *, or leave it: the bucket was given",
            ),
            GetError::Denied(_) => chart.advise(
                check,
                subject,
                Status::Failed,
                detail,
                "allow cloudtrail:DescribeTrails on *, or give --s3-bucket",
            ),
            _ => chart.note(check, subject, Status::Unknown, detail),
        }
        chart.unknown(CONFIG, subject, "DescribeTrails gave no answer");
    }

    fn unfound(&self, chart: &mut CheckChart) {
        let home = self.home;
        let validation = [Check::ValidationOn];
        let Some(arn) = self.arn else {
            let why = match self.newest {
                Some(_) => format!(
                    "these credentials see no trail that writes the newest digest in {home}: it was \
                     deleted, or is another account's; a validation does without"
                ),
                None => "no trail was named, and no digest names one".into(),
            };
            chart.unknown(&[Check::TrailFound], self.subject, &why);
            return chart.unknown(&validation, self.subject, "the trail is not known");
        };
        let status = if self.named() {
            Status::Warning
        } else {
            Status::Failed
        };
        chart.advise(
            Check::TrailFound,
            self.subject,
            status,
            format!("DescribeTrails knows no trail {arn} in {home}"),
            format!(
                "see that account, home region and name are right: aws cloudtrail list-trails \
                 --region {home}; if it was deleted, give --s3-bucket"
            ),
        );
        chart.unknown(&validation, self.subject, "the trail is not known");
    }

    fn found(&self, config: &TrailConfig, chart: &mut CheckChart) {
        let who = match self.arn {
            Some(_) => "it".to_owned(),
            None => config.arn.to_string(),
        };
        let mut place = s3_uri(Some(&config.bucket), &config.prefix);
        if config.prefix.is_empty() {
            place.pop();
        }
        let given = &self.wanted.filter.buckets;
        if given.is_empty() || given.contains(&config.bucket) {
            let found = format!("{who} writes to {place}");
            chart.note(Check::TrailFound, self.subject, Status::Ok, found);
        } else {
            chart.advise(
                Check::TrailFound,
                self.subject,
                Status::Warning,
                format!("{who} writes to {place} now, and not to the bucket that was given"),
                format!("give --s3-bucket {} too", quoted(&config.bucket)),
            );
        }
        if config.validation {
            let found = "log file validation is on";
            return chart.note(Check::ValidationOn, self.subject, Status::Ok, found);
        }
        chart.advise(
            Check::ValidationOn,
            self.subject,
            Status::Failed,
            "log file validation is off: no digests are written now",
            format!(
                "aws cloudtrail update-trail --name {} --enable-log-file-validation --region {}",
                quoted(&config.arn.to_string()),
                config.arn.home_region
            ),
        );
    }

    fn status(
        &self,
        trails: &dyn TrailApi,
        arn: &TrailArn,
        region: &Region,
        chart: &mut CheckChart,
    ) -> Option<TrailStatus> {
        let allowed = "cloudtrail:GetTrailStatus is allowed";
        let status = match trails.status(arn, region) {
            Ok(status) => status,
            Err(GetError::NotFound) => {
                chart.note(Check::StatusPermission, self.subject, Status::Ok, allowed);
                let why = format!("GetTrailStatus knows no such trail in {region}");
                chart.unknown(STATUS, self.subject, &why);
                return None;
            }
            Err(error) => {
                let (check, detail) = (Check::StatusPermission, error.detail());
                match error {
                    GetError::Denied(_) => chart.advise(
                        check,
                        self.subject,
                        Status::Warning,
                        detail,
                        "allow cloudtrail:GetTrailStatus on *: without it a validation cannot tell that \
                         the newest digests are missing",
                    ),
                    _ => chart.note(check, self.subject, Status::Unknown, detail),
                }
                chart.unknown(STATUS, self.subject, "GetTrailStatus gave no answer");
                return None;
            }
        };
        chart.note(Check::StatusPermission, self.subject, Status::Ok, allowed);
        self.fares(&status, arn, region, chart);
        Some(status)
    }

    fn fares(&self, status: &TrailStatus, arn: &TrailArn, region: &Region, chart: &mut CheckChart) {
        if status.logging {
            let found = format!("it is logging in {region}");
            chart.note(Check::Logging, self.subject, Status::Ok, found);
        } else {
            let name = quoted(&arn.to_string());
            chart.advise(
                Check::Logging,
                self.subject,
                Status::Failed,
                format!("it is not logging in {region}: neither logs nor digests are written now"),
                format!(
                    "aws cloudtrail start-logging --name {name} --region {}",
                    arn.home_region
                ),
            );
        }
        match (&status.digest_error, status.last_digest) {
            (Some(error), _) => chart.advise(
                Check::Delivery,
                self.subject,
                Status::Failed,
                format!("the last digest could not be delivered: {error}"),
                "see that the bucket's policy, and the key's where there is one, let \
                 cloudtrail.amazonaws.com write: aws cloudtrail get-trail-status --name TRAIL",
            ),
            (None, Some(at)) => {
                let found = format!("the last digest was delivered at {at}");
                chart.note(Check::Delivery, self.subject, Status::Ok, found);
            }
            (None, None) => chart.note(
                Check::Delivery,
                self.subject,
                Status::Warning,
                "GetTrailStatus knows of no digest that was delivered",
            ),
        }
    }
}
