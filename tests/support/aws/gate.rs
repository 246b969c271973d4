//! Requests that S3 refuses before it checks the signature: unsigned requests, and signatures for
//! another region.

use super::cloud::Cloud;
use super::loopback::ACCESS_KEY;
use super::refusal::Refusal;
use super::s3_call::S3Call;
use super::scope::Scope;

/// Why a request is refused, or `None`.
pub fn refuse(cloud: &Cloud, asked: &S3Call, scope: Option<&Scope>) -> Option<Refusal> {
    let Some(operation) = asked.operation else {
        let message = "A header you provided implies functionality that is not implemented.";
        return Some(Refusal::new(501, "NotImplemented", message));
    };
    let name = asked.call.bucket.as_deref()?;
    let bucket = cloud.buckets.get(name);
    let Some(scope) = scope else {
        let denied = bucket.is_some_and(|bucket| !bucket.public);
        return denied.then(|| Refusal::new(403, "AccessDenied", "Access Denied"));
    };
    if scope.access_key != ACCESS_KEY {
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        let refusal = Refusal::new(403, "InvalidAccessKeyId", message);
        return Some(refusal.detail("AWSAccessKeyId", &scope.access_key));
    }
    let bucket = bucket?;
    // GetBucketLocation is answered in us-east-1 for every bucket.
    let location_call = operation == "GetBucketLocation" && scope.region == "us-east-1";
    if scope.region == bucket.region || location_call {
        return None;
    }
    Some(if bucket.strict {
        let message = format!(
            "The authorization header is malformed; the region '{}' is wrong; expecting '{}'",
            scope.region, bucket.region
        );
        Refusal::new(400, "AuthorizationHeaderMalformed", &message).detail("Region", &bucket.region)
    } else {
        let message = "The bucket you are attempting to access must be addressed using the \
                       specified endpoint. Please send all future requests to this endpoint.";
        let endpoint = format!("{name}.s3.{}.amazonaws.com", bucket.region);
        Refusal::new(301, "PermanentRedirect", message)
            .detail("Endpoint", &endpoint)
            .detail("Bucket", name)
    })
}
