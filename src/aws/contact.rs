//! Which failures are tried again: an endpoint that never answered is given up early, and few time-outs of
//! one request are enough.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

use super::bounds::FIRST_CONTACT;

/// Whether an endpoint, or any at all, ever answered. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Contact(Arc<ContactState>);

#[derive(Debug, Default)]
struct ContactState {
    answered: AtomicBool,
    /// When it was first not reached.
    failed: OnceLock<Instant>,
}

impl Contact {
    fn answered(&self) {
        if !self.0.answered.load(Ordering::Relaxed) {
            self.0.answered.store(true, Ordering::Relaxed);
        }
    }

    /// Whether a failure to reach it is final, because nothing ever came from there.
    fn is_dead(&self) -> bool {
        let failed = self.0.failed.get_or_init(Instant::now);
        !self.0.answered.load(Ordering::Relaxed) && failed.elapsed() >= FIRST_CONTACT
    }
}

/// Makes some failures final that the SDK would try again.
#[derive(Debug)]
pub(super) struct Patience {
    /// The endpoint, and the network.
    pub contacts: [Contact; 2],
    /// How many time-outs one request is allowed.
    pub time_outs: u32,
}

/// How many attempts of a request timed out.
#[derive(Debug)]
struct TimeOuts(u32);

impl Storable for TimeOuts {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for Patience {
    fn name(&self) -> &'static str {
        "Patience"
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.response().is_some() {
            self.contacts.iter().for_each(Contact::answered);
            return Ok(());
        }
        let Some(Err(error)) = context.output_or_error_mut() else {
            return Ok(());
        };
        let Some(cause) = error.as_connector_error() else {
            return Ok(());
        };
        let mut is_final = self.contacts.iter().any(Contact::is_dead);
        if cause.is_timeout() {
            let before = config.load::<TimeOuts>().map_or(0, |n| n.0);
            config.interceptor_state().store_put(TimeOuts(before + 1));
            is_final |= before + 1 >= self.time_outs;
        }
        if is_final {
            let cause = std::mem::replace(error, OrchestratorError::other("given up"));
            // An error of no kind that is tried again.
            *error = OrchestratorError::connector(ConnectorError::other(cause.into(), None));
        }
        Ok(())
    }
}
