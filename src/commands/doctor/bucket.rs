//! A bucket: whether it exists, its region, and whether it may be listed.

use super::chart::CheckChart;
use super::{DoctorContext, network};
use crate::base::limits::Limits;
use crate::base::text::quoted;
use crate::cloudtrail::ids::Region;
use crate::report::doctor::check::{Check, Status};
use crate::source::bucket::Reached;
use crate::source::endpoint::ProbedService;
use crate::source::places::Places;
use crate::source::{GetError, Root, RootId};
use crate::validate::survey::{Survey, survey};

/// The checks that are made here.
pub const CHECKS: &[Check] = &[
    Check::BucketExists,
    Check::BucketRegion,
    Check::ListPermission,
];
/// The most folders to list. That is enough to find digests in an organization of some hundred accounts, and it
/// bounds the time for a bucket without digests.
const FOLDERS: usize = 1_000;

/// What could be found out about a bucket.
pub struct BucketFacts {
    pub root: RootId,
    pub name: String,
    /// How many seconds the local clock is ahead of that of S3.
    pub clock_ahead: Option<i64>,
    /// Whether requests for its objects can succeed.
    pub is_reachable: bool,
    /// Its folders, if they could be listed.
    pub survey: Option<Survey>,
}

/// Checks a bucket and surveys its folders.
pub fn check(context: DoctorContext<'_>, root: &Root, chart: &mut CheckChart) -> BucketFacts {
    let buckets = context.access.buckets;
    if network::is_down(context.access.network, ProbedService::S3) {
        let name = root.buckets.concat();
        chart.unknown(CHECKS, &name, "could not be checked: S3 cannot be reached");
        return BucketFacts {
            root: root.id,
            name,
            clock_ahead: None,
            is_reachable: false,
            survey: None,
        };
    }
    let configured = buckets.region(root.id);
    let reached = buckets.reach(root.id);
    let mut bucket = BucketFacts {
        root: root.id,
        name: root.buckets.concat(),
        clock_ahead: reached.ahead,
        is_reachable: false,
        survey: None,
    };
    if !check_existence(&bucket.name, &reached, chart) {
        return bucket;
    }
    let regions = (buckets.region(root.id), configured);
    check_region(&bucket.name, regions, &reached, chart);
    bucket.is_reachable = !matches!(&reached.answer, Err(e) if e.ends_all());
    let survey = list(context, root);
    check_listing(&bucket.name, &survey, chart);
    bucket.survey = survey.ok();
    bucket
}

/// Reports whether a bucket exists, and returns whether it may exist.
fn check_existence(name: &str, reached: &Reached, chart: &mut CheckChart) -> bool {
    match &reached.answer {
        Ok(()) => chart.note(Check::BucketExists, name, Status::Ok, "it exists"),
        Err(GetError::NotFound | GetError::NoBucket(_)) => {
            chart.advise(
                Check::BucketExists,
                name,
                Status::Failed,
                "it does not exist: it was deleted, or the name is wrong",
                "list your buckets: aws s3api list-buckets",
            );
            let rest = [Check::BucketRegion, Check::ListPermission];
            chart.unknown(&rest, name, "the bucket does not exist");
            return false;
        }
        Err(error) => {
            let found = format!("could not be checked: {}", error.detail());
            chart.note(Check::BucketExists, name, Status::Unknown, found);
        }
    }
    true
}

/// Reports the region of a bucket. `regions` are the region that S3 answered from and the configured one.
fn check_region(
    name: &str,
    regions: (Option<Region>, Option<Region>),
    reached: &Reached,
    chart: &mut CheckChart,
) {
    // S3 first redirects a request to the region of the bucket, and only there denies it.
    let answered = matches!(reached.answer, Ok(()) | Err(GetError::Denied(_)));
    match regions {
        (Some(region), Some(configured)) if answered => {
            let found = if region == configured {
                region.to_string()
            } else {
                format!("{region} (configured: {configured}); requests go to {region}")
            };
            chart.note(Check::BucketRegion, name, Status::Ok, found);
        }
        _ => chart.unknown(&[Check::BucketRegion], name, "S3 did not report it"),
    }
}

/// Tries the permission to list with one request, and then surveys the folders.
fn list(context: DoctorContext<'_>, root: &Root) -> Result<Survey, GetError> {
    let DoctorContext {
        access,
        request,
        pool,
    } = context;
    let known = request.filter.known_prefixes().unwrap_or_default();
    let prefix = match known.first() {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}/AWSLogs/"),
        Some(_) => "AWSLogs/".into(),
        None => String::new(),
    };
    access.buckets.first(root.id, &prefix, 1)?;
    let limits = Limits {
        folders: FOLDERS.min(request.limits.folders),
        ..request.limits.clone()
    };
    let places = Places::new(vec![root.clone()], Vec::new());
    Ok(survey(
        access.source,
        &places,
        &request.filter,
        &limits,
        pool,
    ))
}

/// Reports whether all folders of the survey may be listed.
fn check_listing(name: &str, survey: &Result<Survey, GetError>, chart: &mut CheckChart) {
    let error = match survey {
        Ok(survey) => {
            let mut errors = survey.trouble.iter().map(|(_, _, error)| error);
            let denied = errors
                .clone()
                .find(|error| matches!(error, GetError::Denied(_)));
            denied.or(errors.next())
        }
        Err(error) => Some(error),
    };
    match error {
        None => chart.note(
            Check::ListPermission,
            name,
            Status::Ok,
            "s3:ListBucket is allowed",
        ),
        Some(error @ GetError::Denied(_)) => chart.advise(
            Check::ListPermission,
            name,
            Status::Failed,
            error.detail(),
            format!(
                "allow s3:ListBucket on the bucket, in the caller's policy and the bucket's: aws s3api \
                 get-bucket-policy --bucket {}",
                quoted(name)
            ),
        ),
        Some(error) => chart.note(Check::ListPermission, name, Status::Unknown, error.detail()),
    }
}
