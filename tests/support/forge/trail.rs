//! A trail, and the object keys under which CloudTrail delivers.

use jiff::Timestamp;

/// A trail: its owner, its name and where it delivers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// The account that owns the trail; for an organization trail the management account.
    pub account: String,
    /// The region the trail was created in.
    pub home_region: String,
    /// Its name, which may hold `_`, `.` and `-`.
    pub name: String,
    /// The bucket it delivers to.
    pub bucket: String,
    /// The prefix before `AWSLogs/`, without a slash at its end.
    pub prefix: Option<String>,
    /// The `o-…` of an organization trail, which is part of the paths.
    pub organization: Option<String>,
}

impl Trail {
    /// A trail without prefix, of one account.
    pub fn new(account: &str, home_region: &str, name: &str, bucket: &str) -> Self {
        Self {
            account: account.to_owned(),
            home_region: home_region.to_owned(),
            name: name.to_owned(),
            bucket: bucket.to_owned(),
            prefix: None,
            organization: None,
        }
    }

    /// The same trail, delivering under a prefix.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = Some(prefix.to_owned());
        self
    }

    /// The same trail, for an organization.
    #[must_use]
    pub fn organization(mut self, id: &str) -> Self {
        self.organization = Some(id.to_owned());
        self
    }

    /// The trail's ARN, in the partition of its home region.
    pub fn arn(&self) -> String {
        format!(
            "arn:{}:cloudtrail:{}:{}:trail/{}",
            partition(&self.home_region),
            self.home_region,
            self.account,
            self.name
        )
    }

    /// `[prefix/]AWSLogs/[o-id/]ACCOUNT/`, the folder of an account.
    pub fn root(&self, account: &str) -> String {
        let prefix = self.prefix.as_deref().map(|p| format!("{p}/"));
        let organization = self.organization.as_deref().map(|o| format!("{o}/"));
        format!(
            "{}AWSLogs/{}{account}/",
            prefix.unwrap_or_default(),
            organization.unwrap_or_default()
        )
    }

    /// The key of a log; `unique` holds its sixteen random characters.
    pub fn log_key(&self, account: &str, region: &str, minute: Timestamp, unique: &str) -> String {
        format!(
            "{}CloudTrail/{region}/{}/{account}_CloudTrail_{region}_{}_{unique}.json.gz",
            self.root(account),
            minute.strftime("%Y/%m/%d"),
            minute.strftime("%Y%m%dT%H%MZ")
        )
    }

    /// The key of a digest that ends at `end`; path and name contain the end.
    pub fn digest_key(&self, account: &str, region: &str, end: Timestamp) -> String {
        format!("{}.json.gz", self.digest_stem(account, region, end))
    }

    /// The key of a backfill digest for the interval that ends at `end`.
    pub fn backfill_key(&self, account: &str, region: &str, end: Timestamp) -> String {
        format!(
            "{}_backfill.json.gz",
            self.digest_stem(account, region, end)
        )
    }

    fn digest_stem(&self, account: &str, region: &str, end: Timestamp) -> String {
        format!(
            "{}CloudTrail-Digest/{region}/{}/{account}_CloudTrail-Digest_{region}_{}_{}_{}",
            self.root(account),
            end.strftime("%Y/%m/%d"),
            self.name,
            self.home_region,
            end.strftime("%Y%m%dT%H%M%SZ")
        )
    }
}

/// The partition of a region.
pub fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}
