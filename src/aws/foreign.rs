//! Answers that are none of AWS's. Each answer of AWS carries a request id, errors included. A proxy that
//! answers with a page of its own, such as a login page, sends none. Also what cannot be read as an answer.

use std::error::Error as StdError;
use std::fmt;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, FinalizerInterceptorContextMut, InterceptorContext,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::{ErrorKind, RetryConfig};

use super::cause::find;

/// The request ids of S3 and of CloudTrail. Every answer has one of them.
const REQUEST_IDS: [&str; 3] = ["x-amz-request-id", "x-amz-id-2", "x-amzn-requestid"];

/// How often a request is sent while something else than AWS answers it, or no answer can be read.
const ATTEMPTS: u32 = 3;

/// Whether these are the headers of an answer of AWS.
pub(super) fn is_of_aws(headers: &Headers) -> bool {
    REQUEST_IDS.iter().any(|name| headers.contains_key(*name))
}

/// The error instead of a success that is none of AWS's.
#[derive(Debug)]
pub(super) struct ForeignAnswer {
    /// Whether the request is sent once more.
    again: bool,
}

impl fmt::Display for ForeignAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer lacks the request id of AWS")
    }
}

impl StdError for ForeignAnswer {}

/// Rejects successes that are none of AWS's, and sends the request once more on a new connection.
#[derive(Debug)]
pub(crate) struct OnlyOfAws;

#[dyn_dispatch_hint]
impl Intercept for OnlyOfAws {
    fn name(&self) -> &'static str {
        "Only of AWS"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        if !answer.status().is_success() || is_of_aws(answer.headers()) {
            return Ok(());
        }
        leave_connection(config);
        let again = may_be_sent_again(config);
        Err(ForeignAnswer { again }.into())
    }
}

impl ClassifyRetry for OnlyOfAws {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        match error.and_then(|e| find::<ForeignAnswer>(e)) {
            Some(ForeignAnswer { again: true }) => RetryAction::transient_error(),
            Some(ForeignAnswer { again: false }) => RetryAction::RetryForbidden,
            None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "Answers of Others"
    }
}

/// Sends a request again whose answer is an error that is none of AWS's, such as a redirect to a login page,
/// or cannot be read at all. The last such answer counts.
#[derive(Debug)]
pub(super) struct AskAgain;

#[dyn_dispatch_hint]
impl Intercept for AskAgain {
    fn name(&self) -> &'static str {
        "Ask Again"
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response().map(is_no_answer);
        let Some(Err(error)) = context.output_or_error_mut() else {
            return Ok(());
        };
        let is_unreadable = match answer {
            Some(is_no_answer) => is_no_answer && find::<ForeignAnswer>(error).is_none(),
            None => error.as_connector_error().is_some_and(is_no_http),
        };
        if is_unreadable && may_be_sent_again(config) {
            leave_connection(config);
            let cause = std::mem::replace(error, OrchestratorError::other("sent again"));
            let again = ConnectorError::other(cause.into(), Some(ErrorKind::TransientError));
            *error = OrchestratorError::connector(again);
        }
        Ok(())
    }
}

/// Whether an answer that led to an error is none of AWS's, or claims to be a success. Errors of servers and
/// of haste are tried again anyway.
fn is_no_answer(answer: &HttpResponse) -> bool {
    let status = answer.status();
    let is_other = !is_of_aws(answer.headers()) && !matches!(status.as_u16(), 429 | 500..);
    status.is_success() || is_other
}

/// Whether the answer is not HTTP.
fn is_no_http(error: &ConnectorError) -> bool {
    let is_kind_known = error.is_timeout() || error.is_io() || error.as_other().is_some();
    !is_kind_known && find::<rustls::Error>(error).is_none()
}

fn may_be_sent_again(config: &ConfigBag) -> bool {
    let most = config.load::<RetryConfig>().map(RetryConfig::max_attempts);
    let most = most.map_or(ATTEMPTS, |most| most.min(ATTEMPTS));
    let sent = config.load::<RequestAttempts>().map(|a| a.attempts());
    sent.is_some_and(|sent| sent < most)
}

/// Has the next attempt take another connection.
fn leave_connection(config: &ConfigBag) {
    let connection = config.load::<CaptureSmithyConnection>();
    if let Some(connection) = connection.and_then(CaptureSmithyConnection::get) {
        connection.poison();
    }
}
