//! Looks up in AWS where trails write, so that a trail's name is enough to find its digests.

use crate::cloudtrail::ids::TrailArn;
use crate::cloudtrail::trail::TrailConfig;
use crate::proof::finding::{Code, Finding};
use crate::proof::reason::Reason;
use crate::source::GetError;
use crate::source::trails::TrailApi;

/// The result of looking up trails.
#[derive(Debug, Default)]
pub struct LocatedTrails {
    /// Trails that were found.
    pub trails: Vec<TrailConfig>,
    /// Trails that were not found. These are findings only if nothing else says where the trail writes.
    pub lost: Vec<Finding>,
    /// Whether a trail could not be looked up.
    pub incomplete: bool,
    /// Why the trails that write to the buckets could not all be listed.
    pub list_error: Option<String>,
}

/// Lists the trails of the account that write to one of some buckets.
pub fn writing_to(trails: &dyn TrailApi, buckets: &[String]) -> LocatedTrails {
    let mut located = LocatedTrails::default();
    let homes = match trails.home_regions() {
        Ok(homes) => homes,
        Err(error) => {
            located.list_error = Some(error.detail());
            return located;
        }
    };
    for home in homes {
        match trails.describe(&home) {
            Ok(described) => {
                let own = described.into_iter().filter(|t| t.arn.home_region == home);
                let here = own.filter(|t| buckets.contains(&t.bucket));
                located.trails.extend(here);
            }
            Err(error) => located.list_error = Some(error.detail()),
        }
    }
    located
}

/// Looks up trails by their ARNs, each in its home region.
pub fn locate(trails: &dyn TrailApi, arns: &[TrailArn]) -> LocatedTrails {
    let mut located = LocatedTrails::default();
    for arn in arns {
        match trails.describe(&arn.home_region) {
            Ok(described) => match described.iter().find(|t| t.arn == *arn) {
                Some(trail) => located.trails.push(trail.clone()),
                None => located.lost.push(unknown(arn, &described)),
            },
            Err(error) => {
                located.incomplete = true;
                located.lost.push(not_looked_up(arn, &error));
            }
        }
    }
    located
}

/// A trail that does not exist, or that the credentials do not see.
fn unknown(arn: &TrailArn, described: &[TrailConfig]) -> Finding {
    let message = format!(
        "DescribeTrails reports no trail {arn} in {}: the place of its digests is unknown, so nothing of it is \
         proven",
        arn.home_region
    );
    let mut others: Vec<String> = described.iter().map(|t| t.arn.to_string()).collect();
    others.sort_unstable();
    others.truncate(5);
    let hint = if others.is_empty() {
        "these credentials have access to no trail in that region: check that they belong to the trail's \
         account, and that its name and home region are right; if the trail was deleted, give its bucket with \
         --s3-bucket"
            .to_owned()
    } else {
        format!(
            "trails in that region: {}; if the trail was deleted, give its bucket with --s3-bucket",
            others.join(", ")
        )
    };
    Finding::new(Code::NothingFound, message).hint(hint)
}

/// The place of the trail's digests is not known because AWS did not say it. That is no evidence
/// that there are none.
fn not_looked_up(arn: &TrailArn, error: &GetError) -> Finding {
    let message = format!(
        "the bucket of trail {arn} could not be looked up in AWS: {}",
        error.detail()
    );
    let hint = match error.reason() {
        reason @ (Reason::Denied
        | Reason::Throttled
        | Reason::ClockSkewed
        | Reason::Credentials
        | Reason::Io
        | Reason::Unreachable
        | Reason::Deadline
        | Reason::Interrupted) => reason.hint(),
        _ => "check that its home region can be reached",
    };
    Finding::new(Code::SourceUnreadable, message)
        .reason(error.reason())
        .hint(format!("{hint}; or give its bucket with --s3-bucket"))
}
