//! Buckets in S3, listed by ListObjectsV2 and read by one GetObject per object. Retries, redirects and
//! interrupted bodies are handled here, so an error that a caller gets is final.

mod body;
mod bucket;
mod flight;
mod head;
mod pace;
mod pages;
mod record;
mod request;
mod versions;
pub mod xml;

use std::sync::{Arc, Mutex};
use std::time::Instant;

use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::{RequestId as _, RequestIdExt as _};
use aws_sdk_s3::primitives::DateTime;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::SdkError;
use elsa::sync::FrozenVec;
use jiff::Timestamp;

use crate::aws::health::Health;
use crate::aws::{OnlyOfAws, Session};
use crate::base::limits::Limits;
use crate::cloudtrail::ids::Region;
use crate::proof::digest_object::MetadataProblem;
use crate::proof::finding::ObjectFacts;
use crate::source::access_point::region_of_arn;
use crate::source::bucket::is_bucket_name;
use crate::source::bucket_record::SettingState;
use crate::source::{
    Folders, GetError, Listed, Metadata, Outage, Range, Root, RootId, Source, SourceObject,
    Versions, VersionsKept,
};
use body::{Begun, Body};
use flight::Flight;
use head::stored_head;
use request::{RequestTerms, context};

/// Reads buckets in S3 through the AWS SDK.
///
/// ```no_run
/// use std::sync::Arc;
/// use trailproof::{
///     Access, CancelFlag, Http, HttpSettings, InFlight, Limits, Places, Region, RegionalKeys, Request, Runtime,
///     S3Source, Session, SessionKeys, SessionSettings, Silent, Source, Timestamp, validate,
/// };
///
/// let region: Region = "eu-central-1".parse()?;
/// let settings = SessionSettings { profile: None, endpoint_url: None, region: region.clone(), sign: true };
/// let runtime = Arc::new(Runtime::new(CancelFlag::default())?);
/// let session = Session::open(runtime, Http::new(HttpSettings::default())?, &settings)?;
///
/// let buckets = vec!["trail-logs".to_owned()];
/// let in_flight = InFlight { first: 64, most: 256 };
/// let source = S3Source::new(session.clone(), buckets, &region, in_flight, Limits::default());
/// let places = Places::new(source.roots(), Vec::new());
/// let keys = RegionalKeys::new(SessionKeys::new(session), Timestamp::now());
/// let access = Access { source: &source, places: &places, keys: &keys, trails: None };
/// let request = Request { jobs: 64, chains_at_once: 8, ..Request::default() };
/// let outcome = validate(access, &request, &Silent)?;
/// println!("{}", outcome.verdict.as_str());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// All events of a bucket that are proven, one after another:
///
/// ```no_run
/// use trailproof::{
///     Error, InFlight, Limits, OwnedAccess, Places, ProvenEvents, Region, RegionalKeys, Request, S3Source, Session,
///     SessionKeys, Source, Timestamp,
/// };
///
/// fn events_of_bucket(session: &Session, bucket: &str, region: &Region) -> Result<ProvenEvents, Error> {
///     let in_flight = InFlight { first: 64, most: 256 };
///     let source = S3Source::new(session.clone(), vec![bucket.to_owned()], region, in_flight, Limits::default());
///     let access = OwnedAccess {
///         places: Places::new(source.roots(), Vec::new()),
///         source: Box::new(source),
///         keys: Box::new(RegionalKeys::new(SessionKeys::new(session.clone()), Timestamp::now())),
///         trails: None,
///     };
///     ProvenEvents::start(access, Request { jobs: 64, chains_at_once: 8, ..Request::default() })
/// }
/// ```
pub struct S3Source {
    session: Session,
    /// The given buckets, then those opened during the run.
    buckets: FrozenVec<Box<Bucket>>,
    opening: Mutex<()>,
    /// The region in which a bucket is tried first.
    start: Region,
    flight: Flight,
    limits: Limits,
    /// Whether objects come with everything that S3 says of them.
    with_heads: bool,
}

struct Bucket {
    name: String,
    /// Its region: the start region until S3 gives another.
    region: Mutex<Region>,
    health: Arc<Health>,
    /// Whether it keeps versions, once that was looked up.
    versions_kept: Mutex<Option<VersionsKept>>,
}

/// How many objects are read at the same time.
#[derive(Debug, Clone, Copy)]
pub struct InFlight {
    /// At first.
    pub first: usize,
    /// At most, if answers are slow.
    pub most: usize,
}

impl S3Source {
    /// Makes no request yet.
    pub fn new(
        session: Session,
        buckets: Vec<String>,
        start: &Region,
        in_flight: InFlight,
        limits: Limits,
    ) -> Self {
        // The region of a profile may be in another partition.
        let usual = session
            .region()
            .filter(|r| r.partition() == start.partition());
        let source = S3Source {
            buckets: FrozenVec::new(),
            opening: Mutex::default(),
            start: usual.unwrap_or_else(|| start.clone()),
            flight: Flight::new(in_flight, session.most_in_flight(), session.throttles()),
            session,
            limits,
            with_heads: false,
        };
        buckets.into_iter().for_each(|name| source.add(name));
        source
    }

    /// Gives each object with everything that S3 says of it ([`SourceObject::head`]), for a copy that outlives the
    /// bucket.
    #[must_use]
    pub fn with_heads(mut self) -> Self {
        self.with_heads = true;
        self
    }

    fn add(&self, name: String) {
        // Only the ARN of an access point has a region in it.
        let region = region_of_arn(&name).unwrap_or_else(|| self.start.clone());
        self.buckets.push(Box::new(Bucket {
            health: self.session.health(format!("s3 {name}")),
            name,
            region: Mutex::new(region),
            versions_kept: Mutex::default(),
        }));
    }

    fn bucket(&self, root: RootId) -> Result<&Bucket, GetError> {
        self.buckets.get(root.0).ok_or(GetError::NotFound)
    }

    /// Opens an object.
    fn get_by(
        &self,
        root: RootId,
        (key, version): (&str, Option<&str>),
        terms: fn(&Self) -> RequestTerms,
    ) -> Result<SourceObject<'_>, GetError> {
        let bucket = self.bucket(root)?;
        let permission = match version {
            Some(_) => "s3:GetObjectVersion",
            None => "s3:GetObject",
        };
        let context = context(bucket, permission, Some(key));
        let pass = self.flight.enter();
        let terms = terms(self);
        let timeout = self.session.read_timeout();
        let request = |client: aws_sdk_s3::Client| {
            let request = client.get_object().bucket(&bucket.name).key(key);
            let request = request.set_version_id(version.map(Into::into));
            let with_heads = self.with_heads;
            async move {
                let answer = match with_heads {
                    true => {
                        request
                            .customize()
                            .mutate_request(ask_for_checksums)
                            .send()
                            .await
                    }
                    false => request.send().await,
                };
                let mut answer = answer?;
                let answered = Instant::now();
                let begun = Begun::of(&mut answer, timeout).await;
                Ok::<_, SdkError<GetObjectError, HttpResponse>>((answer, begun, answered))
            }
        };
        let (answer, begun, answered) = self.call_by(bucket, &context, terms, request)?;
        pass.answered(answered);
        let get = |name: &str| answer.metadata()?.get(name).cloned();
        let signature = get("signature");
        let metadata = Metadata {
            trouble: signature.is_none().then_some(MetadataProblem::Unsigned),
            signature,
            signature_algorithm: get("signature-algorithm"),
            backfill_generated: get("backfill-generation-timestamp"),
        };
        let facts = facts(
            answer.e_tag(),
            answer.last_modified(),
            answer.version_id(),
            answer.content_length(),
        );
        let head = self
            .with_heads
            .then(|| stored_head(&answer, &bucket.name, key));
        let is_of_s3 = answer.request_id().is_some() || answer.extended_request_id().is_some();
        Ok(SourceObject {
            doubt: (!is_of_s3).then(GetError::foreign),
            body: Box::new(Body::new(
                self,
                bucket,
                (key, version),
                (answer, begun),
                (terms, answered),
                (context, pass),
            )),
            metadata,
            facts,
            head: head.map(Box::new),
        })
    }
}

/// Has S3 send the checksums that it keeps. The SDK does not verify them: the bytes count as they come.
fn ask_for_checksums(request: &mut HttpRequest) {
    request
        .headers_mut()
        .insert("x-amz-checksum-mode", "ENABLED");
}

/// A time in whole seconds, as S3 gives it.
fn time(at: Option<&DateTime>) -> Option<Timestamp> {
    Timestamp::from_second(at?.secs()).ok()
}

fn facts(
    etag: Option<&str>,
    modified: Option<&DateTime>,
    version: Option<&str>,
    size: Option<i64>,
) -> ObjectFacts {
    ObjectFacts {
        // The version ID of objects in a bucket without versioning.
        version_id: version.filter(|v| *v != "null").map(Into::into),
        etag: etag.map(Into::into),
        last_modified: time(modified).map(|at| at.to_string()),
        size: size.and_then(|n| u64::try_from(n).ok()),
    }
}

impl Source for S3Source {
    fn roots(&self) -> Vec<Root> {
        let named = |(i, bucket): (usize, &Bucket)| Root {
            id: RootId(i),
            buckets: vec![bucket.name.clone()],
        };
        self.buckets.iter().enumerate().map(named).collect()
    }

    fn open(&self, name: &str) -> Option<RootId> {
        if !is_bucket_name(name) {
            return None;
        }
        let _opening = self.opening.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(at) = self.buckets.iter().position(|b| b.name == name) {
            return Some(RootId(at));
        }
        self.add(name.to_owned());
        Some(RootId(self.buckets.len() - 1))
    }

    fn best_at_once(&self) -> usize {
        self.flight.best()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        let bucket = self.bucket(root)?;
        let mut names = Vec::new();
        let mut complete = true;
        let requests = self.pages(bucket, prefix, Some("/"), None, &mut |page| {
            for folder in &page.folders {
                let name = folder.strip_prefix(prefix).unwrap_or(folder);
                // A key with two slashes in a row gives an empty name.
                names.extend(name.strip_suffix('/').map(str::to_owned));
            }
            for (key, facts) in &page.objects {
                other(Listed::Object(key, *facts));
            }
            complete = names.len() <= self.limits.folders;
            complete
        })?;
        Ok(Folders {
            names,
            complete,
            requests,
        })
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let bucket = self.bucket(root)?;
        let after = range.after.as_deref();
        self.pages(bucket, prefix, None, after, &mut |page| {
            for (key, facts) in &page.objects {
                if range
                    .before
                    .as_deref()
                    .is_some_and(|before| key.as_str() >= before)
                {
                    return false;
                }
                visit(Listed::Object(key, *facts));
            }
            true
        })
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        _with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        self.get_by(root, (key, None), Self::first)
    }

    fn get_again(
        &self,
        root: RootId,
        key: &str,
        _with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        Some(self.get_by(root, (key, None), Self::again))
    }

    fn versions(&self, root: RootId, key: &str) -> Option<Result<Versions, GetError>> {
        Some(self.list_versions(root, key))
    }

    fn get_version(
        &self,
        root: RootId,
        key: &str,
        version_id: &str,
        _with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        Some(self.get_by(root, (key, Some(version_id)), Self::first))
    }

    fn lifecycle(&self, root: RootId) -> Option<SettingState> {
        let bucket = self.bucket(root).ok()?;
        Some(self.lifecycle_rules(bucket).state)
    }

    fn outages(&self) -> Vec<(RootId, Outage)> {
        let buckets = self.buckets.iter().enumerate();
        let outage = |(i, bucket): (usize, &Bucket)| Some((RootId(i), bucket.health.outage()?));
        buckets.filter_map(outage).collect()
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        let bucket = self.bucket(root)?;
        let context = context(bucket, "s3:GetObject", Some(key));
        let request = |client: aws_sdk_s3::Client| {
            let request = client.head_object().bucket(&bucket.name).key(key);
            request.customize().interceptor(OnlyOfAws).send()
        };
        let answer = self.call(bucket, &context, request)?;
        Ok(facts(
            answer.e_tag(),
            answer.last_modified(),
            answer.version_id(),
            answer.content_length(),
        ))
    }
}
