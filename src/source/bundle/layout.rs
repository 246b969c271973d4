//! Where each file of a bundle lies. No path comes from a bucket unchecked: a key that cannot be a path is
//! stored under the SHA-256 of its name.

use crate::base::sha256::Sha256;
pub use crate::source::bundle_names::{CUSTODY, MANIFEST};

/// The folder that only an unfinished collection has.
pub const UNFINISHED: &str = ".collect";
/// What an unfinished collection collects, and its runs so far: a [`Custody`](super::record::Custody).
pub const UNFINISHED_RUN: &str = ".collect/run.json";
/// The answers of CloudTrail.
pub const CLOUDTRAIL: &str = "cloudtrail";
/// The listings.
pub const LISTINGS: &str = "listings";
/// Where files came from that do not say it themselves: [`RecordedOrigin`](super::record::RecordedOrigin)s.
pub const UNFINISHED_ORIGINS: &str = ".collect/origins.jsonl";
/// The public keys.
pub const KEYS: &str = "keys";
/// The end of the name of a file that is still written.
pub const PARTIAL: &str = ".partial";
/// The end of the name of the file that holds the metadata of an object.
pub const HEAD: &str = ".head.json";

/// The longest part of a key that is used as the name of a file, in bytes. File systems allow 255, and
/// [`HEAD`] and [`PARTIAL`] may follow.
const LONGEST_NAME: usize = 200;

/// The most parts of a key that are used as folders. Walks of a tree stop at 64 folders.
const MOST_PARTS: usize = 40;

/// The places where an object may lie, the first one first: its key as a path, if it can be one. The second is
/// used if another file or folder occupies the first.
pub fn object(bucket: &str, key: &str) -> Vec<String> {
    places("s3", bucket, key)
}

/// The places of one version of an object.
pub fn version(bucket: &str, key: &str, version: &str) -> Vec<String> {
    places("recovered", bucket, &format!("{key}@{version}"))
}

/// Where the content of a version lies that was found to be the original of an object; without an ID, that of the
/// object itself.
pub fn original(bucket: &str, key: &str, id: Option<&str>) -> Option<String> {
    let places = match id {
        Some(id) => version(bucket, key, id),
        None => object(bucket, key),
    };
    places.into_iter().next()
}

/// Where the answer of ListObjectVersions for one key lies.
pub fn versions(bucket: &str, key: &str) -> String {
    format!("versions/{}.json", hash(&[bucket, "/", key]))
}

/// Why the versions of one key could not be listed.
pub fn versions_error(bucket: &str, key: &str) -> String {
    format!("versions/{}.error.json", hash(&[bucket, "/", key]))
}

/// The metadata of the object that lies at a path.
pub fn head(path: &str) -> String {
    format!("{path}{HEAD}")
}

/// Why an object could not be read.
pub fn unread(bucket: &str, key: &str) -> String {
    format!("unread/{}.json", hash(&[bucket, "/", key]))
}

/// Why a version of an object could not be read.
pub fn unread_version(bucket: &str, key: &str, version: &str) -> String {
    unread(bucket, &format!("{key}@{version}"))
}

/// The public keys of a region.
pub fn keys(region: &str) -> String {
    format!("{KEYS}/{}.json", name_of(region))
}

/// The properties of a bucket.
pub fn bucket(bucket: &str) -> String {
    format!("bucket/{}.json", name_of(bucket))
}

fn places(folder: &str, bucket: &str, key: &str) -> Vec<String> {
    let other = format!("other/{}", hash(&[folder, "/", bucket, "/", key]));
    let is_path = key.split('/').count() <= MOST_PARTS && key.split('/').all(is_name);
    match is_name(bucket) && is_path {
        true => vec![format!("{folder}/{bucket}/{key}"), other],
        false => vec![other],
    }
}

/// Whether a part of a key can be the name of a file on any system, and is not one that a bundle uses itself.
fn is_name(part: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !"/\\:?*\"<>|".contains(c);
    (1..=LONGEST_NAME).contains(&part.len())
        && !matches!(part, "." | "..")
        && !part.ends_with(['.', ' '])
        && !part.ends_with(HEAD)
        && !part.ends_with(PARTIAL)
        && part.chars().all(is_plain)
}

/// A text as a part of the name of a file: as it is if it is short and plain, else shortened, with a part of
/// its hash.
pub(super) fn name_of(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_name = |c: char| is_plain(c) || c == '.';
    if (1..=80).contains(&text.len()) && text.chars().all(is_name) && !text.starts_with('.') {
        return text.to_owned();
    }
    let plain = |c: char| if is_plain(c) { c } else { '-' };
    let start: String = text.chars().take(60).map(plain).collect();
    format!("{start}-{}", &hash(&[text])[..16])
}

pub(super) fn hash(parts: &[&str]) -> String {
    Sha256::of_parts(parts).to_string()
}

#[cfg(test)]
mod tests {
    use super::{bucket, name_of, object, version};

    #[test]
    fn a_key_that_can_be_a_path_is_one() {
        let places = object("my-logs", "AWSLogs/1/a.json.gz");
        assert_eq!(places[0], "s3/my-logs/AWSLogs/1/a.json.gz");
        assert!(places[1].starts_with("other/"));
        let versions = version("my-logs", "AWSLogs/a", "3sL4+x");
        assert_eq!(versions[0], "recovered/my-logs/AWSLogs/a@3sL4+x");
    }

    #[test]
    fn no_key_leads_out_of_the_bundle() {
        let long = "x".repeat(201);
        let deep = "x/".repeat(40) + "x";
        let keys = [
            "../a",
            "a/../b",
            "/a",
            "a//b",
            "a/",
            "a\\b",
            "a\u{1b}b",
            "a.head.json",
            "a.partial",
            "",
            ".",
            "a/.",
            "C:/a",
            "a?b",
            "a<b",
            "a./b",
            "a ",
            &long,
            &deep,
        ];
        for key in keys {
            let places = object("my-logs", key);
            assert_eq!(places.len(), 1, "{key}");
            assert!(places[0].starts_with("other/"), "{key}");
        }
        for name in ["..", "a/b", "arn:aws:s3:eu-west-1:1:accesspoint/x", ""] {
            assert_eq!(object(name, "a").len(), 1, "{name}");
            assert!(
                !bucket(name).trim_start_matches("bucket/").contains('/'),
                "{name}"
            );
        }
        assert_ne!(name_of("a/b"), name_of("a:b"));
        assert_eq!(name_of("eu-central-1"), "eu-central-1");
    }
}
