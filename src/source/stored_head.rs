//! What S3 says of an object besides its bytes, for a copy that outlives the bucket.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Metadata;
use crate::base::time::written;
use crate::proof::digest_object::MetadataProblem;
use crate::proof::finding::ObjectFacts;

/// The headers of the answer that gave an object. Its members have the names that `aws s3api head-object` prints
/// (S3 API reference, HeadObject), so that other programs read them too. A header that was absent has no member.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StoredHead {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// Whether parts of it can be requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept_ranges: Option<String>,
    /// When it was written, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// Its size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_length: Option<u64>,
    /// Its entity tag, in quotes.
    #[serde(rename = "ETag", skip_serializing_if = "Option::is_none")]
    pub e_tag: Option<String>,
    /// Its version; `null` is one that was written while the bucket kept no versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Headers that its writer chose: how it is encoded, cached and shown.
    #[serde(flatten)]
    pub content: ContentHeaders,
    /// When a lifecycle rule deletes it, and which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration: Option<String>,
    /// Whether it is restored from an archive, and until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore: Option<String>,
    /// Its storage class; absent for `STANDARD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// Whether it is replicated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication_status: Option<String>,
    /// The number of its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_count: Option<u64>,
    /// How it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_side_encryption: Option<String>,
    /// The KMS key that encrypts it.
    #[serde(rename = "SSEKMSKeyId", skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Whether a bucket key is used with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_key_enabled: Option<bool>,
    /// The checksums that S3 keeps of it.
    #[serde(flatten)]
    pub checksums: Checksums,
    /// `GOVERNANCE` or `COMPLIANCE`, if Object Lock protects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_lock_mode: Option<String>,
    /// Until when Object Lock protects it, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_lock_retain_until_date: Option<String>,
    /// `ON` if a legal hold protects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_lock_legal_hold_status: Option<String>,
    /// The number of user metadata that headers cannot hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_meta: Option<u64>,
    /// All user metadata, by names without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
    /// By which S3 knows this answer.
    pub response_metadata: ResponseMetadata,
}

/// The headers of an object that its writer chose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContentHeaders {
    /// `Content-Type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Content-Encoding`: the bytes are stored with it, and it was not undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// `Content-Disposition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    /// `Content-Language`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    /// `Cache-Control`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// `Expires`, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_string: Option<String>,
    /// `x-amz-website-redirect-location`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website_redirect_location: Option<String>,
}

/// The checksums of an object, in base64 (S3 user guide, "Checking object integrity").
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Checksums {
    /// CRC-32.
    #[serde(rename = "ChecksumCRC32", skip_serializing_if = "Option::is_none")]
    pub crc32: Option<String>,
    /// CRC-32C.
    #[serde(rename = "ChecksumCRC32C", skip_serializing_if = "Option::is_none")]
    pub crc32c: Option<String>,
    /// CRC-64/NVME.
    #[serde(rename = "ChecksumCRC64NVME", skip_serializing_if = "Option::is_none")]
    pub crc64nvme: Option<String>,
    /// SHA-1.
    #[serde(rename = "ChecksumSHA1", skip_serializing_if = "Option::is_none")]
    pub sha1: Option<String>,
    /// SHA-256.
    #[serde(rename = "ChecksumSHA256", skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// SHA-512.
    #[serde(rename = "ChecksumSHA512", skip_serializing_if = "Option::is_none")]
    pub sha512: Option<String>,
    /// MD5.
    #[serde(rename = "ChecksumMD5", skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    /// XXHash, 64 bits.
    #[serde(rename = "ChecksumXXHASH64", skip_serializing_if = "Option::is_none")]
    pub xxhash64: Option<String>,
    /// XXH3, 64 bits.
    #[serde(rename = "ChecksumXXHASH3", skip_serializing_if = "Option::is_none")]
    pub xxhash3: Option<String>,
    /// XXH3, 128 bits.
    #[serde(rename = "ChecksumXXHASH128", skip_serializing_if = "Option::is_none")]
    pub xxhash128: Option<String>,
    /// Whether they are of the object or of its parts.
    #[serde(rename = "ChecksumType", skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// The ids of an answer of S3.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ResponseMetadata {
    /// `x-amz-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// `x-amz-id-2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_id: Option<String>,
}

impl StoredHead {
    /// Whether the answer had an id, as every answer of S3 has.
    pub fn is_of_s3(&self) -> bool {
        let ids = &self.response_metadata;
        ids.request_id.is_some() || ids.host_id.is_some()
    }

    /// The metadata that CloudTrail stores with a digest.
    pub fn digest_metadata(&self) -> Metadata {
        let get = |name: &str| self.metadata.get(name).cloned();
        let signature = get("signature");
        Metadata {
            trouble: signature.is_none().then_some(MetadataProblem::Unsigned),
            signature,
            signature_algorithm: get("signature-algorithm"),
            backfill_generated: get("backfill-generation-timestamp"),
        }
    }

    /// Its size, entity tag and the like.
    pub fn facts(&self) -> ObjectFacts {
        let modified = self.last_modified.as_deref();
        let modified = modified.and_then(|at| written::parse(at).ok());
        ObjectFacts {
            version_id: self.version_id.clone().filter(|v| v != "null"),
            etag: self.e_tag.clone(),
            last_modified: modified.map(|at| at.to_string()),
            size: self.content_length,
        }
    }
}
