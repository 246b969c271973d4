//! Findings on what could not be listed. Nobody knows what it hides.

use crate::base::limits::Limits;
use crate::base::text::plural;
use crate::cloudtrail::ids::{AccountId, Region};
use crate::proof::finding::{Code, Finding};
use crate::proof::reason::Reason;
use crate::source::places::Places;
use crate::source::{GetError, Outage, RootId};
use crate::validate::digests::listing::{Listing, is_dated_folder};
use crate::validate::survey::{Beyond, SurveyBound};

/// A bucket or a folder that could not be listed. An empty prefix is all of the bucket.
pub fn folder(places: &Places, (root, prefix, error): &(RootId, String, GetError)) -> Finding {
    let bucket = places.bucket(*root);
    let what = match (prefix.is_empty(), bucket) {
        (true, Some(_)) => "this bucket",
        (true, None) => "the folder given",
        (false, _) => "a folder",
    };
    let message = format!(
        "{what} could not be listed: {}; its content is unknown",
        error.detail()
    );
    let finding = Finding::new(Code::SourceUnreadable, message).reason(error.reason());
    let finding = finding.hint(error.reason());
    Finding {
        bucket: bucket.map(Into::into),
        key: (!prefix.is_empty()).then(|| prefix.clone()),
        ..finding
    }
}

/// Folders that were not searched for `AWSLogs`, because of a bound.
pub fn beyond(
    places: &Places,
    limits: &Limits,
    (root, bound): (RootId, SurveyBound),
    beyond: &Beyond,
) -> Finding {
    let why = match bound {
        SurveyBound::Depth => format!("it is more than {} folders deep", limits.depth),
        SurveyBound::Folders => format!("{} others were listed already", limits.folders),
        SurveyBound::Names => format!("it contains more than {} folders", limits.folders),
    };
    let more = match beyond.count - 1 {
        0 => String::new(),
        more => format!("; the same applies to {}", plural(more, "other folder")),
    };
    let message = format!("a folder was not searched completely for AWSLogs: {why}{more}");
    let finding = Finding::new(Code::SourceUnreadable, message).reason(Reason::Limit);
    let finding = finding.hint(
        "give each prefix that trails write to (--s3-prefix PREFIX): it is then found at any depth",
    );
    Finding {
        bucket: places.bucket(root).map(Into::into),
        key: (!beyond.folder.is_empty()).then(|| beyond.folder.clone()),
        ..finding
    }
}

/// A bucket that was not asked for some time, because nothing answered.
pub fn outage(places: &Places, (root, outage): (RootId, Outage)) -> Finding {
    let Outage {
        in_row,
        seconds,
        not_asked,
    } = outage;
    let message = format!(
        "trailproof stopped reading this bucket after no answer for {}: {} in a row failed, and {} not sent \
         while it was unreachable; what was read before and after counts",
        plural(seconds, "second"),
        plural(in_row, "request"),
        match not_asked {
            1 => "1 request was".to_owned(),
            n => format!("{n} requests were"),
        },
    );
    let finding = Finding::new(Code::SourceUnreadable, message).reason(Reason::Unreachable);
    Finding {
        bucket: places.bucket(root).map(Into::into),
        ..finding.hint(Reason::Unreachable.hint())
    }
}

/// Everything that the listing of one account and region does not show.
pub fn all(
    places: &Places,
    (account, region): (&AccountId, &Region),
    listing: &Listing,
    limits: &Limits,
) -> Vec<Finding> {
    let refused = listing.refused.iter().map(|r| entry(places, r));
    let trouble = listing.trouble.iter().map(|t| folder(places, t));
    let beyond =
        (listing.passed_over > 0).then(|| chains(account, region, listing.passed_over, limits));
    refused.chain(trouble).chain(beyond).collect()
}

/// An entry in a folder of digests that the source refuses, and why. In the place of a folder it hides all
/// that the folder holds, so it is a folder that could not be listed.
fn entry(places: &Places, (root, key, why): &(RootId, String, String)) -> Finding {
    let message = format!("an entry among the digests was not read: {why}; its content is unknown");
    let code = match is_dated_folder(key) {
        true => Code::SourceUnreadable,
        false => Code::DigestUnreadable,
    };
    let finding = Finding::new(code, message).reason(Reason::Refused);
    finding.at(places.bucket(*root), key)
}

/// Digests of more chains than are read in the folders of one account and region.
fn chains(account: &AccountId, region: &Region, digests: u64, limits: &Limits) -> Finding {
    let message = format!(
        "the folders of account {account} in {region} contain digests of more than {} chains; the others were \
         not checked",
        limits.chains_in_folder
    );
    let finding = Finding::new(Code::DigestUnreadable, message).reason(Reason::Limit);
    finding.count(digests)
}
