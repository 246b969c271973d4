//! How a bucket protects its objects: versions, object lock, encryption.

use s3s::dto::{
    BucketVersioningStatus, DefaultRetention, GetBucketEncryptionOutput, GetBucketVersioningOutput,
    GetObjectLockConfigurationOutput, ObjectLockConfiguration, ObjectLockEnabled,
    ObjectLockRetentionMode, ObjectLockRule, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use s3s::{S3Error, S3ErrorCode, S3Result};

/// A bucket's settings; the default is those of a new bucket.
#[derive(Clone, Debug, Default)]
pub struct Keeping {
    /// `Enabled` or `Suspended`, once it was set.
    pub versioning: Option<&'static str>,
    /// Object lock is enabled, possibly with a default retention.
    pub lock: Option<Option<Retention>>,
    /// The KMS key; without one, S3's own keys encrypt.
    pub key: Option<&'static str>,
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
            let message = "Object Lock configuration does not exist for this bucket";
            let code = S3ErrorCode::Custom("ObjectLockConfigurationNotFoundError".into());
            let mut error = S3Error::with_message(code, message);
            error.set_status_code(hyper::StatusCode::NOT_FOUND);
            return Err(error);
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

    /// The answer of GetBucketEncryption.
    pub fn encryption(&self) -> GetBucketEncryptionOutput {
        let how = if self.key.is_some() {
            "aws:kms"
        } else {
            "AES256"
        };
        let by_default = ServerSideEncryptionByDefault {
            kms_master_key_id: self.key.map(Into::into),
            sse_algorithm: ServerSideEncryption::from_static(how),
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
