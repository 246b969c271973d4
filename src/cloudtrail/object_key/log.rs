//! Keys of logs.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::folder::DatedFolder;
use super::time::{date, number, parse_time};
use super::{DIGEST_FOLDER, KeyRoot, LOG_FOLDER};
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::{AccountId, Region};

const LOG_TIME: &str = "%Y%m%dT%H%MZ";

/// The parts of a log's key. A key does not show which trail or digest a log belongs to, so it serves only to
/// find logs, and a log that a proven digest lists is read whatever its key looks like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogObjectKey {
    /// The part before the account.
    pub root: KeyRoot,
    /// The folder under the account: [`LOG_FOLDER`], or one beside it such as `CloudTrail-Insight`.
    pub kind: String,
    /// The account whose events the log contains.
    pub account: AccountId,
    /// The region that the log was delivered from.
    pub region: Region,
    /// The minute of delivery.
    pub minute: Timestamp,
    /// The part that makes the name unique; CloudTrail uses sixteen characters.
    pub unique: String,
}

impl LogObjectKey {
    /// Parses a key. `None` if it is not a log's, or if the folder is not that of the file name.
    pub fn parse(key: &str) -> Option<Self> {
        let (folder, file) = key.rsplit_once('/')?;
        let mut log = LogObjectKey::of_name(KeyRoot::default(), file)?;
        let day = date(log.minute);
        log.root =
            DatedFolder::parse(folder)?.root_of(&log.kind, &log.account, &log.region, day)?;
        Some(log)
    }

    /// The log of a file name, in its folder below a root. `None` if it is not the name of a log.
    pub fn of_name(root: KeyRoot, file: &str) -> Option<Self> {
        let stem = file.strip_suffix(".json.gz")?;
        let (stem, unique) = stem.rsplit_once('_')?;
        let (stem, time) = stem.rsplit_once('_')?;
        let (stem, region) = stem.rsplit_once('_')?;
        let (account, kind) = stem.rsplit_once('_')?;
        if !is_unique(unique) || !is_log_kind(kind) {
            return None;
        }
        Some(LogObjectKey {
            kind: kind.into(),
            root,
            account: account.parse().ok()?,
            region: region.parse().ok()?,
            minute: parse_time(time).filter(|_| time.len() == 14)?,
            unique: unique.into(),
        })
    }

    /// The day in UTC of its folder.
    pub fn day(&self) -> Date {
        date(self.minute)
    }
}

/// Whether a folder under an account may hold logs: `CloudTrail`, or one beside it such as
/// `CloudTrail-Insight`, whose files digests may list.
pub fn is_log_kind(kind: &str) -> bool {
    let is_beside = |rest: &str| rest.strip_prefix('-').is_some_and(|r| !r.is_empty());
    kind.strip_prefix(LOG_FOLDER)
        .is_some_and(|rest| rest.is_empty() || is_beside(rest))
        && kind != DIGEST_FOLDER
}

/// Whether a text may be the part that makes a name unique.
fn is_unique(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

impl fmt::Display for LogObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LogObjectKey {
            root,
            kind,
            account,
            region,
            minute,
            unique,
        } = self;
        let folder = root.folder(account, kind, region);
        write!(
            f,
            "{folder}{}/{account}_{kind}_{region}_{}_{unique}.json.gz",
            minute.strftime("%Y/%m/%d"),
            minute.strftime(LOG_TIME)
        )
    }
}

/// Parses the keys of many logs one after another. It is faster than [`LogObjectKey::parse`] for a key in the
/// folder of the one before, which most keys of a listing are.
#[derive(Debug, Default)]
pub struct LogKeyParser {
    folder: String,
    /// The common beginning of every name in the folder, up to the time of day.
    stem: String,
    midnight: Timestamp,
    /// The folder under the account, unless it is [`LOG_FOLDER`].
    beside: Option<String>,
}

impl LogKeyParser {
    /// The minute in a key; `None` if [`LogObjectKey::parse`] refuses the key.
    pub fn minute(&mut self, key: &str) -> Option<Timestamp> {
        let (folder, file) = key.rsplit_once('/')?;
        if self.stem.is_empty() || folder != self.folder {
            let LogObjectKey {
                kind,
                account,
                region,
                minute,
                ..
            } = LogObjectKey::parse(key)?;
            let day = date(minute);
            self.midnight = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
            self.stem = format!("{account}_{kind}_{region}_{}T", day.strftime("%Y%m%d"));
            self.beside = (kind != LOG_FOLDER).then_some(kind);
            folder.clone_into(&mut self.folder);
            return Some(minute);
        }
        let (time, name) = file.strip_prefix(&*self.stem)?.split_once("Z_")?;
        if !is_unique(name.strip_suffix(".json.gz")?) {
            return None;
        }
        let time = number(time, 4)?;
        let (hour, minute) = (i64::from(time / 100), i64::from(time % 100));
        let valid = hour < 24 && minute < 60;
        valid.then(|| shift(self.midnight, hour * HOUR + minute * 60))
    }

    /// The folder beside [`LOG_FOLDER`] that holds the last key that was parsed; `None` if it is in
    /// [`LOG_FOLDER`] itself.
    pub fn beside(&self) -> Option<&str> {
        self.beside.as_deref()
    }
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
            change("_CloudTrail_", "_CloudTrail-Insight_"),
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
            folder.replacen("CloudTrail", "CloudTrail-Insight", 1),
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

    #[test]
    fn a_key_is_taken_apart_and_written_again() {
        for (kind, account) in [
            ("CloudTrail", "111111111111"),
            ("CloudTrail-Insight", "222222222222"),
        ] {
            let key = format!(
                "logs/AWSLogs/{account}/{kind}/eu-west-1/2026/03/01/{account}_{kind}_eu-west-1_20260301T1234Z_a1B2c3D4e5F6g7H8.json.gz"
            );
            let log = LogObjectKey::parse(&key).expect("the key of a log");
            assert_eq!(log.to_string(), key);
            assert_eq!((log.kind.as_str(), log.account.as_str()), (kind, account));
            assert_eq!(log.region.as_str(), "eu-west-1");
            assert_eq!(log.minute.to_string(), "2026-03-01T12:34:00Z");
            assert_eq!(log.day().to_string(), "2026-03-01");
            assert_eq!(log.unique, "a1B2c3D4e5F6g7H8");
            let mut keys = LogKeyParser::default();
            assert_eq!(keys.minute(&key), Some(log.minute));
            assert_eq!(keys.beside(), (kind != "CloudTrail").then_some(kind));
            for odd in [
                key.replace("T1234Z", "T123400Z"),
                key.replace("2026/03/01", "2026/03/02"),
                key.replace("2026/03/01", "2026/04/01"),
                key.replace("2026/03/01", "2025/03/01"),
                key.replace(kind, "CloudTrail-Digest"),
                key.replace(kind, "CloudTrail-"),
                key.replace(kind, "Config"),
                key.replace("a1B2", "a1-B2"),
                key.replace(".gz", ""),
            ] {
                assert_eq!(LogObjectKey::parse(&odd), None, "{odd}");
            }
        }
    }
}
