//! The newest digest, found by a handful of listings: from the last year to the last day.

use super::bucket::Looked;
use super::{DoctorAccess, DoctorRequest};
use crate::base::sample::Sample;
use crate::cloudtrail::ids::{AccountId, Region, TrailArn};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, DigestObjectKey, KeyRoot};
use crate::report::doctor::check::{Check, CheckChart, Status};
use crate::source::bucket::Buckets;
use crate::source::{GetError, RootId, Source};
use crate::validate::request::ChainFilter;
use crate::validate::survey::Survey;

/// What is said of the newest digest, here and by [`super::digest`].
pub const CHECKS: &[Check] = &[
    Check::DigestsFound,
    Check::DigestAge,
    Check::ReadPermission,
    Check::Kms,
    Check::StorageClass,
    Check::SignatureMetadata,
    Check::KeyKnown,
];

/// Folders of digests that are looked into: they all grow by the hour.
const LOOKED_INTO: usize = 8;
/// Listings that one folder may take: more where its last days hold nothing of the trail.
const LISTINGS: usize = 48;
/// Names of one day: twenty-four of each trail, and backfill.
const DAY: usize = 5_000;

/// The newest digest.
pub struct Newest {
    pub root: RootId,
    pub bucket: String,
    /// What its checks are of.
    pub subject: String,
    pub key: String,
    pub digest: DigestObjectKey,
    /// Whether there are folders of digests that were not looked into.
    pub partial: bool,
}

/// Looks for the newest digest of a trail, or of any, in a bucket.
pub fn find(
    reach: &DoctorAccess<'_>,
    wanted: &DoctorRequest,
    looked: &Looked,
    arn: Option<&TrailArn>,
    chart: &mut CheckChart,
) -> Option<Newest> {
    let subject = subject(&looked.name, arn);
    let Some(survey) = &looked.survey else {
        chart.unknown(CHECKS, &subject, "the bucket could not be listed");
        return None;
    };
    let filter = ChainFilter {
        trail_arns: arn.into_iter().cloned().collect(),
        ..wanted.filter.clone()
    };
    let folders = folders(survey, arn);
    let mut newest: Option<(String, DigestObjectKey)> = None;
    let mut trouble = survey.trouble.first().map(|(_, _, error)| error.clone());
    for (root, account, region) in spread(&folders) {
        let mut search = NewestSearch {
            source: reach.source,
            buckets: reach.buckets,
            root: looked.root,
            filter: &filter,
            left: LISTINGS,
        };
        match search.below(&root.folder(account, DIGEST_FOLDER, region), 0) {
            Ok(Some((key, digest))) => {
                if newest
                    .as_ref()
                    .is_none_or(|(_, n)| n.name.end < digest.name.end)
                {
                    newest = Some((key, digest));
                }
            }
            Ok(None) => {}
            Err(error) => trouble = Some(error),
        }
    }
    let Some((key, digest)) = newest else {
        none(&subject, survey, folders.len(), trouble.as_ref(), chart);
        chart.unknown(CHECKS, &subject, "no digest was found");
        return None;
    };
    let partial = survey.bounded || folders.len() > LOOKED_INTO;
    let found = match spread(&folders).count() {
        some if partial => format!("the newest in {some} folders of digests, of more, is {key}"),
        _ => format!("the newest is {key}"),
    };
    chart.note(Check::DigestsFound, &subject, Status::Ok, found);
    Some(Newest {
        root: looked.root,
        bucket: looked.name.clone(),
        subject,
        key,
        digest,
        partial,
    })
}

/// Some folders out of all: the first, and others evenly, as accounts that were closed lie side by side.
fn spread<T>(folders: &[T]) -> impl Iterator<Item = &T> {
    let step = folders.len().div_ceil(LOOKED_INTO).max(1);
    folders.iter().step_by(step)
}

/// What a check of digests in a bucket is of.
fn subject(bucket: &str, arn: Option<&TrailArn>) -> String {
    match arn {
        Some(arn) => format!("{bucket}, trail {}", arn.trail),
        None => bucket.to_owned(),
    }
}

/// The folders of digests that may hold the trail's, its own account and home region first.
fn folders(survey: &Survey, arn: Option<&TrailArn>) -> Vec<(KeyRoot, AccountId, Region)> {
    let mut folders = Vec::new();
    for ((account, region), roots) in &survey.groups {
        for (_, root) in roots {
            let may = |arn: &TrailArn| root.organization.is_some() || arn.account == *account;
            if arn.is_none_or(may) {
                folders.push((root.clone(), account.clone(), region.clone()));
            }
        }
    }
    if let Some(arn) = arn {
        folders.sort_by_key(|(_, account, region)| {
            (*account != arn.account, *region != arn.home_region)
        });
    }
    folders
}

struct NewestSearch<'a> {
    source: &'a dyn Source,
    buckets: &'a dyn Buckets,
    root: RootId,
    filter: &'a ChainFilter,
    /// Listings that are left.
    left: usize,
}

impl NewestSearch<'_> {
    /// The newest digest below a folder: of a region (0), a year, a month or a day (3).
    fn below(
        &mut self,
        folder: &str,
        depth: usize,
    ) -> Result<Option<(String, DigestObjectKey)>, GetError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        if depth == 3 {
            return self.of_day(folder);
        }
        let digits = if depth == 0 { 4 } else { 2 };
        let dated =
            |name: &&String| name.len() == digits && name.bytes().all(|b| b.is_ascii_digit());
        let folders = self.source.folders(self.root, folder, &mut |_, _| ())?;
        let mut names: Vec<&String> = folders.names.iter().filter(dated).collect();
        names.sort_unstable();
        for name in names.into_iter().rev() {
            let found = self.below(&format!("{folder}{name}/"), depth + 1)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn of_day(&self, folder: &str) -> Result<Option<(String, DigestObjectKey)>, GetError> {
        let keys = self.buckets.first(self.root, folder, DAY)?;
        let ours = |key: String| {
            let digest = DigestObjectKey::parse(&key)?;
            let admitted = self.filter.admits(&digest.root, &digest.name.chain);
            (admitted && !digest.name.backfill).then_some((key, digest))
        };
        let digests = keys.into_iter().filter_map(ours);
        Ok(digests.max_by_key(|(_, digest)| digest.name.end))
    }
}

/// Says what is there instead of digests.
fn none(
    subject: &str,
    survey: &Survey,
    folders: usize,
    trouble: Option<&GetError>,
    chart: &mut CheckChart,
) {
    if let Some(error) = trouble {
        let found = format!("folders could not be listed: {}", error.detail());
        return chart.note(Check::DigestsFound, subject, Status::Unknown, found);
    }
    if survey.bounded {
        let found = "too many folders to look for digests among them";
        let advice = "give --s3-prefix or --trail-arn";
        return chart.advise(Check::DigestsFound, subject, Status::Unknown, found, advice);
    }
    let first = |named: &Sample| named.first.first().cloned().unwrap_or_default();
    let (found, advice) = if folders > 0 {
        (
            "there are folders of digests, and no digest of this trail in the last days of them"
                .into(),
            "see that the trail's ARN is right: aws cloudtrail list-trails",
        )
    } else if survey.others.count > 0 {
        (
            format!(
                "there are digests, but not of what was asked for: {}",
                first(&survey.others)
            ),
            "see that --region, --account-id, --organization-id and --s3-prefix are right",
        )
    } else if survey.undigested.count > 0 {
        (
            format!(
                "there are logs and no digests: {}",
                first(&survey.undigested)
            ),
            "aws cloudtrail update-trail --name TRAIL --enable-log-file-validation",
        )
    } else {
        (
            "there is neither a digest nor a log of CloudTrail".into(),
            "see that bucket and --s3-prefix are those of the trail: aws cloudtrail describe-trails",
        )
    };
    chart.advise(Check::DigestsFound, subject, Status::Failed, found, advice);
}
