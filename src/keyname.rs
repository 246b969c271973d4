//! The grammar of object keys that CloudTrail writes, both ways.
//!
//! A trail's name may hold `_`, `.` and `-`, so names are read **from the right**, anchored on the
//! timestamp. Layouts: CloudTrail user guide, "CloudTrail log file name format" and "CloudTrail
//! digest file structure".

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::trail::{AccountId, ChainId, OrganizationId, Region};

const DIGEST_TIME: &str = "%Y%m%dT%H%M%SZ";
const LOG_TIME: &str = "%Y%m%dT%H%MZ";

/// The folder under an account that holds digests.
pub const DIGEST_FOLDER: &str = "CloudTrail-Digest";
/// The folder under an account that holds logs.
pub const LOG_FOLDER: &str = "CloudTrail";
/// The folder every CloudTrail key passes through.
pub const AWS_LOGS: &str = "AWSLogs";

/// What stands before the account in a key: a trail's prefix, and the organization of an
/// organization trail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct KeyRoot {
    /// The trail's key prefix without its closing slash; empty where there is none.
    pub prefix: String,
    /// The organization in the path, for an organization trail.
    pub organization: Option<OrganizationId>,
}

impl KeyRoot {
    /// The folder of one account, region and kind, with a closing slash.
    pub fn folder(&self, account: &AccountId, kind: &str, region: &Region) -> String {
        format!("{self}{account}/{kind}/{region}/")
    }
}

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

/// What a digest's file name says, whatever folder it lies in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigestName {
    /// The chain it says it belongs to.
    pub chain: ChainId,
    /// The end of the interval it says it covers.
    pub end: Timestamp,
    /// Whether it is a backfill digest.
    pub backfill: bool,
}

impl DigestName {
    /// Reads a file name (the part after the last slash).
    ///
    /// ```
    /// # use trailproof::keyname::DigestName;
    /// let name = DigestName::parse(
    ///     "111111111111_CloudTrail-Digest_eu-west-1_my_us-east-1_us-east-1_20260101T120000Z.json.gz",
    /// ).unwrap();
    /// assert_eq!(name.chain.trail.as_str(), "my_us-east-1"); // not `my` at home in us-east-1_us-east-1
    /// ```
    pub fn parse(file_name: &str) -> Option<Self> {
        let stem = file_name.strip_suffix(".json.gz")?;
        let (stem, backfill) = match stem.strip_suffix("_backfill") {
            Some(stem) => (stem, true),
            None => (stem, false),
        };
        let (stem, time) = stem.rsplit_once('_')?;
        let (stem, home_region) = stem.rsplit_once('_')?;
        let (account, rest) = stem.split_once('_')?;
        let rest = rest.strip_prefix(DIGEST_FOLDER)?.strip_prefix('_')?;
        let (region, trail) = rest.split_once('_')?;
        Some(DigestName {
            chain: ChainId {
                account: account.parse().ok()?,
                region: region.parse().ok()?,
                home_region: home_region.parse().ok()?,
                trail: trail.parse().ok()?,
            },
            end: parse_time(DIGEST_TIME, time)?,
            backfill,
        })
    }
}

impl fmt::Display for DigestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ChainId {
            account,
            region,
            home_region,
            trail,
        } = &self.chain;
        write!(
            f,
            "{account}_{DIGEST_FOLDER}_{region}_{trail}_{home_region}_{}{}.json.gz",
            self.end.strftime(DIGEST_TIME),
            if self.backfill { "_backfill" } else { "" }
        )
    }
}

/// A digest's whole key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigestKey {
    /// What stands before the account.
    pub root: KeyRoot,
    /// The file name.
    pub name: DigestName,
}

impl DigestKey {
    /// Reads a key; `None` where folder and name do not agree with each other.
    pub fn parse(key: &str) -> Option<Self> {
        let (folder, file) = key.rsplit_once('/')?;
        let name = DigestName::parse(file)?;
        let root = root_of(folder, DIGEST_FOLDER)?;
        let parsed = DigestKey { root, name };
        (parsed.to_string() == key).then_some(parsed)
    }
}

impl fmt::Display for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain = &self.name.chain;
        let folder = self
            .root
            .folder(&chain.account, DIGEST_FOLDER, &chain.region);
        write!(
            f,
            "{folder}{}/{}",
            self.name.end.strftime("%Y/%m/%d"),
            self.name
        )
    }
}

/// A log's whole key. Which digest names a log cannot be read off it: the grammar serves
/// discovery only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogKey {
    /// What stands before the account.
    pub root: KeyRoot,
    /// The account whose events these are.
    pub account: AccountId,
    /// The region they were delivered from.
    pub region: Region,
    /// The minute in the name.
    pub minute: Timestamp,
    /// The sixteen characters that make the name unique.
    pub unique: String,
}

impl LogKey {
    /// Reads a key; `None` where it is not a log's.
    pub fn parse(key: &str) -> Option<Self> {
        let (folder, file) = key.rsplit_once('/')?;
        let stem = file.strip_suffix(".json.gz")?;
        let (stem, unique) = stem.rsplit_once('_')?;
        let (stem, time) = stem.rsplit_once('_')?;
        let (stem, region) = stem.rsplit_once('_')?;
        let account = stem.strip_suffix(LOG_FOLDER)?.strip_suffix('_')?;
        if unique.is_empty() || !unique.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let parsed = LogKey {
            root: root_of(folder, LOG_FOLDER)?,
            account: account.parse().ok()?,
            region: region.parse().ok()?,
            minute: parse_time(LOG_TIME, time)?,
            unique: unique.into(),
        };
        (parsed.to_string() == key).then_some(parsed)
    }

    /// The day in UTC whose folder it lies in.
    pub fn day(&self) -> Date {
        TimeZone::UTC.to_datetime(self.minute).date()
    }
}

impl fmt::Display for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LogKey {
            root,
            account,
            region,
            minute,
            unique,
        } = self;
        let folder = root.folder(account, LOG_FOLDER, region);
        write!(
            f,
            "{folder}{}/{account}_{LOG_FOLDER}_{region}_{}_{unique}.json.gz",
            minute.strftime("%Y/%m/%d"),
            minute.strftime(LOG_TIME)
        )
    }
}

/// The part of a CloudTrail key from its own `AWSLogs/` on: what a copy under another bucket or
/// prefix has in common with the original. `None` where the key is not of CloudTrail's shape.
pub fn from_aws_logs(key: &str) -> Option<&str> {
    let (folder, _) = key.rsplit_once('/')?;
    let kind = folder.rsplit('/').nth(4)?;
    let root = root_of(folder, kind)?;
    let prefix = if root.prefix.is_empty() {
        0
    } else {
        root.prefix.len() + 1
    };
    key.get(prefix..)
}

/// Reads the root off a dated folder: `[prefix/]AWSLogs/[o-id/]ACCOUNT/KIND/REGION/YYYY/MM/DD`,
/// from the right, since a prefix may hold anything, `AWSLogs` too.
fn root_of(folder: &str, kind: &str) -> Option<KeyRoot> {
    let mut parts = folder.rsplitn(7, '/');
    for _day_month_year in 0..3 {
        parts.next()?;
    }
    let _region = parts.next()?;
    if parts.next()? != kind {
        return None;
    }
    let _account: AccountId = parts.next()?.parse().ok()?;
    let mut rest = parts.next()?;
    let mut organization = None;
    if let Some((before, last)) = rest.rsplit_once('/')
        && let Ok(id) = last.parse()
    {
        organization = Some(id);
        rest = before;
    }
    let prefix = match rest.rsplit_once('/') {
        Some((prefix, AWS_LOGS)) => prefix,
        None if rest == AWS_LOGS => "",
        _ => return None,
    };
    Some(KeyRoot {
        prefix: prefix.into(),
        organization,
    })
}

fn parse_time(format: &str, text: &str) -> Option<Timestamp> {
    // Every compact time AWS writes has this length; a longer one is not worth parsing.
    if text.len() > 16 || !text.is_ascii() {
        return None;
    }
    let time = DateTime::strptime(format, text).ok()?;
    let time = TimeZone::UTC.to_timestamp(time).ok()?;
    (time.strftime(format).to_string() == text).then_some(time)
}
