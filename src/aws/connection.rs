//! Requests that neither share a connection with others nor take an answer from a cache.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Lets a connection end with its answer, so that the next request takes a new one, and asks caches on the
/// way to pass the request on. Both headers are set after signing, because a proxy may change them.
#[derive(Debug)]
pub(super) struct NewConnection;

#[dyn_dispatch_hint]
impl Intercept for NewConnection {
    fn name(&self) -> &'static str {
        "New Connection"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request_mut().headers_mut();
        headers.insert("connection", "close");
        headers.insert("cache-control", "no-cache");
        Ok(())
    }
}
