//! The newest digest of a trail or of a bucket. It is found with a handful of listings, from the latest year down
//! to the latest day.

use super::DoctorContext;
use super::bucket::BucketFacts;
use super::chart::CheckChart;
use crate::base::sample::Sample;
use crate::base::text::grouped;
use crate::cloudtrail::ids::{AccountId, Region, TrailArn};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, DigestObjectKey, KeyRoot};
use crate::report::doctor::check::{Check, Status};
use crate::source::{GetError, RootId};
use crate::validate::request::ChainFilter;
use crate::validate::survey::{FoundInstead, Survey};

/// The checks of the newest digest, here and in [`super::digest`].
pub const CHECKS: &[Check] = &[
    Check::DigestsFound,
    Check::DigestAge,
    Check::ReadPermission,
    Check::Kms,
    Check::StorageClass,
    Check::SignatureMetadata,
    Check::KeyKnown,
];

/// How many folders of digests are searched. Every one of them gets a digest each hour, so a few are enough.
const SEARCHED_FOLDERS: usize = 8;
/// The most listings for one folder. More than a few are needed only if its last days hold no digest of the trail.
const LISTINGS: usize = 48;
/// The most keys to list of one day, which has 24 digests of each trail, and backfill digests.
const KEYS_OF_DAY: usize = 5_000;

/// The newest digest.
pub struct NewestDigest {
    pub root: RootId,
    pub bucket: String,
    /// The subject of its checks: the bucket, and the trail if one was given.
    pub subject: String,
    pub key: String,
    pub digest: DigestObjectKey,
    /// Whether there are folders of digests that were not searched, so that a newer digest may exist.
    pub is_partial: bool,
}

/// Finds the newest digest in a bucket, of one trail or of any.
pub fn find(
    context: DoctorContext<'_>,
    bucket: &BucketFacts,
    arn: Option<&TrailArn>,
    chart: &mut CheckChart,
) -> Option<NewestDigest> {
    let subject = subject(&bucket.name, arn);
    let Some(survey) = &bucket.survey else {
        chart.unknown(
            CHECKS,
            &subject,
            "could not be checked: the bucket could not be listed",
        );
        return None;
    };
    let folders = digest_folders(survey, arn);
    let (newest, error) = search(context, bucket.root, &folders, arn);
    let Some((key, digest)) = newest else {
        let survey_error = || survey.trouble.first().map(|(_, _, error)| error.clone());
        match error.or_else(survey_error) {
            Some(error) => {
                let found = format!("folders could not be listed: {}", error.detail());
                chart.note(Check::DigestsFound, &subject, Status::Unknown, found);
            }
            None => not_found(&subject, survey, !folders.is_empty(), chart),
        }
        chart.unknown(
            CHECKS,
            &subject,
            "could not be checked: no digest was found",
        );
        return None;
    };
    let is_partial = !survey.beyond.is_empty()
        || folders.len() > SEARCHED_FOLDERS
        || error.is_some()
        || !survey.trouble.is_empty();
    let found = match searched(&folders).count() {
        some if is_partial => {
            let all = match survey.beyond.is_empty() {
                true => grouped(folders.len()),
                false => format!("more than {}", grouped(folders.len())),
            };
            format!("newest digest in the {some} of {all} digest folders that were checked: {key}")
        }
        _ => format!("newest digest: {key}"),
    };
    chart.note(Check::DigestsFound, &subject, Status::Ok, found);
    Some(NewestDigest {
        root: bucket.root,
        bucket: bucket.name.clone(),
        subject,
        key,
        digest,
        is_partial,
    })
}

fn subject(bucket: &str, arn: Option<&TrailArn>) -> String {
    match arn {
        Some(arn) => format!("{bucket}, trail {}", arn.trail),
        None => bucket.to_owned(),
    }
}

/// The folder of the digests of one account and region.
type DigestFolder = (KeyRoot, AccountId, Region);

/// The folders that may hold digests of a trail, its own account and home region first.
fn digest_folders(survey: &Survey, arn: Option<&TrailArn>) -> Vec<DigestFolder> {
    let mut folders = Vec::new();
    for ((account, region), roots) in &survey.groups {
        for (_, root) in roots {
            // An organization trail writes for every account of the organization.
            let may_hold = |arn: &TrailArn| root.organization.is_some() || arn.account == *account;
            if arn.is_none_or(may_hold) {
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

/// The folders to search, spread evenly: folders of closed accounts may be next to each other.
fn searched(folders: &[DigestFolder]) -> impl Iterator<Item = &DigestFolder> {
    let step = folders.len().div_ceil(SEARCHED_FOLDERS).max(1);
    folders.iter().step_by(step)
}

/// A digest, by its key.
type FoundDigest = (String, DigestObjectKey);

/// Searches some folders. Returns the newest digest of all, and the last error.
fn search(
    context: DoctorContext<'_>,
    root: RootId,
    folders: &[DigestFolder],
    arn: Option<&TrailArn>,
) -> (Option<FoundDigest>, Option<GetError>) {
    let filter = ChainFilter {
        trail_arns: arn.into_iter().cloned().collect(),
        ..context.request.filter.clone()
    };
    let mut newest: Option<FoundDigest> = None;
    let mut last_error = None;
    for (key_root, account, region) in searched(folders) {
        let mut search = FolderSearch {
            context,
            root,
            filter: &filter,
            listings_left: LISTINGS,
        };
        let folder = key_root.folder(account, DIGEST_FOLDER, region);
        match search.newest_in(&folder, Depth::Region) {
            Ok(Some(found)) => {
                let is_newer = |known: &FoundDigest| known.1.name.end < found.1.name.end;
                if newest.as_ref().is_none_or(is_newer) {
                    newest = Some(found);
                }
            }
            Ok(None) => {}
            Err(error) => last_error = Some(error),
        }
    }
    (newest, last_error)
}

/// The depth of a folder below `CloudTrail-Digest`.
#[derive(Clone, Copy)]
enum Depth {
    Region,
    Year,
    Month,
    Day,
}

impl Depth {
    /// The next depth, and the number of digits in the names of its folders; `None` for a day.
    fn below(self) -> Option<(Depth, usize)> {
        match self {
            Depth::Region => Some((Depth::Year, 4)),
            Depth::Year => Some((Depth::Month, 2)),
            Depth::Month => Some((Depth::Day, 2)),
            Depth::Day => None,
        }
    }
}

/// Searches the folder of one account and region.
struct FolderSearch<'a> {
    context: DoctorContext<'a>,
    root: RootId,
    filter: &'a ChainFilter,
    listings_left: usize,
}

impl FolderSearch<'_> {
    fn newest_in(&mut self, folder: &str, depth: Depth) -> Result<Option<FoundDigest>, GetError> {
        if self.listings_left == 0 {
            return Ok(None);
        }
        self.listings_left -= 1;
        let Some((below, digits)) = depth.below() else {
            return self.newest_of_day(folder);
        };
        let is_date =
            |name: &&String| name.len() == digits && name.bytes().all(|b| b.is_ascii_digit());
        let source = self.context.access.source;
        let folders = source.folders(self.root, folder, &mut |_| ())?;
        let mut names: Vec<&String> = folders.names.iter().filter(is_date).collect();
        names.sort_unstable();
        for name in names.into_iter().rev() {
            let found = self.newest_in(&format!("{folder}{name}/"), below)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn newest_of_day(&self, folder: &str) -> Result<Option<FoundDigest>, GetError> {
        let buckets = self.context.access.buckets;
        let keys = buckets.first(self.root, folder, KEYS_OF_DAY)?;
        let requested = |key: String| {
            let digest = DigestObjectKey::parse(&key)?;
            let admitted = self.filter.admits(&digest.name.chain);
            (admitted && !digest.name.backfill).then_some((key, digest))
        };
        let digests = keys.into_iter().filter_map(requested);
        Ok(digests.max_by_key(|(_, digest)| digest.name.end))
    }
}

/// Reports what was found instead of a digest. `has_folders` says whether a folder may hold digests of the trail.
fn not_found(subject: &str, survey: &Survey, has_folders: bool, chart: &mut CheckChart) {
    if !survey.beyond.is_empty() {
        let found = "too many folders to search them for digests";
        let advice = "give --s3-prefix or --trail-arn";
        return chart.advise(Check::DigestsFound, subject, Status::Unknown, found, advice);
    }
    let instead = if has_folders {
        Some(FoundInstead::DigestFolders)
    } else {
        // These folders are of other trails.
        let mut instead = survey.found_instead();
        instead.find(|found| *found != FoundInstead::DigestFolders)
    };
    let first = |folders: &Sample| folders.first.first().cloned().unwrap_or_default();
    let (found, advice) = match instead {
        Some(FoundInstead::DigestFolders) => (
            "digest folders exist, but hold no digest of this trail on their last days".into(),
            "check the ARN of the trail: aws cloudtrail list-trails",
        ),
        Some(FoundInstead::OtherDigests(folders)) => (
            format!(
                "digests exist, but only outside the given scope: {}",
                first(folders)
            ),
            "check --region, --account-id, --organization-id and --s3-prefix",
        ),
        Some(FoundInstead::LogsOnly(folders)) => (
            format!("logs exist, but no digests: {}", first(folders)),
            "aws cloudtrail update-trail --name TRAIL --enable-log-file-validation",
        ),
        None => (
            "neither digests nor logs of CloudTrail were found".into(),
            "check that the bucket and --s3-prefix are those of the trail: aws cloudtrail describe-trails",
        ),
    };
    chart.advise(Check::DigestsFound, subject, Status::Failed, found, advice);
}
