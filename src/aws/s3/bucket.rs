//! The settings of a bucket and the storage of an object, for `doctor`. All requests only read.

use std::time::Duration;

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{
    BucketVersioningStatus, DefaultRetention, ServerSideEncryptionByDefault, StorageClass,
};

use super::request::context;
use super::{Bucket, S3Source};
use crate::aws::{Clock, OnlyOfAws};
use crate::cloudtrail::ids::Region;
use crate::source::bucket::{Buckets, Lock, ObjectStorage, Reached, Versioning};
use crate::source::{GetError, RootId};

/// The most keys per page of a listing.
const PAGE: usize = 1_000;
/// The longest name of a class, mode or key that is passed on, in characters.
const NAME: usize = 300;
/// How long an answer may take that shows nothing but the time: longer than connecting.
const CLOCK: Duration = Duration::from_secs(6);

impl S3Source {
    fn head_bucket(&self, bucket: &Bucket, clock: &Clock) -> Result<(), GetError> {
        let context = context(bucket, "s3:ListBucket", None);
        let request = |client: aws_sdk_s3::Client| {
            let request = client.head_bucket().bucket(&bucket.name).customize();
            let request = request.interceptor(clock.clone());
            request.interceptor(OnlyOfAws).send()
        };
        self.call(bucket, &context, request).map(|_| ())
    }
}

impl S3Source {
    /// How many seconds the local clock is ahead of S3's, by one answer about the first bucket, whatever it
    /// says; `again` takes a new connection. Nothing is retried: only the time of the answer counts.
    pub(crate) fn ahead(&self, again: bool) -> Option<i64> {
        let bucket = self.bucket(RootId(0)).ok()?;
        let region = bucket.region.lock().unwrap_or_else(|e| e.into_inner());
        let client = match again {
            true => self.session.s3_again(&region),
            false => self.session.s3(&region),
        };
        drop(region);
        let clock = Clock::default();
        let once = Builder::new().retry_config(RetryConfig::disabled());
        let request = client.head_bucket().bucket(&bucket.name).customize();
        let request = request.config_override(once).interceptor(clock.clone());
        let deadline = self.session.time_for(Some(CLOCK));
        let answer = self.session.runtime().run_until(deadline, request.send());
        answer.ok()?.ok();
        clock.ahead()
    }
}

impl Buckets for S3Source {
    fn reach(&self, root: RootId) -> Reached {
        let clock = Clock::default();
        let bucket = self.bucket(root);
        Reached {
            answer: bucket.and_then(|bucket| self.head_bucket(bucket, &clock)),
            ahead: clock.ahead(),
        }
    }

    fn region(&self, root: RootId) -> Option<Region> {
        let bucket = self.bucket(root).ok()?;
        let region = bucket.region.lock().unwrap_or_else(|e| e.into_inner());
        Some(region.clone())
    }

    fn first(&self, root: RootId, prefix: &str, most: usize) -> Result<Vec<String>, GetError> {
        let bucket = self.bucket(root)?;
        let mut keys = Vec::new();
        let page = most.min(PAGE);
        self.pages_of(bucket, prefix, None, None, Some(page), &mut |page| {
            keys.extend(page.objects.iter().map(|(key, _)| key.clone()));
            keys.len() < most
        })?;
        keys.truncate(most);
        Ok(keys)
    }

    fn stored(&self, root: RootId, key: &str) -> Result<ObjectStorage, GetError> {
        let bucket = self.bucket(root)?;
        let context = context(bucket, "s3:GetObject", Some(key));
        let request = |client: aws_sdk_s3::Client| {
            let request = client.head_object().bucket(&bucket.name).key(key);
            request.customize().interceptor(OnlyOfAws).send()
        };
        let answer = self.call(bucket, &context, request)?;
        let encryption = answer.server_side_encryption();
        Ok(ObjectStorage {
            class: short(answer.storage_class().map_or("STANDARD", |c| c.as_str())),
            archived: archived(&answer),
            encryption: encryption.map(|how| named(how.as_str(), answer.ssekms_key_id())),
            signed: answer
                .metadata()
                .is_some_and(|m| m.contains_key("signature")),
        })
    }

    fn versioning(&self, root: RootId) -> Result<Versioning, GetError> {
        let bucket = self.bucket(root)?;
        let context = context(bucket, "s3:GetBucketVersioning", None);
        let request = |client: aws_sdk_s3::Client| {
            let request = client.get_bucket_versioning().bucket(&bucket.name);
            request.customize().interceptor(OnlyOfAws).send()
        };
        let answer = self.call(bucket, &context, request)?;
        Ok(match answer.status() {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(_) => Versioning::Suspended,
            None => Versioning::Never,
        })
    }

    fn lock(&self, root: RootId) -> Result<Lock, GetError> {
        let bucket = self.bucket(root)?;
        let context = context(bucket, "s3:GetBucketObjectLockConfiguration", None);
        let request = |client: aws_sdk_s3::Client| {
            let request = client.get_object_lock_configuration();
            let request = request.bucket(&bucket.name).customize();
            request.interceptor(OnlyOfAws).send()
        };
        let answer = match self.call(bucket, &context, request) {
            // The answer of a bucket without Object Lock.
            Err(GetError::NotFound) => return Ok(Lock::Absent),
            answer => answer?,
        };
        let Some(lock) = answer.object_lock_configuration() else {
            return Ok(Lock::Absent);
        };
        let retention = lock.rule().and_then(|rule| rule.default_retention());
        Ok(retention.map_or(Lock::WithoutDefault, |r| Lock::Default(retained(r))))
    }

    fn encryption(&self, root: RootId) -> Result<String, GetError> {
        let bucket = self.bucket(root)?;
        let context = context(bucket, "s3:GetEncryptionConfiguration", None);
        let request = |client: aws_sdk_s3::Client| {
            let request = client.get_bucket_encryption().bucket(&bucket.name);
            request.customize().interceptor(OnlyOfAws).send()
        };
        let answer = match self.call(bucket, &context, request) {
            Err(GetError::NotFound) => return Ok("not at all".into()),
            answer => answer?,
        };
        let rules = answer.server_side_encryption_configuration();
        let mut rules = rules.map(|c| c.rules()).unwrap_or_default().iter();
        let by_default = rules.find_map(|r| r.apply_server_side_encryption_by_default());
        let words = |d: &ServerSideEncryptionByDefault| {
            named(d.sse_algorithm().as_str(), d.kms_master_key_id())
        };
        Ok(by_default.map_or_else(|| "not at all".into(), words))
    }
}

/// Whether an object must be restored before it can be read.
fn archived(answer: &HeadObjectOutput) -> bool {
    let class = answer.storage_class();
    let cold = matches!(
        class,
        Some(StorageClass::Glacier | StorageClass::DeepArchive)
    );
    let restored = answer
        .restore()
        .is_some_and(|r| r.contains("ongoing-request=\"false\""));
    (cold || answer.archive_status().is_some()) && !restored
}

fn named(how: &str, key: Option<&str>) -> String {
    match key {
        Some(key) => short(&format!("{how} with the key {key}")),
        None => short(how),
    }
}

fn retained(retention: &DefaultRetention) -> String {
    let mode = retention.mode().map_or("no mode", |mode| mode.as_str());
    let time = match (retention.days(), retention.years()) {
        (Some(days), _) => format!("{days} days"),
        (None, Some(years)) => format!("{years} years"),
        (None, None) => "no time".into(),
    };
    short(&format!("{mode} for {time}"))
}

fn short(text: &str) -> String {
    text.chars().take(NAME).collect()
}
