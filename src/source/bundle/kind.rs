//! What the files of a bundle hold, counted by kind.

use std::collections::BTreeMap;

use super::layout::{CUSTODY, HEAD};
use super::record::{FileOrigin, ManifestLine};
use crate::cloudtrail::object_key::KeyRoot;
use crate::cloudtrail::object_key::{DIGEST_FOLDER, DigestName, LogObjectKey};
use crate::proof::reason::Reason;

/// What a file of a bundle holds, by its path and by the object that it is said to come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoredKind {
    /// A digest.
    Digest,
    /// A log.
    Log,
    /// Any other object.
    OtherObject,
    /// The metadata of an object.
    Metadata,
    /// A version of an object that was examined, or a list of versions.
    Version,
    /// A listing of a bucket.
    Listing,
    /// Public keys.
    Keys,
    /// An answer of CloudTrail.
    Answer,
    /// The properties of a bucket.
    Bucket,
    /// Why an object could not be read.
    Unread,
    /// An answer that an object does not exist.
    Absent,
    /// `custody.json`.
    Custody,
    /// Nothing that a collection of this version writes.
    Other,
}

impl StoredKind {
    /// The kind of a file.
    pub fn of(line: &ManifestLine) -> StoredKind {
        let path = line.path.as_str();
        let (folder, _) = path.split_once('/').unwrap_or(("", path));
        match folder {
            "" if path == CUSTODY => StoredKind::Custody,
            "s3" | "other" | "recovered" if path.ends_with(HEAD) => StoredKind::Metadata,
            "s3" | "other" => of_object(line),
            "recovered" | "versions" => StoredKind::Version,
            "listings" => StoredKind::Listing,
            "keys" => StoredKind::Keys,
            "cloudtrail" => StoredKind::Answer,
            "bucket" => StoredKind::Bucket,
            "unread" if line.reason.as_deref() == Some(Reason::NotFound.as_str()) => {
                StoredKind::Absent
            }
            "unread" => StoredKind::Unread,
            _ => StoredKind::Other,
        }
    }
}

/// The kind of an object, by the name of its key.
fn of_object(line: &ManifestLine) -> StoredKind {
    let key = match &line.from {
        Some(FileOrigin::Object { key, .. }) => key,
        _ => &line.path,
    };
    let name = key.rsplit('/').next().unwrap_or(key);
    if name.contains(DIGEST_FOLDER) && DigestName::parse(name).is_some() {
        StoredKind::Digest
    } else if LogObjectKey::of_name(KeyRoot::default(), name).is_some() {
        StoredKind::Log
    } else {
        StoredKind::OtherObject
    }
}

/// How many files of each kind there are, and their bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredTally(BTreeMap<StoredKind, StoredCount>);

/// A number of files, and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoredCount {
    /// The files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl StoredTally {
    /// Counts one file.
    pub fn add(&mut self, line: &ManifestLine) {
        let count = self.0.entry(StoredKind::of(line)).or_default();
        count.files += 1;
        count.bytes = count.bytes.saturating_add(line.size);
    }

    /// The kinds that occur.
    pub fn kinds(&self) -> impl Iterator<Item = (StoredKind, StoredCount)> {
        self.0.iter().map(|(kind, count)| (*kind, *count))
    }

    /// All files.
    pub fn all(&self) -> StoredCount {
        let add = |sum: StoredCount, count: &StoredCount| StoredCount {
            files: sum.files + count.files,
            bytes: sum.bytes.saturating_add(count.bytes),
        };
        self.0.values().fold(StoredCount::default(), add)
    }
}

#[cfg(test)]
mod tests {
    use super::{StoredKind, StoredTally};
    use crate::source::bundle::record::{FileOrigin, ManifestLine};

    fn line(path: &str, key: Option<&str>) -> ManifestLine {
        ManifestLine {
            path: path.to_owned(),
            size: 3,
            sha256: String::new(),
            from: key.map(|key| FileOrigin::Object {
                bucket: "b".to_owned(),
                key: key.to_owned(),
                version_id: None,
            }),
            at: None,
            reason: None,
        }
    }

    #[test]
    fn each_file_has_one_kind() {
        let digest =
            "1/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260101T120000Z.json.gz";
        let log = "1/111111111111_CloudTrail_eu-west-1_20260101T1200Z_0123456789abcdef.json.gz";
        let mut tally = StoredTally::default();
        for (path, key, kind) in [
            ("custody.json", None, StoredKind::Custody),
            (&*format!("s3/b/{digest}"), Some(digest), StoredKind::Digest),
            (&format!("s3/b/{log}"), None, StoredKind::Log),
            ("other/00", Some(log), StoredKind::Log),
            ("other/01", None, StoredKind::OtherObject),
            ("s3/b/readme", Some("readme"), StoredKind::OtherObject),
            (
                &format!("s3/b/{log}.head.json"),
                Some(log),
                StoredKind::Metadata,
            ),
            (
                &format!("recovered/b/{log}@1"),
                Some(log),
                StoredKind::Version,
            ),
            ("versions/00.json", None, StoredKind::Version),
            ("listings/00.jsonl", None, StoredKind::Listing),
            ("keys/us-east-1.json", None, StoredKind::Keys),
            ("cloudtrail/ListTrails.json", None, StoredKind::Answer),
            ("bucket/b.json", None, StoredKind::Bucket),
            ("unread/00.json", None, StoredKind::Unread),
            ("s3", None, StoredKind::Other),
            ("notes/readme.txt", None, StoredKind::Other),
        ] {
            let line = line(path, key);
            assert_eq!(StoredKind::of(&line), kind, "{path}");
            tally.add(&line);
        }
        let absent = ManifestLine {
            reason: Some("not-found".to_owned()),
            ..line("unread/01.json", Some(log))
        };
        assert_eq!(StoredKind::of(&absent), StoredKind::Absent);
        tally.add(&absent);
        assert_eq!(tally.kinds().count(), 13);
        assert_eq!((tally.all().files, tally.all().bytes), (17, 51));
    }
}
