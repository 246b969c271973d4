//! What was asked: of CloudTrail, and of S3 in a listing. Each question has one file in a bundle, so that the
//! same question finds the same answer.

use serde::{Deserialize, Serialize};

use super::layout::{CLOUDTRAIL, LISTINGS, hash, name_of};
use crate::base::time::Window;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::source::Range;

/// One call of CloudTrail's API, pages included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiQuestion {
    /// The operation.
    pub operation: ApiOperation,
    /// The region that was asked; `None` where any region of the partition answers alike.
    pub region: Option<Region>,
    /// The ARN of a trail, or the name of an event.
    pub subject: Option<String>,
    /// The window of events.
    pub window: Option<Window>,
    /// Whether it was asked once more, because the first answer accuses somebody.
    pub again: bool,
}

/// An operation of CloudTrail's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiOperation {
    DescribeTrails,
    ListTrails,
    GetTrailStatus,
    GetEventSelectors,
    GetInsightSelectors,
    LookupEvents,
    ListPublicKeys,
}

impl ApiOperation {
    /// Its name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            ApiOperation::DescribeTrails => "DescribeTrails",
            ApiOperation::ListTrails => "ListTrails",
            ApiOperation::GetTrailStatus => "GetTrailStatus",
            ApiOperation::GetEventSelectors => "GetEventSelectors",
            ApiOperation::GetInsightSelectors => "GetInsightSelectors",
            ApiOperation::LookupEvents => "LookupEvents",
            ApiOperation::ListPublicKeys => "ListPublicKeys",
        }
    }
}

impl ApiQuestion {
    fn new(operation: ApiOperation, region: Option<&Region>, subject: Option<String>) -> Self {
        ApiQuestion {
            operation,
            region: region.cloned(),
            subject,
            window: None,
            again: false,
        }
    }

    /// DescribeTrails in a region.
    pub fn describe(region: &Region) -> Self {
        ApiQuestion::new(ApiOperation::DescribeTrails, Some(region), None)
    }

    /// ListTrails.
    pub fn home_regions() -> Self {
        ApiQuestion::new(ApiOperation::ListTrails, None, None)
    }

    /// GetTrailStatus of a trail in a region.
    pub fn status(trail: &TrailArn, region: &Region, again: bool) -> Self {
        let subject = Some(trail.to_string());
        ApiQuestion {
            again,
            ..ApiQuestion::new(ApiOperation::GetTrailStatus, Some(region), subject)
        }
    }

    /// GetEventSelectors of a trail, in its home region.
    pub fn event_selectors(trail: &TrailArn) -> Self {
        let (home, subject) = (&trail.home_region, Some(trail.to_string()));
        ApiQuestion::new(ApiOperation::GetEventSelectors, Some(home), subject)
    }

    /// GetInsightSelectors of a trail, in its home region.
    pub fn insight_selectors(trail: &TrailArn) -> Self {
        let (home, subject) = (&trail.home_region, Some(trail.to_string()));
        ApiQuestion::new(ApiOperation::GetInsightSelectors, Some(home), subject)
    }

    /// LookupEvents: the events of a name, in a region and a window.
    pub fn lookup(region: &Region, name: &str, window: Window) -> Self {
        let subject = Some(name.to_owned());
        ApiQuestion {
            window: Some(window),
            ..ApiQuestion::new(ApiOperation::LookupEvents, Some(region), subject)
        }
    }

    /// ListPublicKeys in a region, for the keys valid within a window.
    pub fn keys(region: &Region, window: Window, again: bool) -> Self {
        ApiQuestion {
            window: Some(window),
            again,
            ..ApiQuestion::new(ApiOperation::ListPublicKeys, Some(region), None)
        }
    }

    /// The file of its answer.
    pub fn path(&self) -> String {
        format!("{CLOUDTRAIL}/{}.json", self.name())
    }

    /// The file that says why it has no answer.
    pub fn error_path(&self) -> String {
        format!("{CLOUDTRAIL}/{}.error.json", self.name())
    }

    fn name(&self) -> String {
        let mut name = self.operation.as_str().to_owned();
        let parts = [
            self.region.as_ref().map(ToString::to_string),
            self.subject.clone(),
            self.window
                .map(|window| format!("{}_{}", window.from.as_second(), window.to.as_second())),
            self.again.then(|| "again".to_owned()),
        ];
        for part in parts.into_iter().flatten() {
            name.push('.');
            name.push_str(&name_of(&part));
        }
        name
    }
}

/// One listing of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListingQuestion {
    /// The bucket.
    pub bucket: String,
    /// What the keys begin with.
    pub prefix: String,
    /// All keys listed are greater.
    pub after: Option<String>,
    /// All keys listed are less.
    pub before: Option<String>,
    /// What was listed.
    pub kind: ListingKind,
}

/// What a listing lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListingKind {
    /// Every key below the prefix.
    Keys,
    /// The folders and keys directly below it.
    Folders,
}

impl ListingQuestion {
    /// The listing of every key below a prefix and within a range.
    pub fn keys(bucket: &str, prefix: &str, range: &Range) -> Self {
        ListingQuestion {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            after: range.after.clone(),
            before: range.before.clone(),
            kind: ListingKind::Keys,
        }
    }

    /// The listing of the folders below a prefix.
    pub fn folders(bucket: &str, prefix: &str) -> Self {
        ListingQuestion {
            kind: ListingKind::Folders,
            ..ListingQuestion::keys(bucket, prefix, &Range::default())
        }
    }

    /// The file of its answer.
    pub fn path(&self) -> String {
        let kind = match self.kind {
            ListingKind::Keys => "keys",
            ListingKind::Folders => "folders",
        };
        // Each part with its length before it: no two questions have the same text.
        let mut text = format!("{kind} ");
        let after = self.after.as_deref().map(|key| ("after", key));
        let before = self.before.as_deref().map(|key| ("before", key));
        let given = [("bucket", &*self.bucket), ("prefix", &*self.prefix)];
        for (name, value) in given.into_iter().chain(after).chain(before) {
            text.push_str(&format!("{name} {} {value} ", value.len()));
        }
        format!("{LISTINGS}/{}.jsonl", hash(&[&text]))
    }
}
