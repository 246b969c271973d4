//! Turns an SDK error into a [`GetError`]: missing, denied, throttled, no credentials, or another failure.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{SdkError, ServiceError};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::cause::{causes, find};
use super::foreign::{ForeignAnswer, is_of_aws};
use crate::base::error::{repeats, words};
use crate::cloudtrail::ids::Region;
use crate::source::{Denial, GetError};

/// The permission that a request needs, and its resource and bucket, for error messages.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    /// The IAM action.
    pub permission: &'static str,
    /// The resource: an ARN, or words for it.
    pub resource: String,
    /// The bucket, in S3.
    pub bucket: Option<String>,
}

/// The longest text of a service that is passed on, in characters, to bound a hostile answer.
const LONGEST: usize = 300;

/// The meaning of an SDK error.
pub(crate) fn get_error<E>(error: &SdkError<E, HttpResponse>, context: &RequestContext) -> GetError
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    if let Some(credentials) = find::<CredentialsError>(error) {
        return GetError::Credentials(chain(credentials));
    }
    if find::<ForeignAnswer>(error).is_some() {
        return foreign(context);
    }
    if let Some(why) = untrusted(error) {
        return GetError::Io(format!(
            "the certificate of the endpoint was not accepted: {why}; give an authority of your own with \
             --ca-bundle"
        ));
    }
    match error {
        SdkError::ServiceError(service) => refusal(service, context),
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) | SdkError::ResponseError(_) => {
            GetError::Io(format!("network error: {}", innermost(error)))
        }
        other => GetError::Io(chain(other)),
    }
}

/// The last cause of a failure of the network: the others only say which layer passed it on.
pub(super) fn innermost(error: &(dyn StdError + 'static)) -> String {
    short(&causes(error).last().map_or_else(String::new, text_of))
}

fn foreign(context: &RequestContext) -> GetError {
    match context.bucket {
        Some(_) => GetError::foreign(),
        None => GetError::foreign_to_aws(),
    }
}

/// The meaning of a refusal, by the code and the status of the answer.
fn refusal<E>(service: &ServiceError<E, HttpResponse>, context: &RequestContext) -> GetError
where
    E: ProvideErrorMetadata,
{
    let status = service.raw().status().as_u16();
    let code = service.err().code().unwrap_or_default();
    let detail = match (code, service.err().message()) {
        ("", None) => format!("status {status}"),
        (code, None | Some("")) => code.to_owned(),
        (code, Some(message)) => format!("{code}: {message}"),
    };
    let detail = short(&detail);
    match (code, status) {
        ("NoSuchBucket", _) => GetError::NoBucket(context.bucket.clone().unwrap_or_default()),
        // Any other 404, for example of a proxy, does not show that the object is missing.
        (
            "NoSuchKey"
            | "NoSuchVersion"
            | "NoSuchBucketPolicy"
            | "NoSuchLifecycleConfiguration"
            | "NotFound"
            | "ObjectLockConfigurationNotFoundError"
            | "ServerSideEncryptionConfigurationNotFoundError"
            | "TrailNotFoundException",
            _,
        ) => GetError::NotFound,
        ("InvalidObjectState", _) => GetError::Archived(detail),
        // The SDK signs again with the time in the answer. If that is refused too, every other signed request
        // will fail as well.
        ("RequestTimeTooSkewed" | "RequestInTheFuture", _) => GetError::ClockSkewed(detail),
        (
            "ExpiredToken"
            | "ExpiredTokenException"
            | "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "InvalidToken"
            | "RequestExpired"
            | "SignatureDoesNotMatch"
            | "TokenRefreshRequired"
            | "UnrecognizedClientException",
            _,
        ) => GetError::Credentials(detail),
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
        | (_, 429 | 503) => GetError::Throttled(detail),
        // A proxy refuses too, and then no permission of ours is missing.
        (_, 401 | 403) if !is_of_aws(service.raw().headers()) => foreign(context),
        (code, _) if code.starts_with("KMS.") => GetError::Denied(Denial::UnusableKmsKey(detail)),
        (_, 401 | 403) | ("AccessDeniedException", _) => GetError::Denied(denial(detail, context)),
        (_, 412) => GetError::Io("the object changed while it was read".into()),
        _ => GetError::Io(detail),
    }
}

fn denial(detail: String, context: &RequestContext) -> Denial {
    if detail.contains("kms:") || detail.contains("KMS") {
        return Denial::KmsKey(detail);
    }
    let RequestContext {
        permission,
        resource,
        ..
    } = context;
    Denial::Access(format!(
        "{permission} on {resource} is missing or denied: {detail}"
    ))
}

/// What an error shows of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The source answered.
    Answer,
    /// No usable answer came, or the source throttled the request.
    Silence,
    /// The credentials have expired, for every source.
    Expired,
    /// The source will answer every request so.
    LastWord,
    /// The same, unless this request alone is the cause, such as its signature.
    PerhapsLastWord,
}

/// What an error, which became a [`GetError`], shows of its source.
pub(super) fn meaning<E>(error: &SdkError<E, HttpResponse>, found: &GetError) -> Meaning
where
    E: ProvideErrorMetadata,
{
    let code = match error {
        SdkError::ServiceError(service) => service.err().code(),
        _ => None,
    };
    match (found, code) {
        (GetError::NoBucket(_) | GetError::RegionDisabled(_), _) => Meaning::LastWord,
        (
            GetError::Credentials(_),
            Some("ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired"),
        ) => Meaning::Expired,
        (GetError::Credentials(_), None | Some("RequestExpired" | "SignatureDoesNotMatch"))
        | (GetError::ClockSkewed(_), _) => Meaning::PerhapsLastWord,
        (GetError::Credentials(_), Some(_)) => Meaning::LastWord,
        _ => match error {
            SdkError::ConstructionFailure(_) => Meaning::Answer,
            SdkError::ServiceError(service) => match service.raw().status().as_u16() {
                429 | 500.. => Meaning::Silence,
                _ => Meaning::Answer,
            },
            _ => Meaning::Silence,
        },
    }
}

/// Whether an answer says that the service does not know the credentials. A region that is switched off
/// answers good ones so too.
pub(super) fn does_not_know_credentials<E>(error: &SdkError<E, HttpResponse>) -> bool
where
    E: ProvideErrorMetadata,
{
    let SdkError::ServiceError(service) = error else {
        return false;
    };
    let code = service.err().code();
    matches!(
        code,
        Some("InvalidClientTokenId" | "OptInRequired" | "UnrecognizedClientException")
    )
}

/// Whether an error is an answer of S3 itself, and not of something on the way.
pub(crate) fn is_of_s3<E>(error: &SdkError<E, HttpResponse>) -> bool {
    let answer = error.raw_response();
    answer.is_some_and(|answer| is_of_aws(answer.headers()))
}

/// The region of a bucket, from the header of an answer that redirects or refuses a request.
pub(crate) fn bucket_region<E>(error: &SdkError<E, HttpResponse>) -> Option<Region> {
    let headers = error.raw_response()?.headers();
    headers.get("x-amz-bucket-region")?.parse().ok()
}

/// Forbids retries after a certificate was rejected: it would be rejected again.
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

/// Retries a request that HTTP status 429 (too many requests) refused. The SDK knows only the codes of AWS.
#[derive(Debug)]
pub(super) struct RetryTooMany;

impl ClassifyRetry for RetryTooMany {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response().map(|r| r.status().as_u16()) {
            Some(429) => RetryAction::throttling_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "Too Many Requests"
    }
}

/// Counts throttled requests, which the SDK retries on its own, so that callers never see them.
#[derive(Debug)]
pub(super) struct CountThrottles(pub Arc<AtomicU64>);

impl ClassifyRetry for CountThrottles {
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

/// The reason why a certificate was rejected, if that caused the error.
pub(super) fn untrusted<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let certificate = |e: &&rustls::Error| matches!(e, rustls::Error::InvalidCertificate(_));
    find::<rustls::Error>(error).filter(certificate)
}

/// An error and its causes, in one line. A cause that repeats what is said before it is left out, and so is an
/// error that only passes on its cause.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut said = String::new();
    for cause in causes(error) {
        let text = text_of(cause);
        if only_passes_on(cause) || repeats(&text, &said) {
            continue;
        }
        let colon = if said.is_empty() { "" } else { ": " };
        said = format!("{said}{colon}{text}");
    }
    short(&said)
}

/// Whether an error says nothing that its cause does not say.
fn only_passes_on(error: &(dyn StdError + 'static)) -> bool {
    let wrapper = error.downcast_ref::<io::Error>();
    wrapper.is_some_and(|wrapper| wrapper.get_ref().is_some())
        || error.is::<CredentialsError>() && error.source().is_some()
}

/// An error in words. One of the system has them without its number.
fn text_of(error: &(dyn StdError + 'static)) -> String {
    error
        .downcast_ref()
        .map_or_else(|| error.to_string(), words)
}

/// A text in one line, at most `LONGEST` characters long. A longer one ends after a complete word.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = line.char_indices().nth(LONGEST) else {
        return line;
    };
    let kept = &line[..end];
    let words = kept.rsplit_once(' ').map_or(kept, |(words, _)| words);
    format!("{words} …")
}

#[cfg(test)]
mod tests {
    use std::io;

    use aws_credential_types::provider::error::CredentialsError;

    use super::{LONGEST, chain, short};

    #[test]
    fn a_text_is_cut_between_words() {
        let long = "word ".repeat(LONGEST);
        let cut = short(&long);
        assert!(cut.ends_with("word …"), "{cut}");
        assert!(cut.chars().count() <= LONGEST + 2);
        assert_eq!(short("two  words\n"), "two words");
        assert_eq!(short(&"x".repeat(LONGEST)).chars().count(), LONGEST);
    }

    #[test]
    fn a_chain_says_each_cause_once_and_in_the_words_of_the_system() {
        let missing = io::Error::from_raw_os_error(2);
        let inner = CredentialsError::provider_error(io::Error::other(missing));
        let outer = CredentialsError::provider_error(inner);
        assert_eq!(chain(&outer), "no such file or directory");
        let unusable = CredentialsError::invalid_configuration("a key is empty");
        assert_eq!(chain(&unusable), "a key is empty");
    }
}
