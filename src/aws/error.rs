//! What an answer that is none means: not there, not allowed, put off, or nothing we could ask.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::cloudtrail::ids::Region;
use crate::source::{Denial, GetError};

/// What was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// The permission it needs.
    pub permission: &'static str,
    /// The ARN, or the words, for what it is needed on.
    pub on: String,
    /// The bucket, for S3.
    pub bucket: Option<String>,
}

/// The longest text of a service that is passed on, in characters.
const LONGEST: usize = 300;

/// What an error of the SDK says.
pub(crate) fn trouble<E>(error: &SdkError<E, HttpResponse>, ask: &Ask) -> GetError
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    if let Some(credentials) = find::<CredentialsError>(error) {
        return GetError::Credentials(chain(credentials));
    }
    if let Some(why) = untrusted(error) {
        return GetError::Io(format!(
            "the certificate of the endpoint was not accepted: {why}; an authority of your own is named \
             with --ca-bundle"
        ));
    }
    let SdkError::ServiceError(service) = error else {
        return GetError::Io(chain(error));
    };
    let status = service.raw().status().as_u16();
    let code = service.err().code().unwrap_or_default();
    let said = match (code, service.err().message()) {
        ("", None) => format!("status {status}"),
        (code, None | Some("")) => code.to_owned(),
        (code, Some(message)) => format!("{code}: {message}"),
    };
    let said = short(&said);
    match (code, status) {
        ("NoSuchBucket", _) => GetError::NoBucket(ask.bucket.clone().unwrap_or_default()),
        // A 404 of anybody else, a proxy say, tells nothing of what is there.
        (
            "NoSuchKey" | "NotFound" | "ObjectLockConfigurationNotFoundError"
            | "ServerSideEncryptionConfigurationNotFoundError" | "TrailNotFoundException",
            _,
        ) => GetError::NotFound,
        ("InvalidObjectState", _) => GetError::Archived(said),
        (
            "ExpiredToken"
            | "ExpiredTokenException"
            | "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "InvalidToken"
            | "RequestExpired"
            // It is the clock that is not accepted, and nothing that is signed by it ever will be.
            | "RequestTimeTooSkewed"
            | "SignatureDoesNotMatch"
            | "TokenRefreshRequired"
            | "UnrecognizedClientException",
            _,
        ) => GetError::Credentials(said),
        (
            "SlowDown"
            | "ServiceUnavailable"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "Throttling"
            | "ThrottlingException"
            | "ThrottledException",
            _,
        )
        | (_, 429 | 503) => GetError::Throttled(said),
        (code, _) if code.starts_with("KMS.") => {
            GetError::Denied(Denial::UnusableKmsKey(said))
        }
        (_, 401 | 403) | ("AccessDeniedException", _) => {
            let Ask { permission, on, .. } = ask;
            GetError::Denied(if said.contains("kms:") || said.contains("KMS") {
                Denial::KmsKey(said)
            } else {
                Denial::Access(format!("{permission} on {on} is missing or denied: {said}"))
            })
        }
        (_, 412) => GetError::Io("it was changed while it was read".into()),
        _ => GetError::Io(said),
    }
}

/// The region that S3 says a bucket is in, in an answer that refuses to serve it.
pub(crate) fn bucket_region<E>(error: &SdkError<E, HttpResponse>) -> Option<Region> {
    let headers = error.raw_response()?.headers();
    headers.get("x-amz-bucket-region")?.parse().ok()
}

/// A certificate that was not accepted fails the same way every time it is shown.
#[derive(Debug)]
pub(super) struct NeverUntrusted;

impl ClassifyRetry for NeverUntrusted {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        match error.and_then(|e| untrusted(e.as_connector_error()?)) {
            Some(_) => RetryAction::RetryForbidden,
            None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "Certificates Not Accepted"
    }
}

/// Counts how often a service puts us off, which is tried again before anybody hears of it.
#[derive(Debug)]
pub(super) struct CountRefusals(pub Arc<AtomicU64>);

impl ClassifyRetry for CountRefusals {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let status = context.response().map(|r| r.status().as_u16());
        if matches!(status, Some(429 | 503)) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        RetryAction::NoActionIndicated
    }

    fn name(&self) -> &'static str {
        "Refusals Counted"
    }
}

/// What was wrong with a certificate, if that was the trouble.
fn untrusted<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let certificate = |e: &&rustls::Error| matches!(e, rustls::Error::InvalidCertificate(_));
    find::<rustls::Error>(error).filter(certificate)
}

fn find<'e, T: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e T> {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        at = match error.downcast_ref::<io::Error>() {
            // Its source is that of what it wraps.
            Some(wrapper) => wrapper.get_ref().map(|e| e as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    None
}

/// An error and what caused it, in one line.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut at = Some(error);
    while let Some(error) = at {
        let text = error.to_string();
        if said.last().is_none_or(|last| !last.contains(&text)) {
            said.push(text);
        }
        at = error.source();
    }
    short(&said.join(": "))
}

/// In one line, and no longer than is of use.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(LONGEST).collect()
}
