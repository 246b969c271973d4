//! How a bucket protects its objects: versions, object lock, encryption, and what a policy and a lifecycle rule allow.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use s3s::dto::{
    BucketVersioningStatus, ChecksumType, DefaultRetention, ExpirationStatus,
    GetBucketEncryptionOutput, GetBucketLifecycleConfigurationOutput, GetBucketPolicyOutput,
    GetBucketVersioningOutput, GetObjectLockConfigurationOutput, GetObjectOutput,
    LifecycleExpiration, LifecycleRule, ObjectLockConfiguration, ObjectLockEnabled, ObjectLockMode,
    ObjectLockRetentionMode, ObjectLockRule, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, StorageClass,
};
use s3s::{S3Error, S3ErrorCode, S3Result};
use sha2::{Digest, Sha256};

use super::cloud::Stored;
use super::s3::s3_time;

/// A bucket's settings; the default is those of a new bucket.
#[derive(Clone, Debug, Default)]
pub struct Keeping {
    /// `Enabled` or `Suspended`, once it was set.
    pub versioning: Option<&'static str>,
    /// Object lock is enabled, possibly with a default retention.
    pub lock: Option<Option<Retention>>,
    /// The KMS key; without one, S3's own keys encrypt.
    pub key: Option<&'static str>,
    /// Its policy, as JSON.
    pub policy: Option<&'static str>,
    /// After how many days a lifecycle rule deletes its objects.
    pub deleted_after: Option<i32>,
}

/// How long new objects are kept.
#[derive(Clone, Debug)]
pub struct Retention {
    /// `GOVERNANCE` or `COMPLIANCE`.
    pub mode: &'static str,
    /// The number of days.
    pub days: i32,
}

impl Keeping {
    /// The answer of GetBucketVersioning.
    pub fn versioning(&self) -> GetBucketVersioningOutput {
        GetBucketVersioningOutput {
            status: self.versioning.map(BucketVersioningStatus::from_static),
            ..Default::default()
        }
    }

    /// The answer of GetObjectLockConfiguration.
    pub fn lock(&self) -> S3Result<GetObjectLockConfigurationOutput> {
        let Some(retention) = &self.lock else {
            return Err(missing(
                "ObjectLockConfigurationNotFoundError",
                "Object Lock configuration does not exist for this bucket",
            ));
        };
        let rule = retention.as_ref().map(|retention| ObjectLockRule {
            default_retention: Some(DefaultRetention {
                days: Some(retention.days),
                mode: Some(ObjectLockRetentionMode::from_static(retention.mode)),
                ..Default::default()
            }),
        });
        Ok(GetObjectLockConfigurationOutput {
            object_lock_configuration: Some(ObjectLockConfiguration {
                object_lock_enabled: Some(ObjectLockEnabled::from_static("Enabled")),
                rule,
            }),
        })
    }

    /// The answer of GetBucketPolicy.
    pub fn policy(&self) -> S3Result<GetBucketPolicyOutput> {
        let missing = || missing("NoSuchBucketPolicy", "The bucket policy does not exist");
        Ok(GetBucketPolicyOutput {
            policy: Some(self.policy.ok_or_else(missing)?.to_owned()),
        })
    }

    /// The answer of GetBucketLifecycleConfiguration.
    pub fn lifecycle(&self) -> S3Result<GetBucketLifecycleConfigurationOutput> {
        let message = "The lifecycle configuration does not exist";
        let missing = || missing("NoSuchLifecycleConfiguration", message);
        let expiration = LifecycleExpiration {
            days: Some(self.deleted_after.ok_or_else(missing)?),
            ..Default::default()
        };
        let rule = LifecycleRule {
            abort_incomplete_multipart_upload: None,
            expiration: Some(expiration),
            filter: None,
            id: Some("delete old logs & digests".to_owned()),
            noncurrent_version_expiration: None,
            noncurrent_version_transitions: None,
            prefix: Some(String::new()),
            status: ExpirationStatus::from_static(ExpirationStatus::ENABLED),
            transitions: None,
        };
        Ok(GetBucketLifecycleConfigurationOutput {
            rules: Some(vec![rule]),
            ..Default::default()
        })
    }

    /// An answer of GetObject that has only the headers on how an object is kept, with its checksum if wanted.
    pub fn headers(&self, object: &Stored, with_checksum: bool) -> GetObjectOutput {
        let checksum = || STANDARD.encode(Sha256::digest(&object.body));
        let until = |lock: &Retention| {
            let kept = SignedDuration::from_hours(24 * i64::from(lock.days));
            s3_time(object.last_modified + kept)
        };
        let lock = self.lock.as_ref().and_then(Option::as_ref);
        GetObjectOutput {
            server_side_encryption: Some(self.algorithm()),
            ssekms_key_id: self.key.map(Into::into),
            storage_class: object.class.map(StorageClass::from_static),
            object_lock_mode: lock.map(|lock| ObjectLockMode::from_static(lock.mode)),
            object_lock_retain_until_date: lock.map(until),
            checksum_sha256: with_checksum.then(checksum),
            checksum_type: with_checksum
                .then(|| ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
            ..Default::default()
        }
    }

    fn algorithm(&self) -> ServerSideEncryption {
        ServerSideEncryption::from_static(match self.key {
            Some(_) => ServerSideEncryption::AWS_KMS,
            None => ServerSideEncryption::AES256,
        })
    }

    /// The answer of GetBucketEncryption.
    pub fn encryption(&self) -> GetBucketEncryptionOutput {
        let by_default = ServerSideEncryptionByDefault {
            kms_master_key_id: self.key.map(Into::into),
            sse_algorithm: self.algorithm(),
        };
        let rule = ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(by_default),
            ..Default::default()
        };
        GetBucketEncryptionOutput {
            server_side_encryption_configuration: Some(ServerSideEncryptionConfiguration {
                rules: vec![rule],
            }),
        }
    }
}

/// The error of a setting that was never made.
fn missing(code: &'static str, message: &'static str) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(hyper::StatusCode::NOT_FOUND);
    error
}
