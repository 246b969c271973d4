//! What an S3 request asks for, from its method, path and query.

use hyper::{HeaderMap, Method, Request, Uri};

use super::calls::{Call, Service};
use super::percent::{decode, pairs};

/// The S3 host name behind which buckets appear as labels.
const HOST: &str = "s3.test";

/// Query names that may accompany a listing without changing the operation.
const LISTING: &[&str] = &[
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "list-type",
    "marker",
    "max-keys",
    "prefix",
    "start-after",
    "x-id",
];

/// Query names that may accompany a listing of versions.
const VERSIONS: &[&str] = &[
    "encoding-type",
    "key-marker",
    "max-keys",
    "prefix",
    "version-id-marker",
    "versions",
    "x-id",
];

/// An S3 request, understood.
pub struct S3Call {
    /// The operation, if it is served.
    pub operation: Option<&'static str>,
    /// The request for the log.
    pub call: Call,
}

impl S3Call {
    /// Parses a request, with its bucket in the host or in the path.
    pub fn of<B>(request: &Request<B>) -> Self {
        let (method, uri) = (request.method(), request.uri());
        let path = decode(uri.path());
        let path = path.strip_prefix('/').unwrap_or_default();
        let host = header(request.headers(), "host").unwrap_or_default();
        let (bucket, key) = match bucket_in(&host) {
            Some(bucket) => (bucket, path),
            None => path.split_once('/').unwrap_or((path, "")),
        };
        let query = pairs(uri.query().unwrap_or_default());
        let operation = operation(method, bucket, key, &query);
        let name = operation.map_or_else(|| unknown(method, uri), str::to_owned);
        let value = |name: &str| {
            let mut all = query.iter();
            Some(all.find(|(n, _)| n == name)?.1.clone())
        };
        let mut call = Call::new(Service::S3, name);
        call.bucket = (!bucket.is_empty()).then(|| bucket.to_owned());
        call.key = (!key.is_empty()).then(|| key.to_owned());
        call.prefix = value("prefix");
        call.start_after = value("start-after").or_else(|| value("marker"));
        call.version_id = value("versionId");
        call.range = header(request.headers(), "range");
        Self { operation, call }
    }
}

/// The bucket in `BUCKET.s3.test`, if the host has that form.
pub fn bucket_in(host: &str) -> Option<&str> {
    let name = host.split(':').next()?;
    name.strip_suffix(HOST)?.strip_suffix('.')
}

/// A header as text.
pub fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// The name of a request that is not served.
pub fn unknown(method: &Method, uri: &Uri) -> String {
    let query = uri.query().map(|q| format!("?{q}")).unwrap_or_default();
    format!("{method} {}{query}", uri.path())
}

fn operation(
    method: &Method,
    bucket: &str,
    key: &str,
    query: &[(String, String)],
) -> Option<&'static str> {
    let only = |names: &[&str]| query.iter().all(|(name, _)| names.contains(&name.as_str()));
    let has = |name: &str| query.iter().any(|(n, _)| n == name);
    match (method, bucket.is_empty(), key.is_empty()) {
        (_, true, _) => None,
        (&Method::HEAD, _, true) if only(&["x-id"]) => Some("HeadBucket"),
        (&Method::HEAD, _, false) if only(&["x-id"]) => Some("HeadObject"),
        (&Method::GET, _, false) if only(&["x-id", "versionId"]) => Some("GetObject"),
        (&Method::GET, _, true) if has("location") => Some("GetBucketLocation"),
        (&Method::GET, _, true) if has("versioning") => Some("GetBucketVersioning"),
        (&Method::GET, _, true) if has("object-lock") => Some("GetObjectLockConfiguration"),
        (&Method::GET, _, true) if has("encryption") => Some("GetBucketEncryption"),
        (&Method::GET, _, true) if has("policy") => Some("GetBucketPolicy"),
        (&Method::GET, _, true) if has("lifecycle") => Some("GetBucketLifecycleConfiguration"),
        (&Method::GET, _, true) if has("versions") && only(VERSIONS) => Some("ListObjectVersions"),
        (&Method::GET, _, true) if !only(LISTING) => None,
        (&Method::GET, _, true) if has("list-type") => Some("ListObjectsV2"),
        (&Method::GET, _, true) => Some("ListObjects"),
        _ => None,
    }
}
