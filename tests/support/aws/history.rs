//! The versions that a bucket keeps of objects that were deleted or overwritten.

use jiff::Timestamp;
use s3s::dto::{
    DeleteMarkerEntry, ETag, EncodingType, ListObjectVersionsInput, ListObjectVersionsOutput,
    ObjectVersion, ObjectVersionStorageClass,
};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::cloud::{Bucket, Cloud, Stored};
use super::percent::encode_key;
use super::s3::{bucket, count, i64_of, most, s3_time};

/// The id of what is written while a bucket keeps no versions.
pub const NULL: &str = "null";

/// One version of an object, or a delete marker.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its id.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// The object; none for a delete marker.
    pub object: Option<Stored>,
}

impl Bucket {
    /// Keeps versions from now on, and gives every object an id as if it always had.
    pub fn keep_versions(&mut self) {
        self.keeping.versioning = Some("Enabled");
        for (key, object) in self.objects.clone() {
            self.put(&key, object);
        }
    }

    /// Stops keeping versions. Those that exist stay.
    pub fn suspend_versions(&mut self) {
        self.keeping.versioning = Some("Suspended");
    }

    /// Writes an object. Where versions are kept, an older one stays.
    pub fn put(&mut self, key: &str, object: Stored) {
        self.objects.insert(key.to_owned(), object.clone());
        let at = object.last_modified;
        self.write(key, at, Some(object));
    }

    /// Deletes an object. Where versions are kept, that writes a delete marker.
    pub fn delete(&mut self, key: &str, at: Timestamp) -> Option<Stored> {
        self.write(key, at, None);
        self.objects.remove(key)
    }

    /// Deletes one version for good. What was before it is current again.
    pub fn delete_version(&mut self, key: &str, id: &str) {
        let versions = self.history.entry(key.to_owned()).or_default();
        versions.retain(|version| version.id != id);
        match versions.last().and_then(|last| last.object.clone()) {
            Some(object) => _ = self.objects.insert(key.to_owned(), object),
            None => _ = self.objects.remove(key),
        }
    }

    /// The ids of the versions of a key, oldest first.
    pub fn version_ids(&self, key: &str) -> Vec<String> {
        let versions = self.versions(key);
        versions.into_iter().map(|version| version.id).collect()
    }

    /// The versions of a key, oldest first. An object that was never written since has the id `null`.
    pub fn versions(&self, key: &str) -> Vec<Version> {
        if let Some(versions) = self.history.get(key) {
            return versions.clone();
        }
        let object = self.objects.get(key);
        let version = object.map(|object| Version {
            id: NULL.to_owned(),
            at: object.last_modified,
            object: Some(object.clone()),
        });
        version.into_iter().collect()
    }

    fn write(&mut self, key: &str, at: Timestamp, object: Option<Stored>) {
        let id = match self.keeping.versioning {
            None => return,
            Some("Enabled") => {
                self.written += 1;
                format!("v{}.{}", self.written, "X".repeat(20))
            }
            Some(_) => NULL.to_owned(),
        };
        let versions = self.history.entry(key.to_owned()).or_default();
        versions.retain(|version| version.id != id || id != NULL);
        versions.push(Version { id, at, object });
    }

    /// An object, or one version of it.
    pub fn object(&self, key: &str, version: Option<&str>) -> S3Result<Stored> {
        let Some(id) = version else {
            return self.objects.get(key).cloned().ok_or_else(|| {
                let message = "The specified key does not exist.";
                S3Error::with_message(S3ErrorCode::NoSuchKey, message)
            });
        };
        let versions = self.versions(key);
        let found = versions.into_iter().find(|version| version.id == id);
        let found = found.ok_or_else(|| {
            let message = "The specified version does not exist.";
            S3Error::with_message(S3ErrorCode::NoSuchVersion, message)
        })?;
        found.object.ok_or_else(|| {
            let message = "The specified method is not allowed against this resource.";
            S3Error::with_message(S3ErrorCode::MethodNotAllowed, message)
        })
    }

    /// The id that an answer about an object shows, if the bucket has kept versions.
    pub fn shown_id(&self, key: &str, version: Option<&str>) -> Option<String> {
        self.keeping.versioning?;
        let current = || Some(self.versions(key).last()?.id.clone());
        version.map(str::to_owned).or_else(current)
    }
}

/// Refuses to read what is archived.
pub fn refuse_archived(object: &Stored) -> S3Result<()> {
    match object.class {
        Some("GLACIER" | "DEEP_ARCHIVE") => {
            let message = "The operation is not valid for the object's storage class";
            let code = S3ErrorCode::InvalidObjectState;
            Err(S3Error::with_message(code, message))
        }
        _ => Ok(()),
    }
}

/// One page of ListObjectVersions: keys in order, of each the newest version first.
pub fn list(cloud: &Cloud, input: &ListObjectVersionsInput) -> S3Result<ListObjectVersionsOutput> {
    let bucket = bucket(cloud, &input.bucket)?;
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let mut keys: Vec<&String> = bucket.history.keys().chain(bucket.objects.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| key.starts_with(prefix));
    let mut all: Vec<(String, Version, bool)> = Vec::new();
    for key in keys {
        let versions = bucket.versions(key);
        let newest = versions.into_iter().rev().enumerate();
        all.extend(newest.map(|(n, version)| (key.clone(), version, n == 0)));
    }
    let key_marker = input.key_marker.as_deref().unwrap_or_default();
    let id_marker = input.version_id_marker.as_deref();
    let from = all.iter().position(|(key, version, _)| match id_marker {
        Some(id) => key == key_marker && version.id == id,
        None => key.as_str() > key_marker,
    });
    // The page begins after the marker, which is the last entry of the page before it.
    let skipped = usize::from(id_marker.is_some());
    let rest = all.split_off(from.map_or(all.len(), |from| from + skipped));
    let most = most(cloud, input.max_keys);
    let truncated = rest.len() > most;
    let page = &rest[..rest.len().min(most)];
    let last = page.last().filter(|_| truncated);
    let encoded = input.encoding_type.as_ref();
    let encoded = encoded.is_some_and(|e| e.as_str() == EncodingType::URL);
    let name = |key: &str| match encoded {
        true => encode_key(key),
        false => key.to_owned(),
    };
    Ok(ListObjectVersionsOutput {
        name: Some(input.bucket.clone()),
        prefix: Some(name(prefix)),
        max_keys: Some(count(most)),
        is_truncated: Some(truncated),
        key_marker: input.key_marker.as_deref().map(name),
        version_id_marker: input.version_id_marker.clone(),
        next_key_marker: last.map(|(key, ..)| name(key)),
        next_version_id_marker: last.map(|(_, version, _)| version.id.clone()),
        encoding_type: input.encoding_type.clone(),
        versions: Some(
            page.iter()
                .filter_map(|(key, version, is_latest)| {
                    let object = version.object.as_ref()?;
                    Some(ObjectVersion {
                        key: Some(name(key)),
                        version_id: Some(version.id.clone()),
                        is_latest: Some(*is_latest),
                        last_modified: Some(s3_time(version.at)),
                        e_tag: Some(ETag::Strong(object.etag.clone())),
                        size: Some(i64_of(object.body.len())),
                        storage_class: Some(ObjectVersionStorageClass::from(
                            object.class.unwrap_or("STANDARD").to_owned(),
                        )),
                        ..Default::default()
                    })
                })
                .collect(),
        ),
        delete_markers: Some(
            page.iter()
                .filter(|(_, version, _)| version.object.is_none())
                .map(|(key, version, is_latest)| DeleteMarkerEntry {
                    key: Some(name(key)),
                    version_id: Some(version.id.clone()),
                    is_latest: Some(*is_latest),
                    last_modified: Some(s3_time(version.at)),
                    ..Default::default()
                })
                .collect(),
        ),
        ..Default::default()
    })
}
