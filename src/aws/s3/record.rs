//! The settings of a bucket as S3 answers them, for a copy that outlives the bucket. All requests only read.

use std::future::Future;

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use jiff::Timestamp;
use serde_json::Value;

use super::request::context;
use super::xml::json_of_xml;
use super::{Bucket, S3Source};
use crate::aws::OnlyOfAws;
use crate::aws::answer::RawAnswer;
use crate::source::bucket_record::{BucketRecord, BucketRecords, SettingRecord};
use crate::source::{GetError, RootId};

/// The longest policy that is kept, in bytes: AWS allows 20 KB.
const POLICY: usize = 1 << 20;

impl S3Source {
    /// Asks for one setting. `read` reads the answer, byte by byte as it came.
    fn setting<T, E, F>(
        &self,
        bucket: &Bucket,
        permission: &'static str,
        request: impl Fn(aws_sdk_s3::Client, RawAnswer) -> F,
        read: impl Fn(&[u8]) -> Result<Value, String>,
    ) -> SettingRecord
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'static,
        T: Send + 'static,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        let at = Timestamp::now();
        let raw = RawAnswer::default();
        let context = context(bucket, permission, None);
        let answer = self.call(bucket, &context, |client| request(client, raw.clone()));
        let answer = answer.and_then(|_| read(&raw.bytes()).map_err(GetError::Io));
        SettingRecord {
            at,
            request_id: raw.request_id(),
            state: answer.into(),
        }
    }
}

impl S3Source {
    /// Asks for the lifecycle rules of a bucket.
    pub(super) fn lifecycle_rules(&self, bucket: &Bucket) -> SettingRecord {
        let lifecycle = |client: aws_sdk_s3::Client, raw| {
            let request = client.get_bucket_lifecycle_configuration();
            let request = request.bucket(&bucket.name).customize();
            request.interceptor(OnlyOfAws).interceptor(raw).send()
        };
        let rules = |answer: &[u8]| json_of_xml(answer, LISTS);
        self.setting(bucket, "s3:GetLifecycleConfiguration", lifecycle, rules)
    }
}

impl BucketRecords for S3Source {
    fn record(&self, root: RootId) -> Option<BucketRecord> {
        let bucket = self.bucket(root).ok()?;
        let name = &bucket.name;
        let versioning = |client: aws_sdk_s3::Client, raw| {
            let request = client.get_bucket_versioning().bucket(name).customize();
            request.interceptor(OnlyOfAws).interceptor(raw).send()
        };
        let object_lock = |client: aws_sdk_s3::Client, raw| {
            let request = client.get_object_lock_configuration().bucket(name);
            let request = request.customize();
            request.interceptor(OnlyOfAws).interceptor(raw).send()
        };
        let policy = |client: aws_sdk_s3::Client, raw| {
            let request = client.get_bucket_policy().bucket(name).customize();
            request.interceptor(OnlyOfAws).interceptor(raw).send()
        };
        let encryption = |client: aws_sdk_s3::Client, raw| {
            let request = client.get_bucket_encryption().bucket(name).customize();
            request.interceptor(OnlyOfAws).interceptor(raw).send()
        };
        let plain = |answer: &[u8]| json_of_xml(answer, &[]);
        let rules = |answer: &[u8]| json_of_xml(answer, LISTS);
        let settings = [
            self.setting(bucket, "s3:GetBucketVersioning", versioning, plain),
            self.setting(
                bucket,
                "s3:GetBucketObjectLockConfiguration",
                object_lock,
                plain,
            ),
            self.lifecycle_rules(bucket),
            self.setting(bucket, "s3:GetBucketPolicy", policy, text),
            self.setting(bucket, "s3:GetEncryptionConfiguration", encryption, rules),
        ];
        let [versioning, object_lock, lifecycle, policy, encryption] = settings;
        // The region is known once the bucket has answered.
        let region = bucket.region.lock().unwrap_or_else(|e| e.into_inner());
        Some(BucketRecord {
            bucket: name.clone(),
            region: region.to_string(),
            versioning,
            object_lock,
            lifecycle,
            policy,
            encryption,
        })
    }
}

/// The elements that lifecycle and encryption may repeat.
const LISTS: &[&str] = &["Rule", "Tag", "Transition", "NoncurrentVersionTransition"];

/// A policy as the text that it is: its JSON may hold a name twice, and what counts is what S3 sent.
fn text(answer: &[u8]) -> Result<Value, String> {
    match std::str::from_utf8(answer) {
        Ok(text) if text.len() <= POLICY => Ok(text.into()),
        _ => Err("the policy is too long or not UTF-8".into()),
    }
}
