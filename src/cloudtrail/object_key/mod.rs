//! The grammar of the object keys that CloudTrail writes, parsed and printed.
//!
//! ```text
//! digest  [PREFIX/]AWSLogs/[O-ID/]ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/
//!             ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOME-REGION_YYYYMMDDTHHMMSSZ[_backfill].json.gz
//! log     [PREFIX/]AWSLogs/[O-ID/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/
//!             ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHMMZ_UNIQUE.json.gz
//! ```
//!
//! Files of folders beside `CloudTrail`, such as `CloudTrail-Insight`, have the form of logs, with the name of
//! their folder.
//!
//! The time of a digest is the end of its interval, that of a log the minute of its delivery, and the folder is
//! the day of that time in UTC. `loose` gives every other object among the logs a time. User guide: "CloudTrail digest file structure" (Digest file location,
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html>)
//! and "CloudTrail log file examples" (CloudTrail log file name format,
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html>).
//!
//! A trail's name may contain `_`, `.` and `-`, and a prefix may contain anything, even `AWSLogs/`. So names and
//! folders are parsed **from the right**, beginning with the time.

mod digest;
mod folder;
mod log;
mod loose;
mod time;

use std::fmt;

pub use digest::{DigestName, DigestObjectKey};
pub use folder::account_and_region;
pub use log::{LogKeyParser, LogObjectKey, is_log_kind};
pub use loose::{KeyTime, minute_in, time_of_folder};

use super::ids::{AccountId, OrganizationId, Region};
use folder::DatedFolder;

/// The folder under an account that contains digests.
pub const DIGEST_FOLDER: &str = "CloudTrail-Digest";
/// The folder under an account that contains logs.
pub const LOG_FOLDER: &str = "CloudTrail";
/// The folder that is part of every CloudTrail key.
pub const AWS_LOGS: &str = "AWSLogs";

/// The part of a key before the account: the trail's prefix, and the organization of an organization trail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct KeyRoot {
    /// The trail's key prefix without its closing slash; empty if there is none.
    pub prefix: String,
    /// The organization, for an organization trail.
    pub organization: Option<OrganizationId>,
}

impl KeyRoot {
    /// The folder of an account, a region and a kind, [`DIGEST_FOLDER`] or [`LOG_FOLDER`], with its closing
    /// slash.
    pub fn folder(&self, account: &AccountId, kind: &str, region: &Region) -> String {
        format!("{self}{account}/{kind}/{region}/")
    }
}

/// Prints the root with its closing slash.
impl fmt::Display for KeyRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.prefix.is_empty() {
            write!(f, "{}/", self.prefix)?;
        }
        write!(f, "{AWS_LOGS}/")?;
        match &self.organization {
            Some(o) => write!(f, "{o}/"),
            None => Ok(()),
        }
    }
}

/// The part of a CloudTrail key from its own `AWSLogs/` on, which a copy under another bucket or prefix has in
/// common with the original. `None` if the key is not in a folder of CloudTrail.
pub fn from_aws_logs(key: &str) -> Option<&str> {
    let (folder, _) = key.rsplit_once('/')?;
    let root = DatedFolder::parse(folder)?.root()?;
    // Before `AWSLogs` lies the prefix with its slash. Of `/AWSLogs/…` the prefix is empty, and has one too.
    let is_first = root.prefix.is_empty() && !key.starts_with('/');
    key.get(if is_first { 0 } else { root.prefix.len() + 1 }..)
}

#[cfg(test)]
mod tests {
    use super::from_aws_logs;

    #[test]
    fn slashes_before_aws_logs_belong_to_its_prefix() {
        let rest = "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01/name";
        for prefix in [
            "",
            "/",
            "//",
            "x/",
            "x//",
            "/x/",
            "/x//",
            "a//b/",
            "AWSLogs/",
            "/AWSLogs/",
        ] {
            let key = format!("{prefix}{rest}");
            assert_eq!(from_aws_logs(&key), Some(rest), "{key}");
        }
        assert_eq!(from_aws_logs(&rest[1..]), None);
    }
}
