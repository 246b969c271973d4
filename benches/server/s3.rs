//! S3 in path style: the operations that validations need.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, LAST_MODIFIED};
use hyper::{Method, Response, StatusCode, Uri};
use jiff::Timestamp;

use crate::cloud::{Cloud, Stored};
use crate::listing::{Ask, page};
use crate::percent::{decode, encode_key, pairs};

/// The most entries of a page.
const MOST: usize = 1_000;

/// The name of the operation, and its answer.
pub type Answer = (&'static str, Response<Full<Bytes>>);

/// Answers a request.
pub fn answer(cloud: &Cloud, method: &Method, uri: &Uri) -> Answer {
    let path = decode(uri.path());
    let path = path.strip_prefix('/').unwrap_or_default();
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let query = pairs(uri.query().unwrap_or_default());
    let asks = |name: &str| query.iter().any(|(n, _)| n == name);
    if bucket != cloud.bucket {
        return ("NoSuchBucket", refusal("NoSuchBucket"));
    }
    match (method, key) {
        (&Method::HEAD, "") => ("HeadBucket", Response::default()),
        (&Method::GET, "") if asks("location") => {
            let location = format!("<LocationConstraint {NAMESPACE}/>");
            ("GetBucketLocation", xml(StatusCode::OK, location))
        }
        (&Method::GET, "") if asks("versioning") => {
            let never = format!("<VersioningConfiguration {NAMESPACE}/>");
            ("GetBucketVersioning", xml(StatusCode::OK, never))
        }
        (&Method::GET, "") if SETTINGS.iter().any(|(name, ..)| asks(name)) => setting(&asks),
        (&Method::GET, "") if asks("list-type") => ("ListObjectsV2", list(cloud, &query, 2)),
        (&Method::GET, "") => ("ListObjects", list(cloud, &query, 1)),
        (&Method::GET, key) => ("GetObject", object(cloud, key, true)),
        (&Method::HEAD, key) => ("HeadObject", object(cloud, key, false)),
        _ => ("Unknown", refusal("MethodNotAllowed")),
    }
}

/// The settings of a bucket that this one lacks: the parameter, the operation, and the error that says so.
const SETTINGS: [(&str, &str, &str); 4] = [
    (
        "object-lock",
        "GetObjectLockConfiguration",
        "ObjectLockConfigurationNotFoundError",
    ),
    (
        "lifecycle",
        "GetBucketLifecycleConfiguration",
        "NoSuchLifecycleConfiguration",
    ),
    ("policy", "GetBucketPolicy", "NoSuchBucketPolicy"),
    (
        "encryption",
        "GetBucketEncryption",
        "ServerSideEncryptionConfigurationNotFoundError",
    ),
];

fn setting(asks: &impl Fn(&str) -> bool) -> Answer {
    let asked = SETTINGS.iter().find(|(name, ..)| asks(name));
    asked.map_or_else(
        || ("Unknown", refusal("MethodNotAllowed")),
        |(_, operation, code)| (*operation, refusal(code)),
    )
}

fn object(cloud: &Cloud, key: &str, whole: bool) -> Response<Full<Bytes>> {
    let Some(object) = cloud.objects.get(key) else {
        return refusal("NoSuchKey");
    };
    let body = if whole {
        object.body.clone()
    } else {
        Bytes::new()
    };
    let mut response = Response::new(Full::new(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(ETAG, value(&format!("\"{}\"", object.etag)));
    headers.insert(LAST_MODIFIED, value(&date(object.last_modified)));
    for (name, value) in &object.metadata {
        headers.insert(name, value.clone());
    }
    response
}

const NAMESPACE: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

fn list(cloud: &Cloud, query: &[(String, String)], version: u8) -> Response<Full<Bytes>> {
    let value = |name: &str| {
        let found = query.iter().find(|(n, _)| n == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    };
    let encoded = value("encoding-type").is_some();
    // No key of a corpus needs escaping in XML.
    let name = |key: &str| {
        if encoded {
            encode_key(key)
        } else {
            key.to_owned()
        }
    };
    let asked = value("max-keys").and_then(|most| most.parse().ok());
    let ask = Ask {
        prefix: value("prefix").unwrap_or_default(),
        delimiter: value("delimiter"),
        // The continuation token is the last entry of the page.
        after: value("continuation-token")
            .or(value("start-after"))
            .or(value("marker")),
        most: asked.unwrap_or(MOST).min(MOST),
    };
    let page = page(&cloud.objects, &ask);
    let mut text = format!(
        "<ListBucketResult {NAMESPACE}><Name>{}</Name><Prefix>{}</Prefix><KeyCount>{}</KeyCount>\
         <MaxKeys>{}</MaxKeys><IsTruncated>{}</IsTruncated>",
        cloud.bucket,
        name(ask.prefix),
        page.len(),
        ask.most,
        page.truncated
    );
    if encoded {
        text.push_str("<EncodingType>url</EncodingType>");
    }
    if let Some(last) = page.last.filter(|_| page.truncated) {
        text.push_str(&match version {
            2 => format!("<NextContinuationToken>{last}</NextContinuationToken>"),
            _ => format!("<NextMarker>{}</NextMarker>", name(last)),
        });
    }
    for (key, object) in &page.objects {
        text.push_str(&contents(&name(key), object));
    }
    for folder in &page.folders {
        let folder = name(folder);
        text.push_str(&format!(
            "<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>"
        ));
    }
    text.push_str("</ListBucketResult>");
    xml(StatusCode::OK, text)
}

fn contents(key: &str, object: &Stored) -> String {
    format!(
        "<Contents><Key>{key}</Key><LastModified>{}</LastModified><ETag>&quot;{}&quot;</ETag>\
         <Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
        object.last_modified.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        object.etag,
        object.body.len()
    )
}

fn refusal(code: &str) -> Response<Full<Bytes>> {
    let status = match code {
        "MethodNotAllowed" => StatusCode::METHOD_NOT_ALLOWED,
        _ => StatusCode::NOT_FOUND,
    };
    let text = format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>");
    xml(status, text)
}

fn xml(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

/// A time as headers have it.
pub fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The value of a header.
pub fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("visible text")
}
