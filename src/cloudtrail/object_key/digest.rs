//! Keys of digests.

use std::fmt;

use jiff::Timestamp;

use super::folder::DatedFolder;
use super::time::{date, parse_time};
use super::{DIGEST_FOLDER, KeyRoot};
use crate::cloudtrail::ids::ChainId;

const DIGEST_TIME: &str = "%Y%m%dT%H%M%SZ";

/// The parts of a digest's file name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigestName {
    /// The chain. A file name does not show an organization; the folder does.
    pub chain: ChainId,
    /// The end of the digest's interval.
    pub end: Timestamp,
    /// Whether it is a backfill digest.
    pub backfill: bool,
}

impl DigestName {
    /// Parses a file name, the part of a key after its last slash.
    ///
    /// ```
    /// # use trailproof::cloudtrail::object_key::DigestName;
    /// let name = DigestName::parse(
    ///     "111111111111_CloudTrail-Digest_eu-west-1_my_us-east-1_us-east-1_20260101T120000Z.json.gz",
    /// ).unwrap();
    /// // From the left this would be trail `my` with home region `us-east-1_us-east-1`.
    /// assert_eq!(name.chain.trail.as_str(), "my_us-east-1");
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
                organization: None,
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
            organization: _,
        } = &self.chain;
        write!(
            f,
            "{account}_{DIGEST_FOLDER}_{region}_{trail}_{home_region}_{}{}.json.gz",
            self.end.strftime(DIGEST_TIME),
            if self.backfill { "_backfill" } else { "" }
        )
    }
}

/// The parts of a digest's key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigestObjectKey {
    /// The part before the account.
    pub root: KeyRoot,
    /// The file name. Its chain has the organization of the root.
    pub name: DigestName,
}

impl DigestObjectKey {
    /// Parses a key. `None` if it is not a digest's, or if the folder is not that of the file name.
    pub fn parse(key: &str) -> Option<Self> {
        let (folder, file) = key.rsplit_once('/')?;
        let mut name = DigestName::parse(file)?;
        let (chain, day) = (&name.chain, date(name.end));
        let root = DatedFolder::parse(folder)?.root_of(
            DIGEST_FOLDER,
            &chain.account,
            &chain.region,
            day,
        )?;
        name.chain.organization = root.organization.clone();
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
