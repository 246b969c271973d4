//! The folder of a region among the keys of CloudTrail, and the key at which one of its days begins.

use jiff::civil::Date;

use crate::cloudtrail::ids::{AccountId, Region};
use crate::cloudtrail::object_key::{AWS_LOGS, DIGEST_FOLDER, LOG_FOLDER};

/// The folder of a region, `…AWSLogs/[O-ID/]ACCOUNT/KIND/REGION/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RegionFolder<'p> {
    /// With its closing slash.
    pub path: &'p str,
    pub of_digests: bool,
}

impl<'p> RegionFolder<'p> {
    /// The folder that a prefix is, or lies in at the folder of a year, a month or a day. Other prefixes have no
    /// days.
    pub fn of(prefix: &'p str) -> Option<Self> {
        let above = prefix.strip_suffix('/')?;
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let (mut path, mut depth) = (above, 0);
        while let Some((rest, last)) = path.rsplit_once('/')
            && !last.is_empty()
            && is_number(last)
            && depth < 3
        {
            path = rest;
            depth += 1;
        }
        let mut parts = path.rsplit('/');
        let _: Region = parts.next()?.parse().ok()?;
        let kind = parts.next()?;
        let _: AccountId = parts.next()?.parse().ok()?;
        let is_below_logs = parts.take(2).any(|part| part == AWS_LOGS);
        (kind.starts_with(LOG_FOLDER) && is_below_logs).then_some(RegionFolder {
            path: &prefix[..=path.len()],
            of_digests: kind == DIGEST_FOLDER,
        })
    }

    /// What the keys of a day begin with. No key of CloudTrail is this text itself.
    pub fn day(&self, date: Date) -> String {
        format!("{}{}", self.path, date.strftime("%Y/%m/%d"))
    }
}

#[cfg(test)]
mod tests {
    use super::RegionFolder;

    #[test]
    fn only_the_folders_of_regions_have_days() {
        let region = "p/AWSLogs/111111111111/CloudTrail/eu-west-1/";
        for below in ["", "2026/", "2026/03/", "2026/03/04/"] {
            let prefix = format!("{region}{below}");
            let folder = RegionFolder::of(&prefix).expect("a folder");
            assert_eq!((folder.path, folder.of_digests), (region, false));
        }
        let digests = "AWSLogs/o-aaaaaaaaaa/111111111111/CloudTrail-Digest/eu-west-1/";
        assert!(RegionFolder::of(digests).expect("a folder").of_digests);
        for other in [
            "",
            "AWSLogs/",
            "AWSLogs/111111111111/CloudTrail/",
            "AWSLogs/111111111111/Config/eu-west-1/",
            "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/04/05/",
            "AWSLogs/111111111111/CloudTrail/eu-west-1/odd/",
            "other/111111111111/CloudTrail/eu-west-1/",
            "111111111111/CloudTrail/eu-west-1",
        ] {
            assert_eq!(RegionFolder::of(other), None, "{other}");
        }
    }
}
