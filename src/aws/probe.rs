//! Whether an endpoint can be reached at all, found out with one request before any other. The request takes the
//! way of all others, so DNS, proxies, certificates and endpoints of one's own count as they do later.

use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::Session;
use super::bounds::Deadline;
use super::cause::find;
use super::error::{RequestContext, get_error, innermost, untrusted};
use super::foreign::{ForeignAnswer, is_of_aws};
use crate::cloudtrail::ids::Region;
use crate::source::GetError;
use crate::source::access_point::region_of_arn;
use crate::source::endpoint::{Answerer, Probed, ProbedService};

impl Session {
    /// Tries to reach the endpoint of a bucket. `start` is the region to try if neither the session nor the name
    /// of the bucket has one.
    pub fn probe_s3(&self, bucket: &str, start: &Region) -> Probed {
        let usual = self
            .region()
            .filter(|own| own.partition() == start.partition());
        let region = region_of_arn(bucket).or(usual);
        let client = self.s3(region.as_ref().unwrap_or(start));
        let context = RequestContext {
            permission: "s3:ListBucket",
            resource: bucket.to_owned(),
            bucket: Some(bucket.to_owned()),
        };
        let sent = SentTo::default();
        let request = client.head_bucket().bucket(bucket).customize();
        let request = request.interceptor(sent.clone()).send();
        self.probe(ProbedService::S3, &sent, &context, request)
    }

    /// Tries to reach CloudTrail in a region.
    pub fn probe_cloudtrail(&self, region: &Region) -> Probed {
        let context = RequestContext {
            permission: "cloudtrail:DescribeTrails",
            resource: format!("* in {region}"),
            bucket: None,
        };
        let sent = SentTo::default();
        let request = self.cloudtrail(region).describe_trails().customize();
        let request = request.interceptor(sent.clone()).send();
        self.probe(ProbedService::CloudTrail, &sent, &context, request)
    }

    fn probe<T, E>(
        &self,
        service: ProbedService,
        sent: &SentTo,
        context: &RequestContext,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Probed
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let time = self.bounds().probe_endpoint;
        let answer = match self.runtime().run_until(Deadline::after(time), request) {
            Ok(Ok(_)) => Ok(Answerer::Aws),
            Ok(Err(error)) => answerer(&error).ok_or_else(|| match get_error(&error, context) {
                GetError::Io(_) if untrusted(&error).is_none() => GetError::Io(innermost(&error)),
                other => other,
            }),
            Err(GetError::Io(_)) => {
                let seconds = time.unwrap_or_default().as_secs();
                Err(GetError::Io(format!("no answer within {seconds} s")))
            }
            Err(ended) => Err(ended),
        };
        Probed {
            service,
            endpoint: sent.address(),
            answer,
        }
    }
}

/// Who answered with an error, if anybody did. A request that was never sent counts as answered: credentials show
/// nothing about the network.
fn answerer<E>(error: &SdkError<E, HttpResponse>) -> Option<Answerer>
where
    E: StdError + 'static,
{
    if find::<ForeignAnswer>(error).is_some() {
        return Some(Answerer::Unidentified);
    }
    match error.raw_response() {
        Some(answer) if is_of_aws(answer.headers()) => Some(Answerer::Aws),
        Some(_) => Some(Answerer::Unidentified),
        None => find::<CredentialsError>(error).map(|_| Answerer::Aws),
    }
}

/// The address that a request was sent to: scheme, host and port.
#[derive(Debug, Clone, Default)]
struct SentTo(Arc<Mutex<String>>);

impl SentTo {
    fn address(&self) -> String {
        let address = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        address.clone()
    }
}

#[dyn_dispatch_hint]
impl Intercept for SentTo {
    fn name(&self) -> &'static str {
        "Sent To"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let uri = context.request().uri();
        let host = uri.split('/').take(3).collect::<Vec<_>>().join("/");
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = host;
        Ok(())
    }
}
