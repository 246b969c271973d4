//! Which failures are tried again: an endpoint that never answered is given up early, and few time-outs of
//! one request are enough.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextMut,
};
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
    /// When a request was first sent there.
    tried: OnceLock<Instant>,
    /// When one failed first.
    failed: OnceLock<Instant>,
    /// Whether no connection was made for so long that there is none to be had.
    unreached: AtomicBool,
}

/// Where a request failed that has no answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FailedStep {
    /// There was no connection.
    Connecting,
    /// There was one, and no answer came.
    Answering,
}

impl Contact {
    fn answered(&self) {
        if !self.0.answered.load(Ordering::Relaxed) {
            self.0.answered.store(true, Ordering::Relaxed);
        }
    }

    /// Whether a failure is final, because nothing ever came from there. Time spent on connecting counts.
    fn is_dead(&self, failed_at: FailedStep) -> bool {
        let failed = *self.0.failed.get_or_init(Instant::now);
        if self.0.answered.load(Ordering::Relaxed) {
            return false;
        }
        let since = match failed_at {
            FailedStep::Connecting => self.0.tried.get().copied().unwrap_or(failed),
            FailedStep::Answering => failed,
        };
        let is_dead = since.elapsed() >= FIRST_CONTACT;
        if is_dead && failed_at == FailedStep::Connecting {
            self.0.unreached.store(true, Ordering::Relaxed);
        }
        is_dead
    }

    /// How much is left of the time for a first answer; `None` once anything answered. Nothing is left if no
    /// connection was made for some seconds.
    pub fn time_left(&self, first_answer: Duration) -> Option<Duration> {
        if self.0.answered.load(Ordering::Relaxed) {
            return None;
        }
        if self.0.unreached.load(Ordering::Relaxed) {
            return Some(Duration::ZERO);
        }
        let elapsed = self.0.tried.get().map(Instant::elapsed);
        Some(first_answer.saturating_sub(elapsed.unwrap_or_default()))
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

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        for contact in &self.contacts {
            contact.0.tried.get_or_init(Instant::now);
        }
        Ok(())
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
        let connection = config.load::<CaptureSmithyConnection>();
        let failed_at = match connection.and_then(CaptureSmithyConnection::get) {
            Some(_) => FailedStep::Answering,
            None => FailedStep::Connecting,
        };
        let [endpoint, network] = &self.contacts;
        let mut is_final = endpoint.is_dead(failed_at) | network.is_dead(failed_at);
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
