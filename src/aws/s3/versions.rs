//! The versions of one key by ListObjectVersions, and whether a bucket keeps versions.

use std::cmp::Reverse;

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::EncodingType;

use super::pages::decoded;
use super::request::context;
use super::{Bucket, S3Source, time};
use crate::aws::OnlyOfAws;
use crate::source::bucket::{Buckets as _, Versioning};
use crate::source::{GetError, RootId, VersionEntry, VersionObject, Versions, VersionsKept};

/// One page of versions.
struct VersionPage {
    entries: Vec<VersionEntry>,
    /// Where the next page begins: a key and a version ID. `None` if no further version is of this key.
    next: Option<(String, Option<String>)>,
}

impl S3Source {
    /// The versions of one key. If the bucket has never kept any, they are not listed.
    pub(super) fn list_versions(&self, root: RootId, key: &str) -> Result<Versions, GetError> {
        let bucket = self.bucket(root)?;
        let mut versions = Versions {
            kept: VersionsKept::Unknown,
            entries: Vec::new(),
            complete: true,
            requests: 0,
        };
        versions.kept = self.versions_kept(root, bucket, &mut versions.requests)?;
        if versions.kept == VersionsKept::Never {
            return Ok(versions);
        }
        let mut from = None;
        for _ in 0..self.limits.version_pages {
            versions.requests += 1;
            let page = self.version_page(bucket, key, from.as_ref())?;
            versions.entries.extend(page.entries);
            // A page that begins where the last one did would never end.
            let repeats = page.next.is_some() && page.next == from;
            from = page.next;
            if from.is_none() || repeats {
                break;
            }
        }
        versions.complete &= from.is_none();
        // Versions and delete markers come in two lists, each newest first.
        versions
            .entries
            .sort_by_key(|entry| (!entry.is_latest, Reverse(entry.last_modified)));
        Ok(versions.bounded())
    }

    /// Whether a bucket keeps versions, asked once. Where that is not known, the versions are listed all the
    /// same: this request needs another permission, and access points do not take it.
    fn versions_kept(
        &self,
        root: RootId,
        bucket: &Bucket,
        requests: &mut u64,
    ) -> Result<VersionsKept, GetError> {
        let mut known = bucket
            .versions_kept
            .lock()
            .unwrap_or_else(|e| e.into_inner());
        if let Some(kept) = *known {
            return Ok(kept);
        }
        *requests += 1;
        let kept = match self.versioning(root) {
            Ok(Versioning::Enabled | Versioning::Suspended) => VersionsKept::Yes,
            Ok(Versioning::Never) => VersionsKept::Never,
            Err(error) if error.ends_all() => return Err(error),
            Err(_) => VersionsKept::Unknown,
        };
        *known = Some(kept);
        Ok(kept)
    }

    fn version_page(
        &self,
        bucket: &Bucket,
        key: &str,
        from: Option<&(String, Option<String>)>,
    ) -> Result<VersionPage, GetError> {
        let context = context(bucket, "s3:ListBucketVersions", None);
        let request = |client: aws_sdk_s3::Client| {
            client
                .list_object_versions()
                .bucket(&bucket.name)
                .prefix(key)
                .set_key_marker(from.map(|(key, _)| key.clone()))
                .set_version_id_marker(from.and_then(|(_, id)| id.clone()))
                // A key may contain characters that XML cannot.
                .encoding_type(EncodingType::Url)
                .customize()
                .interceptor(OnlyOfAws)
                .send()
        };
        let pass = self.flight.enter();
        let answer = self.call(bucket, &context, request)?;
        pass.listed();
        if answer.is_truncated.is_none() {
            return Err(GetError::Io("a listing that lacks a required field".into()));
        }
        Ok(page(&answer, key))
    }
}

/// The entries of exactly this key. Keys that only begin with it follow, because keys are in the order of
/// their bytes.
fn page(answer: &ListObjectVersionsOutput, key: &str) -> VersionPage {
    let encoded = answer.encoding_type() == Some(&EncodingType::Url);
    let is_of_key = |listed: Option<&str>| listed.is_some_and(|k| decoded(k, encoded) == key);
    let objects = answer.versions().iter().filter(|v| is_of_key(v.key()));
    let objects = objects.map(|version| {
        let object = VersionObject {
            size: version.size().and_then(|n| u64::try_from(n).ok()),
            etag: version.e_tag().map(Into::into),
            storage_class: version.storage_class().map(|class| class.as_str().into()),
        };
        VersionEntry {
            id: version.version_id().unwrap_or_default().to_owned(),
            last_modified: time(version.last_modified()),
            is_latest: version.is_latest().unwrap_or(false),
            object: Some(object),
        }
    });
    let markers = answer.delete_markers().iter();
    let markers = markers.filter(|marker| is_of_key(marker.key()));
    let markers = markers.map(|marker| VersionEntry {
        id: marker.version_id().unwrap_or_default().to_owned(),
        last_modified: time(marker.last_modified()),
        is_latest: marker.is_latest().unwrap_or(false),
        object: None,
    });
    let entries = objects.chain(markers).collect();
    let next = answer.next_key_marker();
    let next = next.filter(|_| answer.is_truncated() == Some(true));
    let next = next.map(|next| decoded(next, encoded));
    VersionPage {
        entries,
        next: next
            .filter(|next| next == key)
            .map(|next| (next, answer.next_version_id_marker().map(Into::into))),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::{DeleteMarkerEntry, ObjectVersion};

    use super::*;

    fn version(key: &str, id: &str) -> ObjectVersion {
        ObjectVersion::builder().key(key).version_id(id).build()
    }

    #[test]
    fn only_versions_of_exactly_this_key_count() {
        let answer = ListObjectVersionsOutput::builder()
            .encoding_type(EncodingType::Url)
            .is_truncated(true)
            .next_key_marker("a+b.gz")
            .next_version_id_marker("2")
            .versions(version("a+b.gz", "1"))
            .versions(version("a+b.gz.head", "9"))
            .delete_markers(
                DeleteMarkerEntry::builder()
                    .key("a+b.gz")
                    .version_id("null")
                    .build(),
            )
            .build();
        let page = page(&answer, "a b.gz");
        let ids: Vec<&str> = page.entries.iter().map(|e| e.id.as_str()).collect();
        assert_eq!(ids, ["1", "null"]);
        assert_eq!(page.next, Some(("a b.gz".into(), Some("2".into()))));
    }

    #[test]
    fn a_page_that_ends_with_another_key_is_the_last() {
        let answer = ListObjectVersionsOutput::builder()
            .is_truncated(true)
            .next_key_marker("a.gz2")
            .versions(version("a.gz", "1"))
            .build();
        assert_eq!(page(&answer, "a.gz").next, None);
    }
}
