//! Where the trails that were asked for write: so that their names alone are enough.

use crate::cloudtrail::ids::TrailArn;
use crate::cloudtrail::trail::TrailConfig;
use crate::proof::finding::{
    CREDENTIALS, Code, DENIED, Finding, INTERRUPTED, THROTTLED, unread_hint,
};
use crate::source::GetError;
use crate::source::trails::TrailApi;

/// What became of asking for trails.
#[derive(Debug, Default)]
pub struct LocatedTrails {
    /// Those that were found.
    pub trails: Vec<TrailConfig>,
    /// Those that were not, and what that means where nothing else says where they write.
    pub lost: Vec<Finding>,
    /// Whether some could not be asked for.
    pub unasked: bool,
    /// Why the trails that write to a bucket could not all be asked for.
    pub untold: Option<String>,
}

/// Asks for every trail of the account that writes to one of some buckets.
pub fn writing_to(trails: &dyn TrailApi, buckets: &[String]) -> LocatedTrails {
    let mut located = LocatedTrails::default();
    let homes = match trails.homes() {
        Ok(homes) => homes,
        Err(error) => {
            located.untold = Some(error.detail());
            return located;
        }
    };
    for home in homes {
        match trails.described(&home) {
            Ok(described) => {
                let own = described.into_iter().filter(|t| t.arn.home_region == home);
                let here = own.filter(|t| buckets.contains(&t.bucket));
                located.trails.extend(here);
            }
            Err(error) => located.untold = Some(error.detail()),
        }
    }
    located
}

/// Asks for trails in their home regions.
pub fn locate(trails: &dyn TrailApi, asked: &[TrailArn]) -> LocatedTrails {
    let mut located = LocatedTrails::default();
    for arn in asked {
        match trails.described(&arn.home_region) {
            Ok(described) => match described.iter().find(|t| t.arn == *arn) {
                Some(trail) => located.trails.push(trail.clone()),
                None => located.lost.push(unknown(arn, &described)),
            },
            Err(error) => {
                located.unasked = true;
                located.lost.push(unasked(arn, &error));
            }
        }
    }
    located
}

fn unknown(arn: &TrailArn, described: &[TrailConfig]) -> Finding {
    let message = format!(
        "DescribeTrails knows no trail {arn} in {}: where its digests lie is not known, so nothing of \
         it is proven",
        arn.home_region
    );
    let mut others: Vec<String> = described.iter().map(|t| t.arn.to_string()).collect();
    others.sort_unstable();
    others.truncate(5);
    let hint = if others.is_empty() {
        "these credentials see no trail there: see that they are of the trail's account and that its \
         name and home region are right; if it was deleted, name its bucket with --s3-bucket"
            .to_owned()
    } else {
        format!(
            "trails there: {}; if it was deleted, name its bucket with --s3-bucket",
            others.join(", ")
        )
    };
    Finding::new(Code::NothingFound, message).hint(hint)
}

fn unasked(arn: &TrailArn, error: &GetError) -> Finding {
    let message = format!(
        "where the trail {arn} writes could not be asked: {}",
        error.detail()
    );
    let hint = match error.reason() {
        reason @ (DENIED | THROTTLED | CREDENTIALS | INTERRUPTED) => unread_hint(reason),
        _ => "see that its home region can be reached",
    };
    Finding::new(Code::NothingFound, message)
        .reason(error.reason())
        .hint(format!("{hint}; or name its bucket with --s3-bucket"))
}
