//! The body of an answer as it came.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

use crate::cloudtrail::answers::MalformedAnswer;
use crate::source::GetError;

/// Keeps the body of the last answer to one request, and its id. The SDK has it in memory anyway; nothing is
/// copied.
#[derive(Debug, Clone, Default)]
pub(super) struct RawAnswer(Arc<Mutex<KeptBody>>);

#[derive(Debug, Default)]
struct KeptBody {
    body: Option<SdkBody>,
    request_id: Option<String>,
}

impl RawAnswer {
    /// The bytes of the body; none if no answer came.
    pub fn bytes(&self) -> Vec<u8> {
        let kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let bytes = kept.body.as_ref().and_then(SdkBody::bytes);
        bytes.unwrap_or_default().to_vec()
    }

    /// The id that S3 gave the answer; refusals have one too.
    pub fn request_id(&self) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
        kept.request_id.clone()
    }
}

#[dyn_dispatch_hint]
impl Intercept for RawAnswer {
    fn name(&self) -> &'static str {
        "Raw Answer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let answer = context.response();
        *kept = KeptBody {
            body: answer.body().try_clone(),
            request_id: answer.headers().get("x-amz-request-id").map(str::to_owned),
        };
        Ok(())
    }
}

/// The error of an answer that cannot be read.
pub(super) fn malformed(error: MalformedAnswer) -> GetError {
    GetError::Io(error.to_string())
}
