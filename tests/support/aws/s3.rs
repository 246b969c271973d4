//! The operations of S3, over buckets in memory.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use s3s::access::{S3Access, S3AccessContext};
use s3s::dto::{
    BucketLocationConstraint, CommonPrefix, ETag, ETagCondition, EncodingType,
    GetBucketEncryptionInput, GetBucketEncryptionOutput, GetBucketLifecycleConfigurationInput,
    GetBucketLifecycleConfigurationOutput, GetBucketLocationInput, GetBucketLocationOutput,
    GetBucketPolicyInput, GetBucketPolicyOutput, GetBucketVersioningInput,
    GetBucketVersioningOutput, GetObjectInput, GetObjectLockConfigurationInput,
    GetObjectLockConfigurationOutput, GetObjectOutput, HeadBucketInput, HeadBucketOutput,
    HeadObjectInput, HeadObjectOutput, ListObjectVersionsInput, ListObjectVersionsOutput,
    ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, Metadata, Object,
    ObjectStorageClass, Range as ByteRange, StorageClass, StreamingBlob,
};
use s3s::host::{S3Host, VirtualHost};
use s3s::{Body, S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::cloud::{Bucket, Cloud, Stored};
use super::history::{self, refuse_archived};
use super::keeping::Keeping;
use super::listing::{Ask, Page, page};
use super::percent::encode_key;
use super::s3_call::bucket_in;
use super::shared::Shared;

/// The most entries S3 lists in one answer.
const MOST: usize = 1_000;

/// What stands before the last entry in a continuation token.
const TOKEN: &str = "after:";

/// The buckets, as `s3s` asks for them.
pub struct Buckets(pub Arc<Shared>);

/// A time as `s3s` takes it.
pub(super) fn s3_time(at: jiff::Timestamp) -> s3s::dto::Timestamp {
    SystemTime::try_from(at)
        .expect("a time of this machine")
        .into()
}

/// Accepts every request: the gate has already refused unsigned ones.
pub struct Open;

#[async_trait]
impl S3Access for Open {
    async fn check(&self, _: &mut S3AccessContext<'_>) -> S3Result<()> {
        Ok(())
    }
}

/// Finds the bucket in the host name.
pub struct Hosts;

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let found = VirtualHost::new(host);
        Ok(match bucket_in(host) {
            Some(bucket) => found.with_bucket(bucket),
            None => found,
        })
    }
}

#[async_trait]
impl S3 for Buckets {
    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let token = input.continuation_token.as_deref();
        let after = match token {
            Some(token) => Some(last_of(token)?),
            None => input.start_after.clone(),
        };
        self.0.cloud(|cloud| {
            let most = most(cloud, input.max_keys);
            let ask = Ask {
                prefix: input.prefix.as_deref().unwrap_or_default(),
                delimiter: input.delimiter.as_deref().filter(|d| !d.is_empty()),
                after: after.as_deref(),
                most,
            };
            let mut objects = Cow::Borrowed(&bucket(cloud, &input.bucket)?.objects);
            if !cloud.unlisted.is_empty() {
                objects
                    .to_mut()
                    .retain(|key, _| !cloud.unlisted.contains(key));
            }
            let page = page(&objects, &ask);
            let names = Names::requested(input.encoding_type.as_ref());
            let next = page.last.filter(|_| page.truncated).map(token_after);
            Ok(S3Response::new(ListObjectsV2Output {
                key_count: Some(count(page.len())),
                max_keys: Some(input.max_keys.unwrap_or(count(MOST))),
                is_truncated: Some(page.truncated),
                next_continuation_token: next,
                contents: Some(names.contents(&page)),
                common_prefixes: Some(names.folders(&page)),
                prefix: Some(names.write(ask.prefix)),
                delimiter: input.delimiter.as_deref().map(|d| names.write(d)),
                start_after: input.start_after.as_deref().map(|s| names.write(s)),
                name: Some(input.bucket.clone()),
                continuation_token: input.continuation_token.clone(),
                encoding_type: input.encoding_type.clone(),
                ..Default::default()
            }))
        })
    }

    async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> S3Result<S3Response<ListObjectsOutput>> {
        let input = request.input;
        self.0.cloud(|cloud| {
            let delimiter = input.delimiter.as_deref().filter(|d| !d.is_empty());
            let ask = Ask {
                prefix: input.prefix.as_deref().unwrap_or_default(),
                delimiter,
                after: input.marker.as_deref().filter(|m| !m.is_empty()),
                most: most(cloud, input.max_keys),
            };
            let page = page(&bucket(cloud, &input.bucket)?.objects, &ask);
            let names = Names::requested(input.encoding_type.as_ref());
            // Without a delimiter the last key is the marker, and S3 does not repeat it.
            let next = page
                .last
                .filter(|_| page.truncated && delimiter.is_some())
                .map(|last| names.write(last));
            Ok(S3Response::new(ListObjectsOutput {
                max_keys: Some(input.max_keys.unwrap_or(count(MOST))),
                is_truncated: Some(page.truncated),
                next_marker: next,
                contents: Some(names.contents(&page)),
                common_prefixes: Some(names.folders(&page)),
                prefix: Some(names.write(ask.prefix)),
                marker: Some(names.write(input.marker.as_deref().unwrap_or_default())),
                delimiter: input.delimiter.as_deref().map(|d| names.write(d)),
                name: Some(input.bucket.clone()),
                encoding_type: input.encoding_type.clone(),
                ..Default::default()
            }))
        })
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        let version = input.version_id.as_deref();
        let (object, version_id) = self.object(
            (&input.bucket, &input.key),
            version,
            input.if_match.as_ref(),
        )?;
        refuse_archived(&object)?;
        let part = part(input.range.as_ref(), &object)?;
        let with_checksum = input.checksum_mode.is_some() && part.is_none();
        let kept = |keeping: &Keeping| keeping.headers(&object, with_checksum);
        let kept = self.keeping(&input.bucket, kept)?;
        Ok(S3Response::new(GetObjectOutput {
            version_id,
            content_range: part.as_ref().map(|part| content_range(part, &object)),
            content_length: Some(i64_of(part.as_ref().map_or(object.body.len(), Range::len))),
            body: Some(StreamingBlob::from(Body::from(match part {
                Some(part) => object.body.slice(part),
                None => object.body.clone(),
            }))),
            accept_ranges: Some("bytes".to_owned()),
            last_modified: Some(s3_time(object.last_modified)),
            metadata: Some(Metadata::from_iter(object.metadata)),
            e_tag: Some(ETag::Strong(object.etag)),
            content_type: object.content_type,
            content_encoding: object.content_encoding,
            ..kept
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = request.input;
        let version = input.version_id.as_deref();
        let (object, version_id) = self.object(
            (&input.bucket, &input.key),
            version,
            input.if_match.as_ref(),
        )?;
        let part = part(input.range.as_ref(), &object)?;
        Ok(S3Response::new(HeadObjectOutput {
            version_id,
            content_range: part.as_ref().map(|part| content_range(part, &object)),
            content_length: Some(i64_of(part.as_ref().map_or(object.body.len(), Range::len))),
            accept_ranges: Some("bytes".to_owned()),
            last_modified: Some(s3_time(object.last_modified)),
            metadata: Some(Metadata::from_iter(object.metadata)),
            e_tag: Some(ETag::Strong(object.etag)),
            content_type: object.content_type,
            content_encoding: object.content_encoding,
            storage_class: object.class.map(StorageClass::from_static),
            ..Default::default()
        }))
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.0.cloud(|cloud| {
            bucket(cloud, &request.input.bucket)?;
            Ok(S3Response::new(HeadBucketOutput::default()))
        })
    }

    async fn list_object_versions(
        &self,
        request: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        let input = request.input;
        let answer = self.0.cloud(|cloud| history::list(cloud, &input))?;
        Ok(S3Response::new(answer))
    }

    async fn get_bucket_versioning(
        &self,
        request: S3Request<GetBucketVersioningInput>,
    ) -> S3Result<S3Response<GetBucketVersioningOutput>> {
        let answer = self.keeping(&request.input.bucket, Keeping::versioning)?;
        Ok(S3Response::new(answer))
    }

    async fn get_object_lock_configuration(
        &self,
        request: S3Request<GetObjectLockConfigurationInput>,
    ) -> S3Result<S3Response<GetObjectLockConfigurationOutput>> {
        let answer = self.keeping(&request.input.bucket, Keeping::lock)??;
        Ok(S3Response::new(answer))
    }

    async fn get_bucket_encryption(
        &self,
        request: S3Request<GetBucketEncryptionInput>,
    ) -> S3Result<S3Response<GetBucketEncryptionOutput>> {
        let answer = self.keeping(&request.input.bucket, Keeping::encryption)?;
        Ok(S3Response::new(answer))
    }

    async fn get_bucket_policy(
        &self,
        request: S3Request<GetBucketPolicyInput>,
    ) -> S3Result<S3Response<GetBucketPolicyOutput>> {
        let answer = self.keeping(&request.input.bucket, Keeping::policy)??;
        Ok(S3Response::new(answer))
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        request: S3Request<GetBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketLifecycleConfigurationOutput>> {
        let answer = self.keeping(&request.input.bucket, Keeping::lifecycle)??;
        Ok(S3Response::new(answer))
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.0.cloud(|cloud| {
            let region = bucket(cloud, &request.input.bucket)?.region.clone();
            // The location of us-east-1 is empty.
            let named = (region != "us-east-1").then(|| BucketLocationConstraint::from(region));
            Ok(S3Response::new(GetBucketLocationOutput {
                location_constraint: named,
            }))
        })
    }
}

impl Buckets {
    fn keeping<T>(&self, name: &str, ask: impl FnOnce(&Keeping) -> T) -> S3Result<T> {
        self.0.cloud(|cloud| Ok(ask(&bucket(cloud, name)?.keeping)))
    }

    /// An object or a version of it, and the id that the answer shows.
    fn object(
        &self,
        (name, key): (&str, &str),
        version: Option<&str>,
        wanted: Option<&ETagCondition>,
    ) -> S3Result<(Stored, Option<String>)> {
        self.0.cloud(|cloud| {
            let bucket = bucket(cloud, name)?;
            let object = bucket.object(key, version)?;
            match wanted.and_then(ETagCondition::as_etag) {
                Some(etag) if etag.value() != object.etag => {
                    let message = "At least one of the pre-conditions you specified did not hold";
                    let code = S3ErrorCode::PreconditionFailed;
                    Err(S3Error::with_message(code, message))
                }
                _ => Ok((object, bucket.shown_id(key, version))),
            }
        })
    }
}

pub(super) fn bucket<'a>(cloud: &'a Cloud, name: &str) -> S3Result<&'a Bucket> {
    cloud.buckets.get(name).ok_or_else(|| {
        let message = "The specified bucket does not exist";
        S3Error::with_message(S3ErrorCode::NoSuchBucket, message)
    })
}

/// The requested part of an object.
fn part(range: Option<&ByteRange>, object: &Stored) -> S3Result<Option<Range<usize>>> {
    let Some(range) = range else {
        return Ok(None);
    };
    let length = u64::try_from(object.body.len()).expect("a length");
    let part = range.check(length)?;
    let place = |at| usize::try_from(at).expect("within the body");
    Ok(Some(place(part.start)..place(part.end)))
}

fn content_range(part: &Range<usize>, object: &Stored) -> String {
    let length = object.body.len();
    format!("bytes {}-{}/{length}", part.start, part.end - 1)
}

pub(super) fn most(cloud: &Cloud, requested: Option<i32>) -> usize {
    let requested = requested
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(MOST);
    requested.min(MOST).min(cloud.page)
}

pub(super) fn count(number: usize) -> i32 {
    i32::try_from(number).expect("at most a thousand")
}

pub(super) fn i64_of(length: usize) -> i64 {
    i64::try_from(length).expect("a length")
}

/// A token is opaque: only its maker can read the entry in it.
fn token_after(last: &str) -> String {
    STANDARD.encode(format!("{TOKEN}{last}"))
}

fn last_of(token: &str) -> S3Result<String> {
    let plain = STANDARD.decode(token).ok();
    let text = plain.and_then(|bytes| String::from_utf8(bytes).ok());
    let last = text.as_deref().and_then(|text| text.strip_prefix(TOKEN));
    last.map(str::to_owned).ok_or_else(|| {
        let message = "The continuation token provided is incorrect";
        S3Error::with_message(S3ErrorCode::InvalidArgument, message)
    })
}

/// How names are encoded in a listing.
struct Names {
    encoded: bool,
}

impl Names {
    fn requested(encoding: Option<&EncodingType>) -> Self {
        let encoded = encoding.is_some_and(|e| e.as_str() == EncodingType::URL);
        Self { encoded }
    }

    fn write(&self, name: &str) -> String {
        if self.encoded {
            encode_key(name)
        } else {
            name.to_owned()
        }
    }

    fn contents(&self, page: &Page<'_>) -> Vec<Object> {
        let object = |(key, stored): &(&str, &Stored)| Object {
            key: Some(self.write(key)),
            last_modified: Some(s3_time(stored.last_modified)),
            e_tag: Some(ETag::Strong(stored.etag.clone())),
            size: Some(i64_of(stored.body.len())),
            storage_class: Some(ObjectStorageClass::from_static(
                ObjectStorageClass::STANDARD,
            )),
            ..Default::default()
        };
        page.objects.iter().map(object).collect()
    }

    fn folders(&self, page: &Page<'_>) -> Vec<CommonPrefix> {
        let folder = |name: &&str| CommonPrefix {
            prefix: Some(self.write(name)),
        };
        page.folders.iter().map(folder).collect()
    }
}
