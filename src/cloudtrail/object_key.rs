//! The grammar of object keys that CloudTrail writes, both ways.
//!
//! A trail's name may hold `_`, `.` and `-`, so names are read **from the right**, anchored on the
//! timestamp. Layouts: CloudTrail user guide, "CloudTrail log file name format" and "CloudTrail
//! digest file structure".

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, OrganizationId, Region};

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
    /// # use trailproof::cloudtrail::object_key::DigestName;
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
            end: parse_time(time).filter(|_| time.len() == 16)?,
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
pub struct DigestObjectKey {
    /// What stands before the account.
    pub root: KeyRoot,
    /// The file name.
    pub name: DigestName,
}

impl DigestObjectKey {
    /// Reads a key; `None` where folder and name do not agree with each other.
    pub fn parse(key: &str) -> Option<Self> {
        let (folder, file) = key.rsplit_once('/')?;
        let name = DigestName::parse(file)?;
        let dated = Dated::of(folder)?;
        let day = date(name.end);
        let root = dated.agreed(DIGEST_FOLDER, &name.chain.account, &name.chain.region, day)?;
        Some(DigestObjectKey { root, name })
    }
}

impl fmt::Display for DigestObjectKey {
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
pub struct LogObjectKey {
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

impl LogObjectKey {
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
        let (account, region) = (account.parse().ok()?, region.parse().ok()?);
        let minute = parse_time(time).filter(|_| time.len() == 14)?;
        let dated = Dated::of(folder)?;
        Some(LogObjectKey {
            root: dated.agreed(LOG_FOLDER, &account, &region, date(minute))?,
            account,
            region,
            minute,
            unique: unique.into(),
        })
    }

    /// The day in UTC whose folder it lies in.
    pub fn day(&self) -> Date {
        date(self.minute)
    }
}

impl fmt::Display for LogObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LogObjectKey {
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

/// Reads keys of logs one after another, most of which lie in the folder of the one before.
#[derive(Debug, Default)]
pub struct LogKeyParser {
    folder: String,
    /// What every name in the folder begins with, up to the time of day.
    stem: String,
    midnight: Timestamp,
}

impl LogKeyParser {
    /// The minute in a key; `None` where it is not a log's: as [`LogObjectKey::parse`] says.
    pub fn minute(&mut self, key: &str) -> Option<Timestamp> {
        let (folder, file) = key.rsplit_once('/')?;
        if self.stem.is_empty() || folder != self.folder {
            let LogObjectKey {
                account,
                region,
                minute,
                ..
            } = LogObjectKey::parse(key)?;
            let day = date(minute);
            self.midnight = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
            self.stem = format!(
                "{account}_{LOG_FOLDER}_{region}_{}T",
                day.strftime("%Y%m%d")
            );
            folder.clone_into(&mut self.folder);
            return Some(minute);
        }
        let (time, name) = file.strip_prefix(&*self.stem)?.split_once("Z_")?;
        let unique = name.strip_suffix(".json.gz")?;
        if unique.is_empty() || !unique.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let time = number(time, 4)?;
        let (hour, minute) = (i64::from(time / 100), i64::from(time % 100));
        let valid = hour < 24 && minute < 60;
        valid.then(|| shift(self.midnight, hour * HOUR + minute * 60))
    }
}

/// The part of a CloudTrail key from its own `AWSLogs/` on: what a copy under another bucket or
/// prefix has in common with the original. `None` where the key is not of CloudTrail's shape.
pub fn from_aws_logs(key: &str) -> Option<&str> {
    let (folder, _) = key.rsplit_once('/')?;
    let root = Dated::of(folder)?.root()?;
    let prefix = if root.prefix.is_empty() {
        0
    } else {
        root.prefix.len() + 1
    };
    key.get(prefix..)
}

/// A dated folder: `[prefix/]AWSLogs/[o-id/]ACCOUNT/KIND/REGION/YYYY/MM/DD`.
struct Dated<'k> {
    above: &'k str,
    account: &'k str,
    kind: &'k str,
    region: &'k str,
    /// Year, month and day.
    day: [&'k str; 3],
}

impl<'k> Dated<'k> {
    /// Takes it apart from the right, since a prefix may hold anything, `AWSLogs` too.
    fn of(folder: &'k str) -> Option<Self> {
        let mut parts = folder.rsplitn(7, '/');
        let mut next = || parts.next();
        let (day, month, year) = (next()?, next()?, next()?);
        Some(Dated {
            region: next()?,
            kind: next()?,
            account: next()?,
            above: next()?,
            day: [year, month, day],
        })
    }

    /// What stands before the account.
    fn root(&self) -> Option<KeyRoot> {
        let _account: AccountId = self.account.parse().ok()?;
        let mut rest = self.above;
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

    /// The same, where the folder is the one that a file of this kind, account, region and day lies
    /// in.
    fn agreed(
        &self,
        kind: &str,
        account: &AccountId,
        region: &Region,
        day: Date,
    ) -> Option<KeyRoot> {
        let [y, m, d] = self.day;
        let dated = number(y, 4) == Some(day.year())
            && number(m, 2) == Some(day.month().into())
            && number(d, 2) == Some(day.day().into());
        let agrees =
            self.kind == kind && self.account == account.as_str() && self.region == region.as_str();
        if !dated || !agrees {
            return None;
        }
        // A key that begins with a slash has a prefix that is empty, and no trail writes such.
        self.root()
            .filter(|root| !root.prefix.is_empty() || self.above.starts_with(AWS_LOGS))
    }
}

/// The day of an instant in UTC.
fn date(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// Reads `YYYYMMDDTHHMM[SS]Z`.
fn parse_time(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let two = |of: &str, at: usize| i8::try_from(number(of.get(at..at + 2)?, 2)?).ok();
    let second = match time.len() {
        4 => 0,
        6 => two(time, 4)?,
        _ => return None,
    };
    let year = number(date.get(..4)?, 4)?;
    let (month, day) = (number(date.get(4..)?, 4)? / 100, two(date, 6)?);
    let (hour, minute) = (two(time, 0)?, two(time, 2)?);
    let month = i8::try_from(month).ok()?;
    let time = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

/// A number of so many digits.
fn number(text: &str, digits: usize) -> Option<i16> {
    let all = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{LogKeyParser, LogObjectKey};

    #[test]
    fn one_key_after_another_is_read_as_each_by_itself() {
        let folder = "logs/AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01";
        let name = "111111111111_CloudTrail_eu-west-1_20260301T1234Z_a1B2c3D4e5F6g7H8.json.gz";
        let change = |from: &str, to: &str| name.replacen(from, to, 1);
        let names = [
            name.to_owned(),
            change("T1234Z", "T0000Z"),
            change("T1234Z", "T2359Z"),
            change("T1234Z", "T2400Z"),
            change("T1234Z", "T2360Z"),
            change("T1234Z", "T123Z"),
            change("T1234Z", "T12345Z"),
            change("T1234Z", "T+234Z"),
            change("T1234Z", "T1234"),
            change("0301T", "0302T"),
            change("eu-west-1", "eu-west-2"),
            change("_CloudTrail_", "_CloudTrail-Digest_"),
            change("111111111111", "222222222222"),
            change("a1B2", "a1_B2"),
            change("a1B2", "Z_a1B2"),
            change("a1B2c3D4e5F6g7H8", ""),
            change("a1B2", "a1\u{e9}"),
            change(".json.gz", ".json"),
            change(name, ""),
        ];
        let folders = [
            folder.to_owned(),
            folder.replacen("03/01", "03/02", 1),
            folder.replacen("logs/", "", 1),
            folder.replacen("CloudTrail", "CloudTrail-Digest", 1),
        ];
        let mut keys = LogKeyParser::default();
        assert_eq!(keys.minute("/1234Z_a1B2c3D4e5F6g7H8.json.gz"), None);
        for first in &names {
            for (folder, second) in folders
                .iter()
                .flat_map(|f| names.iter().map(move |n| (f, n)))
            {
                for key in [format!("{folder}/{first}"), format!("{folder}/{second}")] {
                    let alone = LogObjectKey::parse(&key).map(|key| key.minute);
                    assert_eq!(keys.minute(&key), alone, "{key}");
                }
            }
        }
        assert_eq!(keys.minute("no key"), None);
    }
}
