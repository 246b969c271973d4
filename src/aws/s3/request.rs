//! One request to a bucket: in its region, within the bounds of its time, unless the bucket was given up.

use std::future::Future;

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use super::{Bucket, S3Source};
use crate::aws::bounds::Deadline;
use crate::aws::error::meaning;
use crate::aws::{RequestContext, Session, bucket_region, get_error, is_of_s3};
use crate::cloudtrail::ids::Region;
use crate::source::GetError;

/// How often a request is sent, each time to the region that S3 gave, or to the same if it gave none.
const MAX_REDIRECTS: usize = 3;

/// Through which client a request is made, and how long it is waited for.
#[derive(Clone, Copy)]
pub(super) struct RequestTerms {
    pub client: fn(&Session, &Region) -> aws_sdk_s3::Client,
    pub deadline: Deadline,
}

impl S3Source {
    /// Makes one request in the region of the bucket, following redirects.
    pub(super) fn call<T, E, F>(
        &self,
        bucket: &Bucket,
        context: &RequestContext,
        request: impl Fn(aws_sdk_s3::Client) -> F,
    ) -> Result<T, GetError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'static,
        T: Send + 'static,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        let answer = self.call_by(bucket, context, self.first(), request)?;
        bucket.health.answered();
        Ok(answer)
    }

    /// The first reading of an object, or any other request.
    pub(super) fn first(&self) -> RequestTerms {
        RequestTerms {
            client: Session::s3,
            deadline: self.session.time_for(self.session.bounds().request),
        }
    }

    /// The second reading of an object.
    pub(super) fn again(&self) -> RequestTerms {
        RequestTerms {
            client: Session::s3_again,
            deadline: self.session.time_for(self.session.bounds().again),
        }
    }

    /// Makes one request, unless the bucket was given up. An error is taken as a sign of its health,
    /// an answer is not: its body may never come.
    pub(super) fn call_by<T, E, F>(
        &self,
        bucket: &Bucket,
        context: &RequestContext,
        RequestTerms { client, deadline }: RequestTerms,
        request: impl Fn(aws_sdk_s3::Client) -> F,
    ) -> Result<T, GetError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'static,
        T: Send + 'static,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        let lock = || bucket.region.lock().unwrap_or_else(|e| e.into_inner());
        let admission = bucket.health.admit()?;
        let deadline = deadline.within(admission.most);
        for sent in 1..=MAX_REDIRECTS {
            let region = lock().clone();
            let client = client(&self.session, &region);
            let runtime = self.session.runtime();
            match runtime.run_apart(deadline, request(client)) {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => match bucket_region(&error) {
                    Some(other) if other != region => *lock() = other,
                    _ if is_redirect(&error) && sent < MAX_REDIRECTS => {}
                    _ => {
                        let found = final_error(&error, context);
                        let meaning = meaning(&error, &found);
                        bucket.health.failed(admission.begun, meaning, &found);
                        return Err(found);
                    }
                },
                Err(ended @ GetError::Cancelled(_)) => return Err(ended),
                Err(late) => {
                    bucket.health.silent(admission.begun, &late);
                    return Err(late);
                }
            }
        }
        let why = format!(
            "requests for bucket {} are redirected from region to region",
            bucket.name
        );
        Err(GetError::Io(why))
    }
}

/// Whether S3 redirects a request. Where it gives no other region, it may have been meant for one moment only
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html>).
fn is_redirect<E>(error: &SdkError<E, HttpResponse>) -> bool {
    let status = error.raw_response().map(|answer| answer.status().as_u16());
    is_of_s3(error) && matches!(status, Some(301 | 302 | 303 | 307 | 308))
}

/// The meaning of an error. Only S3 itself can say that something does not exist.
fn final_error<E>(error: &SdkError<E, HttpResponse>, context: &RequestContext) -> GetError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match get_error(error, context) {
        GetError::NotFound | GetError::NoBucket(_) if !is_of_s3(error) => GetError::foreign(),
        found => found,
    }
}

/// The permission that a request needs, and on what.
pub(super) fn context(
    bucket: &Bucket,
    permission: &'static str,
    key: Option<&str>,
) -> RequestContext {
    let region = bucket.region.lock().unwrap_or_else(|e| e.into_inner());
    let partition = region.partition();
    let name = &bucket.name;
    RequestContext {
        permission,
        resource: match key {
            Some(key) if name.starts_with("arn:") => format!("{name}/object/{key}"),
            None if name.starts_with("arn:") => name.clone(),
            Some(key) => format!("arn:{partition}:s3:::{name}/{key}"),
            None => format!("arn:{partition}:s3:::{name}"),
        },
        bucket: Some(name.clone()),
    }
}
