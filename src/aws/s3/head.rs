//! The headers of an answer of GetObject, as they are kept with a copy of the object.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::{RequestId as _, RequestIdExt as _};
use aws_sdk_s3::primitives::DateTime;
use jiff::tz::Offset;

use super::time;
use crate::source::{Checksums, ContentHeaders, ResponseMetadata, StoredHead};

/// Everything that an answer says of an object besides its bytes.
pub(super) fn stored_head(answer: &GetObjectOutput, bucket: &str, key: &str) -> StoredHead {
    let metadata = answer.metadata().into_iter().flatten();
    let number = |n: i32| u64::try_from(n).ok();
    StoredHead {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        accept_ranges: answer.accept_ranges.clone(),
        last_modified: at(answer.last_modified()),
        content_length: answer.content_length().and_then(|n| u64::try_from(n).ok()),
        e_tag: answer.e_tag.clone(),
        version_id: answer.version_id.clone(),
        content: content(answer),
        expiration: answer.expiration.clone(),
        restore: answer.restore.clone(),
        storage_class: answer.storage_class().map(|c| c.as_str().to_owned()),
        replication_status: answer.replication_status().map(|s| s.as_str().to_owned()),
        tag_count: answer.tag_count().and_then(number),
        server_side_encryption: answer
            .server_side_encryption()
            .map(|e| e.as_str().to_owned()),
        kms_key_id: answer.ssekms_key_id.clone(),
        bucket_key_enabled: answer.bucket_key_enabled(),
        checksums: checksums(answer),
        object_lock_mode: answer.object_lock_mode().map(|m| m.as_str().to_owned()),
        object_lock_retain_until_date: at(answer.object_lock_retain_until_date()),
        object_lock_legal_hold_status: answer
            .object_lock_legal_hold_status()
            .map(|s| s.as_str().to_owned()),
        missing_meta: answer.missing_meta().and_then(number),
        metadata: metadata.map(|(k, v)| (k.clone(), v.clone())).collect(),
        response_metadata: ResponseMetadata {
            request_id: answer.request_id().map(str::to_owned),
            host_id: answer.extended_request_id().map(str::to_owned),
        },
    }
}

fn content(answer: &GetObjectOutput) -> ContentHeaders {
    ContentHeaders {
        content_type: answer.content_type.clone(),
        content_encoding: answer.content_encoding.clone(),
        content_disposition: answer.content_disposition.clone(),
        content_language: answer.content_language.clone(),
        cache_control: answer.cache_control.clone(),
        expires_string: answer.expires_string.clone(),
        website_redirect_location: answer.website_redirect_location.clone(),
    }
}

fn checksums(answer: &GetObjectOutput) -> Checksums {
    Checksums {
        crc32: answer.checksum_crc32.clone(),
        crc32c: answer.checksum_crc32_c.clone(),
        crc64nvme: answer.checksum_crc64_nvme.clone(),
        sha1: answer.checksum_sha1.clone(),
        sha256: answer.checksum_sha256.clone(),
        sha512: answer.checksum_sha512.clone(),
        md5: answer.checksum_md5.clone(),
        xxhash64: answer.checksum_xxhash64.clone(),
        xxhash3: answer.checksum_xxhash3.clone(),
        xxhash128: answer.checksum_xxhash128.clone(),
        of: answer.checksum_type().map(|t| t.as_str().to_owned()),
    }
}

/// A time as the AWS CLI prints it, with an offset and not a `Z`.
fn at(at: Option<&DateTime>) -> Option<String> {
    let at = time(at)?;
    Some(at.display_with_offset(Offset::UTC).to_string())
}
