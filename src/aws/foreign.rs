//! Answers that are none of AWS's. Each answer of AWS carries a request id, errors included. A proxy that
//! answers with a page of its own, such as a login page, sends none.

use std::error::Error as StdError;
use std::fmt;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::config_bag::ConfigBag;

use super::cause::find;

/// The request ids of S3 and of CloudTrail. Every answer has one of them.
const REQUEST_IDS: [&str; 3] = ["x-amz-request-id", "x-amz-id-2", "x-amzn-requestid"];

/// How often a request is sent while something else than AWS answers it.
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
        let connection = config.load::<CaptureSmithyConnection>();
        if let Some(connection) = connection.and_then(CaptureSmithyConnection::get) {
            connection.poison();
        }
        let attempts = config.load::<RequestAttempts>().map(|a| a.attempts());
        let again = attempts.is_some_and(|attempts| attempts < ATTEMPTS);
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
