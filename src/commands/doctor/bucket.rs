//! Whether a bucket is there, where it is, and whether it may be listed.

use rayon::ThreadPool;

use super::{DoctorAccess, DoctorRequest};
use crate::base::limits::Limits;
use crate::base::text::quoted;
use crate::report::doctor::check::{Check, CheckChart, Status};
use crate::source::places::Places;
use crate::source::{GetError, Root, RootId};
use crate::validate::survey::{Survey, survey};

/// What is said here.
pub const CHECKS: &[Check] = &[
    Check::BucketExists,
    Check::BucketRegion,
    Check::ListPermission,
];
/// Folders looked into: enough to find digests of some hundred accounts of an organization, and soon over
/// in a bucket of other things.
const FOLDERS: usize = 1_000;

/// What a look at a bucket showed.
pub struct Looked {
    pub root: RootId,
    pub name: String,
    /// How many seconds the local clock is ahead of S3's.
    pub ahead: Option<i64>,
    /// Whether anything in it can be asked for.
    pub there: bool,
    /// Its folders, if they could be listed.
    pub survey: Option<Survey>,
}

/// Looks at a bucket and the folders in it.
pub fn look(
    reach: &DoctorAccess<'_>,
    wanted: &DoctorRequest,
    root: &Root,
    pool: &ThreadPool,
    chart: &mut CheckChart,
) -> Looked {
    let name = root.buckets.concat();
    let configured = reach.buckets.region(root.id);
    let reached = reach.buckets.reach(root.id);
    let mut looked = Looked {
        root: root.id,
        ahead: reached.ahead,
        there: false,
        survey: None,
        name,
    };
    let name = &looked.name;
    match &reached.answer {
        Ok(()) => chart.note(Check::BucketExists, name, Status::Ok, "it is there"),
        Err(GetError::NotFound | GetError::NoBucket(_)) => {
            chart.advise(
                Check::BucketExists,
                name,
                Status::Failed,
                "there is no such bucket: it was deleted, or its name is not right",
                "see the buckets that there are: aws s3api list-buckets",
            );
            let rest = [Check::BucketRegion, Check::ListPermission];
            chart.unknown(&rest, name, "there is no such bucket");
            return looked;
        }
        Err(error) => {
            let found = format!("could not be asked for: {}", error.detail());
            chart.note(Check::BucketExists, name, Status::Unknown, found);
        }
    }
    let region = reach.buckets.region(root.id);
    // A refusal that is not for the region's sake was given where the bucket is.
    let answered = matches!(reached.answer, Ok(()) | Err(GetError::Denied(_)));
    match (&region, &configured) {
        (Some(region), Some(configured)) if answered => {
            let found = if region == configured {
                region.to_string()
            } else {
                format!("{region}, and not {configured}, which is configured: it is followed there")
            };
            chart.note(Check::BucketRegion, name, Status::Ok, found);
        }
        _ => chart.unknown(&[Check::BucketRegion], name, "S3 did not say"),
    }
    looked.there = !matches!(&reached.answer, Err(e) if e.ends_all());
    looked.survey = list(reach, wanted, root, pool, chart);
    looked
}

/// Tries the permission to list, and looks through the folders with it.
fn list(
    reach: &DoctorAccess<'_>,
    wanted: &DoctorRequest,
    root: &Root,
    pool: &ThreadPool,
    chart: &mut CheckChart,
) -> Option<Survey> {
    let name = &root.buckets.concat();
    let places = wanted.filter.known_prefixes().unwrap_or_default();
    let place = match places.first() {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}/AWSLogs/"),
        Some(_) => "AWSLogs/".into(),
        None => String::new(),
    };
    let survey = reach.buckets.first(root.id, &place, 1).map(|_| {
        let limits = Limits {
            folders: FOLDERS.min(wanted.limits.folders),
            ..wanted.limits.clone()
        };
        let atlas = Places::new(vec![root.clone()], Vec::new());
        survey(reach.source, &atlas, &wanted.filter, &limits, pool)
    });
    let denied = |s: &Survey| {
        let mut trouble = s.trouble.iter();
        trouble.find_map(|(_, _, e)| matches!(e, GetError::Denied(_)).then(|| e.clone()))
    };
    let refusal = match &survey {
        Ok(survey) => denied(survey),
        Err(error) => Some(error.clone()),
    };
    match refusal {
        None => chart.note(Check::ListPermission, name, Status::Ok, "s3:ListBucket is allowed"),
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
    survey.ok()
}
